#![doc = include_str!("../README.md")]

use std::any::Any;
use std::sync::Arc;

#[cfg(target_arch = "wasm32")]
mod browser;
mod cell;
mod counters;
#[cfg(feature = "devtools")]
pub mod devtools;
mod hydration;
mod mutation;
mod prefetch;
mod provider;
mod query;
mod reaction;

#[cfg(target_arch = "wasm32")]
pub use browser::{browser_client, hydrate_from_document};
pub use counters::{use_is_fetching, use_is_mutating, use_mutation_state};
#[cfg(feature = "devtools")]
pub use devtools::Devtools;
#[cfg(all(feature = "devtools", target_arch = "wasm32"))]
pub use devtools::mount_devtools;
pub use hydration::{STATE_ELEMENT_ID, dehydrated_json, dehydrated_script, hydrate_from_json};
pub use mutation::{UseMutation, use_mutation};
pub use prefetch::{Prefetch, use_prefetch};
pub use provider::{provide_query_client, use_query_client};
pub use query::{UseInfiniteQuery, UseQuery, use_infinite_query, use_queries, use_query};
pub use reaction::react;
#[cfg(target_arch = "wasm32")]
pub use reaction::{hold_effects, release_effects};

/// A value without its type.
type Erased = Arc<dyn Any + Send + Sync>;

/// The value with its type, if it is that.
fn typed<T: Send + Sync + 'static>(value: Option<Erased>) -> Option<Arc<T>> {
    value?.downcast().ok()
}
