//! Watching the latest mutation of one kind.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::erased::ErasedMutationObserver;
use super::{MutateCallbacks, Mutating, MutationOptions, MutationState};
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, QueryClient, Subscription};

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, V, C> = fn() -> (T, E, V, C);

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
    erased: ErasedMutationObserver,
    types: PhantomData<Types<T, E, V, C>>,
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
        Self::from_erased(ErasedMutationObserver::new(client, options.spec))
    }

    /// An observer whose types were erased, seen with types again. Values of other types are left out of its results.
    #[must_use]
    pub fn from_erased(erased: ErasedMutationObserver) -> Self {
        Self { erased, types: PhantomData }
    }

    /// The same observer without its types.
    #[must_use]
    pub fn erased(&self) -> &ErasedMutationObserver {
        &self.erased
    }

    /// Calls the mutation. The observer shows this call from now on, and no longer the one before.
    pub fn mutate(&self, variables: V) -> Mutating<T, E> {
        Mutating::new(self.erased.call(Arc::new(variables), None))
    }

    /// Calls the mutation, with callbacks for this call.
    pub fn mutate_with(&self, variables: V, callbacks: MutateCallbacks<T, E, V>) -> Mutating<T, E> {
        Mutating::new(self.erased.call(Arc::new(variables), Some(callbacks.erased)))
    }

    /// Lets go of the mutation that is shown; it goes on unobserved.
    pub fn reset(&self) {
        self.erased.reset();
    }

    /// New options, for the next call; its function and callbacks also for what is still to come of a call under way.
    /// Retries, scope and network mode stay what that began with. Another key lets go of it.
    pub fn set_options(&self, options: MutationOptions<T, E, V, C>) {
        self.erased.set_spec(options.spec);
    }

    /// The latest call, as of now.
    #[must_use]
    pub fn current_result(&self) -> MutationState<T, E, V> {
        self.erased.current_result().typed()
    }

    /// Calls `listener` whenever the latest call changes, until the subscription is dropped.
    pub fn subscribe(
        &self,
        listener: impl Fn(&MutationState<T, E, V>) + MaybeSend + MaybeSync + 'static,
    ) -> Subscription {
        let listener = Held::new(listener);
        self.erased.listen(Arc::new(move |state| listener.get()(&state.clone().typed())))
    }
}

impl<T, E, V, C> Clone for MutationObserver<T, E, V, C> {
    fn clone(&self) -> Self {
        Self { erased: self.erased.clone(), types: PhantomData }
    }
}

impl<T, E, V, C> fmt::Debug for MutationObserver<T, E, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.erased.fmt(f)
    }
}
