//! Performing effects: the only place where user code is called on behalf of the core.

use std::sync::Arc;

use futures::future::Abortable;

use super::{QueryClient, Subscriber, lock};
use crate::core::{
    AttemptTask, AttemptView, Core, Effect, ErasedCall, FetchId, MutationAttemptTask, QueryFn, Value,
};
use crate::{CacheEvent, FetchDirection, QueryContext, QueryKey, mutation};

const BROWSER_RETRIES: u32 = 3;

impl QueryClient {
    pub(super) fn perform(&self, effect: Effect) {
        match effect {
            Effect::Attempt(task) => self.attempt(task),
            Effect::HandedOver(key, fetch, data) => self.handed_over(&key, fetch, data),
            Effect::Abort { signal, future } => {
                signal.abort();
                if let Some(future) = future {
                    future.abort();
                }
            }
            Effect::Settle(waiters, outcome) => {
                for waiter in waiters {
                    // Who no longer waits has dropped the other end.
                    let _ = waiter.send(outcome.clone());
                }
            }
            Effect::Updated(hooks, state) => hooks.iter().for_each(|hook| hook.query_updated(self, &state)),
            Effect::Stale(hook) => hook.became_stale(self),
            Effect::ComeBack(occasion) => {
                let client = self.clone();
                self.inner.runtime.spawn(Box::pin(async move {
                    client.refresh_policies();
                    client.apply(|core| core.refetch_on(occasion));
                }));
            }
            Effect::BringBack(hook) => hook.bring_back(self),
            Effect::Fetched(key, outcome) => {
                if let Some(query) = self.summary(&key) {
                    self.inner.callbacks.query_ended(outcome.as_ref(), &query);
                }
            }
            Effect::Event(event, cause) => self.publish(&event, cause.as_ref()),
            Effect::EchoOverdue(layer) => self.echo_overdue(layer),
            Effect::SettleMarks => self.settle_due_marks(),
            Effect::Flush => {
                let client = self.downgrade();
                self.inner.runtime.spawn(Box::pin(async move {
                    if let Some(client) = client.upgrade() {
                        client.apply(Core::flush);
                    }
                }));
            }
            Effect::MutationAttempt(task) => self.attempt_mutation(task),
            Effect::MutationResume(id) => mutation::resume(self, id),
            Effect::MutationUpdated(hook) => hook.mutation_updated(self),
            Effect::MutationSettle(waiter, result) => {
                let _ = waiter.send(result);
            }
        }
    }

    fn publish(&self, event: &CacheEvent, cause: Option<&Arc<str>>) {
        let subscribers: Vec<Subscriber> =
            lock(&self.inner.subscribers).iter().map(|(_, subscriber)| Arc::clone(subscriber)).collect();
        for subscriber in subscribers {
            subscriber(event, cause);
        }
    }

    fn attempt(&self, task: AttemptTask) {
        let AttemptTask { key, fetch, spec, signal, cancelling, registration, pages } = task;
        let attempt = Attempt { client: self.clone(), key: key.clone(), fetch, ended: false };
        let Some(query_fn) = &spec.query_fn else { return };
        let context = QueryContext {
            client: self.clone(),
            key,
            meta: spec.policy.meta.clone(),
            signal,
            cancelling,
            direction: FetchDirection::Forward,
        };
        let persister = spec.persister.clone().filter(|_| pages.data.is_none());
        let future = query_fn.call(context, pages);
        let future = match persister {
            Some(persister) => persister.restoring_first(self, &spec.key, future),
            None => future,
        };
        let future = Abortable::new(future, registration);
        self.inner.runtime.spawn(Box::pin(async move {
            match future.await {
                Ok(result) => attempt.end(result),
                Err(_aborted) => attempt.forget(),
            }
        }));
    }

