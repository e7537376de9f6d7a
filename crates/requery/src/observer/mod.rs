//! Watching one query at a time.

mod attach;
mod erased;
mod memory;
mod queries;
mod result;
mod seen;
mod telling;
mod view;
mod when;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use erased::ErasedObserver;
pub use queries::QueriesObserver;
pub use result::{ErasedResult, QueryResult};

use crate::maybe_send::Held;
use crate::{
    FetchDirection, Fetching, MaybeSend, MaybeSync, QueryClient, QueryKey, QueryOptions, RefetchOptions,
    Subscription,
};

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, D> = fn() -> (T, E, D);

/// Watches one query at a time, and turns its state into a [`QueryResult`].
///
/// It fetches, polls and keeps its query alive while somebody subscribes to it. Clones are the same observer.
///
/// ```
/// use requery::{QueryClient, QueryObserver, QueryOptions, query_key};
/// use requery::runtime::TestRuntime;
///
/// let runtime = TestRuntime::new();
/// let client = QueryClient::new(runtime.clone());
/// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["answer"], |_| async { Ok(42) });
/// let observer = QueryObserver::new(&client, options);
/// let subscription = observer.subscribe(|_result| {});
/// assert!(observer.current_result().is_loading());
/// runtime.run_until_stalled();
/// assert_eq!(observer.current_result().data.as_deref(), Some(&42));
/// subscription.unsubscribe();
/// ```
pub struct QueryObserver<T, E, D = T> {
    erased: ErasedObserver,
    types: PhantomData<Types<T, E, D>>,
}

impl<T, E, D> QueryObserver<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// An observer that nobody listens to yet. It makes the query, but fetches nothing.
    pub fn new(client: &QueryClient, options: QueryOptions<T, E, D>) -> Self {
        Self::from_erased(ErasedObserver::new(client, options.erased))
    }

    /// An observer whose types were erased, seen with types again. Values of other types are left out of its results.
    #[must_use]
    pub fn from_erased(erased: ErasedObserver) -> Self {
        Self { erased, types: PhantomData }
    }

    /// The same observer without its types.
    #[must_use]
    pub fn erased(&self) -> &ErasedObserver {
        &self.erased
    }

    /// F7.1: calls `listener` whenever the result changes, until the subscription is dropped. The first subscription
    /// mounts the observer: it fetches if its options say so.
    pub fn subscribe(
        &self,
        listener: impl Fn(&QueryResult<D, E>) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        self.erased.listen(Arc::new(move |result| listener.get()(&result.clone().typed())))
    }

    /// The result as of now.
    #[must_use]
    pub fn current_result(&self) -> QueryResult<D, E> {
        self.erased.current_result().typed()
    }

    /// F7.8: the result as it will be once the observer has mounted, for a first rendering before that.
    #[must_use]
    pub fn optimistic_result(&self) -> QueryResult<D, E> {
        self.erased.optimistic_result().typed()
    }

    /// F7.2: new options, perhaps of another query.
    pub fn set_options(&self, options: QueryOptions<T, E, D>) {
        self.erased.set_options(options.erased);
    }

    /// F7.8: fetches the query, enabled or not.
    pub fn refetch(&self, options: RefetchOptions) -> Fetching<T, E> {
        self.fetch_page(options, None)
    }

    pub(crate) fn fetch_page(
        &self,
        options: RefetchOptions,
        direction: Option<FetchDirection>,
    ) -> Fetching<T, E> {
        Fetching::from_erased(self.erased.fetch_page(options, direction))
    }

    /// The key of the query that is watched at the moment.
    #[must_use]
    pub fn key(&self) -> QueryKey {
        self.erased.key()
    }

    /// Whether data of the query may be dehydrated.
    #[must_use]
    pub fn is_hydratable(&self) -> bool {
        self.erased.is_hydratable()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.erased.is_same(&other.erased)
    }

    /// The cache that is watched.
    #[must_use]
    pub fn client(&self) -> &QueryClient {
        self.erased.client()
    }
}

impl<T, E, D> Clone for QueryObserver<T, E, D> {
    fn clone(&self) -> Self {
        Self { erased: self.erased.clone(), types: PhantomData }
    }
}

impl<T, E, D> fmt::Debug for QueryObserver<T, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.erased.fmt(f)
    }
}
