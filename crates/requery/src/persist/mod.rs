//! The cache and its mutations beyond the program's end, and in other tabs (F16).

mod broadcast;
mod fetching;
mod outbox;
mod query;
mod storage;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod web;
mod whole;

pub use broadcast::{Channel, MemoryChannel};
pub use outbox::Outbox;
pub use query::QueryPersister;
pub use storage::{MemoryStorage, Storage, StorageError, StorageFuture};
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub use web::{IndexedDbStorage, LocalStorage, TabChannel};
pub use whole::{PersistOptions, Persistence};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What is written, and from when and which version of the program it is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stamped<T> {
    timestamp: Timestamp,
    #[serde(default)]
    buster: String,
    state: T,
}

impl<T> Stamped<T> {
    /// Whether it is of this version and not too old.
    fn is_current(&self, buster: &str, max_age: std::time::Duration, now: Timestamp) -> bool {
        self.buster == buster && now.since(self.timestamp) <= max_age
    }
}
