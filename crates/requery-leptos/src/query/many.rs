//! `use_queries`: a list of queries, combined.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{ArcRwSignal, Effect, GetUntracked, Set, Signal, on_cleanup, untrack};
use requery::{Environment, QueriesObserver, QueryOptions, QueryResult, Subscription};

use super::{first, is_agreed_on};
use crate::use_query_client;

/// Observes a list of queries for as long as the component lives, and shows what `combine` makes of their results.
///
/// `queries` is a reactive function: when signals that it reads change, the list changes. The signal wakes when the
/// combination is another, by `PartialEq`.
pub fn use_queries<T, E, D, C, F>(
    queries: F,
    combine: impl Fn(&[QueryResult<D, E>]) -> C + Clone + Send + Sync + 'static,
) -> Signal<Arc<C>>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
    C: PartialEq + Send + Sync + 'static,
    F: Fn() -> Vec<QueryOptions<T, E, D>> + 'static,
{
    let client = use_query_client();
    let observer = QueriesObserver::combining(&client, untrack(&queries), combine.clone());
    let shown = if is_agreed_on(&client) {
        let observers = observer.observers();
        let agreed = observers.iter().map(|one| first::agreed(&one.current_result(), one.is_hydratable()));
        Arc::new(combine(&agreed.collect::<Vec<_>>()))
    } else {
        observer.optimistic_result()
    };
    let signal = ArcRwSignal::new(shown);
    if client.environment() == Environment::Browser {
        observe(observer, queries, &signal);
    }
    signal.into()
}

fn observe<T, E, D, C, F>(observer: QueriesObserver<T, E, D, C>, queries: F, signal: &ArcRwSignal<Arc<C>>)
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
    C: PartialEq + Send + Sync + 'static,
    F: Fn() -> Vec<QueryOptions<T, E, D>> + 'static,
{
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (kept, shown) = (Arc::clone(&subscription), signal.clone());
    Effect::new(move |is_mounted: Option<()>| {
        let queries = queries();
        // Nothing that the cache calls in here may count as read by this effect.
        untrack(|| {
            observer.set_queries(queries);
            if is_mounted.is_none() {
                let told = shown.clone();
                let subscribed = observer.subscribe(move |combined| show(&told, combined));
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribed);
            }
            show(&shown, &observer.current_result());
        });
    });
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
}

fn show<C: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<Arc<C>>, combined: &Arc<C>) {
    if *signal.get_untracked() != **combined {
        signal.set(Arc::clone(combined));
    }
}
