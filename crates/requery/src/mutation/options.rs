//! Options of a mutation, with its types.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::core::{MutationFn, MutationSpec, Value};
use crate::maybe_send::{Held, hold_future};
use crate::options::{Policy, Retry, RetryDelay};
use crate::{GcTime, IntoQueryKey, MaybeSend, MaybeSync, NetworkMode, QueryClient, QueryKey};

/// What the callbacks of a mutation are told about it.
pub struct MutationCall<V, C> {
    /// The cache, for optimistic changes and invalidations.
    pub client: QueryClient,
    /// What `mutate` was called with.
    pub variables: Arc<V>,
    /// What `on_mutate` returned, once it has.
    pub context: Option<Arc<C>>,
    /// The mutation's key.
    pub key: Option<QueryKey>,
    /// The mutation's `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
}

impl<V, C> MutationCall<V, C> {
    fn without_context<N>(self) -> MutationCall<V, N> {
        let Self { client, variables, key, meta, .. } = self;
        MutationCall { client, variables, context: None, key, meta }
    }
}

impl<V, C> Clone for MutationCall<V, C> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            variables: Arc::clone(&self.variables),
            context: self.context.clone(),
            key: self.key.clone(),
            meta: self.meta.clone(),
        }
    }
}

impl<V, C> fmt::Debug for MutationCall<V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationCall")
            .field("key", &self.key)
            .field("has_context", &self.context.is_some())
            .finish_non_exhaustive()
    }
}

type OnMutate<V, C> = Arc<dyn Fn(MutationCall<V, C>) -> BoxFuture<'static, C> + Send + Sync>;
type Callback<O, V, C> = Arc<dyn Fn(O, MutationCall<V, C>) -> BoxFuture<'static, ()> + Send + Sync>;
type Outcome<T, E> = Result<Arc<T>, Arc<E>>;

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
    pub(super) key: Option<QueryKey>,
    pub(super) scope: Option<Arc<str>>,
    pub(super) policy: Policy,
    pub(super) mutation_fn: MutationFn,
    pub(super) on_mutate: Option<OnMutate<V, C>>,
    pub(super) on_success: Option<Callback<Arc<T>, V, C>>,
    pub(super) on_error: Option<Callback<Arc<E>, V, C>>,
    pub(super) on_settled: Option<Callback<Outcome<T, E>, V, C>>,
}

impl<T, E, V> MutationOptions<T, E, V>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A mutation: the function that sends it. It is called again, with the same variables, for every retry.
    pub fn new<F, Fut>(mutation_fn: F) -> Self
    where
        F: Fn(V) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = Result<T, E>> + MaybeSend + 'static,
    {
        let mutation_fn = Held::new(mutation_fn);
        let mutation_fn: MutationFn = Arc::new(move |variables: Value| match variables.downcast_ref::<V>() {
            Some(variables) => hold_future(mutation_fn.get()(variables.clone())).map(erase).boxed(),
            // Unreachable: the variables were erased by the same options.
            None => futures::future::pending().boxed(),
        });
        Self {
            key: None,
            scope: None,
            policy: Policy::default(),
            mutation_fn,
            on_mutate: None,
            on_success: None,
            on_error: None,
            on_settled: None,
        }
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
        MutationOptions {
            key: self.key,
            scope: self.scope,
            policy: self.policy,
            mutation_fn: self.mutation_fn,
            on_mutate: Some(Arc::new(move |call: MutationCall<V, C>| {
                hold_future(on_mutate.get()(call.without_context()))
            })),
            on_success: self.on_success.map(with_any_context),
            on_error: self.on_error.map(with_any_context),
            on_settled: self.on_settled.map(with_any_context),
        }
    }
}

fn erase<T: Send + Sync + 'static, E: Send + Sync + 'static>(result: Result<T, E>) -> Result<Value, Value> {
    match result {
        Ok(data) => Ok(Arc::new(data)),
        Err(error) => Err(Arc::new(error)),
    }
}

fn with_any_context<O, V, C>(callback: Callback<O, V, ()>) -> Callback<O, V, C>
where
    O: 'static,
    V: 'static,
    C: 'static,
{
    Arc::new(move |outcome, call: MutationCall<V, C>| callback(outcome, call.without_context()))
}

