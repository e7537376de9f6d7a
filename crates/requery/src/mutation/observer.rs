//! Watching the latest mutation of one kind.

use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use super::execute::execute;
use super::{Mutating, MutationOptions, MutationState, MutationStatus};
use crate::client::lock;
use crate::core::{MutationHook, MutationId};
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, QueryClient, Subscription};

type Outcome<T, E> = Result<Arc<T>, Arc<E>>;
type OnOutcome<O, V> = Arc<dyn Fn(O, Arc<V>) + Send + Sync>;

/// Callbacks for one call of `mutate`. They run after those of the options, only for the latest call, and only while
/// somebody listens to the observer.
pub struct MutateCallbacks<T, E, V> {
    on_success: Option<OnOutcome<Arc<T>, V>>,
    on_error: Option<OnOutcome<Arc<E>, V>>,
    on_settled: Option<OnOutcome<Outcome<T, E>, V>>,
}

impl<T, E, V> MutateCallbacks<T, E, V> {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Called when the mutation has succeeded.
    #[must_use]
    pub fn on_success(mut self, f: impl Fn(Arc<T>, Arc<V>) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.on_success = Some(Arc::new(move |data, variables| f.get()(data, variables)));
        self
    }

    /// Called when the mutation has failed for good.
    #[must_use]
    pub fn on_error(mut self, f: impl Fn(Arc<E>, Arc<V>) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.on_error = Some(Arc::new(move |error, variables| f.get()(error, variables)));
        self
    }

    /// Called when the mutation has ended, well or not.
    #[must_use]
    pub fn on_settled(
        mut self,
        f: impl Fn(Result<Arc<T>, Arc<E>>, Arc<V>) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.on_settled = Some(Arc::new(move |outcome, variables| f.get()(outcome, variables)));
        self
    }

    fn call(&self, state: &MutationState<T, E, V>) {
        let Some(variables) = &state.variables else { return };
        let outcome = match (&state.data, &state.error) {
            (Some(data), _) => Ok(Arc::clone(data)),
            (None, Some(error)) => Err(Arc::clone(error)),
            (None, None) => return,
        };
        match (&outcome, &self.on_success, &self.on_error) {
            (Ok(data), Some(on_success), _) => on_success(Arc::clone(data), Arc::clone(variables)),
            (Err(error), _, Some(on_error)) => on_error(Arc::clone(error), Arc::clone(variables)),
            _ => {}
        }
        if let Some(on_settled) = &self.on_settled {
            on_settled(outcome, Arc::clone(variables));
        }
    }
}

impl<T, E, V> Default for MutateCallbacks<T, E, V> {
    fn default() -> Self {
        Self { on_success: None, on_error: None, on_settled: None }
    }
}

impl<T, E, V> fmt::Debug for MutateCallbacks<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutateCallbacks").finish_non_exhaustive()
    }
}

/// Calls mutations, and shows the latest of them. Clones are the same observer.
///
/// ```
/// use requery::{MutationObserver, MutationOptions, QueryClient};
/// use requery::runtime::TestRuntime;
///
/// let runtime = TestRuntime::new();
/// let client = QueryClient::new(runtime.clone());
/// let double = MutationOptions::new(|n: u32| async move { Ok::<_, std::io::Error>(2 * n) });
/// let observer = MutationObserver::new(&client, double);
/// assert_eq!(*runtime.block_on(observer.mutate(21)).unwrap(), 42);
/// assert!(observer.current_result().is_success());
/// ```
pub struct MutationObserver<T, E, V, C = ()> {
    client: QueryClient,
    inner: Arc<Inner<T, E, V, C>>,
}

type Listener<T, E, V> = Arc<dyn Fn(&MutationState<T, E, V>) + Send + Sync>;

struct Inner<T, E, V, C> {
    me: Weak<Self>,
    seen: Mutex<Seen<T, E, V, C>>,
}

struct Seen<T, E, V, C> {
    options: MutationOptions<T, E, V, C>,
    current: Option<MutationId>,
    callbacks: Option<Arc<MutateCallbacks<T, E, V>>>,
    state: MutationState<T, E, V>,
    next_listener: u64,
    listeners: Vec<(u64, Listener<T, E, V>)>,
}

