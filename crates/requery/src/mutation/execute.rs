//! The course of one mutation, from `on_mutate` to `on_settled`. Nothing here knows the mutation's types.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures::FutureExt;
use futures::channel::oneshot;

use crate::callbacks::MutationInfo;
use crate::core::{Core, ErasedCall, MutationHook, MutationId, MutationSpec, Value};
use crate::runtime::Task;
use crate::{LayerBuilder, MutationError, QueryClient};

type Outcome = Result<Value, Value>;

/// The end of a mutation under way.
pub(super) type Pending = oneshot::Receiver<Outcome>;

/// A mutation under way. It goes on if this is dropped.
pub struct Mutating<T, E> {
    /// Nothing where no function is known.
    outcome: Option<Pending>,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Mutating<T, E> {
    pub(super) fn new(outcome: Option<Pending>) -> Self {
        Self { outcome, types: PhantomData }
    }
}

impl<T, E> Future for Mutating<T, E>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    type Output = Result<Arc<T>, MutationError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(outcome) = &mut self.outcome else {
            return Poll::Ready(Err(MutationError::MissingMutationFn));
        };
        Poll::Ready(match ready!(outcome.poll_unpin(cx)) {
            Ok(Ok(data)) => data.downcast().map_err(|_| MutationError::Dropped),
            Ok(Err(error)) => Err(error.downcast().map_or(MutationError::Dropped, MutationError::Failed)),
            Err(_dropped) => Err(MutationError::Dropped),
        })
    }
}

impl<T, E> fmt::Debug for Mutating<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutating").finish_non_exhaustive()
    }
}

/// Starts a mutation. `on_mutate` begins before this returns, so that an optimistic change is seen at once.
pub(super) fn execute(
    client: &QueryClient,
    spec: &MutationSpec,
    variables: Value,
    observer: Option<Arc<dyn MutationHook>>,
    begun: &mut dyn FnMut(MutationId),
) -> Option<Pending> {
    let spec = Arc::new(client.mutation_spec(spec));
    spec.fns.mutation_fn.as_ref()?;
    let id = client.apply(Core::next_mutation_id);
    begun(id);
    let key = idempotency_key(client);
    client.apply(|core| {
        core.begin_mutation(id, (Arc::clone(&spec), Arc::clone(&variables), Arc::clone(&key)), observer);
    });
    let (done, outcome) = oneshot::channel();
    let run = Run { id, call: call(client, id, &spec, variables, key), spec, is_restored: false };
    spawn_now(client, Box::pin(run.run(done)));
    Some(outcome)
}

/// Takes a mutation up again that came with dehydrated state, if it is known by now how.
pub(crate) fn resume(client: &QueryClient, id: MutationId) {
    let Some((restored, raw, key)) = client.read(|core| core.restored_mutation(id)) else { return };
    let spec = Arc::new(client.mutation_spec(&restored));
    let Some(variables) = spec.decode_variables(&raw).filter(|_| spec.fns.mutation_fn.is_some()) else {
        return;
    };
    let (of_core, with) = (Arc::clone(&spec), Arc::clone(&variables));
    restore_layers(client);
    if !client.apply(|core| core.continue_restored(id, of_core, with)) {
        return;
    }
    let (done, _nobody_waits) = oneshot::channel();
    let run = Run { id, call: call(client, id, &spec, variables, key), spec, is_restored: true };
    spawn_now(client, Box::pin(run.run(done)));
}

/// Shows what restored mutations will do, as far as it is known by now how.
pub(crate) fn restore_layers(client: &QueryClient) {
    for id in client.read(Core::restored_without_layer) {
        restore_layer(client, id);
    }
}

fn restore_layer(client: &QueryClient, id: MutationId) {
    let Some((restored, raw, key)) = client.read(|core| core.restored_mutation(id)) else { return };
    let spec = client.mutation_spec(&restored);
    if let Some(variables) = spec.decode_variables(&raw) {
        lay(client, id, &spec, &variables, &key);
    }
}

fn lay(client: &QueryClient, id: MutationId, spec: &MutationSpec, variables: &Value, name: &Arc<str>) {
    if let Some(optimistic) = &spec.fns.optimistic {
        optimistic(client, id, variables, name);
    }
}

/// Shows what a mutation will do.
pub(super) fn show(client: &QueryClient, id: MutationId, builder: LayerBuilder, name: &Arc<str>) {
    let layer = client.lay(builder, Some(Arc::clone(name)));
    client.apply(|core| core.set_mutation_layer(id, layer));
}

