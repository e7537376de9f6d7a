//! The course of one mutation, from `on_mutate` to `on_settled`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use futures::FutureExt;
use futures::channel::oneshot;

use super::{MutationCall, MutationOptions};
use crate::callbacks::MutationInfo;
use crate::core::{Core, MutationHook, MutationId, Value};
use crate::runtime::Task;
use crate::{MutationError, QueryClient};

type Outcome<T, E> = Result<Arc<T>, Arc<E>>;

/// A mutation under way. It goes on if this is dropped.
pub struct Mutating<T, E> {
    outcome: oneshot::Receiver<Outcome<T, E>>,
}

impl<T, E> Future for Mutating<T, E> {
    type Output = Result<Arc<T>, MutationError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.outcome.poll_unpin(cx)) {
            Ok(outcome) => outcome.map_err(MutationError::Failed),
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
pub(super) fn execute<T, E, V, C>(
    client: &QueryClient,
    options: &MutationOptions<T, E, V, C>,
    variables: V,
    observer: Option<Arc<dyn MutationHook>>,
    begun: impl FnOnce(MutationId),
) -> Mutating<T, E>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    let variables = Arc::new(variables);
    let erased: Value = Arc::clone(&variables) as _;
    let id = client.apply(Core::next_mutation_id);
    begun(id);
    let spec = Arc::new(options.spec());
    client.apply(|core| core.begin_mutation(id, spec, Arc::clone(&erased), observer));
    let call = MutationCall {
        client: client.clone(),
        variables,
        context: None,
        key: options.key.clone(),
        meta: options.policy.meta.clone(),
    };
    let info = MutationInfo { id: id.0, key: call.key.clone(), meta: call.meta.clone(), variables: erased };
    let (done, outcome) = oneshot::channel();
    let run = Run { id, options: options.clone(), call, info };
    spawn_now(client, Box::pin(run.run(done)));
    Mutating { outcome }
}

/// Polls the task once before it is handed to the driver.
fn spawn_now(client: &QueryClient, mut task: Task) {
    // Whatever the first poll waits for is asked for again by the second, which has a real waker.
    if task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        client.runtime().spawn(task);
    }
}

struct Run<T, E, V, C> {
    id: MutationId,
    options: MutationOptions<T, E, V, C>,
    call: MutationCall<V, C>,
    info: MutationInfo,
}

impl<T, E, V, C> Run<T, E, V, C>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
    V: Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    async fn run(mut self, done: oneshot::Sender<Outcome<T, E>>) {
        self.begin().await;
        let (waiter, ended) = oneshot::channel();
        self.call.client.apply(|core| core.run_mutation(self.id, waiter));
        // The cache was cleared: nobody is left to be told.
        let Ok(result) = ended.await else { return };
        let outcome = match &result {
            Ok(data) => Arc::clone(data).downcast().map(Ok),
            Err(error) => Arc::clone(error).downcast().map(Err),
        };
        let Ok(outcome) = outcome else { return };
        self.call_back(&outcome).await;
        self.call.client.apply(|core| core.settle_mutation(self.id, result));
        // Who does not wait has dropped the other end.
        let _ = done.send(outcome);
    }

    async fn begin(&mut self) {
        self.call.client.callbacks().mutating(&self.info);
        if let Some(on_mutate) = &self.options.on_mutate {
            let context = Arc::new(on_mutate(self.call.clone()).await);
            self.call.context = Some(Arc::clone(&context));
            self.call.client.apply(|core| core.set_mutation_context(self.id, context));
        }
    }

    /// F10: the cache's callback before the mutation's own, those for the outcome before those for the end.
    async fn call_back(&self, outcome: &Outcome<T, E>) {
        let callbacks = self.call.client.callbacks();
        match outcome {
            Ok(data) => {
                callbacks.mutation_succeeded(&**data, &self.info);
                if let Some(on_success) = &self.options.on_success {
                    on_success(Arc::clone(data), self.call.clone()).await;
                }
            }
            Err(error) => {
                callbacks.mutation_failed(&**error, &self.info);
                if let Some(on_error) = &self.options.on_error {
                    on_error(Arc::clone(error), self.call.clone()).await;
                }
            }
        }
        callbacks.mutation_settled(&self.info);
        if let Some(on_settled) = &self.options.on_settled {
            on_settled(outcome.clone(), self.call.clone()).await;
        }
    }
}
