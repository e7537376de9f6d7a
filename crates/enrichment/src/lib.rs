//! Reads the website of a business and extracts how to reach it, each value with its evidence.

pub mod address;
pub mod charset;
pub mod crawl;
mod document;
mod enrich;
pub mod extract;
mod fetcher;
mod fields;
mod outcome;
pub mod providers;
mod robots;
mod suppressed;
mod verified;
pub mod verify;
mod written;

pub use enrich::{Batch, BatchItem, EnrichError, Tools, enrich, enrich_batch};
pub use fetcher::{FetchError, Fetcher, FetcherConfig, Page};
pub use outcome::Outcome;
