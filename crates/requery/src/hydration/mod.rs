//! The cache as JSON and back (F14).

mod pending;
mod read;

use std::sync::Arc;

use serde::Serialize;
#[cfg(not(target_arch = "wasm32"))]
use serde_json::value::RawValue;

use crate::core::{Codec, Core, Data, DataType, MutationCore, MutationSpec, Query, QuerySpec, State};
use crate::{
    Error, FetchStatus, IntoQueryKey, MutationFilters, MutationStatus, QueryClient, QueryFilters, QueryKey,
    QueryStatus, Timestamp,
};

pub use pending::{DehydratedPending, HandedOver};

/// Which queries to dehydrate.
#[derive(Clone, Debug, Default)]
pub struct DehydrateOptions {
    /// Only these. Queries without data, and such whose type has no way into JSON, are always left out.
    pub filters: QueryFilters,
    /// Which mutations; only `resumable` ones with a key travel. Default: those that are paused.
    pub mutations: Option<MutationFilters>,
    /// Also queries that have no data yet and are being fetched: what becomes of them is handed over later
    /// ([`QueryClient::outcome_of`], [`QueryClient::hand_over`]). Default: no.
    pub pending: bool,
}

/// The data of a cache, as JSON: a tree, or another form `D` of it. Errors are not part of it.
#[derive(Clone, Debug, Serialize)]
pub struct DehydratedState<D = serde_json::Value> {
    /// In the order in which the queries were made.
    pub queries: Vec<DehydratedQuery<D>>,
    /// First fetches that were in flight, in the order in which the queries were made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<DehydratedPending>,
    /// In the order in which the mutations were called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mutations: Vec<DehydratedMutation>,
}

/// One mutation of a [`DehydratedState`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DehydratedMutation {
    /// Its key: an array.
    pub mutation_key: serde_json::Value,
    /// What it was called with.
    pub variables: serde_json::Value,
    /// When it was called, in milliseconds since the Unix epoch.
    pub submitted_at: Timestamp,
    /// What a server knows it by.
    pub idempotency_key: String,
    /// How often it has failed.
    pub failure_count: u32,
    /// The scope in which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its `meta` option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
}

/// One query of a [`DehydratedState`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DehydratedQuery<D = serde_json::Value> {
    /// Its key: an array.
    pub query_key: serde_json::Value,
    /// Its data.
    pub data: D,
    /// When the data was fetched, in milliseconds since the Unix epoch.
    pub data_updated_at: Timestamp,
    /// Whether it was invalidated since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_invalidated: bool,
    /// Its `meta` option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
}

impl Default for DehydratedState {
    fn default() -> Self {
        Self { queries: Vec::new(), pending: Vec::new(), mutations: Vec::new() }
    }
}

impl DehydratedState {
    /// The state that some JSON holds.
    ///
    /// # Errors
    ///
    /// [`Error::Dehydrated`], when it is not what this type serialises to.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let json = serde_json::from_str(json).map_err(|error| error.to_string());
        json.and_then(read::state).map_err(|reason| Error::Dehydrated { reason })
    }
}

/// What is taken from a query under the lock, to be encoded outside of it.
struct Sample {
    key: QueryKey,
    state: Arc<State>,
    spec: Arc<QuerySpec>,
    data_type: Option<DataType>,
    codec: Option<Codec>,
}

impl QueryClient {
    /// F14: the data of the queries that succeeded and whose options were `hydratable`.
    #[must_use]
    pub fn dehydrate(&self, options: &DehydrateOptions) -> DehydratedState {
        self.dehydrate_as(options, Sample::data)
    }

    /// [`QueryClient::dehydrate`] for who writes it at once, as servers do: data as text, without the tree that costs
    /// most of the time.
    ///
    /// ```
    /// use requery::{DehydrateOptions, QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    ///
    /// let runtime = TestRuntime::new();
    /// let client = QueryClient::new(runtime.clone());
    /// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(1) }).hydratable();
    /// runtime.block_on(client.fetch_query(&options)).unwrap();
    /// let text = client.dehydrate_text(&DehydrateOptions::default());
    /// assert_eq!(text.queries[0].data.get(), "1");
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn dehydrate_text(&self, options: &DehydrateOptions) -> DehydratedState<Box<RawValue>> {
        self.dehydrate_as(options, Sample::text)
    }

    fn dehydrate_as<D>(
        &self,
        options: &DehydrateOptions,
        data: fn(&Sample) -> Option<D>,
    ) -> DehydratedState<D> {
        let keys = self.find(&options.filters).into_iter();
        let samples: Vec<Sample> = self.read(|core| keys.filter_map(|key| Sample::of(core, &key)).collect());
        let queries = samples.iter().filter_map(|sample| sample.dehydrate(data)).collect();
        let pending = if options.pending { self.dehydrate_pending(&options.filters) } else { Vec::new() };
        let mutations = self.dehydrate_mutations(options.mutations.as_ref());
        DehydratedState { queries, pending, mutations }
    }

    fn dehydrate_mutations(&self, filters: Option<&MutationFilters>) -> Vec<DehydratedMutation> {
        let paused = MutationFilters::all().predicate(|mutation| mutation.is_paused);
        let wanted: Vec<u64> =
            self.mutations(filters.unwrap_or(&paused)).iter().map(|mutation| mutation.id).collect();
        let samples = self.read(|core| core.mutation_samples(&wanted));
        samples.into_iter().filter_map(|(spec, state)| dehydrate_mutation(&spec, &state)).collect()
    }

    /// What a query holds as JSON, whether or not its last fetch failed.
    pub(crate) fn encoded_data(&self, key: &QueryKey) -> Option<serde_json::Value> {
        self.read(|core| Sample::of(core, key))?.data()
    }

