//! Reads the website of a business and extracts how to reach it, each value with its evidence.

pub mod address;
pub mod crawl;

pub mod extract;
mod fetcher;
mod robots;

pub use fetcher::{FetchError, Fetcher, FetcherConfig, Page};
