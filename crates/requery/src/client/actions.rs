//! Acting on many queries at once.

use std::borrow::Borrow;
use std::sync::Arc;

use futures::channel::oneshot;

use super::{QueryClient, Settled};
use crate::core::{Core, FetchOutcome, Query, StartFetch, Waiter};
use crate::{
    CancelOptions, FetchStatus, InFlight, InvalidateOptions, MutationFilters, MutationStatus,
    MutationSummary, QueryFilters, QueryKey, QuerySummary, QueryType, RefetchOptions, RefetchType,
};

impl QueryClient {
    /// The queries that match, in the order in which they were made. Calls the predicate.
    pub(crate) fn find(&self, filters: &QueryFilters) -> Vec<QueryKey> {
        if filters.query_type != QueryType::All {
            self.refresh_policies();
        }
        let Some(predicate) = &filters.predicate else { return self.read(|core| core.find(filters)) };
        let candidates: Vec<QuerySummary> = self
            .read(|core| core.find(filters).iter().filter_map(|key| core.query(key)).map(summary).collect());
        candidates.into_iter().filter(|query| predicate(query)).map(|query| query.key).collect()
    }

    /// Lets observers whose options are functions evaluate them.
    pub(crate) fn refresh_policies(&self) {
        for observer in self.read(Core::dynamic_observers) {
            observer.refresh_policy(self);
        }
    }

    /// What there is in the cache, in the order in which it was made.
    #[must_use]
    pub fn queries(&self, filters: impl Borrow<QueryFilters>) -> Vec<QuerySummary> {
        let keys = self.find(filters.borrow());
        self.read(|core| keys.iter().filter_map(|key| core.query(key)).map(summary).collect())
    }

    pub(super) fn summary(&self, key: &QueryKey) -> Option<QuerySummary> {
        self.read(|core| core.query(key).map(summary))
    }

    /// F1.7: marks every query that matches as invalid, and fetches the active ones again. A fetch that is in flight was
    /// so before the invalidation: it is let to end, and followed by one more.
    pub fn invalidate_queries(&self, filters: impl Borrow<QueryFilters>) -> Settled {
        self.invalidate_queries_with(filters, InvalidateOptions::default())
    }

    /// F1.7: like [`QueryClient::invalidate_queries`], with options, or just a [`RefetchType`].
    pub fn invalidate_queries_with(
        &self,
        filters: impl Borrow<QueryFilters>,
        options: impl Into<InvalidateOptions>,
    ) -> Settled {
        let (filters, options) = (filters.borrow(), options.into());
        let outlasts = options.in_flight == InFlight::Coalesce;
        if options.refetch == RefetchType::Active && !filters.depends_on_state() {
            let observed = self.apply(|core| core.invalidate_all(filters, outlasts));
            return self.refetch_all(&self.active_of(observed), options.in_flight);
        }
        let matched = self.find(filters);
        self.apply(|core| matched.iter().for_each(|key| core.invalidate(key, outlasts)));
        let query_type = match options.refetch {
            RefetchType::None => return Settled::default(),
            RefetchType::Active => QueryType::Active,
            RefetchType::Inactive => QueryType::Inactive,
            RefetchType::All => QueryType::All,
        };
        // The predicate is asked again, as what it sees has changed.
        let refetched = self.find(&filters.clone().query_type(query_type));
        self.refetch_all(&refetched, options.in_flight)
    }

    fn active_of(&self, mut keys: Vec<QueryKey>) -> Vec<QueryKey> {
        self.refresh_policies();
        self.read(|core| keys.retain(|key| core.query(key).is_some_and(Query::is_active)));
        keys
    }

    /// F1.8: fetches every query that matches again, unless it is disabled or static.
    pub fn refetch_queries(&self, filters: impl Borrow<QueryFilters>, options: RefetchOptions) -> Settled {
        let in_flight = if options.cancel_refetch { InFlight::Restart } else { InFlight::Join };
        self.refetch_all(&self.find(filters.borrow()), in_flight)
    }

    fn refetch_all(&self, keys: &[QueryKey], in_flight: InFlight) -> Settled {
        let outcomes =
            self.apply(|core| keys.iter().filter_map(|key| refetch(core, key, in_flight)).collect());
        Settled::waiting(outcomes)
    }

    /// F1.9: ends the fetches of every query that matches; they go back to the state from before.
    pub fn cancel_queries(&self, filters: impl Borrow<QueryFilters>, options: CancelOptions) {
        let keys = self.find(filters.borrow());
        self.apply(|core| keys.iter().for_each(|key| core.cancel(key, options)));
    }

    /// F1.10: forgets every query that matches, and ends its fetch.
    pub fn remove_queries(&self, filters: impl Borrow<QueryFilters>) {
        let keys = self.find(filters.borrow());
        self.apply(|core| keys.iter().for_each(|key| core.remove(key)));
    }

