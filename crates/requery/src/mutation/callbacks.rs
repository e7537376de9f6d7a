//! Callbacks of one call.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::state::ErasedMutationState;
use crate::core::Value;
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync};

type OnOutcome<O> = Arc<dyn Fn(O, Value) + Send + Sync>;

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, V> = fn() -> (T, E, V);

/// Callbacks for one call of `mutate`. They run after those of the options, only for the latest call, and only while
/// somebody listens to the observer.
pub struct MutateCallbacks<T, E, V> {
    pub(super) erased: ErasedCallbacks,
    types: PhantomData<Types<T, E, V>>,
}

#[derive(Default)]
pub(super) struct ErasedCallbacks {
    on_success: Option<OnOutcome<Value>>,
    on_error: Option<OnOutcome<Value>>,
    on_settled: Option<OnOutcome<Result<Value, Value>>>,
}

impl ErasedCallbacks {
    pub(super) fn call(&self, state: &ErasedMutationState) {
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

impl<T, E, V> MutateCallbacks<T, E, V> {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<T, E, V> MutateCallbacks<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// Called when the mutation has succeeded.
    #[must_use]
    pub fn on_success(mut self, f: impl Fn(Arc<T>, Arc<V>) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.erased.on_success = Some(typed(move |data, variables| f.get()(data, variables)));
        self
    }

    /// Called when the mutation has failed for good.
    #[must_use]
    pub fn on_error(mut self, f: impl Fn(Arc<E>, Arc<V>) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.erased.on_error = Some(typed(move |error, variables| f.get()(error, variables)));
        self
    }

    /// Called when the mutation has ended, well or not.
    #[must_use]
    pub fn on_settled(
        mut self,
        f: impl Fn(Result<Arc<T>, Arc<E>>, Arc<V>) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.erased.on_settled = Some(Arc::new(move |outcome, variables| {
            if let (Some(outcome), Ok(variables)) =
                (super::options::typed_outcome(outcome), variables.downcast())
            {
                f.get()(outcome, variables);
            }
        }));
        self
    }
}

/// Called with what is of its types, as everything is that a mutation of its types has.
fn typed<X, V>(f: impl Fn(Arc<X>, Arc<V>) + Send + Sync + 'static) -> OnOutcome<Value>
where
    X: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    Arc::new(move |value, variables| {
        if let (Ok(value), Ok(variables)) = (value.downcast(), variables.downcast()) {
            f(value, variables);
        }
    })
}

impl<T, E, V> Default for MutateCallbacks<T, E, V> {
    fn default() -> Self {
        Self { erased: ErasedCallbacks::default(), types: PhantomData }
    }
}

impl<T, E, V> fmt::Debug for MutateCallbacks<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutateCallbacks").finish_non_exhaustive()
    }
}
