//! Options of a mutation, with its types.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MutationCall, MutationContext};
use crate::core::{Codec, ErasedCall, MutationSpec, OnOutcome, Value};
use crate::maybe_send::{Held, hold_future};
use crate::options::{Retry, RetryDelay, erase};
use crate::{GcTime, IntoQueryKey, LayerBuilder, MaybeSend, MaybeSync, NetworkMode};

type Outcome<T, E> = Result<Arc<T>, Arc<E>>;

/// Says what types there are behind erased ones, without holding any.
type Types<T, E, V, C> = fn() -> (T, E, V, C);

/// What a mutation does, and what happens before and after it (F10).
///
/// `T` is what it returns, `E` what it fails with, `V` what it is called with, and `C` what `on_mutate` hands to the other
/// callbacks, usually what they need to undo an optimistic change.
///
/// ```
/// use requery::{MutationOptions, QueryFilters};
///
/// let add = MutationOptions::new(|name: String| async move { Ok::<_, std::io::Error>(name.len()) })
///     .on_settled(|_outcome, call| async move {
///         call.client.invalidate_queries(QueryFilters::prefix(["names"])).await;
///     });
/// # let _ = add;
/// ```
pub struct MutationOptions<T, E, V, C = ()> {
    pub(super) spec: Arc<MutationSpec>,
    types: PhantomData<Types<T, E, V, C>>,
}

impl<T, E, V> MutationOptions<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// A mutation: the function that sends it. It is called again, with the same variables, for every retry.
    pub fn new<F, Fut>(mutation_fn: F) -> Self
    where
        V: Clone,
        F: Fn(V) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = Result<T, E>> + MaybeSend + 'static,
    {
        Self::with_context(move |variables, _context| mutation_fn(variables))
    }

    /// Like [`MutationOptions::new`], for a function that wants to know more about the call: the cache, and the key by
    /// which a server can tell a repetition from another mutation.
    pub fn with_context<F, Fut>(mutation_fn: F) -> Self
    where
        V: Clone,
        F: Fn(V, MutationContext) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = Result<T, E>> + MaybeSend + 'static,
    {
        let mutation_fn = Held::new(mutation_fn);
        let mut spec = MutationSpec::default();
        spec.fns.mutation_fn =
            Some(Arc::new(move |call: ErasedCall| match call.variables.downcast_ref::<V>() {
                Some(variables) => {
                    let variables = variables.clone();
                    hold_future(mutation_fn.get()(variables, MutationContext::new(call)).map(erase))
                }
                // Unreachable: the variables were erased by options of the same type.
                None => futures::future::pending().boxed(),
            }));
        Self { spec: Arc::new(spec), types: PhantomData }
    }

    /// A mutation that is done as the defaults for its key say (see
    /// [`crate::QueryClient::set_mutation_defaults`]).
    pub fn of_key(key: impl IntoQueryKey) -> Self {
        let spec = MutationSpec { key: Some(key.into_query_key()), ..MutationSpec::default() };
        Self { spec: Arc::new(spec), types: PhantomData }
    }

    /// Called before the mutation is sent. What it returns is the context of the other callbacks.
    #[must_use]
    pub fn on_mutate<C, F, Fut>(self, on_mutate: F) -> MutationOptions<T, E, V, C>
    where
        C: Send + Sync + 'static,
        F: Fn(MutationCall<V, ()>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = C> + MaybeSend + 'static,
    {
        let on_mutate = Held::new(on_mutate);
        let mut spec = self.spec;
        Arc::make_mut(&mut spec).fns.on_mutate =
            Some(Arc::new(move |call| match MutationCall::typed(call) {
                Some(call) => hold_future(on_mutate.get()(call).map(|context| Arc::new(context) as Value)),
                // Unreachable, like the same case above.
                None => futures::future::pending().boxed(),
            }));
        MutationOptions { spec, types: PhantomData }
    }
}

fn hold_callback<O, V, C, F, Fut, R>(typed: R, callback: F) -> OnOutcome<O::Erased>
where
    O: Erases,
    R: Fn(O::Erased) -> Option<O> + Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
    F: Fn(O, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
    Fut: Future<Output = ()> + MaybeSend + 'static,
{
    let callback = Held::new(callback);
    Arc::new(move |outcome, call| match (typed(outcome), MutationCall::typed(call)) {
        (Some(outcome), Some(call)) => hold_future(callback.get()(outcome, call)),
        _ => futures::future::ready(()).boxed(),
    })
}

/// Names what an outcome is once its types are erased.
trait Erases: 'static {
    type Erased: 'static;
}

impl<T: 'static> Erases for Arc<T> {
    type Erased = Value;
}

impl<T: 'static, E: 'static> Erases for Outcome<T, E> {
    type Erased = Result<Value, Value>;
}

pub(super) fn typed_outcome<T, E>(outcome: Result<Value, Value>) -> Option<Outcome<T, E>>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    match outcome {
        Ok(data) => data.downcast().ok().map(Ok),
        Err(error) => error.downcast().ok().map(Err),
    }
}

