//! `use_query`, and its result as signals.

mod first;
mod many;

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{GetValue, Owner, StoredValue, on_cleanup, untrack};
use requery::erased::{ErasedObserver, ErasedOptions, ErasedResult};
use requery::{
    Environment, FetchStatus, Fetching, InfiniteData, InfiniteQueryOptions, QueryClient, QueryKey,
    QueryObserver, QueryOptions, QueryResult, QueryStatus, RefetchOptions, Subscription, Timestamp,
};

use crate::cell::{Cell, address, fields};
use crate::reaction::react;
use crate::{Erased, typed, use_query_client};
pub use many::use_queries;

fields! {
    /// A part of a result that can be read on its own.
    Field of ErasedResult {
        Data => |result| address(result.data.as_ref()),
        Error => |result| address(result.error.as_ref()),
        FailureReason => |result| address(result.failure_reason.as_ref()),
        Status => |result| result.status,
        FetchStatus => |result| result.fetch_status,
        IsPending => |result| result.is_pending(),
        IsSuccess => |result| result.is_success(),
        IsError => |result| result.is_error(),
        IsLoadingError => |result| result.is_loading_error(),
        IsRefetchError => |result| result.is_refetch_error(),
        IsFetching => |result| result.is_fetching(),
        IsLoading => |result| result.is_loading(),
        IsRefetching => |result| result.is_refetching(),
        IsPaused => |result| result.is_paused(),
        IsStale => |result| result.is_stale,
        IsPlaceholderData => |result| result.is_placeholder_data,
        IsFetched => |result| result.is_fetched,
        IsFetchedAfterMount => |result| result.is_fetched_after_mount,
        IsEnabled => |result| result.is_enabled,
        FailureCount => |result| result.failure_count,
        DataUpdatedAt => |result| result.data_updated_at,
        ErrorUpdatedAt => |result| result.error_updated_at,
        ErrorUpdateCount => |result| result.error_update_count,
        HasNextPage => |result| result.has_next_page(),
        HasPreviousPage => |result| result.has_previous_page(),
        IsFetchingNextPage => |result| result.is_fetching_next_page(),
        IsFetchingPreviousPage => |result| result.is_fetching_previous_page(),
        IsFetchNextPageError => |result| result.is_fetch_next_page_error(),
        IsFetchPreviousPageError => |result| result.is_fetch_previous_page_error(),
    }
}

/// Observes a query for as long as the component lives.
///
/// `options` is a reactive function: when signals that it reads change, the observer takes its new result, and a new key
/// switches the query. The first rendering reads the cache; subscribing and fetching begin afterwards, in the browser
/// only.
pub fn use_query<T, E, D, F>(options: F) -> UseQuery<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
    F: Fn() -> QueryOptions<T, E, D> + 'static,
{
    UseQuery { shared: watch(Box::new(move || options().into_erased())), types: PhantomData }
}

type Options = Box<dyn Fn() -> Arc<ErasedOptions>>;

/// A query as the hook knows it, without its types: all of it is compiled once.
struct Shared {
    observer: ErasedObserver,
    result: Cell<Field>,
}

fn watch(options: Options) -> StoredValue<Arc<Shared>> {
    let client = use_query_client();
    let observer = untrack(|| ErasedObserver::new(&client, options()));
    let shared = Arc::new(Shared { result: Cell::new(first_result(&client, &observer)), observer });
    if client.environment() == Environment::Browser {
        observe(&shared, options);
    }
    StoredValue::new(shared)
}

fn first_result(client: &QueryClient, observer: &ErasedObserver) -> ErasedResult {
    if is_agreed_on(client) {
        first::agreed(&observer.current_result(), observer.is_hydratable())
    } else {
        observer.optimistic_result()
    }
}

/// Whether server and browser have to show the same now.
fn is_agreed_on(client: &QueryClient) -> bool {
    let hydrates = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
    client.environment() == Environment::Server || hydrates
}

/// Follows the options and the query until the component goes.
fn observe(shared: &Arc<Shared>, options: Options) {
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (followed, kept) = (Arc::clone(shared), Arc::clone(&subscription));
    let mut is_mounted = false;
    react(Box::new(move || {
        let options = options();
        // Nothing that the cache calls in here may count as read by this effect.
        untrack(|| {
            followed.observer.set_options(options);
            if !is_mounted {
                is_mounted = true;
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribe(&followed));
            }
            followed.result.publish(&followed.observer.current_result());
        });
    }));
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
}

