//! Performing steps.

use requery::{
    CancelOptions, DehydrateOptions, InFlight, InvalidateOptions, QueryKey, QueryObserver, RefetchOptions,
    SetDataOptions,
};

use super::options::{self, moment, ms};
use super::text;
use super::world::{Watched, World};
use crate::scenario::{Row, Step, Write};

impl World<'_> {
    pub(super) fn perform(&mut self, step: &Step) {
        match step {
            Step::Observe { observer, query } => self.observe(*observer, *query),
            Step::Subscribe { observer } => self.subscribe(*observer),
            Step::Unsubscribe { observer } => {
                self.observers.get_mut(observer).and_then(|it| it.subscription.take());
            }
            Step::SetOptions { observer, query } => {
                if let (Some(it), Some(options)) = (self.observers.get(observer), self.queries.get(*query)) {
                    it.observer.set_options(options.clone());
                }
            }
            Step::Refetch { observer, restart } => {
                if let Some(it) = self.observers.get(observer) {
                    let options = RefetchOptions { cancel_refetch: *restart };
                    let observer = it.observer.clone();
                    self.promised(it.observer.refetch(options), move |_| {
                        // The reference hands out the observer's result, and so takes it over.
                        let _ = observer.current_result();
                        "done".to_owned()
                    });
                }
            }
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
            Step::Dehydrate { slot } => self.dehydrate(*slot),
            Step::Hydrate { slot } => {
                if let Some(state) = self.dehydrated.get(slot) {
                    self.client.hydrate(state.clone());
                }
            }
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
                    self.promised_row(self.client.fetch_query(options));
                }
            }
            Step::Query { query } => {
                if let Some(options) = self.queries.get(*query) {
                    self.promised_row(self.client.query(options));
                }
            }
            Step::Prefetch { query } => {
                if let Some(options) = self.queries.get(*query) {
                    self.done(self.client.prefetch_query(options));
                }
            }
            Step::Ensure { query } => {
                if let Some(options) = self.queries.get(*query) {
                    self.promised_row(self.client.ensure_query_data(options));
                }
            }
            Step::SetData(write) => self.write(write),
            Step::UpdateData { key, add } => {
                self.client.update_query_data(self.key(*key), |old| added(old, *add));
            }
            Step::UpdateMany { filters, add } => {
                self.client.update_queries_data(options::filters(filters), |old| added(old, *add));
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

    fn observe(&mut self, at: usize, query: usize) {
        let Some(options) = self.queries.get(query).cloned() else { return };
        self.observers.get_mut(&at).and_then(|it| it.subscription.take());
        self.runtime.run_until_stalled();
        let observer = QueryObserver::new(&self.client, options);
        self.observers.insert(at, Watched { observer, subscription: None });
    }

    fn subscribe(&mut self, at: usize) {
        let log = self.log.clone();
        let Some(watched) = self.observers.get_mut(&at) else { return };
        if watched.subscription.is_none() {
            // What it missed while nobody listened is not what is compared.
            let _ = watched.observer.current_result();
            let tell = move |result: &_| log.add(format!("observer {at}"), text::result(result));
            watched.subscription = Some(watched.observer.subscribe(tell));
        }
    }

    fn write(&self, write: &Write) {
        let options =
            SetDataOptions { updated_at: write.updated_at.map(moment), ..SetDataOptions::default() };
        self.client.set_query_data_with(self.key(write.key), write.row, options);
    }

    fn dehydrate(&mut self, slot: usize) {
        let state = self.client.dehydrate(&DehydrateOptions::default());
        for query in &state.queries {
            use requery::IntoQueryKey;
            let key: QueryKey = (&query.query_key).into_query_key();
            let row: Option<Row> = serde_json::from_value(query.data.clone()).ok();
            let (row, at) = (text::row(row.as_ref()), text::time(query.data_updated_at));
            self.log.add(format!("dehydrated {key}"), format!("{row} @{at} {}", query.is_invalidated));
        }
        self.dehydrated.insert(slot, state);
    }
}

fn added(old: Option<&Row>, add: i64) -> Option<Row> {
    old.map(|row| Row { n: row.n + add, tag: row.tag })
}
