//! How much is under way, as signals.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{Effect, GetUntracked, RwSignal, Set, Signal, on_cleanup, untrack};
use requery::{Environment, MutationFilters, QueryClient, QueryFilters, Subscription};

use crate::use_query_client;

/// How many of the queries that match are being fetched. Zero in the first rendering.
#[must_use]
pub fn use_is_fetching(filters: QueryFilters) -> Signal<usize> {
    count(move |client| client.is_fetching(&filters))
}

/// How many of the mutations that match are pending. Zero in the first rendering.
#[must_use]
pub fn use_is_mutating(filters: MutationFilters) -> Signal<usize> {
    count(move |client| client.is_mutating(&filters))
}

fn count(count: impl Fn(&QueryClient) -> usize + Send + Sync + 'static) -> Signal<usize> {
    let client = use_query_client();
    let signal = RwSignal::new(0);
    if client.environment() == Environment::Server {
        return signal.into();
    }
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (kept, count) = (Arc::clone(&subscription), Arc::new(count));
    Effect::new(move |_| {
        untrack(|| {
            let update = {
                let (client, count) = (client.clone(), Arc::clone(&count));
                move || {
                    let now = count(&client);
                    // Events come often, the count changes seldom.
                    if signal.try_get_untracked().is_some_and(|before| before != now) {
                        signal.set(now);
                    }
                }
            };
            update();
            let subscribed = client.subscribe(move |_event| update());
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribed);
        });
    });
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
    signal.into()
}
