//! Whether requery still does what its reference does.

use anyhow::Result;

use crate::conformance;
use crate::provision::node;
use crate::test::report::Outcome;
use crate::test::session::Session;

const SCENARIOS: u32 = 1000;

/// The seed that every run has in common; the other is fresh, and printed.
const FIXED: u64 = 1;

/// Random scenarios on both, some of them the same every time.
pub(crate) fn scenarios(session: &Session<'_>) -> Result<Outcome> {
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("it needs Node {} or newer", node::OLDEST)));
    };
    for seed in [Some(FIXED), None] {
        conformance::sample(session.workspace, node, seed, SCENARIOS)?;
    }
    Ok(Outcome::Done)
}
