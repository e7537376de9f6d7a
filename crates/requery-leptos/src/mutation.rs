//! `use_mutation`, and its state as signals.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::{GetValue, StoredValue, on_cleanup, untrack};
use requery::erased::{ErasedMutationObserver, ErasedMutationState};
use requery::{
    Environment, MutateCallbacks, Mutating, MutationObserver, MutationOptions, MutationState, MutationStatus,
    QueryClient, Subscription, Timestamp,
};

use crate::cell::{Cell, address, fields};
use crate::reaction::react;
use crate::{typed, use_query_client};

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
    UseMutation { shared: watch(&client, observer.erased().clone()), types: PhantomData }
}

fields! {
    /// A part of a mutation's state that can be read on its own.
    Field of ErasedMutationState {
        Data => |state| address(state.data.as_ref()),
        Error => |state| address(state.error.as_ref()),
        Variables => |state| address(state.variables.as_ref()),
        Status => |state| state.status,
        IsIdle => |state| state.is_idle(),
        IsPending => |state| state.is_pending(),
        IsSuccess => |state| state.is_success(),
        IsError => |state| state.is_error(),
        IsPaused => |state| state.is_paused,
        FailureCount => |state| state.failure_count,
        SubmittedAt => |state| state.submitted_at,
    }
}

/// A mutation as the hook knows it, without its types: all of it is compiled once.
struct Shared {
    state: Cell<Field>,
    observer: ErasedMutationObserver,
}

fn watch(client: &QueryClient, observer: ErasedMutationObserver) -> StoredValue<Arc<Shared>> {
    let shared = Arc::new(Shared { state: Cell::new(ErasedMutationState::default()), observer });
    if client.environment() == Environment::Browser {
        observe(&shared);
    }
    StoredValue::new(shared)
}

fn observe(shared: &Arc<Shared>) {
    let subscription: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (shared, kept) = (Arc::clone(shared), Arc::clone(&subscription));
    react(Box::new(move || {
        let listener = Arc::downgrade(&shared);
        untrack(|| {
            let subscribed = shared.observer.subscribe(move |now| {
                if let Some(shared) = listener.upgrade() {
                    shared.state.publish(now);
                }
            });
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(subscribed);
        });
    }));
    on_cleanup(move || drop(subscription.lock().unwrap_or_else(PoisonError::into_inner).take()));
}

fn read<R>(
    shared: StoredValue<Arc<Shared>>,
    field: Field,
    read: impl FnOnce(&ErasedMutationState) -> R,
) -> R {
    match shared.try_get_value() {
        Some(shared) => shared.state.read(field, read),
        None => read(&ErasedMutationState::default()),
    }
}

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, V> = fn() -> (T, E, V);

/// A mutation as signals. Each getter tracks its own field: who reads it wakes when that changes, and only then. After the component is gone, calls do nothing and getters say that it is idle.
pub struct UseMutation<T: 'static, E: 'static, V: 'static> {
    shared: StoredValue<Arc<Shared>>,
    types: PhantomData<Types<T, E, V>>,
}

/// Getters of what has the same type in every state.
macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $field:ident -> $type:ty = |$state:ident| $value:expr;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> $type {
            // A function and not a closure: that would be another one for every type of mutation.
            fn value($state: &ErasedMutationState) -> $type {
                $value
            }
            read(self.shared, Field::$field, value)
        }
    )*};
}

impl<T, E, V> UseMutation<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// What the latest call returned.
    #[must_use]
    pub fn data(&self) -> Option<Arc<T>> {
        typed(read(self.shared, Field::Data, |state| state.data.clone()))
    }

    /// What the latest call failed with.
    #[must_use]
    pub fn error(&self) -> Option<Arc<E>> {
        typed(read(self.shared, Field::Error, |state| state.error.clone()))
    }

    /// What the latest call was made with.
    #[must_use]
    pub fn variables(&self) -> Option<Arc<V>> {
        typed(read(self.shared, Field::Variables, |state| state.variables.clone()))
    }

    /// Everything at once: wakes whenever anything changes.
    #[must_use]
    pub fn state(&self) -> MutationState<T, E, V> {
        read(self.shared, Field::Any, ErasedMutationState::clone).typed()
    }

    getters! {
        /// How far the latest call is.
        status: Status -> MutationStatus = |state| state.status;
        /// It was not called yet.
        is_idle: IsIdle -> bool = |state| state.is_idle();
        /// The latest call is under way.
        is_pending: IsPending -> bool = |state| state.is_pending();
        /// The latest call succeeded.
        is_success: IsSuccess -> bool = |state| state.is_success();
        /// The latest call failed.
        is_error: IsError -> bool = |state| state.is_error();
        /// The latest call waits for its turn, the network, or focus before a retry.
        is_paused: IsPaused -> bool = |state| state.is_paused;
        /// How often the latest call has failed.
        failure_count: FailureCount -> u32 = |state| state.failure_count;
        /// When the latest call was made.
        submitted_at: SubmittedAt -> Timestamp = |state| state.submitted_at;
    }

    /// Calls the mutation.
    pub fn mutate(&self, variables: V) {
        self.mutate_async(variables);
    }

    /// Calls the mutation, with callbacks for this call. They run only while the component lives, and only for the
    /// latest call.
    pub fn mutate_with(&self, variables: V, callbacks: MutateCallbacks<T, E, V>) {
        if let Some(observer) = self.observer() {
            observer.mutate_with(variables, callbacks);
        }
    }

    /// Calls the mutation, and returns its outcome; nothing once the component is gone.
    pub fn mutate_async(&self, variables: V) -> Option<Mutating<T, E>> {
        Some(self.observer()?.mutate(variables))
    }

    /// Shows no call any more; one that is under way goes on.
    pub fn reset(&self) {
        if let Some(shared) = self.shared.try_get_value() {
            shared.observer.reset();
        }
    }

    fn observer(&self) -> Option<MutationObserver<T, E, V>> {
        Some(MutationObserver::from_erased(self.shared.try_get_value()?.observer.clone()))
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
