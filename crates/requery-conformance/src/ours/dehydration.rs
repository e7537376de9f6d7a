//! Dehydrating the cache, and hydrating it with what was dehydrated before.

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use requery::runtime::Runtime;
use requery::{DehydrateOptions, DehydratedQuery, DehydratedState, HandedOver, IntoQueryKey, QueryKey};

use super::data::{Pages, Shown};
use super::steps::may_write;
use super::text;
use super::world::World;
use crate::scenario::Row;

/// What was dehydrated, and what becomes of the fetches that were in flight then.
pub(super) struct Dehydrated {
    state: DehydratedState,
    outcomes: Vec<Shared<BoxFuture<'static, HandedOver>>>,
}

impl World<'_> {
    pub(super) fn dehydrate(&mut self, slot: usize, pending: bool) {
        let state = self.client.dehydrate(&DehydrateOptions { pending, ..DehydrateOptions::default() });
        for query in &state.queries {
            let key: QueryKey = (&query.query_key).into_query_key();
            let (at, data) = (text::time(query.data_updated_at), self.data_text(&key, query));
            self.log.add(format!("dehydrated {key}"), format!("{data} @{at} {}", query.is_invalidated));
        }
        for query in &state.pending {
            let key: QueryKey = (&query.query_key).into_query_key();
            self.log.add(format!("dehydrated {key}"), "pending");
        }
        for mutation in &state.mutations {
            let (key, variables) = (&mutation.mutation_key, &mutation.variables);
            self.log.add(format!("dehydrated mutation {key}"), variables.to_string());
        }
        let outcomes = state.pending.iter().map(|it| self.client.outcome_of(it).boxed().shared()).collect();
        self.dehydrated.insert(slot, Dehydrated { state, outcomes });
    }

    fn data_text(&self, key: &QueryKey, query: &DehydratedQuery) -> String {
        fn decoded<T: Shown>(query: &DehydratedQuery) -> String {
            let data: Option<T> = serde_json::from_value(query.data.clone()).ok();
            text::data(data.as_ref())
        }
        if self.is_paged(key) { decoded::<Pages>(query) } else { decoded::<Row>(query) }
    }

    pub(super) fn hydrate(&self, slot: usize) {
        let Some(dehydrated) = self.dehydrated.get(&slot) else { return };
        let mut state = dehydrated.state.clone();
        state.queries.retain(|query| {
            let key: QueryKey = (&query.query_key).into_query_key();
            may_write(&self.client, &key, self.is_paged(&key))
        });
        self.client.hydrate(state);
        for outcome in dehydrated.outcomes.iter().cloned() {
            let client = self.client.clone();
            self.runtime.spawn(Box::pin(async move {
                let outcome = outcome.await;
                // Why it failed is not handed over: in the reference such a fetch is left to wait.
                if outcome.data.is_some() {
                    client.hand_over(outcome);
                }
            }));
        }
    }
}
