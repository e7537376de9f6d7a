//! Performing steps.

use requery::{
    CancelOptions, FetchDirection, FetchStatus, InFlight, InvalidateOptions, QueryClient, QueryFilters,
    QueryKey, QuerySummary, RefetchOptions, SetDataOptions,
};

use super::data::{Kind, Pages, Shown, each};
use super::many::Many;
use super::options::{self, moment, ms};
use super::world::World;
use crate::scenario::{Row, Step, Write};

impl World<'_> {
    pub(super) fn perform(&mut self, step: &Step) {
        match step {
            Step::Observe { observer, query } => self.observe(*observer, *query),
            Step::Subscribe { observer } => self.subscribe(*observer),
            Step::Unsubscribe { observer } => {
                self.observers.get_mut(observer).and_then(|it| each!(it, it => it.subscription.take()));
            }
            Step::SetOptions { observer, query } => {
                self.set_options(*observer, *query);
            }
            Step::Refetch { observer, restart } => self.refetch(*observer, None, *restart),
            Step::FetchPage { observer, forward, restart } => {
                let direction = if *forward { FetchDirection::Forward } else { FetchDirection::Backward };
                self.refetch(*observer, Some(direction), *restart);
            }
            Step::ObserveMany { observer, queries, combine } => {
                self.observe_many(*observer, queries, *combine);
            }
            Step::SubscribeMany { observer } => self.subscribe_many(*observer),
            Step::UnsubscribeMany { observer } => {
                self.many.get_mut(observer).and_then(Many::unsubscribe);
            }
            Step::SetMany { observer, queries } => self.set_many(*observer, queries),
            Step::Clear => self.client.clear(),
            Step::Focus { on } => self.client.set_focused(*on),
            Step::Online { on } => self.client.set_online(*on),
            Step::Mount => {
                self.mounts += 1;
                self.client.mount();
            }
            // The reference counts below zero.
            Step::Unmount if self.mounts > 0 => {
                self.mounts -= 1;
                self.client.unmount();
            }
            Step::Unmount => {}
            Step::Advance { by } => self.runtime.advance(ms(*by)),
            Step::DefaultOptions { policy } => self.client.set_default_options(options::defaults(policy)),
            Step::QueryDefaults { prefix, policy } => {
                self.client.set_query_defaults(prefix, options::defaults(policy));
            }
            Step::Dehydrate { slot, pending } => self.dehydrate(*slot, *pending),
            Step::Hydrate { slot } => self.hydrate(*slot),
            Step::ObserveMutation { .. }
            | Step::SubscribeMutation { .. }
            | Step::UnsubscribeMutation { .. }
            | Step::SetMutationOptions { .. }
            | Step::Mutate { .. }
            | Step::ResetMutation { .. }
            | Step::ResumeMutations => self.perform_on_mutations(step),
            _ => self.perform_on_data(step),
        }
    }

    fn perform_on_mutations(&mut self, step: &Step) {
        match step {
            Step::ObserveMutation { observer, mutation } => self.observe_mutation(*observer, *mutation),
            Step::SubscribeMutation { observer } => self.subscribe_mutation(*observer),
            Step::UnsubscribeMutation { observer } => {
                self.mutation_observers.get_mut(observer).and_then(|it| it.subscription.take());
            }
            Step::SetMutationOptions { observer, mutation } => {
                let observer = self.mutation_observers.get(observer);
                if let (Some(it), Some(options)) = (observer, self.mutations.get(*mutation)) {
                    it.observer.set_options(options.clone());
                }
            }
            Step::Mutate { observer, variables, callbacks } => self.mutate(*observer, *variables, *callbacks),
            Step::ResetMutation { observer } => {
                if let Some(it) = self.mutation_observers.get(observer) {
                    it.observer.reset();
                }
            }
            Step::ResumeMutations => self.client.resume_paused_mutations(),
            _ => {}
        }
    }

    fn perform_on_data(&mut self, step: &Step) {
        match step {
            Step::Fetch { query } => {
                if let Some(options) = self.queries.get(*query) {
                    each!(options, it => self.promised_data(self.client.fetch_query(it)));
                }
            }
            Step::Query { query } => {
                if let Some(options) = self.queries.get(*query) {
                    each!(options, it => self.promised_data(self.client.query(it)));
                }
            }
            Step::Prefetch { query } => {
                if let Some(options) = self.queries.get(*query) {
                    each!(options, it => self.done(self.client.prefetch_query(it)));
                }
            }
            Step::Ensure { query } => {
                if let Some(options) = self.queries.get(*query) {
                    each!(options, it => self.promised_data(self.client.ensure_query_data(it)));
                }
            }
            Step::SetData(write) => self.write(write),
            Step::UpdateData { key, add } => {
                let key = self.key(*key);
                add_to(&self.client, &key, self.is_paged(&key), *add);
            }
            Step::UpdateMany { filters, add } => {
                let found = self.client.queries(options::filters(filters));
                self.client.batch(|| {
                    for query in found {
                        add_to(&self.client, &query.key, self.is_paged(&query.key), *add);
                    }
                });
            }
            _ => self.perform_on_many(step),
        }
    }

    fn perform_on_many(&mut self, step: &Step) {
        match step {
            Step::Invalidate { filters, refetch, restart } => {
                let in_flight = if *restart { InFlight::Restart } else { InFlight::Join };
                let options = InvalidateOptions { refetch: options::refetch_type(*refetch), in_flight };
                self.done(self.client.invalidate_queries_with(options::filters(filters), options));
            }
            Step::RefetchMany { filters, restart } => {
                let options = RefetchOptions { cancel_refetch: *restart };
                self.done(self.client.refetch_queries(options::filters(filters), options));
            }
            Step::Cancel { filters } => {
                self.client.cancel_queries(options::filters(filters), CancelOptions::default());
            }
            Step::Reset { filters } => self.done(self.client.reset_queries(options::filters(filters))),
            Step::Remove { filters } => self.client.remove_queries(options::filters(filters)),
            _ => {}
        }
    }

    fn write(&self, write: &Write) {
        let key = self.key(write.key);
        write_data(&self.client, &key, self.is_paged(&key), write);
    }
}

/// What is written while pages are fetched is lost in the reference, and kept in requery.
pub(super) fn may_write(client: &QueryClient, key: &QueryKey, is_paged: bool) -> bool {
    let is_idle = |query: &QuerySummary| query.fetch_status == FetchStatus::Idle;
    !is_paged || client.queries(QueryFilters::exact(key)).iter().all(is_idle)
}

pub(super) fn write_data(client: &QueryClient, key: &QueryKey, is_paged: bool, write: &Write) {
    let updated_at = write.updated_at.map(moment);
    let options = SetDataOptions { updated_at, ..SetDataOptions::default() };
    if !may_write(client, key, is_paged) {
        return;
    }
    if is_paged {
        client.set_query_data_with(key, Pages::of(write.row), options);
    } else {
        client.set_query_data_with(key, write.row, options);
    }
}

fn add_to(client: &QueryClient, key: &QueryKey, is_paged: bool, add: i64) {
    if !may_write(client, key, is_paged) {
        return;
    }
    if is_paged {
        client.update_query_data(key, |old: Option<&Pages>| old.map(|pages| pages.added(add)));
    } else {
        client.update_query_data(key, |old: Option<&Row>| old.map(|row| row.added(add)));
    }
}
