//! What functions of a mutation are told about one call of it.

use std::fmt;
use std::sync::Arc;

use crate::core::ErasedCall;
use crate::{QueryClient, QueryKey};

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
    /// The same for every attempt of this call, and for no other call.
    pub idempotency_key: Arc<str>,
}

impl<V: Send + Sync + 'static, C: Send + Sync + 'static> MutationCall<V, C> {
    /// Nothing when the call is one of other options.
    pub(super) fn typed(call: ErasedCall) -> Option<Self> {
        Some(Self {
            client: call.client,
            variables: call.variables.downcast().ok()?,
            context: call.context.and_then(|context| context.downcast().ok()),
            key: call.key,
            meta: call.meta,
            idempotency_key: call.idempotency_key,
        })
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
            idempotency_key: Arc::clone(&self.idempotency_key),
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

/// What a mutation function is told about the call.
///
/// ```
/// use requery::MutationOptions;
///
/// let send = MutationOptions::<String, std::io::Error, String>::with_context(|text, context| {
///     let header = context.idempotency_key().to_owned();
///     async move { Ok(format!("{header}: {text}")) }
/// });
/// # let _ = send;
/// ```
pub struct MutationContext {
    call: ErasedCall,
}

impl MutationContext {
    pub(super) fn new(call: ErasedCall) -> Self {
        Self { call }
    }

    /// The cache.
    #[must_use]
    pub fn client(&self) -> &QueryClient {
        &self.call.client
    }

    /// The mutation's key.
    #[must_use]
    pub fn key(&self) -> Option<&QueryKey> {
        self.call.key.as_ref()
    }

    /// The mutation's `meta` option.
    #[must_use]
    pub fn meta(&self) -> Option<&serde_json::Value> {
        self.call.meta.as_deref()
    }

    /// The mutation's id in this cache; ids count up from one.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.call.id.0
    }

    /// The same for every attempt of this call, also after a reload, and for no other call: sent along, it lets the
    /// server tell a repetition from another mutation.
    #[must_use]
    pub fn idempotency_key(&self) -> &str {
        &self.call.idempotency_key
    }
}

impl fmt::Debug for MutationContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationContext").field("id", &self.call.id.0).finish_non_exhaustive()
    }
}
