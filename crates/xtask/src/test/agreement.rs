//! Whether requery still does what its reference does.

use anyhow::Result;

use crate::conformance;
use crate::provision::node;
use crate::test::report::Outcome;
use crate::test::session::Session;

const SCENARIOS: u32 = 1000;

/// The same in every run, so that a change is what a failure tells of; `cargo xtask conformance` looks further, with a
/// seed of the moment.
const SEEDS: [u64; 2] = [1, 2];

/// Random scenarios on both.
pub(crate) fn scenarios(session: &Session<'_>) -> Result<Outcome> {
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("it needs Node {} or newer", node::OLDEST)));
    };
    for seed in SEEDS {
        conformance::sample(session.workspace, node, seed, SCENARIOS)?;
    }
    Ok(Outcome::Done)
}
