//! The handle of a cache: applies inputs under the lock, performs effects outside of it.

mod actions;
mod data;
mod defaults;
mod evict;
mod fetch;
mod layers;
mod perform;
mod restoring;
mod weave;

use crate::sync::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use futures::future::{AbortHandle, Abortable};

pub(crate) use defaults::UnsaidRetry;
pub(crate) use fetch::ErasedFetching;
pub use fetch::{Fetching, Settled};
pub use layers::{Layer, LayerBuilder};
pub(crate) use weave::WEAVER;

use crate::core::{Core, Effect, Occasion};
use crate::maybe_send::Held;
use crate::runtime::Runtime;
use crate::{CacheCallbacks, CacheEvent, MaybeSend, MaybeSync, Subscription, Timestamp};
use defaults::Defaults;

/// Where a cache lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    /// With a user who looks at it.
    #[default]
    Browser,
    /// For one request: nothing retries, is collected or polls unless told to.
    Server,
}

/// The handle of a cache. Cloning it is cheap, and all clones are the same cache.
///
/// Methods act when they are called. Those that start something return a future that need not be awaited.
#[derive(Clone)]
pub struct QueryClient {
    inner: Arc<Inner>,
}

struct Inner {
    core: Mutex<Shared>,
    runtime: Arc<dyn Runtime>,
    defaults: Mutex<Defaults>,
    subscribers: Mutex<Vec<(u64, Subscriber)>>,
    timer: Mutex<Option<AbortHandle>>,
    callbacks: CacheCallbacks,
    /// What an eviction has to remove.
    kept: Mutex<Vec<evict::Kept>>,
    #[cfg(feature = "devtools")]
    errors: Mutex<Vec<crate::devtools::OfferedError>>,
}

/// Told what happened, and why if that was said.
type Subscriber = Arc<dyn Fn(&CacheEvent, Option<&Arc<str>>) + Send + Sync>;

struct Shared {
    core: Core,
    /// Somebody performs effects. Whoever adds some meanwhile leaves them to them, so that they keep their order.
    performing: bool,
    mounts: usize,
    /// When the driver wakes the cache.
    armed: Option<Timestamp>,
}

impl Shared {
    /// Whether a timer is due before the driver wakes the cache.
    fn wakes_too_late(&self) -> bool {
        let deadline = self.core.next_deadline();
        deadline.is_some_and(|at| self.armed.is_none_or(|armed| at < armed))
    }
}

/// Settings of a cache.
pub struct QueryClientBuilder {
    runtime: Arc<dyn Runtime>,
    environment: Environment,
    callbacks: CacheCallbacks,
    coalesce: bool,
    settle_after: Duration,
}

impl QueryClientBuilder {
    /// Where the cache lives. Default: in a browser.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// What to call for everything in the cache.
    #[must_use]
    pub fn callbacks(mut self, callbacks: CacheCallbacks) -> Self {
        self.callbacks = callbacks;
        self
    }

    /// Whether observers are told of changes by a task of their own, once of all that changed until it runs: on the next
    /// microtask in a browser. Results that are asked for are current all the same. Default: no, they are told at once.
    #[must_use]
    pub fn coalesce_updates(mut self, coalesce: bool) -> Self {
        self.coalesce = coalesce;
        self
    }

    /// How long lists wait that a change of an entity leaves in doubt before they are invalidated, so that a burst of
    /// changes costs one request a list. Default: not at all.
    #[must_use]
    pub fn settle_after(mut self, wait: Duration) -> Self {
        self.settle_after = wait;
        self
    }

    /// The cache.
    #[must_use]
    pub fn build(self) -> QueryClient {
        let mut core = Core::new(self.environment == Environment::Server);
        core.has_fetch_callbacks = self.callbacks.hears_queries();
        core.coalesce_updates(self.coalesce);
        core.settle_after(self.settle_after);
        QueryClient {
            inner: Arc::new(Inner {
                core: Mutex::new(Shared { core, performing: false, mounts: 0, armed: None }),
                runtime: self.runtime,
                defaults: Mutex::default(),
                subscribers: Mutex::default(),
                timer: Mutex::default(),
                callbacks: self.callbacks,
                kept: Mutex::default(),
                #[cfg(feature = "devtools")]
                errors: Mutex::default(),
            }),
        }
    }
}

