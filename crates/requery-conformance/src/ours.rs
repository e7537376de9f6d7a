//! Scenarios on requery, under its virtual clock; the twin of `reference/world.mjs`.

mod data;
mod dehydration;
mod log;
mod many;
mod mutations;
mod options;
mod server;
mod steps;
mod text;
mod watched;
mod world;

use crate::scenario::Scenario;

/// What query and mutation functions fail with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    code: i64,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failure {}", self.code)
    }
}

impl std::error::Error for Failure {}

/// What happens when requery is asked to do what the scenario says.
#[must_use]
pub fn run(scenario: &Scenario) -> Vec<String> {
    world::World::new(scenario).run()
}
