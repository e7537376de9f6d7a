//! What a developer panel reads, and what it does that nobody else should: feature `devtools`.
//!
//! Everything here is a copy of one moment. Nothing is kept for it: a cache that nobody looks at costs what it always does.

mod actions;
mod inspect;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use actions::OfferedError;

use crate::{
    EntityId, FetchStatus, GcTime, MutationStatus, QueryKey, QueryStatus, RefetchOn, StaleTime, Timestamp,
};

/// The state in which a query is held ([`QueryClient::force_loading`](crate::QueryClient::force_loading),
/// [`QueryClient::force_error`](crate::QueryClient::force_error)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forced {
    /// It has no data, and is being fetched without an end.
    Loading,
    /// It has no data, and an error.
    Error,
}

/// One query at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InspectedQuery {
    /// Its key.
    pub key: QueryKey,
    /// The hash by which the key is looked up.
    pub hash: u64,
    /// Whether it has data.
    pub status: QueryStatus,
    /// Whether it is being fetched.
    pub fetch_status: FetchStatus,
    /// Whether it has data, perhaps from before a failure. What it is says
    /// [`QueryClient::inspect_data`](crate::QueryClient::inspect_data).
    pub has_data: bool,
    /// The type of its data, once somebody used it with one.
    pub data_type: Option<&'static str>,
    /// When data was fetched or set last.
    pub data_updated_at: Timestamp,
    /// How often data was fetched or set.
    pub data_update_count: u64,
    /// When data was patched last; [`Timestamp::ZERO`] if never.
    pub patched_at: Timestamp,
    /// Why the last fetch failed, as text.
    pub error: Option<String>,
    /// When a fetch failed last.
    pub error_updated_at: Timestamp,
    /// How many fetches have failed.
    pub error_update_count: u64,
    /// How often the current or last fetch has failed.
    pub failure_count: u32,
    /// Why the current or last fetch failed last, as text.
    pub failure_reason: Option<String>,
    /// Whether it was invalidated since its data was fetched.
    pub is_invalidated: bool,
    /// Whether it is stale for anybody who observes it, or invalid.
    pub is_stale: bool,
    /// Whether somebody enabled observes it.
    pub is_active: bool,
    /// Whether nobody could have it fetched by refetching.
    pub is_disabled: bool,
    /// When its data is stale for the first of those who observe it, or where nobody does, by its own options. Nothing
    /// where there is no data, where it is invalid, and where age does not matter.
    pub stale_at: Option<Timestamp>,
    /// How long it stays once nobody observes it.
    pub gc_time: GcTime,
    /// When it is collected, if nobody observes it.
    pub gc_at: Option<Timestamp>,
    /// When a failed attempt is repeated.
    pub retry_at: Option<Timestamp>,
    /// Those who observe it, in the order in which they came.
    pub observers: Vec<InspectedObserver>,
    /// How many entities its data shows.
    pub entities: usize,
    /// How many optimistic layers change this query by its key; those over entities are told with these.
    pub layers: usize,
    /// The state in which it is held.
    pub forced: Option<Forced>,
    /// Its `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
}

/// Somebody who observes a query: what its options come to at the moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InspectedObserver {
    /// Whether it fetches by itself.
    pub is_enabled: bool,
    /// Whether it shows the data as stale.
    pub is_stale: bool,
    /// How long data counts as fresh.
    pub stale_time: StaleTime,
    /// When the data is stale.
    pub stale_at: Option<Timestamp>,
    /// Whether gaining focus refetches.
    pub on_window_focus: RefetchOn,
    /// Whether reconnecting refetches.
    pub on_reconnect: RefetchOn,
    /// How often it polls.
    pub refetch_every: Option<Duration>,
    /// When it polls next.
    pub refetch_at: Option<Timestamp>,
    /// Whether it polls without focus too.
    pub in_background: bool,
}

/// One mutation at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InspectedMutation {
    /// Ids count up from one.
    pub id: u64,
    /// Its key.
    pub key: Option<QueryKey>,
    /// How far it is.
    pub status: MutationStatus,
    /// Whether it waits for its turn, the network, or focus before a retry.
    pub is_paused: bool,
    /// Whether somebody shows it.
    pub is_observed: bool,
    /// Whether an optimistic layer of it is in place.
    pub has_layer: bool,
    /// The scope in which it runs.
    pub scope: Option<Arc<str>>,
    /// What a server knows it by.
    pub idempotency_key: Arc<str>,
    /// When it was called.
    pub submitted_at: Timestamp,
    /// How often it has failed.
    pub failure_count: u32,
    /// Why it failed last, as text.
    pub failure_reason: Option<String>,
    /// What it ended with, as text.
    pub error: Option<String>,
    /// What it was called with, if it is `resumable`.
    pub variables: Option<serde_json::Value>,
    /// When it is collected, if nobody observes it.
    pub gc_at: Option<Timestamp>,
    /// When a failed attempt is repeated.
    pub retry_at: Option<Timestamp>,
    /// Its `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
}

/// One entity at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectedEntity {
    /// What its type is called.
    pub kind: &'static str,
    /// Its identity among those of its type.
    pub id: EntityId,
    /// The newest version that is known.
    pub version: u64,
    /// Whether the server has said anything of it; if not, it is there by a layer alone, or its versions were forgotten.
    pub is_known: bool,
    /// Whether it is remembered as gone.
    pub is_deleted: bool,
    /// How many optimistic layers lie over it.
    pub layers: usize,
    /// The queries that show it.
    pub shown_by: Vec<QueryKey>,
}
