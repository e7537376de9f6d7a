//! `use_mutation`, and its state as signals.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{ArcRwSignal, GetValue, Set, StoredValue, With, on_cleanup, untrack};
use requery::{
    Environment, MutateCallbacks, Mutating, MutationObserver, MutationOptions, MutationState, MutationStatus,
    Subscription, Timestamp,
};

use crate::reaction::react;
use crate::use_query_client;

/// A mutation that the component can call. It shows the latest call, and runs to its end when the component goes.
pub fn use_mutation<T, E, V, C>(options: MutationOptions<T, E, V, C>) -> UseMutation<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    let client = use_query_client();
    let observer = MutationObserver::new(&client, options);
    let state = ArcRwSignal::new(MutationState::default());
    if client.environment() == Environment::Browser {
        observe(&observer, &state);
    }
    let (calling, resetting) = (observer.clone(), observer);
    let shared = Shared {
        state,
        call: Box::new(move |variables, callbacks| match callbacks {
            Some(callbacks) => calling.mutate_with(variables, callbacks),
            None => calling.mutate(variables),
        }),
        reset: Box::new(move || resetting.reset()),
    };
    UseMutation { shared: StoredValue::new(Arc::new(shared)) }
}

fn observe<T, E, V, C>(observer: &MutationObserver<T, E, V, C>, state: &ArcRwSignal<MutationState<T, E, V>>)
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (observer, state, kept) = (observer.clone(), state.clone(), Arc::clone(&subscription));
    react(Box::new(move || {
        let state = state.clone();
        untrack(|| {
            let subscribed = observer.subscribe(move |now| state.set(now.clone()));
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribed);
        });
    }));
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
}

type Call<T, E, V> = Box<dyn Fn(V, Option<MutateCallbacks<T, E, V>>) -> Mutating<T, E> + Send + Sync>;

struct Shared<T: 'static, E: 'static, V: 'static> {
    state: ArcRwSignal<MutationState<T, E, V>>,
    call: Call<T, E, V>,
    reset: Box<dyn Fn() + Send + Sync>,
}

/// A mutation as signals. After the component is gone, calls do nothing and getters say that it is idle.
pub struct UseMutation<T: 'static, E: 'static, V: 'static> {
    shared: StoredValue<Arc<Shared<T, E, V>>>,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident -> $type:ty = |$state:ident| $value:expr;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> $type {
            self.get(|$state| $value)
        }
    )*};
}

impl<T, E, V> UseMutation<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    getters! {
        /// How far the latest call is.
        status -> MutationStatus = |state| state.status;
        /// It was not called yet.
        is_idle -> bool = |state| state.is_idle();
        /// The latest call is under way.
        is_pending -> bool = |state| state.is_pending();
        /// The latest call succeeded.
        is_success -> bool = |state| state.is_success();
        /// The latest call failed.
        is_error -> bool = |state| state.is_error();
        /// The latest call waits for its turn, the network, or focus before a retry.
        is_paused -> bool = |state| state.is_paused;
        /// What the latest call returned.
        data -> Option<Arc<T>> = |state| state.data.clone();
        /// What the latest call failed with.
        error -> Option<Arc<E>> = |state| state.error.clone();
        /// What the latest call was made with.
        variables -> Option<Arc<V>> = |state| state.variables.clone();
        /// How often the latest call has failed.
        failure_count -> u32 = |state| state.failure_count;
        /// When the latest call was made.
        submitted_at -> Timestamp = |state| state.submitted_at;
        /// Everything at once.
        state -> MutationState<T, E, V> = |state| state.clone();
    }

    /// Calls the mutation.
    pub fn mutate(&self, variables: V) {
        self.call(variables, None);
    }

    /// Calls the mutation, with callbacks for this call. They run only while the component lives, and only for the
    /// latest call.
    pub fn mutate_with(&self, variables: V, callbacks: MutateCallbacks<T, E, V>) {
        self.call(variables, Some(callbacks));
    }

    /// Calls the mutation, and returns its outcome; nothing once the component is gone.
    pub fn mutate_async(&self, variables: V) -> Option<Mutating<T, E>> {
        self.call(variables, None)
    }

    /// Shows no call any more; one that is under way goes on.
    pub fn reset(&self) {
        if let Some(shared) = self.shared.try_get_value() {
            (shared.reset)();
        }
    }

    fn call(&self, variables: V, callbacks: Option<MutateCallbacks<T, E, V>>) -> Option<Mutating<T, E>> {
        Some((self.shared.try_get_value()?.call)(variables, callbacks))
    }

    fn get<R>(&self, read: impl FnOnce(&MutationState<T, E, V>) -> R) -> R {
        match self.shared.try_get_value() {
            Some(shared) => shared.state.with(read),
            None => read(&MutationState::default()),
        }
    }
}

impl<T, E, V> Clone for UseMutation<T, E, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E, V> Copy for UseMutation<T, E, V> {}

impl<T, E, V> fmt::Debug for UseMutation<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseMutation").finish_non_exhaustive()
    }
}
