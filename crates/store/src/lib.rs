//! SQLite and Postgres behind one implementation: businesses, the event log, the job queue, migrations.
//!
//! The README tells the rules and lists the whole interface. This is the only crate that holds SQL.

mod config;
mod dialect;
mod error;
mod model;

pub use config::StoreConfig;
pub use error::StoreError;
pub use model::{
    Backend, CancelResult, ClaimedJob, Committed, EventBatch, IdempotentAnswer, JobLease, JobOutcome,
    JobUpdate, KnownBusiness, LeaseState, LookupKey, NewBusiness, NewContact, NewEnrichmentEntry, NewJob,
    Rejection, RetryResult, SAME_NAME_WITHIN_DEGREES, SchemaVersion,
};