fn hold_callback<O, V, C, F, Fut>(callback: F) -> Callback<O, V, C>
where
    F: Fn(O, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
    Fut: Future<Output = ()> + MaybeSend + 'static,
{
    let callback = Held::new(callback);
    Arc::new(move |outcome, call| hold_future(callback.get()(outcome, call)))
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
        self.on_success = Some(hold_callback(on_success));
        self
    }

    /// Called when the mutation failed for good; it stays pending until this is done.
    #[must_use]
    pub fn on_error<F, Fut>(mut self, on_error: F) -> Self
    where
        F: Fn(Arc<E>, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = ()> + MaybeSend + 'static,
    {
        self.on_error = Some(hold_callback(on_error));
        self
    }

    /// Called when the mutation has ended, well or not, after the others.
    #[must_use]
    pub fn on_settled<F, Fut>(mut self, on_settled: F) -> Self
    where
        F: Fn(Result<Arc<T>, Arc<E>>, MutationCall<V, C>) -> Fut + MaybeSend + MaybeSync + 'static,
        Fut: Future<Output = ()> + MaybeSend + 'static,
    {
        self.on_settled = Some(hold_callback(on_settled));
        self
    }

    /// A name to find the mutation by.
    #[must_use]
    pub fn mutation_key(mut self, key: impl IntoQueryKey) -> Self {
        self.key = Some(key.into_query_key());
        self
    }

    /// Mutations of one scope run one after the other, in the order in which they were called.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// How often a failed attempt is repeated. Default: never.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.policy.retry = Some(Retry::Times(times));
        self
    }

    /// Whether to retry, asked with the number of failures before this one and the error.
    #[must_use]
    pub fn retry_if(mut self, retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static) -> Self {
        let retry = Held::new(retry);
        self.policy.retry =
            Some(Retry::If(Arc::new(move |n, error| error.downcast_ref().map(|e| retry.get()(n, e)))));
        self
    }

    /// Wait this long before each retry. Default: [`crate::default_retry_delay`].
    #[must_use]
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.policy.retry_delay = Some(RetryDelay::Fixed(delay));
        self
    }

    /// How long to wait before a retry, asked like [`MutationOptions::retry_if`].
    #[must_use]
    pub fn retry_delay_fn(
        mut self,
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let delay = Held::new(delay);
        self.policy.retry_delay =
            Some(RetryDelay::From(Arc::new(move |n, error| error.downcast_ref().map(|e| delay.get()(n, e)))));
        self
    }

    /// Whether delays are shortened at random, by up to a half. Default: no.
    #[must_use]
    pub fn retry_jitter(mut self, jitter: bool) -> Self {
        self.policy.retry_jitter = Some(jitter);
        self
    }

    /// Which attempts need a network. Default: all.
    #[must_use]
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.policy.network_mode = Some(mode);
        self
    }

    /// How long the mutation stays in the cache once it has ended and nobody observes it. Default: five minutes.
    #[must_use]
    pub fn gc_time(mut self, gc_time: impl Into<GcTime>) -> Self {
        self.policy.gc_time = Some(gc_time.into());
        self
    }

    /// Anything the caller wants to find again in the callbacks.
    #[must_use]
    pub fn meta(mut self, meta: serde_json::Value) -> Self {
        self.policy.meta = Some(Arc::new(meta));
        self
    }

    pub(super) fn spec(&self) -> MutationSpec {
        MutationSpec {
            key: self.key.clone(),
            scope: self.scope.clone(),
            policy: self.policy.clone(),
            mutation_fn: Arc::clone(&self.mutation_fn),
        }
    }
}

impl<T, E, V, C> Clone for MutationOptions<T, E, V, C> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            scope: self.scope.clone(),
            policy: self.policy.clone(),
            mutation_fn: Arc::clone(&self.mutation_fn),
            on_mutate: self.on_mutate.clone(),
            on_success: self.on_success.clone(),
            on_error: self.on_error.clone(),
            on_settled: self.on_settled.clone(),
        }
    }
}

impl<T, E, V, C> fmt::Debug for MutationOptions<T, E, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationOptions")
            .field("key", &self.key)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
