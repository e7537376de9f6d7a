//! Options of a mutation with their types erased.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::{Codec, MutationId, Value};
use crate::options::Policy;
use crate::{QueryClient, QueryKey};

pub(crate) type MutationFn =
    Arc<dyn Fn(ErasedCall) -> BoxFuture<'static, Result<Value, Value>> + Send + Sync>;

pub(crate) type OnMutate = Arc<dyn Fn(ErasedCall) -> BoxFuture<'static, Value> + Send + Sync>;

/// Lays the layer of a call with these variables, named by its idempotency key.
pub(crate) type Optimistic = Arc<dyn Fn(&QueryClient, MutationId, &Value, &Arc<str>) + Send + Sync>;

pub(crate) type OnOutcome<O> = Arc<dyn Fn(O, ErasedCall) -> BoxFuture<'static, ()> + Send + Sync>;

/// One call of a mutation.
#[derive(Clone)]
pub(crate) struct ErasedCall {
    pub(crate) client: QueryClient,
    pub(crate) id: MutationId,
    pub(crate) variables: Value,
    pub(crate) context: Option<Value>,
    pub(crate) key: Option<QueryKey>,
    pub(crate) meta: Option<Arc<serde_json::Value>>,
    pub(crate) idempotency_key: Arc<str>,
}

/// What a mutation does, and what happens around it.
#[derive(Clone, Default)]
pub(crate) struct MutationFns {
    pub(crate) mutation_fn: Option<MutationFn>,
    pub(crate) optimistic: Option<Optimistic>,
    pub(crate) on_mutate: Option<OnMutate>,
    pub(crate) on_success: Option<OnOutcome<Value>>,
    pub(crate) on_error: Option<OnOutcome<Value>>,
    pub(crate) on_settled: Option<OnOutcome<Result<Value, Value>>>,
}

#[derive(Clone, Default)]
pub(crate) struct MutationSpec {
    pub(crate) key: Option<QueryKey>,
    /// Mutations of one scope run one after the other.
    pub(crate) scope: Option<Arc<str>>,
    pub(crate) policy: Policy,
    pub(crate) fns: MutationFns,
    /// How its variables travel as JSON, if they do.
    pub(crate) codec: Option<Codec>,
    /// How long its layer stays after its success, while the server's own word of it is waited for.
    pub(crate) echo_within: Option<Duration>,
    /// Waits for no other mutation.
    pub(crate) is_parallel: bool,
}

impl MutationSpec {
    /// These options where they say something, `base` where they do not.
    pub(crate) fn over(self, base: &Self) -> Self {
        let (own, other) = (self.fns, &base.fns);
        Self {
            key: self.key.or_else(|| base.key.clone()),
            scope: self.scope.or_else(|| base.scope.clone()),
            policy: self.policy.over(&base.policy),
            fns: MutationFns {
                mutation_fn: own.mutation_fn.or_else(|| other.mutation_fn.clone()),
                optimistic: own.optimistic.or_else(|| other.optimistic.clone()),
                on_mutate: own.on_mutate.or_else(|| other.on_mutate.clone()),
                on_success: own.on_success.or_else(|| other.on_success.clone()),
                on_error: own.on_error.or_else(|| other.on_error.clone()),
                on_settled: own.on_settled.or_else(|| other.on_settled.clone()),
            },
            codec: self.codec.or(base.codec),
            echo_within: self.echo_within.or(base.echo_within),
            is_parallel: self.is_parallel || base.is_parallel,
        }
    }

    /// R12: what may wait for long is sent in the order in which it was called, mutations of one key one after the other.
    pub(crate) fn queue_by_key(&mut self) {
        if let Some(key) = self.key.as_ref().filter(|_| self.codec.is_some() && !self.is_parallel) {
            self.scope.get_or_insert_with(|| key.to_string().into());
        }
    }

    pub(crate) fn decode_variables(&self, json: &serde_json::Value) -> Option<Value> {
        (self.codec?.decode)(json).ok()
    }

    pub(crate) fn encode_variables(&self, variables: &Value) -> Option<serde_json::Value> {
        // Variables that nobody has decoded yet travel on as they came.
        if let Some(raw) = variables.downcast_ref::<serde_json::Value>() {
            return Some(raw.clone());
        }
        self.codec?.tree(variables)
    }
}
