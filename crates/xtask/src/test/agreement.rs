//! Whether requery still does what its reference does.

use anyhow::Result;

use crate::conformance;
use crate::provision::node;
use crate::test::report::Outcome;
use crate::test::session::Session;

const SCENARIOS: u32 = 300;

/// The same in every run, so that a change is what a failure tells of; `cargo xtask conformance` looks further, with a
/// seed of the moment.
const SEED: u64 = 1;

/// Random scenarios on both.
pub(crate) fn scenarios(session: &Session<'_>) -> Result<Outcome> {
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("it needs Node {} or newer", node::OLDEST)));
    };
    conformance::sample(session.workspace, node, SEED, SCENARIOS)?;
    Ok(Outcome::Done)
}
