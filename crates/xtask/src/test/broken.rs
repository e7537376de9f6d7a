//! Whether client and server still come through broken connections.

use anyhow::Result;

use crate::chaos::{self, Options};
use crate::test::report::Outcome;
use crate::test::session::Session;

/// Less than a minute on a machine of two cores.
const RUNS: u64 = 20;

/// The same in every run; `cargo xtask chaos` looks further, with a seed of the moment.
const SEED: u64 = 1;

/// A few runs.
pub(crate) fn connections(session: &Session<'_>) -> Result<Outcome> {
    chaos::run(session.workspace, &Options::fixed(SEED, RUNS))?;
    Ok(Outcome::Done)
}
