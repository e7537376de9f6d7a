//! What a scenario is: options, answers and steps. Its JSON is read by `reference/world.mjs`.
//!
//! Durations are in milliseconds; moments are offsets from the moment at which both caches begin.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// Options that need no type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are the options of the same name")]
pub struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_time: Option<StaleTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gc_time: Option<GcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Enabled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_interval: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_interval_in_background: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_mount: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_window_focus: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refetch_on_reconnect: Option<RefetchOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_on_mount: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<RetryDelay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<NetworkMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structural_sharing: Option<bool>,
}

/// Options of a query and of its observers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// Position of its key.
    pub key: usize,
    /// What it shares with defaults.
    #[serde(flatten)]
    pub policy: Policy,
    /// Whether its function takes the abort signal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signal: bool,
    /// Shown while there is no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_data: Option<Placeholder>,
    /// Put into a query that has no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_data: Option<Row>,
    /// How old that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_data_updated_at: Option<i64>,
    /// What observers show of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
}

/// Options of a mutation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are the options of the same name")]
pub struct Mutation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay: Option<RetryDelay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<NetworkMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gc_time: Option<GcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_mutate: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_success: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_error: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_settled: Option<Hook>,
    /// What its function answers, call by call and over again.
    pub answers: Vec<Answer>,
}

/// What a callback of a mutation does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hook {
    /// How long it takes; zero: at once.
    pub after: u64,
    /// Data that it sets then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<Write>,
    /// A key that it invalidates then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalidate: Option<usize>,
}

/// Data that is set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// Position of the key.
    pub key: usize,
    /// The data.
    pub row: Row,
    /// When it was current; nothing: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
}

/// `staleTime`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum StaleTime {
    After(u64),
    Never,
    Static,
    /// A function: this long while the data's tag is even, else not at all.
    EvenTag(u64),
}

/// `gcTime`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum GcTime {
    After(u64),
    Never,
}

/// `enabled`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Enabled {
    Fixed(bool),
    If(Condition),
}

/// A function of a query's state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// There is no data.
    Empty,
    /// There is data.
    Filled,
    /// There is no error.
    Calm,
}

/// `refetchInterval`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Interval {
    Every(u64),
    /// A function: this often while there is no data or its tag is even, else never.
    EvenTag(u64),
}

/// `refetchOnMount` and its like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum RefetchOn {
    Stale,
    Always,
    Never,
}

/// `retry`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Retry {
    Times(u32),
    Forever,
    /// A function: up to three times, if the error's code is odd.
    OddOnly,
}

/// `retryDelay`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum RetryDelay {
    Fixed(u64),
    /// A function: once, twice, three times this long.
    Growing(u64),
}

/// `networkMode`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum NetworkMode {
    Online,
    Always,
    OfflineFirst,
}

/// `placeholderData`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum Placeholder {
    Row(Row),
    /// A function: the data of the query before.
    Previous,
}

/// `select`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Select {
    /// The tag alone.
    Tag,
    /// Everything; fails if the tag is odd.
    FailOdd,
}

/// Which queries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are the filters of the same name")]
pub struct Filters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub query_type: Option<QueryType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetch_status: Option<FetchStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Predicate>,
}

/// `type` of filters, and `refetchType`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum QueryType {
    All,
    Active,
    Inactive,
    /// For `refetchType` only.
    None,
}

/// `fetchStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the values of the option")]
pub enum FetchStatus {
    Fetching,
    Paused,
    Idle,
}

/// `predicate`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Predicate {
    /// It has been given data at some time.
    Filled,
    /// Its status is error.
    Failed,
}

/// One thing that the cache is asked to do. Observers are named by small numbers; a step whose observer does not exist
/// does nothing, so that steps can be left out of a scenario at will.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the steps are the calls of the same name")]
pub enum Step {
    Observe { observer: usize, query: usize },
    Subscribe { observer: usize },
    Unsubscribe { observer: usize },
    SetOptions { observer: usize, query: usize },
    Refetch { observer: usize, restart: bool },
    Fetch { query: usize },
    Query { query: usize },
    Prefetch { query: usize },
    Ensure { query: usize },
    SetData(Write),
    UpdateData { key: usize, add: i64 },
    UpdateMany { filters: Filters, add: i64 },
    Invalidate { filters: Filters, refetch: QueryType, restart: bool },
    RefetchMany { filters: Filters, restart: bool },
    Cancel { filters: Filters },
    Reset { filters: Filters },
    Remove { filters: Filters },
    Clear,
    Focus { on: bool },
    Online { on: bool },
    Mount,
    Unmount,
    Advance { by: u64 },
    DefaultOptions { policy: Policy },
    QueryDefaults { prefix: Value, policy: Policy },
    Dehydrate { slot: usize },
    Hydrate { slot: usize },
    ObserveMutation { observer: usize, mutation: usize },
    SubscribeMutation { observer: usize },
    UnsubscribeMutation { observer: usize },
    SetMutationOptions { observer: usize, mutation: usize },
    Mutate { observer: usize, variables: i64, callbacks: bool },
    ResetMutation { observer: usize },
    ResumeMutations,
}

impl Scenario {
    /// Whether every function has an answer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let of_mutations = self.mutations.iter().map(|mutation| &mutation.answers);
        self.answers.iter().chain(of_mutations).all(|answers| !answers.is_empty())
    }
}

impl Step {
    /// Its name in the JSON.
    #[must_use]
    pub fn name(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json.get("op").and_then(Value::as_str).unwrap_or_default().to_owned()
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
        let is_used = |field: &str, at: usize| steps.iter().any(|step| step[field] == at);
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
                writeln!(f, "key {at}: {key}, answers {}", json(serde_json::to_value(answers)))?;
            }
        }
        steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "step {at}: {step}"))
    }
}
