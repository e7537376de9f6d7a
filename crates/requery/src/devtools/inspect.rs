//! Copies of what the cache knows. Errors and variables become text by user code, so that happens outside of the lock.

use crate::core::{Core, MutationSample, QuerySample, stale_at};
use crate::{Entity, InspectedEntity, InspectedMutation, InspectedQuery, IntoQueryKey, QueryClient};

impl QueryClient {
    /// Every query, in the order in which they were made.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use requery::{QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// # let client = QueryClient::new(runtime.clone());
    /// let number = QueryOptions::<u32, String>::new(query_key!["n"], |_| async { Ok(7) })
    ///     .stale_time(Duration::from_secs(30));
    /// runtime.block_on(client.fetch_query(&number)).unwrap();
    /// let query = client.inspect_queries().remove(0);
    /// assert_eq!(query.data_type, Some("u32"));
    /// assert_eq!(query.stale_at.unwrap().since(client.now()), Duration::from_secs(30));
    /// assert_eq!(query.gc_at.unwrap().since(client.now()), Duration::from_secs(300));
    /// ```
    #[must_use]
    pub fn inspect_queries(&self) -> Vec<InspectedQuery> {
        self.refresh_policies();
        let samples = self.read(Core::query_samples);
        samples.into_iter().map(|sample| self.inspected_query(sample)).collect()
    }

    fn inspected_query(&self, sample: QuerySample) -> InspectedQuery {
        let QuerySample { query, state, spec } = sample;
        let of_observers = query.observers.iter().filter_map(|observer| observer.stale_at).min();
        let own = || stale_at(&state, spec.policy.stale_time(&state));
        InspectedQuery {
            stale_at: if query.observers.is_empty() { own() } else { of_observers },
            error: state.error.as_ref().map(|error| self.describe_error(error)),
            failure_reason: state.fetch_failure_reason.as_ref().map(|error| self.describe_error(error)),
            ..query
        }
    }

    /// What a query holds, as JSON: where it is `hydratable`, and where nobody has decoded yet what was hydrated.
    ///
    /// ```
    /// # use requery::{QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// # let client = QueryClient::new(runtime.clone());
    /// let number = QueryOptions::<u32, String>::new(query_key!["n"], |_| async { Ok(7) }).hydratable();
    /// runtime.block_on(client.fetch_query(&number)).unwrap();
    /// assert_eq!(client.inspect_data(query_key!["n"]), Some(7.into()));
    /// assert_eq!(client.inspect_data(query_key!["m"]), None);
    /// ```
    #[must_use]
    pub fn inspect_data(&self, key: impl IntoQueryKey) -> Option<serde_json::Value> {
        self.encoded_data(&key.into_query_key())
    }

    /// Every mutation, in the order in which they were called.
    #[must_use]
    pub fn inspect_mutations(&self) -> Vec<InspectedMutation> {
        let samples = self.read(Core::mutations_to_inspect);
        samples.into_iter().map(|sample| self.inspected_mutation(sample)).collect()
    }

    fn inspected_mutation(&self, sample: MutationSample) -> InspectedMutation {
        let MutationSample { mutation, state, spec } = sample;
        InspectedMutation {
            error: state.error.as_ref().map(|error| self.describe_error(error)),
            failure_reason: state.failure_reason.as_ref().map(|error| self.describe_error(error)),
            variables: state.variables.as_ref().and_then(|variables| spec.encode_variables(variables)),
            ..mutation
        }
    }

    /// Every entity that is known, shown, or remembered as gone: by the names of their types, and in each by id.
    #[must_use]
    pub fn inspect_entities(&self) -> Vec<InspectedEntity> {
        self.read(Core::entities_to_inspect)
    }

    /// Remembers what a type of entities is called.
    pub(crate) fn name_entities<E: Entity>(&self) {
        self.apply(|core| core.name_kind(std::any::TypeId::of::<E>(), std::any::type_name::<E>()));
    }
}
