//! The schema in which the reference writes dehydrated queries.

use requery::{DehydratedQuery, DehydratedState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize)]
pub(super) struct Reference {
    mutations: Vec<Value>,
    queries: Vec<Query>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    dehydrated_at: Timestamp,
    state: State,
    query_key: Value,
    query_hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    data: Value,
    data_update_count: u64,
    data_updated_at: Timestamp,
    error: Option<Value>,
    error_update_count: u64,
    error_updated_at: u64,
    fetch_failure_count: u64,
    fetch_failure_reason: Option<Value>,
    fetch_meta: Option<Value>,
    is_invalidated: bool,
    status: String,
    fetch_status: String,
}

impl Reference {
    pub(super) fn of(state: &DehydratedState) -> Self {
        Self { mutations: Vec::new(), queries: state.queries.iter().map(Query::of).collect() }
    }

    pub(super) fn into_state(self) -> DehydratedState {
        let queries = self.queries.into_iter().map(Query::into_query).collect();
        DehydratedState { queries, ..DehydratedState::default() }
    }
}

impl Query {
    fn of(query: &DehydratedQuery) -> Self {
        let state = State {
            data: query.data.clone(),
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
        let (query_key, query_hash) = (query.query_key.clone(), query.query_key.to_string());
        Self { dehydrated_at: query.data_updated_at, state, query_key, query_hash }
    }

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