impl fmt::Debug for QueryClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryClientBuilder").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl QueryClient {
    /// An empty cache on a driver, as a browser has one.
    pub fn new(runtime: impl Runtime) -> Self {
        Self::builder(runtime).build()
    }

    /// An empty cache for one request on a server.
    pub fn server(runtime: impl Runtime) -> Self {
        Self::builder(runtime).environment(Environment::Server).build()
    }

    /// Settings for an empty cache on a driver.
    pub fn builder(runtime: impl Runtime) -> QueryClientBuilder {
        QueryClientBuilder {
            runtime: Arc::new(runtime),
            environment: Environment::default(),
            callbacks: CacheCallbacks::default(),
            coalesce: false,
            settle_after: Duration::ZERO,
        }
    }

    /// Where the cache lives.
    #[must_use]
    pub fn environment(&self) -> Environment {
        if self.read(|core| core.server) { Environment::Server } else { Environment::Browser }
    }

    /// Whether both are handles of one cache.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The driver's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.runtime.now()
    }

    /// Timers that the cache has set: zero once everything is settled, unobserved and collected.
    #[must_use]
    pub fn timer_count(&self) -> usize {
        self.read(Core::timer_count)
    }

    /// Queries in the cache.
    #[must_use]
    pub fn query_count(&self) -> usize {
        self.read(Core::len)
    }

    /// F1.1: from now on, gaining focus and reconnecting refetch. Counted; [`QueryClient::unmount`] ends it.
    pub fn mount(&self) {
        self.lock().mounts += 1;
    }

    /// Ends one [`QueryClient::mount`].
    pub fn unmount(&self) {
        let mut shared = self.lock();
        shared.mounts = shared.mounts.saturating_sub(1);
    }

    /// Tells the cache whether the user looks at it. Retries wait while they do not.
    pub fn set_focused(&self, focused: bool) {
        self.refresh_policies();
        self.apply_shared(|shared| {
            let came_back = !std::mem::replace(&mut shared.core.focused, focused) && focused;
            if came_back && shared.mounts > 0 {
                shared.core.come_back(Occasion::Focus);
            }
        });
    }

    /// Whether the user looks.
    #[must_use]
    pub fn is_focused(&self) -> bool {
        self.read(|core| core.focused)
    }

    /// Tells the cache whether there is a network. Fetches wait while there is none.
    pub fn set_online(&self, online: bool) {
        self.refresh_policies();
        self.apply_shared(|shared| {
            let came_back = !std::mem::replace(&mut shared.core.online, online) && online;
            if came_back && shared.mounts > 0 {
                shared.core.come_back(Occasion::Online);
            }
        });
    }

    /// Whether there is a network.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.read(|core| core.online)
    }

    /// Calls `listener` with everything that happens in the cache, until the subscription is dropped.
    pub fn subscribe(
        &self,
        listener: impl Fn(&CacheEvent) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        self.subscribe_with_cause(move |event, _cause| listener.get()(event))
    }

    pub(crate) fn subscribe_with_cause(
        &self,
        listener: impl Fn(&CacheEvent, Option<&Arc<str>>) + Send + Sync + 'static,
    ) -> Subscription {
        let id = self.apply(|core| {
            core.has_subscribers = true;
            core.next_id()
        });
        lock(&self.inner.subscribers).push((id, Arc::new(listener)));
        let inner = Arc::downgrade(&self.inner);
        Subscription::new(move || {
            if let Some(client) = Self::upgrade(&inner) {
                client.unsubscribe(id);
            }
        })
    }

    fn unsubscribe(&self, id: u64) {
        let mut subscribers = lock(&self.inner.subscribers);
        subscribers.retain(|(known, _)| *known != id);
        let has_subscribers = !subscribers.is_empty();
        drop(subscribers);
        self.apply(|core| core.has_subscribers = has_subscribers);
    }

    pub(crate) fn downgrade(&self) -> WeakClient {
        WeakClient(Arc::downgrade(&self.inner))
    }

    fn upgrade(inner: &Weak<Inner>) -> Option<Self> {
        inner.upgrade().map(|inner| Self { inner })
    }

    pub(crate) fn callbacks(&self) -> &CacheCallbacks {
        &self.inner.callbacks
    }

    pub(crate) fn runtime(&self) -> &dyn Runtime {
        &*self.inner.runtime
    }

    #[cfg(feature = "devtools")]
    pub(crate) fn offered_errors(&self) -> MutexGuard<'_, Vec<crate::devtools::OfferedError>> {
        lock(&self.inner.errors)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.inner.core)
    }

    pub(crate) fn read<R>(&self, read: impl FnOnce(&Core) -> R) -> R {
        read(&self.lock().core)
    }

    /// Applies one input, then performs what follows from it.
    pub(crate) fn apply<R>(&self, input: impl FnOnce(&mut Core) -> R) -> R {
        self.apply_shared(|shared| input(&mut shared.core))
    }

    // There are many inputs: what is the same for all of them is apart.
    fn apply_shared<R>(&self, input: impl FnOnce(&mut Shared) -> R) -> R {
        let mut shared = self.begin_input();
        let result = input(&mut shared);
        self.end_input(shared);
        result
    }

    fn begin_input(&self) -> MutexGuard<'_, Shared> {
        let now = self.inner.runtime.now();
        let mut shared = self.lock();
        shared.core.set_now(now);
        shared
    }

    fn end_input(&self, mut shared: MutexGuard<'_, Shared>) {
        let was_performing = shared.performing;
        let mine = !was_performing && !shared.core.effects.is_empty();
        shared.performing |= mine;
        let wakes_too_late = !was_performing && !mine && shared.wakes_too_late();
        drop(shared);
        // Whoever performs effects arms the timer after them: what they start comes before what is due later.
        if wakes_too_late || (mine && self.perform_all()) {
            self.arm_timer();
        }
    }

    /// Says whether a timer is due before the driver wakes the cache.
    fn perform_all(&self) -> bool {
        // Effects call user code: should it panic, the next input must not believe that somebody is still at it.
        let mut turn = Turn { client: self, wakes_too_late: None };
        let mut effects = VecDeque::new();
        while turn.take(&mut effects) {
            effects.drain(..).for_each(|effect| self.perform(effect));
        }
        turn.wakes_too_late.unwrap_or_default()
    }

    /// Makes sure that the driver wakes the cache when its first timer is due.
    fn arm_timer(&self) {
        let mut timer = lock(&self.inner.timer);
        let mut shared = self.lock();
        let Some(at) = shared.core.next_deadline().filter(|_| shared.wakes_too_late()) else { return };
        shared.armed = Some(at);
        drop(shared);
        let (handle, registration) = AbortHandle::new_pair();
        if let Some(later) = timer.replace(handle) {
            later.abort();
        }
        let sleep = Abortable::new(self.inner.runtime.sleep_until(at), registration);
        let client = self.downgrade();
        self.inner.runtime.spawn(Box::pin(async move {
            if sleep.await.is_ok()
                && let Some(client) = client.upgrade()
            {
                client.timer_fired();
            }
        }));
    }

    fn timer_fired(&self) {
        *lock(&self.inner.timer) = None;
        self.lock().armed = None;
        self.apply(Core::timers_due);
    }
}

