//! Reads the website of a business, checks what it says and writes it down, each value with its evidence.

pub mod address;
pub mod crawl;
mod enrich;
mod failure;
mod fetcher;
mod fields;
mod kept;
mod links;
mod numbers;
mod outcome;
pub mod providers;
mod robots;
mod suppressed;
mod verified;
pub mod verify;
mod written;

pub use enrich::{Batch, BatchItem, Ended, EnrichError, Tools, enrich, enrich_batch};
pub use failure::FetchError;
pub use fetcher::{Fetcher, FetcherConfig};
pub use outcome::Outcome;
