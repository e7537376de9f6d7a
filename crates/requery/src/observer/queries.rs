//! Watching a list of queries.

use crate::sync::Mutex;
use std::fmt;
use std::sync::{Arc, Weak};

use super::{QueryObserver, QueryResult};
use crate::client::lock;
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, QueryClient, QueryOptions, Subscription};

type Results<D, E> = Vec<QueryResult<D, E>>;
type Combine<D, E, C> = Arc<dyn Fn(&[QueryResult<D, E>]) -> C + Send + Sync>;
type Listener<C> = Arc<dyn Fn(&Arc<C>) + Send + Sync>;

/// Watches a list of queries of the same types, and combines their results (F11). Clones are the same observer.
///
/// ```
/// use requery::{QueriesObserver, QueryClient, QueryOptions, query_key};
/// use requery::runtime::TestRuntime;
///
/// let runtime = TestRuntime::new();
/// let client = QueryClient::new(runtime.clone());
/// let number = |n: u32| {
///     QueryOptions::<u32, std::io::Error>::new(query_key!["number", n], move |_| async move { Ok(n) })
/// };
/// let sum = QueriesObserver::combining(&client, (1..=3).map(number), |results| {
///     results.iter().filter_map(|result| result.data.as_deref()).sum::<u32>()
/// });
/// let _subscription = sum.subscribe(|_sum| {});
/// runtime.run_until_stalled();
/// assert_eq!(*sum.current_result(), 6);
/// ```
pub struct QueriesObserver<T, E, D = T, C = Vec<QueryResult<D, E>>> {
    client: QueryClient,
    inner: Arc<Inner<T, E, D, C>>,
}

struct Inner<T, E, D, C> {
    me: Weak<Self>,
    combine: Combine<D, E, C>,
    seen: Mutex<Seen<T, E, D, C>>,
}

struct Seen<T, E, D, C> {
    next_id: u64,
    /// In the order of the queries.
    slots: Vec<Slot<T, E, D>>,
    combined: Option<(Results<D, E>, Arc<C>)>,
    listeners: Vec<(u64, Listener<C>)>,
    /// How many calls are mounting observers; listeners are told when they are done.
    mounting: usize,
}

/// Counts as mounting until it is dropped, also where a listener panics.
struct Mounting<'a, T, E, D, C>(&'a Mutex<Seen<T, E, D, C>>);

impl<'a, T, E, D, C> Mounting<'a, T, E, D, C> {
    fn begin(seen: &'a Mutex<Seen<T, E, D, C>>) -> Self {
        lock(seen).mounting += 1;
        Self(seen)
    }
}

impl<T, E, D, C> Drop for Mounting<'_, T, E, D, C> {
    fn drop(&mut self) {
        lock(self.0).mounting -= 1;
    }
}

struct Slot<T, E, D> {
    observer: QueryObserver<T, E, D>,
    subscription: Option<Subscription>,
}

impl<T, E, D> QueriesObserver<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// An observer of these queries that nobody listens to yet. It shows their results in the order of the queries.
    pub fn new(client: &QueryClient, queries: impl IntoIterator<Item = QueryOptions<T, E, D>>) -> Self {
        Self::combining(client, queries, <[QueryResult<D, E>]>::to_vec)
    }
}

