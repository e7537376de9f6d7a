//! Watching one query at a time, whatever its types: the whole of an observer, compiled once.

use crate::sync::Mutex;
use std::fmt;
use std::sync::Arc;

use super::memory::Memory;
use super::result::ErasedResult;
use super::seen::Seen;
use super::telling::Telling;
use super::view::View;
use crate::client::{ErasedFetching, UnsaidRetry, lock};
use crate::core::{Data, ObserverHook, ObserverId, ObserverPolicy, QuerySpec, StartFetch, State};
use crate::maybe_send::Held;
use crate::options::ErasedOptions;
use crate::{
    CacheEvent, FetchDirection, MaybeSend, MaybeSync, QueryClient, QueryKey, RefetchOptions, Subscription,
};

/// A [`crate::QueryObserver`] without its types, for adapters that are to be compiled once for all queries.
#[derive(Clone)]
pub struct ErasedObserver {
    client: QueryClient,
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) seen: Mutex<Seen>,
    listeners: Mutex<Listeners>,
    telling: Telling,
}

pub(crate) type Listener = Arc<dyn Fn(&ErasedResult) + Send + Sync>;

struct Listeners {
    next_id: u64,
    all: Vec<(u64, Listener)>,
}

impl Listeners {
    /// A snapshot, which stays as it is while they come and go. Where there is only one, nothing is allocated for it.
    fn all(&self) -> (Option<Listener>, Vec<Listener>) {
        let mut all = self.all.iter().map(|(_, listener)| Arc::clone(listener));
        (all.next(), all.collect())
    }
}

impl ErasedObserver {
    /// An observer that nobody listens to yet. It makes the query, but fetches nothing.
    #[must_use]
    pub fn new(client: &QueryClient, options: Arc<ErasedOptions>) -> Self {
        let spec = client.spec(&options, UnsaidRetry::Default);
        let built = client.build(&spec);
        let blind = built.is_err();
        if !blind {
            client.apply(|core| core.set_spec(&spec));
        }
        let built = client.read(|core| core.state(&spec.key)).filter(|_| !blind);
        let state = built.unwrap_or_else(|| Arc::new(State::pending()));
        let seen = Seen {
            wants: spec.policy.observe(&state, options.query_fn.is_some()),
            memory: Memory::new(&state),
            result: ErasedResult::default(),
            id: None,
            generation: 0,
            options,
            spec,
            state,
            blind,
        };
        let listeners = Mutex::new(Listeners { next_id: 0, all: Vec::new() });
        let inner = Arc::new(Inner { seen: Mutex::new(seen), listeners, telling: Telling::default() });
        inner.look(client, Look::Quietly);
        Self { client: client.clone(), inner }
    }

    /// F7.1: calls `listener` whenever the result changes, until the subscription is dropped. The first subscription
    /// mounts the observer: it fetches if its options say so.
    pub fn subscribe(
        &self,
        listener: impl Fn(&ErasedResult) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        self.listen(Arc::new(move |result| listener.get()(result)))
    }

    pub(crate) fn listen(&self, listener: Listener) -> Subscription {
        self.arrive();
        let mut listeners = lock(&self.inner.listeners);
        listeners.next_id += 1;
        let id = listeners.next_id;
        if listeners.all.is_empty() {
            // Most observers have one for good.
            listeners.all = Vec::with_capacity(1);
        }
        listeners.all.push((id, listener));
        let is_first = listeners.all.len() == 1;
        drop(listeners);
        if is_first {
            self.mount();
        }
        let observer = self.clone();
        Subscription::new(move || observer.unsubscribe(id))
    }

    /// The query may have been collected since the observer was made. That is no news for who comes now.
    pub(super) fn arrive(&self) {
        if !self.inner.has_listeners() && self.inner.adopt(&self.client) == Ok(true) {
            self.inner.look(&self.client, Look::Quietly);
        }
    }

    fn unsubscribe(&self, id: u64) {
        let mut listeners = lock(&self.inner.listeners);
        listeners.all.retain(|(known, _)| *known != id);
        let is_last = listeners.all.is_empty();
        drop(listeners);
        if is_last {
            let mut seen = lock(&self.inner.seen);
            let (key, id) = (seen.spec.key.clone(), seen.id.take());
            drop(seen);
            if let Some(id) = id {
                self.client.apply(|core| core.remove_observer(&key, id));
            }
        }
    }

    fn mount(&self) {
        let spec = self.inner.spec_to_fetch(&self.client);
        if self.client.build(&spec).is_err() {
            return;
        }
        self.inner.attach(&self.client);
        if !self.client.is_restoring() {
            self.inner.fetch_if(&self.client, &spec, |view| view.fetches_on_mount());
        }
        self.inner.look(&self.client, Look::Updated);
    }

    /// The result as of now.
    #[must_use]
    pub fn current_result(&self) -> ErasedResult {
        self.inner.look(&self.client, Look::Quietly)
    }