    pub(crate) fn attempt_succeeded(&self, key: &QueryKey, fetch: FetchId, result: &Value) {
        // Sharing and patching call user code, so they happen outside of the lock, and again if the query changed.
        while let Some(view) = self.read(|core| core.attempt_view(key, fetch)) {
            let persister = &view.spec.persister;
            if persister.as_ref().is_some_and(|it| it.takes_over(self, key, fetch, result)) {
                return;
            }
            let raw = compose(&view, Arc::clone(result));
            let written = self.weave(key, &view.peek, raw);
            // A first answer that was on its way when what it tells of was deleted. The next one says so, or it shows that
            // the server does not: asking once more is enough.
            let is_doubted = written.is_gone && view.peek.base().is_none();
            if self.apply(|core| core.attempt_succeeded(key, fetch, &view, written)) {
                if let Some(persister) = persister.clone() {
                    self.inner.runtime.spawn(persister.persist(self, key));
                }
                if is_doubted {
                    self.apply(|core| core.mark(key));
                }
                self.settle_marks_at_once();
                return;
            }
        }
    }

    fn attempt_failed(&self, key: &QueryKey, fetch: FetchId, error: &Value) {
        let Some(view) = self.read(|core| core.attempt_view(key, fetch)) else { return };
        let spec = &view.spec;
        let unsaid =
            if spec.fails_at_once && spec.policy.retry.is_none() { 0 } else { self.default_retries() };
        let decision = spec.policy.decide(view.failures, error, unsaid, self.inner.runtime.random());
        self.apply(|core| core.attempt_failed(key, fetch, error, decision));
    }

    fn default_retries(&self) -> u32 {
        if self.read(|core| core.server) { 0 } else { BROWSER_RETRIES }
    }

    fn attempt_mutation(&self, task: MutationAttemptTask) {
        let client = self.clone();
        let (Some(mutation_fn), Some(variables)) = (&task.spec.fns.mutation_fn, &task.state.variables) else {
            // Unreachable: a mutation without a function does not begin.
            return;
        };
        let future = mutation_fn(ErasedCall {
            client: self.clone(),
            id: task.id,
            variables: Arc::clone(variables),
            context: task.state.context.clone(),
            key: task.spec.key.clone(),
            meta: task.spec.policy.meta.clone(),
            idempotency_key: Arc::clone(&task.state.idempotency_key),
        });
        self.inner.runtime.spawn(Box::pin(async move {
            let result = future.await;
            client.mutation_attempted(&task.spec, task.id, result);
        }));
    }

    fn mutation_attempted(
        &self,
        spec: &crate::core::MutationSpec,
        id: crate::core::MutationId,
        result: Result<Value, Value>,
    ) {
        match result {
            Ok(data) => self.apply(|core| core.mutation_attempt_succeeded(id, data)),
            Err(error) => {
                let Some(failures) = self.read(|core| core.mutation_failures(id)) else { return };
                let decision = spec.policy.decide(failures, &error, 0, self.inner.runtime.random());
                self.apply(|core| core.mutation_attempt_failed(id, &error, decision));
            }
        }
    }
}

/// The result with what the query held before, where it goes on from there, and the patches of the meantime over it.
fn compose(view: &AttemptView, result: Value) -> Value {
    let merged = match view.spec.query_fn.as_ref().and_then(QueryFn::paging) {
        Some(paging) => (paging.ops.merge)(paging, view.peek.base().as_ref(), result),
        None => result,
    };
    view.patches.iter().fold(merged, |data, patch| patch(&data).unwrap_or(data))
}

/// An attempt that has not ended; one that is dropped without an end did not get one.
struct Attempt {
    client: QueryClient,
    key: QueryKey,
    fetch: FetchId,
    ended: bool,
}

impl Attempt {
    fn end(mut self, result: Result<Value, Value>) {
        self.ended = true;
        match result {
            Ok(data) => self.client.attempt_succeeded(&self.key, self.fetch, &data),
            Err(error) => self.client.attempt_failed(&self.key, self.fetch, &error),
        }
    }

    fn forget(mut self) {
        self.ended = true;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.ended {
            self.client.apply(|core| core.attempt_lost(&self.key, self.fetch));
        }
    }
}
