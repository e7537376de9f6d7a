//! Options of one query, with its types.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::defaults::shared_setters;
use super::erased::ErasedOptions;
use super::placeholder::Placeholder;
use super::policy::{Policy, Retry, RetryDelay, Setting};
use crate::core::{Codec, DataType, Decode, QueryFn, State, Value, equal, typed};
use crate::entity::{EntityLink, ListRules};
use crate::maybe_send::{Held, hold_future};
use crate::{
    Entity, GcTime, Holds, HoldsList, IntoQueryKey, LiveList, MaybeSend, MaybeSync, NetworkMode,
    QueryContext, QueryKey, QueryPersister, QueryState, RefetchOn, StaleTime, Timestamp,
};

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, D> = fn() -> (T, E, D);

/// What a query is, how it is fetched, and what an observer of it wants.
///
/// `T` is what the cache holds, `E` what the query function fails with, and `D` what observers see after
/// [`QueryOptions::select`].
///
/// ```
/// use std::time::Duration;
/// use requery::{QueryOptions, query_key};
///
/// let todos = QueryOptions::<Vec<String>, std::io::Error>::new(query_key!["todos"], |_ctx| async {
///     Ok(vec!["write".to_owned()])
/// })
/// .stale_time(Duration::from_secs(30))
/// .select(|todos| todos.len());
/// # let _ = todos;
/// ```
pub struct QueryOptions<T, E, D = T> {
    pub(crate) erased: Arc<ErasedOptions>,
    types: PhantomData<Types<T, E, D>>,
}

impl<T, E> QueryOptions<T, E>
where
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// A query: its key, and the function that fetches it.
    pub fn new<F, Fut>(key: impl IntoQueryKey, query_fn: F) -> Self
    where
        F: Fn(QueryContext) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = Result<T, E>> + MaybeSend + 'static,
    {
        let query_fn = Held::new(query_fn);
        Self::fetched_by(key, move |context| hold_future(query_fn.get()(context).map(erase)))
    }

    /// A query whose function gives data and errors of these types, erased.
    pub(crate) fn fetched_by(
        key: impl IntoQueryKey,
        fetch: impl Fn(QueryContext) -> BoxFuture<'static, Result<Value, Value>> + Send + Sync + 'static,
    ) -> Self {
        let mut options = ErasedOptions::new(key.into_query_key(), DataType::of::<T>());
        options.query_fn = Some(QueryFn::Whole(Arc::new(fetch)));
        Self::from_erased(options)
    }

    /// A query that these options do not know how to fetch: they read what others put there. Never fetches by itself.
    pub fn observe_only(key: impl IntoQueryKey) -> Self {
        Self::from_erased(ErasedOptions::new(key.into_query_key(), DataType::of::<T>()))
    }

    /// Shows a part or another view of the data. The cache keeps the data itself, and an observer is only woken when
    /// what was selected changes.
    #[must_use]
    pub fn select<D>(
        self,
        select: impl Fn(&T) -> D + MaybeSend + MaybeSync + 'static,
    ) -> QueryOptions<T, E, D>
    where
        D: PartialEq + Send + Sync + 'static,
    {
        self.try_select(move |data| Ok(select(data)))
    }

    /// Like [`QueryOptions::select`], for a selection that can fail. While it does, the result is an error with the last
    /// data that was selected.
    #[must_use]
    pub fn try_select<D>(
        self,
        select: impl Fn(&T) -> Result<D, E> + MaybeSend + MaybeSync + 'static,
    ) -> QueryOptions<T, E, D>
    where
        D: PartialEq + Send + Sync + 'static,
    {
        let select = Held::new(select);
        let mut options = self.erased;
        let changed = Arc::make_mut(&mut options);
        changed.select = Some(Arc::new(move |data: &Value| select_as(data, |data: &T| select.get()(data))));
        changed.same = equal::<D>;
        QueryOptions { erased: options, types: PhantomData }
    }
}

/// A selection from a value that is one of the options' type: the cache gives no other to them.
fn select_as<T, E, D>(data: &Value, select: impl FnOnce(&T) -> Result<D, E>) -> Result<Value, Value>
where
    T: 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    match data.downcast_ref::<T>() {
        Some(data) => erase(select(data)),
        None => Ok(Arc::clone(data)),
    }
}