fn subscribe(shared: &Arc<Shared>) -> Subscription {
    let listener = Arc::downgrade(shared);
    shared.observer.subscribe(move |result| {
        if let Some(shared) = listener.upgrade() {
            shared.result.publish(result);
        }
    })
}

fn read<R>(shared: StoredValue<Arc<Shared>>, field: Field, read: impl FnOnce(&ErasedResult) -> R) -> R {
    match shared.try_get_value() {
        Some(shared) => shared.result.read(field, read),
        None => read(&ErasedResult::default()),
    }
}

fn data(shared: StoredValue<Arc<Shared>>) -> Option<Erased> {
    read(shared, Field::Data, |result| result.data.clone())
}

fn error(shared: StoredValue<Arc<Shared>>) -> Option<Erased> {
    read(shared, Field::Error, |result| result.error.clone())
}

fn failure_reason(shared: StoredValue<Arc<Shared>>) -> Option<Erased> {
    read(shared, Field::FailureReason, |result| result.failure_reason.clone())
}

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, D> = fn() -> (T, E, D);

/// A query's result as signals. Each getter tracks its own field: who reads it wakes when that changes, and only then.
///
/// After the component is gone, getters say that there is nothing.
pub struct UseQuery<T: 'static, E: 'static, D: 'static = T> {
    shared: StoredValue<Arc<Shared>>,
    types: PhantomData<Types<T, E, D>>,
}

/// Getters of what has the same type in every result.
macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $field:ident -> $type:ty = |$result:ident| $value:expr;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> $type {
            // A function and not a closure: that would be another one for every type of data.
            fn value($result: &ErasedResult) -> $type {
                $value
            }
            read(self.shared, Field::$field, value)
        }
    )*};
}

