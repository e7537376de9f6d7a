//! Fetching ahead, from event handlers.

use std::fmt;

use leptos::prelude::{GetValue, StoredValue};
use requery::{QueryClient, QueryOptions};

use crate::use_query_client;

/// Fetches ahead what a component may need next, for example when the pointer comes near it.
#[must_use]
pub fn use_prefetch() -> Prefetch {
    Prefetch { client: StoredValue::new(use_query_client()) }
}

/// See [`use_prefetch`].
#[derive(Clone, Copy)]
pub struct Prefetch {
    client: StoredValue<QueryClient>,
}

impl Prefetch {
    /// Fetches the query, unless what the cache has of it is fresh. Failures stay in the cache.
    pub fn query<T, E, D>(&self, options: &QueryOptions<T, E, D>)
    where
        T: Send + Sync + 'static,
    {
        if let Some(client) = self.client.try_get_value() {
            client.prefetch_query(options);
        }
    }
}

impl fmt::Debug for Prefetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefetch").finish_non_exhaustive()
    }
}