pub(crate) fn erase<T, E>(result: Result<T, E>) -> Result<Value, Value>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    match result {
        Ok(data) => Ok(Arc::new(data)),
        Err(error) => Err(Arc::new(error)),
    }
}

impl<T, E, D> QueryOptions<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    shared_setters!();

    /// The options without their types, for [`crate::erased::ErasedObserver`].
    #[must_use]
    pub fn into_erased(self) -> Arc<ErasedOptions> {
        self.erased
    }

    pub(crate) fn from_erased(options: ErasedOptions) -> Self {
        Self { erased: Arc::new(options), types: PhantomData }
    }

    /// The options, copied first where others have them too.
    pub(crate) fn edit(&mut self) -> &mut ErasedOptions {
        Arc::make_mut(&mut self.erased)
    }

    fn policy(&mut self) -> &mut Policy {
        self.edit().policy.edit()
    }

    /// The query's key.
    #[must_use]
    pub fn key(&self) -> &QueryKey {
        &self.erased.key
    }

    /// Whether data of this query may be dehydrated.
    #[must_use]
    pub fn is_hydratable(&self) -> bool {
        self.erased.codec.is_some()
    }

    /// Like `stale_time`, from the query's state.
    #[must_use]
    pub fn stale_time_fn(
        mut self,
        stale_time: impl Fn(&QueryState<T, E>) -> StaleTime + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().stale_time = Some(from_state(stale_time));
        self
    }

    /// Like `enabled`, from the query's state.
    #[must_use]
    pub fn enabled_fn(
        mut self,
        enabled: impl Fn(&QueryState<T, E>) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().enabled = Some(from_state(enabled));
        self
    }

    /// Like `refetch_interval`, asked again after every change of the query; `None` stops polling.
    #[must_use]
    pub fn refetch_interval_fn(
        mut self,
        every: impl Fn(&QueryState<T, E>) -> Option<Duration> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().refetch_interval = Some(from_state(every));
        self
    }

    /// Whether to retry, asked with the number of failures before this one and the error.
    #[must_use]
    pub fn retry_if(mut self, retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.policy().retry = Some(Retry::asking(retry));
        self
    }

    /// How long to wait before a retry, asked like [`QueryOptions::retry_if`].
    #[must_use]
    pub fn retry_delay_fn(
        mut self,
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().retry_delay = Some(RetryDelay::asking(delay));
        self
    }

    /// Shown while there is no data. It is never put into the cache.
    #[must_use]
    pub fn placeholder_data(mut self, data: T) -> Self {
        let data: Value = Arc::new(data);
        self.edit().placeholder = Some(Placeholder::Made(Arc::new(move |_| Some(Arc::clone(&data)))));
        self
    }

    /// Like [`QueryOptions::placeholder_data`], made from the data of the query that this observer watched before, if
    /// that has any.
    #[must_use]
    pub fn placeholder_data_fn(
        mut self,
        placeholder: impl Fn(Option<&Arc<T>>) -> Option<Arc<T>> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let placeholder = Held::new(placeholder);
        self.edit().placeholder = Some(Placeholder::Made(Arc::new(move |previous: Option<&Value>| {
            let previous: Option<Arc<T>> = previous.cloned().and_then(typed);
            Some(placeholder.get()(previous.as_ref())?)
        })));
        self
    }

    /// Shows the data of the previous key until that of the next is there.
    #[must_use]
    pub fn keep_previous_data(mut self) -> Self {
        self.edit().placeholder = Some(Placeholder::Previous);
        self
    }

    /// Put into the cache when the query has no data, as if it had been fetched at
    /// [`QueryOptions::initial_data_updated_at`], or else now.
    #[must_use]
    pub fn initial_data(self, data: T) -> Self
    where
        T: Clone,
    {
        let data = Held::new(data);
        self.initial_data_fn(move || Some(data.get().clone()))
    }

    /// Like [`QueryOptions::initial_data`], asked only when the query has no data.
    #[must_use]
    pub fn initial_data_fn(mut self, data: impl Fn() -> Option<T> + MaybeSend + MaybeSync + 'static) -> Self {
        let data = Held::new(data);
        self.edit().initial = Some(Arc::new(move || Some(Arc::new(data.get()()?))));
        self
    }

    /// When the initial data was current.
    #[must_use]
    pub fn initial_data_updated_at(mut self, at: Timestamp) -> Self {
        self.edit().initial_updated_at = Some(at);
        self
    }

    /// Keeps the data beyond the program's end: it is restored before the query is fetched for the first time, and
    /// persisted after every fetch. Only `hydratable` data is. The network mode becomes [`NetworkMode::OfflineFirst`]
    /// unless it was said otherwise.
    #[must_use]
    pub fn persister(mut self, persister: &QueryPersister) -> Self {
        let persister = Arc::clone(&persister.inner);
        self.edit().persister = Some(persister);
        self
    }

    /// The data shows entities: one that changes is changed in it, wherever the change comes from. Entities that it does
    /// not show are none of its business.
    #[must_use]
    pub fn entity<X: Entity>(self) -> Self
    where
        T: Holds<X>,
    {
        self.link(EntityLink::new::<T, X>(ListRules::None))
    }

    /// The data lists entities, but does not say which: changes of those that it shows are shown, and as any change may
    /// be one of the list, it is invalidated by each.
    #[must_use]
    pub fn list<X: Entity>(self) -> Self
    where
        T: Holds<X>,
    {
        self.link(EntityLink::new::<T, X>(ListRules::Undeclared))
    }

    /// The data lists entities, and this is which: a change moves, inserts or removes a row.
    #[must_use]
    pub fn live_list<X: Entity>(self, list: LiveList<X>) -> Self
    where
        T: HoldsList<X>,
    {
        self.link(EntityLink::declared::<T, X>(list))
    }

    fn link(mut self, link: EntityLink) -> Self {
        let options = self.edit();
        options.links = options.links.iter().cloned().chain([link]).collect();
        self
    }

    /// Lets the data travel as JSON: it may be dehydrated, and hydrated JSON is decoded when these options first meet it.
    #[must_use]
    pub fn hydratable(mut self) -> Self
    where
        T: Serialize + DeserializeOwned,
    {
        self.edit().codec = Some(Codec::of::<T>());
        self
    }

    /// One half of [`hydratable`](Self::hydratable): the data may be dehydrated.
    #[must_use]
    pub fn encoded(mut self) -> Self
    where
        T: Serialize,
    {
        let codec = self.erased.codec.unwrap_or_default().encoding::<T>();
        self.edit().codec = Some(codec);
        self
    }

    /// The other half: hydrated JSON is decoded, by `R` and not by what the type derives. A program that hydrates only
    /// is without the writers of its types.
    ///
    /// ```
    /// use requery::{Decode, DehydrateOptions, QueryClient, QueryOptions, query_key};
    /// use requery::runtime::TestRuntime;
    ///
    /// struct Words;
    ///
    /// impl Decode<usize> for Words {
    ///     fn decode(json: &serde_json::Value) -> Result<usize, serde_json::Error> {
    ///         Ok(json.as_str().unwrap_or_default().split(' ').count())
    ///     }
    /// }
    ///
    /// let runtime = TestRuntime::new();
    /// let (server, page) = (QueryClient::new(runtime.clone()), QueryClient::new(runtime.clone()));
    /// let text = QueryOptions::<_, std::io::Error>::new(query_key!["text"], |_| async { Ok("to and fro".to_owned()) });
    /// runtime.block_on(server.fetch_query(&text.encoded())).unwrap();
    ///
    /// let words = QueryOptions::<_, std::io::Error>::new(query_key!["text"], |_| async { Ok(0_usize) });
    /// page.hydrate(server.dehydrate(&DehydrateOptions::default()));
    /// assert_eq!(*runtime.block_on(page.ensure_query_data(&words.decoded_by::<Words>())).unwrap(), 3);
    /// assert!(page.dehydrate(&DehydrateOptions::default()).queries.is_empty());
    /// ```
    #[must_use]
    pub fn decoded_by<R: Decode<T>>(mut self) -> Self {
        let codec = self.erased.codec.unwrap_or_default().decoding::<T, R>();
        self.edit().codec = Some(codec);
        self
    }
}

fn from_state<T, E, V>(f: impl Fn(&QueryState<T, E>) -> V + MaybeSend + MaybeSync + 'static) -> Setting<V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let f = Held::new(f);
    Setting::From(Arc::new(move |state: &State| f.get()(&QueryState::new(state))))
}

impl<T, E, D> Clone for QueryOptions<T, E, D> {
    fn clone(&self) -> Self {
        Self { erased: Arc::clone(&self.erased), types: PhantomData }
    }
}

impl<T, E, D> fmt::Debug for QueryOptions<T, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.erased.fmt(f)
    }
}
