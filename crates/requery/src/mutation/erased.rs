//! Watching the latest mutation of one kind, whatever its types: the whole of an observer, compiled once.

use crate::sync::Mutex;
use std::fmt;
use std::sync::{Arc, Weak};

use super::MutationStatus;
use super::callbacks::ErasedCallbacks;
use super::execute::{Pending, execute};
use super::state::ErasedMutationState;
use crate::client::lock;
use crate::core::{MutationHook, MutationId, MutationSpec, Value};
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, QueryClient, Subscription};

/// A [`crate::MutationObserver`] without its types, for adapters that are to be compiled once for all mutations.
#[derive(Clone)]
pub struct ErasedMutationObserver {
    handle: Arc<Handle>,
}

/// What all clones of an observer are. The mutation that it shows knows its inside: who can still ask for it, knows this.
struct Handle {
    client: QueryClient,
    inner: Arc<Inner>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Nobody sees the mutation any more: it may be collected.
        let current = lock(&self.inner.seen).current;
        if let Some(current) = current {
            self.client.apply(|core| core.leave_mutation(current));
        }
    }
}

pub(super) type Listener = Arc<dyn Fn(&ErasedMutationState) + Send + Sync>;

struct Inner {
    me: Weak<Self>,
    seen: Mutex<Seen>,
}

struct Seen {
    spec: Arc<MutationSpec>,
    current: Option<MutationId>,
    callbacks: Option<Arc<ErasedCallbacks>>,
    state: ErasedMutationState,
    next_listener: u64,
    listeners: Vec<(u64, Listener)>,
}

impl ErasedMutationObserver {
    pub(super) fn new(client: &QueryClient, spec: Arc<MutationSpec>) -> Self {
        let seen = Seen {
            spec,
            current: None,
            callbacks: None,
            state: ErasedMutationState::default(),
            next_listener: 0,
            listeners: Vec::new(),
        };
        let inner = Arc::new_cyclic(|me| Inner { me: me.clone(), seen: Mutex::new(seen) });
        Self { handle: Arc::new(Handle { client: client.clone(), inner }) }
    }

    pub(super) fn call(&self, variables: Value, callbacks: Option<ErasedCallbacks>) -> Option<Pending> {
        let mut seen = lock(&self.handle.inner.seen);
        seen.callbacks = callbacks.map(Arc::new);
        let (spec, previous) = (Arc::clone(&seen.spec), seen.current.take());
        drop(seen);
        if let Some(previous) = previous {
            self.handle.client.apply(|core| core.observe_mutation(previous, None));
        }
        let hook = self.handle.inner.me.upgrade().map(|inner| inner as Arc<dyn MutationHook>);
        let mut begun = |id| lock(&self.handle.inner.seen).current = Some(id);
        execute(&self.handle.client, &spec, variables, hook, &mut begun)
    }

    /// Lets go of the mutation that is shown; it goes on unobserved.
    pub fn reset(&self) {
        let mut seen = lock(&self.handle.inner.seen);
        let current = seen.current.take();
        seen.callbacks = None;
        seen.state = ErasedMutationState::default();
        drop(seen);
        if let Some(current) = current {
            self.handle.client.apply(|core| core.observe_mutation(current, None));
        }
        self.handle.inner.tell();
    }

    /// New options, for the next call; its function and callbacks also for what is still to come of a call under way.
    /// Retries, scope and network mode stay what that began with. Another key lets go of it.
    pub(super) fn set_spec(&self, spec: Arc<MutationSpec>) {
        let mut seen = lock(&self.handle.inner.seen);
        let is_other = matches!((&seen.spec.key, &spec.key), (Some(old), Some(new)) if old != new);
        seen.spec = Arc::clone(&spec);
        let pending = seen.current.filter(|_| seen.state.is_pending());
        drop(seen);
        if is_other {
            self.reset();
        } else if let Some(id) = pending {
            let spec = self.handle.client.mutation_spec(&spec);
            self.handle.client.apply(|core| core.set_mutation_spec(id, spec));
        }
    }

    /// The latest call, as of now.
    #[must_use]
    pub fn current_result(&self) -> ErasedMutationState {
        lock(&self.handle.inner.seen).state.clone()
    }

    /// Calls `listener` whenever the latest call changes, until the subscription is dropped.
    pub fn subscribe(
        &self,
        listener: impl Fn(&ErasedMutationState) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        self.listen(Arc::new(move |state| listener.get()(state)))
    }

    pub(super) fn listen(&self, listener: Listener) -> Subscription {
        let mut seen = lock(&self.handle.inner.seen);
        seen.next_listener += 1;
        let id = seen.next_listener;
        seen.listeners.push((id, listener));
        let again = seen.current.filter(|_| seen.listeners.len() == 1);
        drop(seen);
        if let Some(current) = again {
            self.observe(current, true);
            self.handle.inner.catch_up(&self.handle.client);
        }
        let observer = self.clone();
        Subscription::new(move || observer.unsubscribe(id))
    }

    fn unsubscribe(&self, id: u64) {
        let mut seen = lock(&self.handle.inner.seen);
        seen.listeners.retain(|(known, _)| *known != id);
        let left = seen.current.filter(|_| seen.listeners.is_empty());
        drop(seen);
        if let Some(current) = left {
            self.observe(current, false);
        }
    }

    fn observe(&self, mutation: MutationId, observe: bool) {
        let hook = self.handle.inner.me.upgrade().map(|inner| inner as Arc<dyn MutationHook>);
        self.handle.client.apply(|core| core.observe_mutation(mutation, hook.filter(|_| observe)));
    }
}

impl Inner {
    /// Looks at the mutation again without telling anybody: what changed meanwhile is not news to who comes now.
    fn catch_up(&self, client: &QueryClient) {
        let mut seen = lock(&self.seen);
        if let Some(state) = seen.current.and_then(|id| client.read(|core| core.mutation_state(id))) {
            seen.state = ErasedMutationState::of(&state);
        }
    }
}

impl Inner {
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

impl MutationHook for Inner {
    fn mutation_updated(&self, client: &QueryClient) {
        let mut seen = lock(&self.seen);
        let Some(state) = seen.current.and_then(|id| client.read(|core| core.mutation_state(id))) else {
            return;
        };
        let state = ErasedMutationState::of(&state);
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

impl fmt::Debug for ErasedMutationObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationObserver")
            .field("state", &lock(&self.handle.inner.seen).state)
            .finish_non_exhaustive()
    }
}
