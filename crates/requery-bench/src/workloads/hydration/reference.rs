//! The schema in which the reference writes dehydrated queries.

use std::borrow::Cow;

use requery::{DehydratedQuery, DehydratedState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
pub(super) struct Reference<D = Value> {
    mutations: Vec<Value>,
    queries: Vec<Query<D>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query<D> {
    dehydrated_at: Timestamp,
    state: State<D>,
    query_key: Value,
    query_hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State<D> {
    data: D,
    data_update_count: u64,
    data_updated_at: Timestamp,
    error: Option<Value>,
    error_update_count: u64,
    error_updated_at: u64,
    fetch_failure_count: u64,
    fetch_failure_reason: Option<Value>,
    fetch_meta: Option<Value>,
    is_invalidated: bool,
    status: Cow<'static, str>,
    fetch_status: Cow<'static, str>,
}

impl<D> Reference<D> {
    pub(super) fn of(state: DehydratedState<D>) -> Self {
        Self { mutations: Vec::new(), queries: state.queries.into_iter().map(Query::of).collect() }
    }
}

impl Reference {
    pub(super) fn into_state(self) -> DehydratedState {
        let queries = self.queries.into_iter().map(Query::into_query).collect();
        DehydratedState { queries, ..DehydratedState::default() }
    }
}

impl<D> Query<D> {
    fn of(query: DehydratedQuery<D>) -> Self {
        let state = State {
            data: query.data,
            data_update_count: 1,
            data_updated_at: query.data_updated_at,
            error: None,
            error_update_count: 0,
            error_updated_at: 0,
            fetch_failure_count: 0,
            fetch_failure_reason: None,
            fetch_meta: None,
            is_invalidated: query.is_invalidated,
            status: "success".into(),
            fetch_status: "idle".into(),
        };
        let query_hash = query.query_key.to_string();
        Self { dehydrated_at: query.data_updated_at, state, query_key: query.query_key, query_hash }
    }
}

impl Query<Value> {
    fn into_query(self) -> DehydratedQuery {
        DehydratedQuery {
            query_key: self.query_key,
            data: self.state.data,
            data_updated_at: self.state.data_updated_at,
            is_invalidated: self.state.is_invalidated,
            meta: None,
        }
    }
}
