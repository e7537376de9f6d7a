//! Options of one query with their types erased: what the cache and its observers work with, whatever the types are.

use std::fmt;
use std::sync::Arc;

use super::placeholder::Placeholder;
use super::policy::SharedPolicy;
use crate::core::{Codec, DataType, Persists, QueryFn, Value};
use crate::entity::EntityLink;
use crate::{QueryKey, Timestamp};

/// From what the cache holds to what observers see.
pub(crate) type Select = Arc<dyn Fn(&Value) -> Result<Value, Value> + Send + Sync>;

type Initial = Arc<dyn Fn() -> Option<Value> + Send + Sync>;

/// [`crate::QueryOptions`] without their types.
#[derive(Clone)]
pub struct ErasedOptions {
    pub(crate) key: QueryKey,
    pub(crate) policy: SharedPolicy,
    pub(crate) query_fn: Option<QueryFn>,
    pub(crate) data_type: DataType,
    pub(crate) codec: Option<Codec>,
    pub(crate) initial: Option<Initial>,
    pub(crate) initial_updated_at: Option<Timestamp>,
    pub(crate) placeholder: Option<Placeholder>,
    /// Nothing where observers see the data itself.
    pub(crate) select: Option<Select>,
    /// Whether two values that observers see are equal.
    pub(crate) same: fn(&Value, &Value) -> bool,
    pub(crate) links: Arc<[EntityLink]>,
    pub(crate) persister: Option<Arc<dyn Persists>>,
}

impl ErasedOptions {
    /// What only reads what others put there.
    pub(crate) fn new(key: QueryKey, data_type: DataType) -> Self {
        Self {
            key,
            policy: SharedPolicy::default(),
            query_fn: None,
            data_type,
            codec: None,
            initial: None,
            initial_updated_at: None,
            placeholder: None,
            select: None,
            same: data_type.equal,
            links: Arc::default(),
            persister: None,
        }
    }
}

impl fmt::Debug for ErasedOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryOptions")
            .field("key", &self.key)
            .field("data", &(self.data_type.name)())
            .field("hydratable", &self.codec.is_some())
            .finish_non_exhaustive()
    }
}