/// The right to perform effects, given back when it is dropped.
struct Turn<'a> {
    client: &'a QueryClient,
    /// Known when nothing is left to perform.
    wakes_too_late: Option<bool>,
}

impl Turn<'_> {
    /// Exchanges an empty queue for what there is to perform; false when there is nothing.
    fn take(&mut self, effects: &mut VecDeque<Effect>) -> bool {
        let mut shared = self.client.lock();
        let is_done = shared.core.effects.is_empty();
        // Also at the end: the queue that is larger is kept for the next effects.
        if !is_done || shared.core.effects.capacity() < effects.capacity() {
            std::mem::swap(&mut shared.core.effects, effects);
        }
        if is_done {
            shared.performing = false;
            self.wakes_too_late = Some(shared.wakes_too_late());
        }
        !is_done
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.wakes_too_late.is_none() {
            self.client.lock().performing = false;
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(timer) = lock(&self.timer).take() {
            timer.abort();
        }
    }
}

/// A handle that does not keep the cache alive.
#[derive(Clone)]
pub(crate) struct WeakClient(Weak<Inner>);

impl WeakClient {
    pub(crate) fn upgrade(&self) -> Option<QueryClient> {
        QueryClient::upgrade(&self.0)
    }
}

// No user code runs while a lock is held, so a poisoned one still guards consistent data.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for QueryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.lock();
        f.debug_struct("QueryClient")
            .field("queries", &shared.core.len())
            .field("fetching", &shared.core.fetching())
            .finish_non_exhaustive()
    }
}