impl<T, E, D, C> QueriesObserver<T, E, D, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
    C: PartialEq + Send + Sync + 'static,
{
    /// Like [`QueriesObserver::new`], showing what `combine` makes of the results. It is called when one of them has
    /// changed; listeners are told when it makes something else of them.
    pub fn combining(
        client: &QueryClient,
        queries: impl IntoIterator<Item = QueryOptions<T, E, D>>,
        combine: impl Fn(&[QueryResult<D, E>]) -> C + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let combine = Held::new(combine);
        let slots = queries.into_iter().map(|options| Slot::new(client, options)).collect();
        let seen = Mutex::new(Seen { next_id: 0, slots, combined: None, listeners: Vec::new(), mounting: 0 });
        let inner = Arc::new_cyclic(|me| Inner {
            me: me.clone(),
            combine: Arc::new(move |results: &[QueryResult<D, E>]| combine.get()(results)),
            seen,
        });
        inner.take_over();
        Self { client: client.clone(), inner }
    }

    /// Calls `listener` whenever the combined result changes, until the subscription is dropped. The first subscription
    /// mounts the observers of all queries.
    pub fn subscribe(&self, listener: impl Fn(&Arc<C>) + MaybeSend + MaybeSync + 'static) -> Subscription {
        let listener = Held::new(listener);
        if lock(&self.inner.seen).listeners.is_empty() {
            // What changed while nobody listened is no news for who comes now, nor is what was collected since.
            self.inner.observers().iter().for_each(|observer| observer.erased.arrive());
            self.inner.take_over();
        }
        let mut seen = lock(&self.inner.seen);
        seen.next_id += 1;
        let id = seen.next_id;
        seen.listeners.push((id, Arc::new(move |combined| listener.get()(combined))));
        drop(seen);
        self.mount();
        let observer = self.clone();
        Subscription::new(move || observer.unsubscribe(id))
    }

    fn unsubscribe(&self, id: u64) {
        let mut seen = lock(&self.inner.seen);
        seen.listeners.retain(|(known, _)| *known != id);
        let is_last = seen.listeners.is_empty();
        let ended: Vec<Option<Subscription>> = if is_last {
            seen.slots.iter_mut().map(|slot| slot.subscription.take()).collect()
        } else {
            Vec::new()
        };
        // Ending a subscription calls the cache.
        drop(seen);
        drop(ended);
    }

    /// Subscribes to every query that is not subscribed to yet; what they tell meanwhile is told once.
    fn mount(&self) {
        let unmounted: Vec<QueryObserver<T, E, D>> = {
            let seen = lock(&self.inner.seen);
            let slots = seen.slots.iter().filter(|slot| slot.subscription.is_none());
            slots.map(|slot| slot.observer.clone()).collect()
        };
        let mounting = Mounting::begin(&self.inner.seen);
        for observer in unmounted {
            let inner = Weak::clone(&self.inner.me);
            let subscription = observer.subscribe(move |_| {
                if let Some(inner) = inner.upgrade() {
                    inner.refresh();
                }
            });
            self.keep(&observer, subscription);
        }
        drop(mounting);
        self.inner.refresh();
    }

    /// Unless its query was dropped from the list meanwhile.
    fn keep(&self, observer: &QueryObserver<T, E, D>, subscription: Subscription) {
        let mut seen = lock(&self.inner.seen);
        let is_it =
            |slot: &&mut Slot<T, E, D>| slot.observer.is_same(observer) && slot.subscription.is_none();
        let unused = match seen.slots.iter_mut().find(is_it) {
            Some(slot) => slot.subscription.replace(subscription),
            None => Some(subscription),
        };
        drop(seen);
        drop(unused);
    }

    /// Other queries: those whose key was there before keep their observer.
    pub fn set_queries(&self, queries: impl IntoIterator<Item = QueryOptions<T, E, D>>) {
        let mut old = std::mem::take(&mut lock(&self.inner.seen).slots);
        let (mut slots, mut wanted) = (Vec::new(), Vec::new());
        for options in queries {
            let slot = match old.iter().position(|slot| slot.observer.key() == *options.key()) {
                Some(at) => old.remove(at),
                None => Slot::new(&self.client, options.clone()),
            };
            wanted.push((slot.observer.clone(), options));
            slots.push(slot);
        }
        // What is new is made before what was collected is made again. Of several options for one query the last count.
        wanted.into_iter().for_each(|(observer, options)| observer.set_options(options));
        let has_listeners = {
            let mut seen = lock(&self.inner.seen);
            seen.slots = slots;
            !seen.listeners.is_empty()
        };
        drop(old);
        if has_listeners {
            self.mount();
        }
    }

    /// The combined result as of now.
    #[must_use]
    pub fn current_result(&self) -> Arc<C> {
        self.inner.combined(&self.inner.results(QueryObserver::current_result))
    }

    /// The combined result as it will be once the observers have mounted, for a first rendering before that.
    #[must_use]
    pub fn optimistic_result(&self) -> Arc<C> {
        self.inner.combined(&self.inner.results(QueryObserver::optimistic_result))
    }

    /// The observers of the single queries, in the order of the queries.
    #[must_use]
    pub fn observers(&self) -> Vec<QueryObserver<T, E, D>> {
        self.inner.observers()
    }
}

impl<T, E, D> Slot<T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    fn new(client: &QueryClient, options: QueryOptions<T, E, D>) -> Self {
        Self { observer: QueryObserver::new(client, options), subscription: None }
    }
}

impl<T, E, D, C> Inner<T, E, D, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    D: Send + Sync + 'static,
    C: PartialEq + Send + Sync + 'static,
{
    fn observers(&self) -> Vec<QueryObserver<T, E, D>> {
        lock(&self.seen).slots.iter().map(|slot| slot.observer.clone()).collect()
    }

    fn results(&self, look: impl Fn(&QueryObserver<T, E, D>) -> QueryResult<D, E>) -> Results<D, E> {
        self.observers().iter().map(look).collect()
    }

    /// The last combination while the results are the same, and its value while it is equal.
    fn combined(&self, results: &Results<D, E>) -> Arc<C> {
        let last = lock(&self.seen).combined.clone();
        if let Some((known, combined)) = &last
            && known == results
        {
            return Arc::clone(combined);
        }
        let new = (self.combine)(results);
        match last {
            Some((_, combined)) if *combined == new => combined,
            _ => Arc::new(new),
        }
    }

    /// Takes over what the queries show. Says what it combines to if that is something else than before.
    fn take_over(&self) -> Option<Arc<C>> {
        let results = self.results(QueryObserver::current_result);
        let combined = self.combined(&results);
        let before = lock(&self.seen).combined.replace((results, Arc::clone(&combined)));
        let is_known = before.is_some_and(|(_, known)| Arc::ptr_eq(&known, &combined));
        (!is_known).then_some(combined)
    }

    /// Tells the listeners if the queries combine to something else.
    fn refresh(&self) {
        if lock(&self.seen).mounting > 0 {
            return;
        }
        let Some(combined) = self.take_over() else { return };
        let listeners: Vec<Listener<C>> =
            lock(&self.seen).listeners.iter().map(|(_, listener)| Arc::clone(listener)).collect();
        for listener in listeners {
            listener(&combined);
        }
    }
}

impl<T, E, D, C> Clone for QueriesObserver<T, E, D, C> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), inner: Arc::clone(&self.inner) }
    }
}

impl<T, E, D, C> fmt::Debug for QueriesObserver<T, E, D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueriesObserver")
            .field("queries", &lock(&self.inner.seen).slots.len())
            .finish_non_exhaustive()
    }
}
