#![doc = include_str!("../README.md")]

mod callbacks;
mod client;
mod core;
#[cfg(feature = "devtools")]
mod devtools;
mod entity;
pub mod erased;
mod error;
mod events;
mod filters;
mod hydration;
mod infinite;
mod key;
mod maybe_send;
mod mutation;
mod observer;
mod options;
mod persist;
pub mod runtime;
mod signal;
mod state;
mod streamed;
mod sync;
mod time;
mod timeline;

pub use crate::core::Decode;
pub use callbacks::{CacheCallbacks, MutationInfo};
pub use client::{Environment, Fetching, Layer, LayerBuilder, QueryClient, QueryClientBuilder, Settled};
#[cfg(feature = "devtools")]
pub use devtools::{Forced, InspectedEntity, InspectedMutation, InspectedObserver, InspectedQuery};
pub use entity::{Change, Entity, EntityId, Holds, HoldsList, LiveList, Mapped, Membership, Row};
/// Implements [`Entity`](trait@Entity): the fields `id` and `version`, or what the attribute `entity` says instead.
#[cfg(feature = "derive")]
pub use requery_derive::Entity;

pub use error::{Error, FetchError, MutationError};
pub use events::{CacheEvent, MutationAction, QueryAction, Subscription};
pub use filters::{
    CancelOptions, InFlight, InvalidateOptions, MutationFilters, QueryFilters, QuerySummary, QueryType,
    RefetchOptions, RefetchType, SetDataOptions,
};
pub use hydration::{
    DehydrateOptions, DehydratedMutation, DehydratedPending, DehydratedQuery, DehydratedState, HandedOver,
};
pub use infinite::{FetchDirection, InfiniteData, InfiniteQueryObserver, InfiniteQueryOptions, PagingState};
pub use key::{IntoQueryKey, KeyText, KeyValue, QueryKey};
pub use maybe_send::{MaybeSend, MaybeSync};
pub use mutation::{
    MutateCallbacks, Mutating, MutationCall, MutationContext, MutationDefaults, MutationObserver,
    MutationOptions, MutationState, MutationStatus, MutationSummary,
};
pub use observer::{QueriesObserver, QueryObserver, QueryResult};
pub use options::{
    GcTime, NetworkMode, QueryContext, QueryDefaults, QueryOptions, RefetchOn, StaleTime, default_retry_delay,
};
pub use persist::{
    Channel, MemoryChannel, MemoryStorage, Outbox, PersistOptions, Persistence, QueryPersister, Storage,
    StorageError, StorageFuture,
};
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub use persist::{IndexedDbStorage, LocalStorage, TabChannel};
pub use signal::AbortSignal;
pub use state::{FetchStatus, QueryState, QueryStatus};
pub use streamed::RefetchMode;
pub use time::Timestamp;
pub use timeline::{QueryMoment, Timeline, TimelineEntry, TimelineOptions};

/// The guide's examples run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/from-tanstack-query.md")]
mod guide {}

/// Examples of everything that is public run with the doc tests.
#[cfg(doctest)]
mod examples {
    #[doc = include_str!("../docs/queries.md")]
    mod queries {}

    #[doc = include_str!("../docs/cache.md")]
    mod cache {}

    #[doc = include_str!("../docs/observers.md")]
    mod observers {}

    #[doc = include_str!("../docs/mutations.md")]
    mod mutations {}

    #[doc = include_str!("../docs/entities.md")]
    mod entities {}

    #[doc = include_str!("../docs/persistence.md")]
    mod persistence {}

    #[cfg(feature = "devtools")]
    #[doc = include_str!("../docs/devtools.md")]
    mod devtools {}
}