    /// F1.10: puts every query that matches back into its initial state, and fetches the active ones of them again.
    pub fn reset_queries(&self, filters: impl Borrow<QueryFilters>) -> Settled {
        let keys = self.find(filters.borrow());
        self.apply(|core| keys.iter().for_each(|key| core.reset(key)));
        keys.iter().for_each(|key| self.adopt(key));
        self.refresh_policies();
        let active = self.read(|core| {
            let is_active = |key: &&QueryKey| core.query(key).is_some_and(Query::is_active);
            keys.iter().filter(is_active).cloned().collect::<Vec<_>>()
        });
        let settled = self.refetch_all(&active, InFlight::Restart);
        self.apply(|core| keys.iter().for_each(|key| core.leave_waiting(key)));
        settled
    }

    /// F1.15: forgets everything, and ends all fetches. Observers go on showing what they saw; they do not poll.
    pub fn clear(&self) {
        let keys = self.find(&QueryFilters::all());
        self.apply(|core| {
            keys.iter().for_each(|key| core.remove(key));
            core.stop_orphans();
            core.clear_mutations();
            core.clear_layers();
            core.clear_entities();
            core.take_marks();
        });
    }

    /// F1.2: how many of the queries that match are being fetched.
    #[must_use]
    pub fn is_fetching(&self, filters: impl Borrow<QueryFilters>) -> usize {
        let filters = filters.borrow();
        let everything = filters.key.is_none()
            && filters.predicate.is_none()
            && filters.stale.is_none()
            && filters.query_type == QueryType::All;
        if everything {
            return self.read(Core::fetching);
        }
        self.find(&filters.clone().fetch_status(FetchStatus::Fetching)).len()
    }

    /// F1.2: how many of the mutations that match are pending.
    #[must_use]
    pub fn is_mutating(&self, filters: impl Borrow<MutationFilters>) -> usize {
        let filters = filters.borrow();
        if filters.key.is_none() && filters.status.is_none() && filters.predicate.is_none() {
            return self.read(Core::pending_mutations);
        }
        let pending = filters.clone().status(MutationStatus::Pending);
        self.mutations(&pending).len()
    }

    /// F10: the mutations that match, in the order in which they were called. Calls the predicate.
    #[must_use]
    pub fn mutations(&self, filters: impl Borrow<MutationFilters>) -> Vec<MutationSummary> {
        let filters = filters.borrow();
        let mut found: Vec<MutationSummary> =
            self.read(|core| core.find_mutations(filters).into_iter().map(MutationSummary::new).collect());
        if let Some(predicate) = &filters.predicate {
            found.retain(|mutation| predicate(mutation));
        }
        found
    }

    pub(crate) fn idempotency_keys(&self) -> std::collections::HashSet<String> {
        let all = self.mutations(MutationFilters::all());
        all.iter().map(|mutation| mutation.state.idempotency_key.to_string()).collect()
    }

    pub(crate) fn idempotency_key(&self, id: u64) -> Option<Arc<str>> {
        let all = self.mutations(MutationFilters::all());
        all.iter()
            .find(|mutation| mutation.id == id)
            .map(|mutation| Arc::clone(&mutation.state.idempotency_key))
    }

    /// F12: tells observers once of all that `changes` changes, when it is done. Batches nest: the outermost counts.
    ///
    /// ```
    /// # use requery::{QueryClient, query_key, runtime::TestRuntime};
    /// # let client = QueryClient::new(TestRuntime::new());
    /// client.batch(|| {
    ///     client.set_query_data(query_key!["a"], 1);
    ///     client.set_query_data(query_key!["b"], 2);
    /// });
    /// ```
    pub fn batch<R>(&self, changes: impl FnOnce() -> R) -> R {
        self.apply(Core::begin_batch);
        let _batch = Batch(self);
        changes()
    }

    /// F1.14: lets paused mutations go on, if there is a network.
    pub fn resume_paused_mutations(&self) {
        self.apply(|core| drop(core.resume_mutations()));
    }
}

/// Ends a batch, also where the changes panicked.
struct Batch<'a>(&'a QueryClient);

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.0.apply(Core::end_batch);
    }
}

/// Starts, joins or follows a fetch, and returns what to wait for. Who waits does not wait for a paused one.
fn refetch(core: &mut Core, key: &QueryKey, in_flight: InFlight) -> Option<oneshot::Receiver<FetchOutcome>> {
    let query = core.query(key)?;
    if query.is_disabled() || query.is_static() {
        return None;
    }
    let (waiter, outcome) = oneshot::channel();
    let mut waiter: Option<Waiter> = Some(waiter);
    let follows = in_flight == InFlight::Coalesce && core.follow_up(key, &mut waiter);
    if !follows {
        let cancel_refetch = in_flight != InFlight::Join;
        core.fetch(key, StartFetch { cancel_refetch, waiter, ..StartFetch::default() });
    }
    let is_paused = core.query(key).is_some_and(|query| query.state.fetch_status == FetchStatus::Paused);
    (!is_paused).then_some(outcome)
}

fn summary(query: &Query) -> QuerySummary {
    QuerySummary {
        key: query.key().clone(),
        status: query.state.status,
        fetch_status: query.state.fetch_status,
        data_updated_at: query.state.data_updated_at,
        is_stale: query.is_stale(),
        is_invalidated: query.state.is_invalidated,
        is_active: query.is_active(),
        observers: query.observer_count(),
        meta: query.spec.policy.meta.as_ref().map(Arc::clone),
    }
}