impl<T, E, V, C> MutationOptions<T, E, V, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    /// Called when the mutation succeeded; it stays pending until this is done.
    #[must_use]
    pub fn on_success<F, Fut>(mut self, on_success: F) -> Self
    where
        F: Fn(Arc<T>, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = ()> + MaybeSend + 'static,
    {
        self.edit().fns.on_success = Some(hold_callback(|data: Value| data.downcast().ok(), on_success));
        self
    }

    /// Called when the mutation failed for good; it stays pending until this is done.
    #[must_use]
    pub fn on_error<F, Fut>(mut self, on_error: F) -> Self
    where
        F: Fn(Arc<E>, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = ()> + MaybeSend + 'static,
    {
        self.edit().fns.on_error = Some(hold_callback(|error: Value| error.downcast().ok(), on_error));
        self
    }

    /// Called when the mutation has ended, well or not, after the others.
    #[must_use]
    pub fn on_settled<F, Fut>(mut self, on_settled: F) -> Self
    where
        F: Fn(Result<Arc<T>, Arc<E>>, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = ()> + MaybeSend + 'static,
    {
        self.edit().fns.on_settled = Some(hold_callback(typed_outcome::<T, E>, on_settled));
        self
    }

    /// Shows what the mutation will do before it is sent: a layer over what the server says, which goes with a failure,
    /// and with success once the callbacks are done. They should therefore put what the server answered into the cache.
    ///
    /// ```
    /// # use requery::{MutationOptions, query_key};
    /// let like = MutationOptions::<(), std::io::Error, u32>::new(|_post| async { Ok(()) })
    ///     .optimistic(|layer, post| {
    ///         layer.query(query_key!["likes", post], |likes: &u64| Some(likes + 1));
    ///     });
    /// # let _ = like;
    /// ```
    #[must_use]
    pub fn optimistic(
        mut self,
        change: impl Fn(&mut LayerBuilder, &V) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let change = Held::new(change);
        self.edit().fns.optimistic = Some(Arc::new(move |client, id, variables, name| {
            let mut layer = LayerBuilder::default();
            if let Some(variables) = variables.downcast_ref::<V>() {
                change.get()(&mut layer, variables);
            }
            super::execute::show(client, id, layer, name);
        }));
        self
    }

    /// After its success, the layer stays until the server's own word of it arrives: a newer version of every entity
    /// that it changes, or [`crate::QueryClient::confirm_mutation`]. If none comes in this time, what it changes is
    /// fetched.
    #[must_use]
    pub fn confirm_by_echo(mut self, within: Duration) -> Self {
        self.edit().echo_within = Some(within);
        self
    }

    /// Lets the mutation survive the program: while it is pending it may be dehydrated, and where it is hydrated, it is
    /// resumed as the defaults for its key say. It needs a `mutation_key` for that.
    ///
    /// Without a scope of its own, it waits for those of the same key that were called before it; see
    /// [`MutationOptions::parallel`].
    #[must_use]
    pub fn resumable(mut self) -> Self
    where
        V: Serialize + DeserializeOwned,
    {
        self.edit().codec = Some(Codec::of::<V>());
        self
    }

    /// A name to find the mutation by.
    #[must_use]
    pub fn mutation_key(mut self, key: impl IntoQueryKey) -> Self {
        self.edit().key = Some(key.into_query_key());
        self
    }

    /// Mutations of one scope run one after the other, in the order in which they were called.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.edit().scope = Some(scope.into());
        self
    }

    /// Waits for no other mutation, though it is `resumable`.
    #[must_use]
    pub fn parallel(mut self) -> Self {
        self.edit().is_parallel = true;
        self
    }

    /// How often a failed attempt is repeated. Default: never.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.edit().policy.retry = Some(Retry::Times(times));
        self
    }

    /// Whether to retry, asked with the number of failures before this one and the error.
    #[must_use]
    pub fn retry_if(mut self, retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        self.edit().policy.retry = Some(Retry::asking(retry));
        self
    }

    /// Wait this long before each retry. Default: [`crate::default_retry_delay`].
    #[must_use]
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.edit().policy.retry_delay = Some(RetryDelay::Fixed(delay));
        self
    }

    /// How long to wait before a retry, asked like [`MutationOptions::retry_if`].
    #[must_use]
    pub fn retry_delay_fn(
        mut self,
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.edit().policy.retry_delay = Some(RetryDelay::asking(delay));
        self
    }

    /// Whether delays are shortened at random, by up to a half. Default: no.
    #[must_use]
    pub fn retry_jitter(mut self, jitter: bool) -> Self {
        self.edit().policy.retry_jitter = Some(jitter);
        self
    }

    /// Which attempts need a network. Default: all.
    #[must_use]
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.edit().policy.network_mode = Some(mode);
        self
    }

    /// How long the mutation stays in the cache once it has ended and nobody observes it. Default: five minutes.
    #[must_use]
    pub fn gc_time(mut self, gc_time: impl Into<GcTime>) -> Self {
        self.edit().policy.gc_time = Some(gc_time.into());
        self
    }

    /// Anything the caller wants to find again in the callbacks.
    #[must_use]
    pub fn meta(mut self, meta: serde_json::Value) -> Self {
        self.edit().policy.meta = Some(Arc::new(meta));
        self
    }
}

impl<T, E, V, C> MutationOptions<T, E, V, C> {
    pub(crate) fn into_spec(self) -> MutationSpec {
        Arc::unwrap_or_clone(self.spec)
    }

    /// The options, copied first where others have them too.
    fn edit(&mut self) -> &mut MutationSpec {
        Arc::make_mut(&mut self.spec)
    }
}

impl<T, E, V, C> Clone for MutationOptions<T, E, V, C> {
    fn clone(&self) -> Self {
        Self { spec: Arc::clone(&self.spec), types: PhantomData }
    }
}

impl<T, E, V, C> fmt::Debug for MutationOptions<T, E, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationOptions")
            .field("key", &self.spec.key)
            .field("scope", &self.spec.scope)
            .finish_non_exhaustive()
    }
}
