//! What a scenario is: options, answers and steps. Its JSON is read by `reference/world.mjs`.
//!
//! Durations are in milliseconds; moments are offsets from the moment at which both caches begin.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

mod options;
mod steps;

pub use options::{
    Condition, Enabled, Field, GcTime, Hook, Interval, Mutation, NetworkMode, Pages, Placeholder, Policy,
    Query, RefetchMode, RefetchOn, Retry, RetryDelay, Select, StaleTime, Stream, Write,
};
pub use steps::{FetchStatus, Filters, Predicate, QueryType, Step};

/// What the queries of all scenarios hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Changes often.
    pub n: i64,
    /// Changes seldom: what a selection picks.
    pub tag: i64,
}

/// A cache, what it is asked to do, and what its functions answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scenario {
    /// Keys of queries; everything else names them by position.
    pub keys: Vec<Value>,
    /// Positions of those whose queries hold pages of rows, and not one row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paged: Vec<usize>,
    /// For each key what its function answers, call by call and over again.
    pub answers: Vec<Vec<Answer>>,
    /// Options of queries, named by position.
    pub queries: Vec<Query>,
    /// Options of mutations, named by position.
    pub mutations: Vec<Mutation>,
    /// One after the other; after each, everything runs that does not wait for a timer.
    pub steps: Vec<Step>,
}

/// One answer of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// How long it takes; zero: at once.
    pub after: u64,
    /// What it is.
    pub outcome: Outcome,
}

/// What a function answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Success.
    Row(Row),
    /// Failure, with a code.
    Error(i64),
}

impl Scenario {
    /// Whether the queries of a key hold pages.
    #[must_use]
    pub fn is_paged(&self, key: usize) -> bool {
        self.paged.contains(&key)
    }

    /// Whether all queries of a key of pages have the same pages, and take the signal or leave it.
    #[must_use]
    pub fn agrees_on_pages(&self) -> bool {
        let same = |a: &Query, b: &Query| (a.signal, &a.pages) == (b.signal, &b.pages);
        self.paged.iter().all(|key| {
            let mut queries = self.queries.iter().filter(|query| query.key == *key);
            queries.next().is_none_or(|first| queries.all(|query| same(first, query)))
        })
    }

    /// Whether every function has an answer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let of_mutations = self.mutations.iter().map(|mutation| &mutation.answers);
        self.answers.iter().chain(of_mutations).all(|answers| !answers.is_empty())
    }
}

/// For people: what is used of the options, and one step a line.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = |value: Result<Value, _>| {
            value.map_or_else(|_: serde_json::Error| String::new(), |it| it.to_string())
        };
        let steps: Vec<Value> =
            self.steps.iter().filter_map(|step| serde_json::to_value(step).ok()).collect();
        let is_used = |field: &str, at: usize| {
            let is_it = |value: &Value| *value == at;
            let many = |step: &Value| step["queries"].as_array().is_some_and(|all| all.iter().any(is_it));
            steps.iter().any(|step| is_it(&step[field]) || (field == "query" && many(step)))
        };
        let mut keys = BTreeSet::new();
        for (at, query) in self.queries.iter().enumerate().filter(|(at, _)| is_used("query", *at)) {
            writeln!(f, "query {at}: {}", json(serde_json::to_value(query)))?;
            keys.insert(query.key);
        }
        for (at, mutation) in self.mutations.iter().enumerate().filter(|(at, _)| is_used("mutation", *at)) {
            writeln!(f, "mutation {at}: {}", json(serde_json::to_value(mutation)))?;
        }
        for (at, (key, answers)) in self.keys.iter().zip(&self.answers).enumerate() {
            if keys.contains(&at) || is_used("key", at) {
                let kind = if self.is_paged(at) { " of pages" } else { "" };
                writeln!(f, "key {at}{kind}: {key}, answers {}", json(serde_json::to_value(answers)))?;
            }
        }
        steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "step {at}: {step}"))
    }
}
