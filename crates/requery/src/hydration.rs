//! The cache as JSON and back (F14).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::{Codec, Data, Query, QuerySpec, State, Value};
use crate::{Error, QueryClient, QueryFilters, QueryKey, QueryStatus, Timestamp};

/// Which queries to dehydrate.
#[derive(Clone, Debug, Default)]
pub struct DehydrateOptions {
    /// Only these. Queries without data, and such whose type has no way into JSON, are always left out.
    pub filters: QueryFilters,
}

/// The data of a cache, as JSON. Errors and fetches in flight are not part of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DehydratedState {
    /// In the order in which the queries were made.
    pub queries: Vec<DehydratedQuery>,
}

/// One query of a [`DehydratedState`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DehydratedQuery {
    /// Its key: an array.
    pub query_key: serde_json::Value,
    /// Its data.
    pub data: serde_json::Value,
    /// When the data was fetched, in milliseconds since the Unix epoch.
    pub data_updated_at: Timestamp,
    /// Whether it was invalidated since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_invalidated: bool,
    /// Its `meta` option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
}

impl DehydratedState {
    /// The state that some JSON holds.
    ///
    /// # Errors
    ///
    /// [`Error::Dehydrated`], when it is not what this type serialises to.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|error| Error::Dehydrated { reason: error.to_string() })
    }
}

/// What is taken from a query under the lock, to be encoded outside of it.
struct Sample {
    key: QueryKey,
    state: Arc<State>,
    spec: Arc<QuerySpec>,
    codec: Option<Codec>,
}

impl QueryClient {
    /// F14: the data of the queries that succeeded and whose options were `hydratable`.
    #[must_use]
    pub fn dehydrate(&self, options: &DehydrateOptions) -> DehydratedState {
        let keys = self.queries(&options.filters).into_iter().map(|query| query.key);
        let samples: Vec<Sample> = self.read(|core| {
            let sample = |query: &Query| {
                let codec =
                    query.spec.data_type.and_then(|of| core.codecs.get(&of.id)).map(|(_, codec)| *codec);
                let spec = Arc::clone(&query.spec);
                Sample {
                    key: query.key().clone(),
                    state: Arc::clone(&query.state),
                    codec: spec.codec.or(codec),
                    spec,
                }
            };
            keys.filter_map(|key| core.query(&key)).map(sample).collect()
        });
        DehydratedState { queries: samples.iter().filter_map(Sample::dehydrate).collect() }
    }

    /// F14: puts dehydrated data into the cache. What the cache has that is newer stays. Data is decoded when a query
    /// is first used with its type.
    pub fn hydrate(&self, state: DehydratedState) {
        for query in state.queries {
            self.hydrate_query(query);
        }
    }

    fn hydrate_query(&self, dehydrated: DehydratedQuery) {
        let key = QueryKey::new(&dehydrated.query_key);
        let mut policy = self.default_policy(&key);
        policy.meta = dehydrated.meta.map(Arc::new).or(policy.meta);
        let spec = QuerySpec { key, policy, query_fn: None, initial: None, data_type: None, codec: None };
        let state = State {
            data: Some(Data::Raw(Arc::new(dehydrated.data))),
            data_updated_at: dehydrated.data_updated_at,
            data_update_count: 1,
            is_invalidated: dehydrated.is_invalidated,
            status: QueryStatus::Success,
            ..State::pending()
        };
        self.apply(|core| core.hydrate(&Arc::new(spec), state));
    }
}

impl Sample {
    fn dehydrate(&self) -> Option<DehydratedQuery> {
        if self.state.status != QueryStatus::Success {
            return None;
        }
        let encode = |value: &Value| self.codec.and_then(|codec| (codec.encode)(value).ok());
        let data = match self.state.data.as_ref()? {
            Data::Raw(json) => (**json).clone(),
            Data::Typed(value) => encode(value)?,
        };
        Some(DehydratedQuery {
            query_key: self.key.to_json(),
            data,
            data_updated_at: self.state.data_updated_at,
            is_invalidated: self.state.is_invalidated,
            meta: self.spec.policy.meta.as_deref().cloned(),
        })
    }
}