    /// F7.8: the result as it will be once the observer has mounted, for a first rendering before that.
    #[must_use]
    pub fn optimistic_result(&self) -> ErasedResult {
        self.arrive();
        let mut seen = self.inner.fresh(&self.client);
        let mut memory = std::mem::take(&mut seen.memory);
        let view = seen.view(self.client.now());
        if seen.id.is_some() || !view.fetches_on_mount() {
            return view.result(&mut memory);
        }
        let ahead = view.about_to_fetch(self.client.is_online());
        View { state: &ahead, ..view }.result(&mut memory)
    }

    /// F7.2: new options, perhaps of another query.
    pub fn set_options(&self, options: Arc<ErasedOptions>) {
        let spec = self.client.spec(&options, UnsaidRetry::Default);
        let blind = self.client.build(&spec).is_err();
        let built = self.client.read(|core| core.state(&spec.key)).filter(|_| !blind);
        let state = built.unwrap_or_else(|| Arc::new(State::pending()));
        let wants = spec.policy.observe(&state, options.query_fn.is_some());
        let change = self.take_options(options, Arc::clone(&spec), state, wants, blind);
        if !blind {
            self.follow(&change, &spec);
        }
        let is_other_query = change.left.is_some();
        self.inner.look(&self.client, if is_other_query { Look::Updated } else { Look::Again });
    }

    fn take_options(
        &self,
        options: Arc<ErasedOptions>,
        spec: Arc<QuerySpec>,
        state: Arc<State>,
        wants: ObserverPolicy,
        blind: bool,
    ) -> Change {
        let mut seen = lock(&self.inner.seen);
        let is_other_query =
            seen.spec.key != spec.key || seen.blind != blind || seen.state.query != state.query;
        let left = is_other_query.then(|| (seen.spec.key.clone(), seen.id.take()));
        let before = (Arc::clone(&seen.spec), seen.options.query_fn.is_some());
        if is_other_query {
            seen.memory.counts_at_mount = state.counts();
        }
        seen.generation += 1;
        (seen.options, seen.spec, seen.state, seen.wants, seen.blind) = (options, spec, state, wants, blind);
        drop(seen);
        Change { left, before, is_mounted: self.inner.has_listeners() }
    }

    /// Leaves the previous query for the new one, gives it the options, and fetches it if it is stale.
    fn follow(&self, change: &Change, spec: &Arc<QuerySpec>) {
        if let Some((key, Some(id))) = &change.left {
            self.client.apply(|core| core.remove_observer(key, *id));
        }
        if change.is_mounted {
            self.inner.attach(&self.client);
        }
        self.client.apply(|core| core.set_spec(spec));
        if !change.is_mounted {
            return;
        }
        self.client.apply(|core| core.event(|| CacheEvent::ObserverOptionsUpdated { key: spec.key.clone() }));
        // Would the options from before fetch the query as it is now?
        let was_enabled = |state: &State| change.before.0.policy.observe(state, change.before.1).enabled;
        let may =
            |state: &State| (change.left.is_some() || !was_enabled(state)) && !self.client.is_restoring();
        self.inner.fetch_if(&self.client, spec, |view| may(view.state) && view.is_stale());
    }

    /// F7.8: fetches the query, enabled or not: all of it, or one more of its pages.
    pub(crate) fn fetch_page(
        &self,
        options: RefetchOptions,
        direction: Option<FetchDirection>,
    ) -> ErasedFetching {
        let is_other = match self.inner.adopt(&self.client) {
            Ok(is_other) => is_other,
            Err(error) => return ErasedFetching::failed(&self.key(), error),
        };
        if is_other && !self.inner.has_listeners() {
            // What it shows is of now, and not of when somebody listens.
            self.inner.look(&self.client, Look::Quietly);
        }
        if self.inner.has_listeners() {
            self.inner.attach(&self.client);
        }
        let spec = self.inner.spec_to_fetch(&self.client);
        let fetching = self.client.start_fetch(&spec, options.cancel_refetch, direction);
        if is_other && self.inner.has_listeners() {
            self.inner.look_again(&self.client);
        }
        fetching
    }

    /// The key of the query that is watched at the moment.
    #[must_use]
    pub fn key(&self) -> QueryKey {
        lock(&self.inner.seen).spec.key.clone()
    }

    /// Whether data of the query may be dehydrated.
    #[must_use]
    pub fn is_hydratable(&self) -> bool {
        lock(&self.inner.seen).options.codec.is_some()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The cache that is watched.
    #[must_use]
    pub fn client(&self) -> &QueryClient {
        &self.client
    }
}

/// Why an observer looks at its query.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Somebody asked. Listeners and timers are left alone.
    Quietly,
    /// Time or options may have changed what it shows.
    Again,
    /// The query changed: timers start anew.
    Updated,
}

struct Change {
    /// The query that is no longer watched.
    left: Option<(QueryKey, Option<ObserverId>)>,
    /// The options that it had, and whether they could fetch.
    before: (Arc<QuerySpec>, bool),
    is_mounted: bool,
}

pub(super) fn start(spec: &Arc<QuerySpec>, cancel_refetch: bool) -> StartFetch {
    StartFetch { spec: Some(Arc::clone(spec)), cancel_refetch, ..StartFetch::default() }
}

