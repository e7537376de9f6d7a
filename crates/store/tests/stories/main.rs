//! What the store does, told once and run on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "stories and their helpers fail by panicking"
)]

mod accounts;
mod appearance;
mod backup;
mod batches;
mod bulk;
mod businesses;
mod consistency;
mod contacts;
mod edits;
mod enriching;
mod events;
mod follow;
mod idempotency;
mod jobs;
mod known;
mod load;
mod maps;
mod merges;
mod model;
mod nearby;
mod opening;
mod pairs;
mod provenance;
mod provider_calls;
mod search;
mod similar;
mod support;
mod suppression;
mod trouble;
mod views;
mod writing;