/// Unlikely enough to be drawn twice that a server can tell a repetition from another mutation.
fn idempotency_key(client: &QueryClient) -> Arc<str> {
    let runtime = client.runtime();
    format!("{:016x}{:016x}", runtime.random(), runtime.random()).into()
}

fn call(
    client: &QueryClient,
    id: MutationId,
    spec: &MutationSpec,
    variables: Value,
    idempotency_key: Arc<str>,
) -> ErasedCall {
    ErasedCall {
        client: client.clone(),
        id,
        variables,
        context: None,
        key: spec.key.clone(),
        meta: spec.policy.meta.clone(),
        idempotency_key,
    }
}

/// Polls the task once before it is handed to the driver.
fn spawn_now(client: &QueryClient, mut task: Task) {
    // Whatever the first poll waits for is asked for again by the second, which has a real waker.
    if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        client.runtime().spawn(task);
    }
}

struct Run {
    id: MutationId,
    spec: Arc<MutationSpec>,
    call: ErasedCall,
    /// It began in another life of the program.
    is_restored: bool,
}

impl Run {
    async fn run(mut self, done: oneshot::Sender<Outcome>) {
        if !self.is_restored {
            self.begin().await;
        }
        let (waiter, ended) = oneshot::channel();
        self.call.client.apply(|core| core.run_mutation(self.id, waiter));
        // The cache was cleared: nobody is left to be told.
        let Ok(outcome) = ended.await else { return };
        if outcome.is_err() {
            self.drop_layer();
        }
        self.call_back(&outcome).await;
        match self.spec.echo_within {
            Some(within) if outcome.is_ok() => self.await_echo(within),
            _ => self.drop_layer(),
        }
        self.call.client.apply(|core| core.settle_mutation(self.id, outcome.clone()));
        // Who does not wait has dropped the other end.
        let _ = done.send(outcome);
    }

    async fn begin(&mut self) {
        let call = &self.call;
        lay(&call.client, self.id, &self.spec, &call.variables, &call.idempotency_key);
        call.client.callbacks().mutating(&self.info());
        if let Some(on_mutate) = &self.spec.fns.on_mutate {
            let context = on_mutate(self.call.clone()).await;
            self.call.context = Some(Arc::clone(&context));
            self.call.client.apply(|core| core.set_mutation_context(self.id, context));
        }
    }

    /// What it showed before the server had done it: undone, or done by now.
    fn drop_layer(&self) {
        let client = &self.call.client;
        if let Some(layer) = client.read(|core| core.mutation_layer(self.id)) {
            client.drop_layer(layer);
        }
    }

    fn await_echo(&self, within: Duration) {
        let client = &self.call.client;
        let Some(layer) = client.read(|core| core.mutation_layer(self.id)) else { return };
        client.apply(|core| core.await_echo(layer, within));
        if client.read(|core| core.is_confirmed(layer)) {
            client.drop_layer(layer);
        }
    }

    /// Its options as of now: the observer may have been given others while this runs.
    fn latest(&self) -> Arc<MutationSpec> {
        let latest = self.call.client.read(|core| core.mutation_spec(self.id));
        latest.unwrap_or_else(|| Arc::clone(&self.spec))
    }

    fn info(&self) -> MutationInfo {
        MutationInfo {
            id: self.id.0,
            key: self.call.key.clone(),
            meta: self.call.meta.clone(),
            variables: Arc::clone(&self.call.variables),
        }
    }

    /// F10: the cache's callback before the mutation's own, those for the outcome before those for the end.
    async fn call_back(&self, outcome: &Outcome) {
        let (callbacks, info) = (self.call.client.callbacks(), self.info());
        match outcome {
            Ok(data) => {
                callbacks.mutation_succeeded(&**data, &info);
                if let Some(on_success) = self.latest().fns.on_success.clone() {
                    on_success(Arc::clone(data), self.call.clone()).await;
                }
            }
            Err(error) => {
                callbacks.mutation_failed(&**error, &info);
                if let Some(on_error) = self.latest().fns.on_error.clone() {
                    on_error(Arc::clone(error), self.call.clone()).await;
                }
            }
        }
        callbacks.mutation_settled(&info);
        if let Some(on_settled) = self.latest().fns.on_settled.clone() {
            on_settled(outcome.clone(), self.call.clone()).await;
        }
    }
}
