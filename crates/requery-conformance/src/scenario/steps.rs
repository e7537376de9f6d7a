//! What the cache is asked to do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Policy, Write};

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
    FetchPage { observer: usize, forward: bool, restart: bool },
    ObserveMany { observer: usize, queries: Vec<usize>, combine: bool },
    SubscribeMany { observer: usize },
    UnsubscribeMany { observer: usize },
    SetMany { observer: usize, queries: Vec<usize> },
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
    Dehydrate { slot: usize, pending: bool },
    Hydrate { slot: usize },
    ObserveMutation { observer: usize, mutation: usize },
    SubscribeMutation { observer: usize },
    UnsubscribeMutation { observer: usize },
    SetMutationOptions { observer: usize, mutation: usize },
    Mutate { observer: usize, variables: i64, callbacks: bool },
    ResetMutation { observer: usize },
    ResumeMutations,
}

impl Step {
    /// Its name in the JSON.
    #[must_use]
    pub fn name(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json.get("op").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