impl<T, E, D> UseQuery<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// What to show.
    #[must_use]
    pub fn data(&self) -> Option<Arc<D>> {
        typed(data(self.shared))
    }

    /// Why the last fetch, or the selection, failed.
    #[must_use]
    pub fn error(&self) -> Option<Arc<E>> {
        typed(error(self.shared))
    }

    /// Why the current or last fetch failed last.
    #[must_use]
    pub fn failure_reason(&self) -> Option<Arc<E>> {
        typed(failure_reason(self.shared))
    }

    /// Everything at once: wakes whenever anything changes.
    #[must_use]
    pub fn result(&self) -> QueryResult<D, E> {
        read(self.shared, Field::Any, ErasedResult::clone).typed()
    }

    getters! {
        /// Whether there is something to show.
        status: Status -> QueryStatus = |result| result.status;
        /// Whether the query is being fetched.
        fetch_status: FetchStatus -> FetchStatus = |result| result.fetch_status;
        /// There is nothing to show yet.
        is_pending: IsPending -> bool = |result| result.is_pending();
        /// There is something to show, and nothing failed since.
        is_success: IsSuccess -> bool = |result| result.is_success();
        /// The last fetch, or the selection, failed.
        is_error: IsError -> bool = |result| result.is_error();
        /// It failed, and there is nothing to show.
        is_loading_error: IsLoadingError -> bool = |result| result.is_loading_error();
        /// It failed, and there is older data.
        is_refetch_error: IsRefetchError -> bool = |result| result.is_refetch_error();
        /// The query is being fetched.
        is_fetching: IsFetching -> bool = |result| result.is_fetching();
        /// The query is being fetched for the first time.
        is_loading: IsLoading -> bool = |result| result.is_loading();
        /// The query is being fetched, and there is something to show meanwhile.
        is_refetching: IsRefetching -> bool = |result| result.is_refetching();
        /// A fetch waits for the network or for focus.
        is_paused: IsPaused -> bool = |result| result.is_paused();
        /// The data is too old, or invalid.
        is_stale: IsStale -> bool = |result| result.is_stale;
        /// What is shown is placeholder data, or that of the previous key.
        is_placeholder_data: IsPlaceholderData -> bool = |result| result.is_placeholder_data;
        /// Some fetch has ended, well or not.
        is_fetched: IsFetched -> bool = |result| result.is_fetched;
        /// Some fetch has ended since the component came to this query.
        is_fetched_after_mount: IsFetchedAfterMount -> bool = |result| result.is_fetched_after_mount;
        /// The query fetches by itself.
        is_enabled: IsEnabled -> bool = |result| result.is_enabled;
        /// How often the current or last fetch has failed.
        failure_count: FailureCount -> u32 = |result| result.failure_count;
        /// When the data was fetched or set last.
        data_updated_at: DataUpdatedAt -> Timestamp = |result| result.data_updated_at;
        /// When a fetch, or the selection, failed last.
        error_updated_at: ErrorUpdatedAt -> Timestamp = |result| result.error_updated_at;
        /// How many fetches have failed.
        error_update_count: ErrorUpdateCount -> u64 = |result| result.error_update_count;
        /// There is a page after the last of an infinite query.
        has_next_page: HasNextPage -> bool = |result| result.has_next_page();
        /// There is a page before the first.
        has_previous_page: HasPreviousPage -> bool = |result| result.has_previous_page();
        /// The page after the last is being fetched.
        is_fetching_next_page: IsFetchingNextPage -> bool = |result| result.is_fetching_next_page();
        /// The page before the first is being fetched.
        is_fetching_previous_page: IsFetchingPreviousPage -> bool = |result| result.is_fetching_previous_page();
        /// The page after the last could not be fetched.
        is_fetch_next_page_error: IsFetchNextPageError -> bool = |result| result.is_fetch_next_page_error();
        /// The page before the first could not be fetched.
        is_fetch_previous_page_error: IsFetchPreviousPageError -> bool =
            |result| result.is_fetch_previous_page_error();
    }

    /// Reads the data without taking a reference to it.
    pub fn with_data<R>(&self, read: impl FnOnce(&D) -> R) -> Option<R> {
        self.data().map(|data| read(&data))
    }

    /// Fetches the query now, enabled or not, in place of a fetch in flight. Does nothing once the component is gone.
    pub fn refetch(&self) -> Option<Fetching<T, E>> {
        Some(self.observer()?.refetch(RefetchOptions::default()))
    }

    /// The result once there is something to show, or once that has failed: what a `Suspend` inside of a `<Suspense>`
    /// awaits. A query without data is fetched for it, enabled or not, on the server too; all who wait share one fetch.
    ///
    /// Nothing is tracked. Once the component is gone, the result is that of no query.
    pub fn ready(&self) -> impl Future<Output = QueryResult<D, E>> + Send + use<T, E, D> {
        let observer = self.observer();
        // It begins here and not when it is first polled: views that are rendered one after the other fetch side by side.
        let fetching = observer
            .as_ref()
            .filter(|it| it.current_result().is_pending())
            .map(|observer| observer.refetch(RefetchOptions { cancel_refetch: false }).settled());
        async move {
            if let Some(fetching) = fetching {
                fetching.await;
            }
            observer.map(|observer| observer.current_result()).unwrap_or_default()
        }
    }

    /// The key of the query that is observed at the moment; not tracked.
    #[must_use]
    pub fn key(&self) -> Option<QueryKey> {
        Some(self.shared.try_get_value()?.observer.key())
    }

    fn observer(&self) -> Option<QueryObserver<T, E, D>> {
        Some(QueryObserver::from_erased(self.shared.try_get_value()?.observer.clone()))
    }
}

/// Observes a query of pages: [`use_query`], whose result can fetch one more page.
pub fn use_infinite_query<P, E, C, D, F>(options: F) -> UseInfiniteQuery<P, E, C, D>
where
    P: Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Send + Sync + 'static,
    D: Send + Sync + 'static,
    F: Fn() -> InfiniteQueryOptions<P, E, C, D> + 'static,
{
    use_query(options)
}

/// An infinite query's result as signals.
pub type UseInfiniteQuery<P, E, C, D = InfiniteData<P, C>> = UseQuery<InfiniteData<P, C>, E, D>;

impl<P, E, C, D> UseQuery<InfiniteData<P, C>, E, D>
where
    P: Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// Fetches the page after the last, if there is one. Does nothing once the component is gone.
    pub fn fetch_next_page(&self) -> Option<Fetching<InfiniteData<P, C>, E>> {
        Some(self.observer()?.fetch_next_page(RefetchOptions::default()))
    }

    /// Fetches the page before the first, if there is one. Does nothing once the component is gone.
    pub fn fetch_previous_page(&self) -> Option<Fetching<InfiniteData<P, C>, E>> {
        Some(self.observer()?.fetch_previous_page(RefetchOptions::default()))
    }
}

impl<T, E, D> Clone for UseQuery<T, E, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E, D> Copy for UseQuery<T, E, D> {}

impl<T, E, D> fmt::Debug for UseQuery<T, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseQuery").finish_non_exhaustive()
    }
}