impl<T, E, V, C> MutationObserver<T, E, V, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    /// An observer of mutations that were not called yet.
    pub fn new(client: &QueryClient, options: MutationOptions<T, E, V, C>) -> Self {
        let seen = Seen {
            options,
            current: None,
            callbacks: None,
            state: MutationState::default(),
            next_listener: 0,
            listeners: Vec::new(),
        };
        let inner = Arc::new_cyclic(|me| Inner { me: me.clone(), seen: Mutex::new(seen) });
        Self { client: client.clone(), inner }
    }

    /// Calls the mutation. The observer shows this call from now on, and no longer the one before.
    pub fn mutate(&self, variables: V) -> Mutating<T, E> {
        self.call(variables, None)
    }

    /// Calls the mutation, with callbacks for this call.
    pub fn mutate_with(&self, variables: V, callbacks: MutateCallbacks<T, E, V>) -> Mutating<T, E> {
        self.call(variables, Some(Arc::new(callbacks)))
    }

    fn call(&self, variables: V, callbacks: Option<Arc<MutateCallbacks<T, E, V>>>) -> Mutating<T, E> {
        let mut seen = lock(&self.inner.seen);
        seen.callbacks = callbacks;
        let (options, previous) = (seen.options.clone(), seen.current.take());
        drop(seen);
        if let Some(previous) = previous {
            self.client.apply(|core| core.observe_mutation(previous, None));
        }
        let hook = self.inner.me.upgrade().map(|inner| inner as Arc<dyn MutationHook>);
        let mut begun = |id| lock(&self.inner.seen).current = Some(id);
        Mutating::new(execute(&self.client, &options.spec, Arc::new(variables), hook, &mut begun))
    }

    /// Lets go of the mutation that is shown; it goes on unobserved.
    pub fn reset(&self) {
        let mut seen = lock(&self.inner.seen);
        let current = seen.current.take();
        seen.callbacks = None;
        seen.state = MutationState::default();
        drop(seen);
        if let Some(current) = current {
            self.client.apply(|core| core.observe_mutation(current, None));
        }
        self.inner.tell();
    }

    /// New options, for the next call; its function and callbacks also for what is still to come of a call under way.
    /// Retries, scope and network mode stay what that began with. Another key lets go of it.
    pub fn set_options(&self, options: MutationOptions<T, E, V, C>) {
        let mut seen = lock(&self.inner.seen);
        let is_other =
            matches!((&seen.options.spec.key, &options.spec.key), (Some(old), Some(new)) if old != new);
        let spec = options.spec.clone();
        seen.options = options;
        let pending = seen.current.filter(|_| seen.state.is_pending());
        drop(seen);
        if is_other {
            self.reset();
        } else if let Some(id) = pending {
            let spec = self.client.mutation_spec(&spec);
            self.client.apply(|core| core.set_mutation_spec(id, spec));
        }
    }

    /// The latest call, as of now.
    #[must_use]
    pub fn current_result(&self) -> MutationState<T, E, V> {
        lock(&self.inner.seen).state.clone()
    }

    /// Calls `listener` whenever the latest call changes, until the subscription is dropped.
    pub fn subscribe(
        &self,
        listener: impl Fn(&MutationState<T, E, V>) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        let mut seen = lock(&self.inner.seen);
        seen.next_listener += 1;
        let id = seen.next_listener;
        seen.listeners.push((id, Arc::new(move |state| listener.get()(state))));
        let again = seen.current.filter(|_| seen.listeners.len() == 1);
        drop(seen);
        if let Some(current) = again {
            self.observe(current, true);
            self.inner.catch_up(&self.client);
        }
        let observer = self.clone();
        Subscription::new(move || observer.unsubscribe(id))
    }

    fn unsubscribe(&self, id: u64) {
        let mut seen = lock(&self.inner.seen);
        seen.listeners.retain(|(known, _)| *known != id);
        let left = seen.current.filter(|_| seen.listeners.is_empty());
        drop(seen);
        if let Some(current) = left {
            self.observe(current, false);
        }
    }

    fn observe(&self, mutation: MutationId, observe: bool) {
        let hook = self.inner.me.upgrade().map(|inner| inner as Arc<dyn MutationHook>);
        self.client.apply(|core| core.observe_mutation(mutation, hook.filter(|_| observe)));
    }
}

impl<T, E, V, C> Inner<T, E, V, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Looks at the mutation again without telling anybody: what changed meanwhile is not news to who comes now.
    fn catch_up(&self, client: &QueryClient) {
        let mut seen = lock(&self.seen);
        if let Some(state) = seen.current.and_then(|id| client.read(|core| core.mutation_state(id))) {
            seen.state = MutationState::new(&state);
        }
    }
}

impl<T, E, V, C> Inner<T, E, V, C> {
    fn tell(&self) {
        let seen = lock(&self.seen);
        let state = seen.state.clone();
        let listeners: Vec<_> = seen.listeners.iter().map(|(_, listener)| Arc::clone(listener)).collect();
        drop(seen);
        for listener in listeners {
            listener(&state);
        }
    }
}

impl<T, E, V, C> MutationHook for Inner<T, E, V, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    fn mutation_updated(&self, client: &QueryClient) {
        let mut seen = lock(&self.seen);
        let Some(state) = seen.current.and_then(|id| client.read(|core| core.mutation_state(id))) else {
            return;
        };
        let state = MutationState::new(&state);
        let has_ended = seen.state.status != state.status
            && matches!(state.status, MutationStatus::Success | MutationStatus::Error);
        let callbacks = seen.callbacks.clone().filter(|_| has_ended && !seen.listeners.is_empty());
        seen.state = state.clone();
        drop(seen);
        if let Some(callbacks) = callbacks {
            callbacks.call(&state);
        }
        self.tell();
    }
}

impl<T, E, V, C> Clone for MutationObserver<T, E, V, C> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), inner: Arc::clone(&self.inner) }
    }
}

impl<T, E, V, C> fmt::Debug for MutationObserver<T, E, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationObserver")
            .field("state", &lock(&self.inner.seen).state)
            .finish_non_exhaustive()
    }
}
