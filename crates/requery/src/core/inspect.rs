//! What the core knows, for developers to look at. Taken under the lock; what calls user code is added outside of it.

use std::any::TypeId;
use std::sync::Arc;

use super::entities::Entry;
use super::query::in_order;
use super::{
    Core, EntityKey, Mutation, MutationCore, MutationId, MutationSpec, ObserverEntry, Query, QuerySpec,
    State, sorted,
};
use crate::devtools::{InspectedEntity, InspectedMutation, InspectedObserver, InspectedQuery};
use crate::{StaleTime, Timestamp};

/// A query, without what only user code can say of it.
pub(crate) struct QuerySample {
    pub(crate) query: InspectedQuery,
    pub(crate) state: Arc<State>,
    pub(crate) spec: Arc<QuerySpec>,
}

/// A mutation, without what only user code can say of it.
pub(crate) struct MutationSample {
    pub(crate) mutation: InspectedMutation,
    pub(crate) state: Arc<MutationCore>,
    pub(crate) spec: Arc<MutationSpec>,
}

impl Core {
    /// In the order in which they were made.
    pub(crate) fn query_samples(&self) -> Vec<QuerySample> {
        let all = self.queries.values().map(|query| &**query).collect();
        in_order(all).into_iter().map(|query| self.query_sample(query)).collect()
    }

    fn query_sample(&self, query: &Query) -> QuerySample {
        let (state, spec) = (Arc::clone(&query.state), Arc::clone(&query.spec));
        let retry = query.fetch.as_ref().and_then(|fetch| fetch.retry_timer);
        let of = query.data_type.or(spec.data_type);
        let query = InspectedQuery {
            key: query.key().clone(),
            hash: query.key().hash_code(),
            status: state.status,
            fetch_status: state.fetch_status,
            has_data: state.data.is_some(),
            data_type: of.map(|of| (of.name)()),
            data_updated_at: state.data_updated_at,
            data_update_count: state.data_update_count,
            patched_at: state.patched_at,
            error: None,
            error_updated_at: state.error_updated_at,
            error_update_count: state.error_update_count,
            failure_count: state.fetch_failure_count,
            failure_reason: None,
            is_invalidated: state.is_invalidated,
            is_stale: query.is_stale(),
            is_active: query.is_active(),
            is_disabled: query.is_disabled(),
            stale_at: None,
            gc_time: query.gc_time,
            gc_at: self.timers.deadline(query.gc_timer),
            retry_at: self.timers.deadline(retry),
            observers: query.observers.values().map(|it| self.observer_sample(&state, it)).collect(),
            entities: query.shown_count(),
            layers: self.query_layers(query.key()).len(),
            forced: query.forced(),
            meta: spec.policy.meta.clone(),
        };
        QuerySample { query, state, spec }
    }

    fn observer_sample(&self, state: &State, observer: &ObserverEntry) -> InspectedObserver {
        let policy = observer.policy;
        InspectedObserver {
            is_enabled: policy.enabled,
            is_stale: observer.shown_stale,
            stale_time: policy.stale_time,
            stale_at: stale_at(state, policy.stale_time),
            on_window_focus: policy.on_window_focus,
            on_reconnect: policy.on_reconnect,
            refetch_every: policy.refetch_every,
            refetch_at: self.timers.deadline(observer.refetch_timer),
            in_background: policy.in_background,
        }
    }

    /// In the order in which they were called.
    pub(crate) fn mutations_to_inspect(&self) -> Vec<MutationSample> {
        self.mutations.all.values().map(|mutation| self.mutation_sample(mutation)).collect()
    }

    fn mutation_sample(&self, mutation: &Mutation) -> MutationSample {
        let (state, spec) = (Arc::clone(&mutation.state), Arc::clone(&mutation.spec));
        let MutationId(id) = mutation.id;
        let mutation = InspectedMutation {
            id,
            key: spec.key.clone(),
            status: state.status,
            is_paused: state.is_paused,
            is_observed: mutation.observer.is_some(),
            has_layer: mutation.layer.is_some_and(|layer| self.has_layer(layer)),
            scope: spec.scope.clone(),
            idempotency_key: Arc::clone(&state.idempotency_key),
            submitted_at: state.submitted_at,
            failure_count: state.failure_count,
            failure_reason: None,
            error: None,
            variables: None,
            gc_at: self.timers.deadline(mutation.gc_timer),
            retry_at: self.timers.deadline(mutation.retry_timer),
            meta: spec.policy.meta.clone(),
        };
        MutationSample { mutation, state, spec }
    }

    /// By the names of their types, and in each by id.
    pub(crate) fn entities_to_inspect(&self) -> Vec<InspectedEntity> {
        let of = |(key, entry): (&EntityKey, &Entry)| InspectedEntity {
            kind: self.entities.kinds.get(&key.0).copied().unwrap_or("an entity"),
            id: key.1.clone(),
            version: entry.version,
            is_known: !entry.is_unknown(),
            is_deleted: entry.is_deleted,
            layers: entry.layers.len(),
            shown_by: sorted(entry.shown_by.iter().cloned().collect(), Ord::cmp),
        };
        let all = self.entities.entries.iter().map(of).collect();
        sorted(all, |a: &InspectedEntity, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)))
    }

    /// Remembers what a type of entities is called.
    pub(crate) fn name_kind(&mut self, kind: TypeId, name: &'static str) {
        self.entities.kinds.insert(kind, name);
    }
}

/// When fresh data is no longer so; nothing where only an invalidation can make it stale, and where it is invalidated.
pub(crate) fn stale_at(state: &State, stale_time: StaleTime) -> Option<Timestamp> {
    let StaleTime::After(age) = stale_time else { return None };
    state.data.as_ref().filter(|_| !state.is_invalidated)?;
    Some(state.data_updated_at.saturating_add(age))
}
