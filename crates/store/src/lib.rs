#![doc = include_str!("../README.md")]

mod accounts;
mod appearance;
mod businesses;
mod codec;
mod config;
mod contacts;
mod cursor;
mod dialect;
mod enrichment_log;
mod error;
mod events;
mod geo;
mod idempotency;
mod jobs;
mod load;
mod migrations;
mod model;
pub mod provenance;
mod provider_calls;
mod snapshot;
mod sql;
mod store;
pub mod suppression;
#[cfg(feature = "test-support")]
pub mod test_support;
mod text;
mod tx;
mod views;

pub use accounts::{Authority, Credentials, NewAccount, NewSession, NewToken};
pub use businesses::{
    BusinessDetailStream, BusinessStream, FoundPair, Merged, MergedRecord, NumberedBusinesses, PairEvidence,
    Similar, StoredPair, Unmerged,
};
pub use config::StoreConfig;
pub use error::StoreError;
pub use jobs::{KindStanding, RejectionStream};
pub use load::LoadedKeys;
pub use model::{
    Backend, CancelResult, ClaimedJob, Committed, EventBatch, IdempotentAnswer, JobLease, JobOutcome,
    JobUpdate, KnownBusiness, LeaseState, LookupKey, MOST_OF_A_CONTACT, NewBusiness, NewContact,
    NewEnrichmentEntry, NewJob, Rejection, RetryResult, SAME_NAME_WITHIN_DEGREES, SchemaVersion,
};
pub use provider_calls::{
    KeptAnswer, NewProviderCall, OF_WEBSITES, ProviderSpending, Reservation, Settlement,
};
pub use store::Store;
pub use tx::WriteTx;
