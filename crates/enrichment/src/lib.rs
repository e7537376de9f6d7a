//! Reads the website of a business and extracts how to reach it, each value with its evidence.

pub mod address;
pub mod charset;
pub mod crawl;
mod document;
mod enrich;
pub mod extract;
mod fetcher;
mod fields;
mod robots;
mod verified;
pub mod verify;

pub use enrich::{Batch, BatchItem, EnrichError, Outcome, Tools, enrich, enrich_batch};
pub use fetcher::{FetchError, Fetcher, FetcherConfig, Page};