impl Inner {
    /// Looks at the query, takes the result over, and tells the listeners if it changed.
    fn look(&self, client: &QueryClient, how: Look) -> ErasedResult {
        self.look_at(client, None, how)
    }

    /// Looks at a state that the query was just in, or at the one that it is in now.
    fn look_at(&self, client: &QueryClient, state: Option<&Arc<State>>, how: Look) -> ErasedResult {
        loop {
            let mut seen = self.fresh_at(client, state);
            let mut memory = std::mem::take(&mut seen.memory);
            let result = seen.view(client.now()).result(&mut memory);
            let is_changed = !result.is_same(&seen.result);
            if how == Look::Quietly && is_changed && self.has_listeners() {
                // They are about to be told; until then this must not pass for what they know.
                return result;
            }
            let mut now_seen = lock(&self.seen);
            if now_seen.generation != seen.generation {
                continue;
            }
            if seen.state.version < now_seen.state.version {
                return now_seen.result.clone();
            }
            now_seen.state = seen.state;
            now_seen.wants = seen.wants;
            now_seen.memory = memory;
            now_seen.result = result.clone();
            // Under the lock, so that results are told in the order in which they were taken over.
            let is_told = is_changed && how != Look::Quietly;
            let turn = is_told.then(|| self.telling.turn(&seen.spec, &result)).flatten();
            drop(now_seen);
            if let Some(id) = seen.id.filter(|_| how != Look::Quietly) {
                let shown = (seen.wants, result.is_stale);
                client.apply(|core| core.refresh_observer(&seen.spec, id, shown, how == Look::Updated));
            }
            if let Some(turn) = turn {
                self.tell(client, &seen.spec.key, &result);
                turn.tell_what_waits(|spec, result| self.tell(client, &spec.key, result));
            }
            return result;
        }
    }

    pub(super) fn has_listeners(&self) -> bool {
        !lock(&self.listeners).all.is_empty()
    }

    /// Fetches the query if what it holds now wants that. It may change on another thread meanwhile: then it is looked at
    /// again, so that nobody fetches what has just arrived.
    fn fetch_if(&self, client: &QueryClient, spec: &Arc<QuerySpec>, wanted: impl Fn(View<'_>) -> bool) {
        loop {
            let seen = self.fresh(client);
            if !wanted(seen.view(client.now()))
                || client.apply(|core| core.fetch_as_seen(&spec.key, &seen.state, start(spec, false)))
            {
                return;
            }
        }
    }

    /// What was seen last, with the query's state as of now.
    fn fresh(&self, client: &QueryClient) -> Seen {
        self.fresh_at(client, None)
    }

    /// What was seen last, with this state of the query. Data that is not decoded yet has to be asked for.
    fn fresh_at(&self, client: &QueryClient, state: Option<&Arc<State>>) -> Seen {
        let mut seen = lock(&self.seen).clone();
        let of = seen.options.data_type.id;
        let current = match state.filter(|state| !matches!(state.data, Some(Data::Raw(_)))) {
            _ if seen.blind => None,
            Some(state) => Some(Arc::clone(state)),
            None => client.state_of(&seen.spec.key, of),
        };
        // A query that was removed goes on being shown as it was, also when another has taken its place.
        seen.state = current.filter(|state| state.query == seen.state.query).unwrap_or(seen.state);
        seen.wants = seen.spec.policy.observe(&seen.state, seen.options.query_fn.is_some());
        // What another query has now counts, not what it had when this observer left it.
        if let Some(last) = seen.memory.last.as_mut().filter(|last| last.query != seen.state.query)
            && let Some(state) = client.state_of(&last.key, of).filter(|state| state.query == last.query)
        {
            last.data = state.data.as_ref().and_then(|data| data.of(of));
        }
        seen
    }

    fn tell(&self, client: &QueryClient, key: &QueryKey, result: &ErasedResult) {
        let (first, others) = lock(&self.listeners).all();
        for listener in first.into_iter().chain(others) {
            listener(result);
        }
        if client.read(|core| core.has_subscribers) {
            client.apply(|core| core.event(|| CacheEvent::ObserverResultsUpdated { key: key.clone() }));
        }
    }
}

impl ObserverHook for Inner {
    fn query_updated(&self, client: &QueryClient, state: &Arc<State>) {
        self.look_at(client, Some(state), Look::Updated);
    }

    fn refresh_policy(&self, client: &QueryClient) {
        self.look(client, Look::Again);
    }

    fn became_stale(&self, client: &QueryClient) {
        self.look(client, Look::Again);
    }

    fn forget(&self) {
        let mut seen = lock(&self.seen);
        seen.memory = Memory::new(&State::pending());
        seen.generation += 1;
        self.telling.forget();
    }

    fn restored(&self, client: &QueryClient) {
        let spec = Arc::clone(&lock(&self.seen).spec);
        self.fetch_if(client, &spec, |view| view.fetches_on_mount());
    }

    fn bring_back(self: Arc<Self>, client: &QueryClient) {
        self.fetch_again(client);
    }
}

impl fmt::Debug for ErasedObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryObserver").field("key", &lock(&self.inner.seen).spec.key).finish_non_exhaustive()
    }
}