    /// F14: one query, if it has data that may travel.
    #[must_use]
    pub fn dehydrate_query(&self, key: impl IntoQueryKey) -> Option<DehydratedQuery> {
        let filters = QueryFilters::exact(key);
        let none = MutationFilters::all().predicate(|_| false);
        self.dehydrate(&DehydrateOptions { filters, mutations: Some(none), pending: false }).queries.pop()
    }

    /// F14: puts dehydrated data into the cache. What the cache has that is newer stays. Data is decoded when a query
    /// is first used with its type.
    pub fn hydrate(&self, state: DehydratedState) {
        for query in state.queries {
            self.hydrate_query(query);
        }
        for query in state.pending {
            self.hydrate_pending(&query);
        }
        for mutation in state.mutations {
            self.hydrate_mutation(mutation);
        }
        crate::mutation::restore_layers(self);
    }

    /// F14: a mutation that was under way elsewhere waits for [`QueryClient::resume_paused_mutations`], or for the
    /// network to come back.
    fn hydrate_mutation(&self, dehydrated: DehydratedMutation) {
        let mut spec = MutationSpec {
            key: Some(QueryKey::new(&dehydrated.mutation_key)),
            scope: dehydrated.scope.map(Arc::from),
            ..MutationSpec::default()
        };
        // How long it stays is the one thing that counts before it goes on.
        spec.policy.gc_time = self.mutation_spec(&spec).policy.gc_time;
        spec.policy.meta = dehydrated.meta.map(Arc::new);
        let state = MutationCore {
            is_paused: true,
            status: MutationStatus::Pending,
            variables: Some(Arc::new(dehydrated.variables)),
            submitted_at: dehydrated.submitted_at,
            failure_count: dehydrated.failure_count,
            idempotency_key: dehydrated.idempotency_key.into(),
            ..MutationCore::idle()
        };
        self.apply(|core| core.restore_mutation(Arc::new(spec), state));
    }

    /// Puts a query into a state that was recorded.
    pub(crate) fn replay_state(
        &self,
        key: &QueryKey,
        dehydrated: Option<DehydratedQuery>,
        status: QueryStatus,
        fetch_status: FetchStatus,
    ) {
        let state = match dehydrated {
            Some(dehydrated) => hydrated_state(dehydrated),
            None => State::pending(),
        };
        let spec = self.bare_spec(key.clone(), None);
        self.apply(|core| core.replay(&spec, State { status, fetch_status, ..state }));
    }

    fn hydrate_query(&self, dehydrated: DehydratedQuery) {
        let key = QueryKey::new(&dehydrated.query_key);
        let spec = self.bare_spec(key, dehydrated.meta.clone());
        let state = hydrated_state(dehydrated);
        self.apply(|core| core.hydrate(&spec, state));
    }

    /// Options of a query of which only the key is known.
    fn bare_spec(&self, key: QueryKey, meta: Option<serde_json::Value>) -> Arc<QuerySpec> {
        let mut policy = self.default_policy(&key);
        if let Some(meta) = meta {
            policy.edit().meta = Some(Arc::new(meta));
        }
        Arc::new(QuerySpec {
            key,
            policy,
            query_fn: None,
            initial: None,
            data_type: None,
            codec: None,
            links: Arc::default(),
            persister: None,
            fails_at_once: false,
        })
    }
}

fn hydrated_state(dehydrated: DehydratedQuery) -> State {
    State {
        data: Some(Data::Raw(Arc::new(dehydrated.data))),
        data_updated_at: dehydrated.data_updated_at,
        data_update_count: 1,
        is_invalidated: dehydrated.is_invalidated,
        status: QueryStatus::Success,
        ..State::pending()
    }
}

fn dehydrate_mutation(spec: &MutationSpec, state: &MutationCore) -> Option<DehydratedMutation> {
    if state.status != MutationStatus::Pending {
        return None;
    }
    Some(DehydratedMutation {
        mutation_key: spec.key.as_ref()?.to_json(),
        variables: spec.encode_variables(state.variables.as_ref()?)?,
        submitted_at: state.submitted_at,
        idempotency_key: state.idempotency_key.to_string(),
        failure_count: state.failure_count,
        scope: spec.scope.as_deref().map(str::to_owned),
        meta: spec.policy.meta.as_deref().cloned(),
    })
}

impl Sample {
    fn of(core: &Core, key: &QueryKey) -> Option<Self> {
        let query: &Query = core.query(key)?;
        let known = query.data_type.and_then(|of| core.codecs.get(of.id)).map(|(_, codec)| *codec);
        let spec = Arc::clone(&query.spec);
        let (key, state) = (query.key().clone(), Arc::clone(&query.state));
        Some(Self { key, state, data_type: query.data_type, codec: spec.codec.or(known), spec })
    }

    fn data(&self) -> Option<serde_json::Value> {
        match self.state.data.as_ref()? {
            Data::Raw(json) => Some((**json).clone()),
            Data::Typed(value) => self.codec?.tree(value),
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn text(&self) -> Option<Box<RawValue>> {
        match self.state.data.as_ref()? {
            Data::Raw(json) => serde_json::value::to_raw_value(&**json).ok(),
            Data::Typed(value) => self.codec?.text(value),
        }
    }

    fn dehydrate<D>(&self, data: fn(&Self) -> Option<D>) -> Option<DehydratedQuery<D>> {
        if self.state.status != QueryStatus::Success {
            return None;
        }
        Some(DehydratedQuery {
            query_key: self.key.to_json(),
            data: data(self)?,
            data_updated_at: self.state.data_updated_at,
            is_invalidated: self.state.is_invalidated,
            meta: self.spec.policy.meta.as_deref().cloned(),
        })
    }
}
