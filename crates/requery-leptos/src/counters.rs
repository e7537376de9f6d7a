//! What is under way, as signals.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{GetUntracked, RwSignal, Set, Signal, on_cleanup, untrack};
use requery::{Environment, MutationFilters, MutationSummary, QueryClient, QueryFilters, Subscription};

use crate::reaction::react;
use crate::use_query_client;

/// How many of the queries that match are being fetched. Zero in the first rendering.
#[must_use]
pub fn use_is_fetching(filters: QueryFilters) -> Signal<usize> {
    follow(0, move |client| client.is_fetching(&filters))
}

/// How many of the mutations that match are pending. Zero in the first rendering.
#[must_use]
pub fn use_is_mutating(filters: MutationFilters) -> Signal<usize> {
    follow(0, move |client| client.is_mutating(&filters))
}

/// What `select` makes of each of the mutations that match, in the order in which they were called. Nothing in the first
/// rendering.
///
/// A summary gives the mutation's state and variables by their types: `|mutation| mutation.variables::<NewTodo>()`.
#[must_use]
pub fn use_mutation_state<R>(
    filters: MutationFilters,
    select: impl Fn(&MutationSummary) -> R + Send + Sync + 'static,
) -> Signal<Vec<R>>
where
    R: Clone + PartialEq + Send + Sync + 'static,
{
    follow(Vec::new(), move |client| client.mutations(&filters).iter().map(&select).collect())
}

/// What `read` says of the cache, read again after every event.
fn follow<R>(first: R, read: impl Fn(&QueryClient) -> R + Send + Sync + 'static) -> Signal<R>
where
    R: Clone + PartialEq + Send + Sync + 'static,
{
    let client = use_query_client();
    let signal = RwSignal::new(first);
    if client.environment() == Environment::Server {
        return signal.into();
    }
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (kept, read) = (Arc::clone(&subscription), Arc::new(read));
    react(Box::new(move || {
        untrack(|| {
            let update = {
                let (client, read) = (client.clone(), Arc::clone(&read));
                move || {
                    let now = read(&client);
                    // Events come often, what they leave seldom changes.
                    if signal.try_get_untracked().is_some_and(|before| before != now) {
                        signal.set(now);
                    }
                }
            };
            update();
            let subscribed = client.subscribe(move |_event| update());
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribed);
        });
    }));
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
    signal.into()
}
