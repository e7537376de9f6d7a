#![doc = include_str!("../README.md")]

pub mod bundled;
pub mod chains;
mod error;
pub mod geocoder;
pub mod import;
mod lead;
pub mod matching;
pub mod normalise;
mod pipeline;
mod place;
mod preview;
pub mod remote;
pub mod scrape;
pub mod source;
pub mod taxonomy;
#[cfg(test)]
mod test_pbf;
pub mod text;
mod timestamp;

pub use error::{DiscoveryError, SourceError};
pub use lead::Lead;
pub use pipeline::{MERGES_KEPT, MergeNote, Outcome, REVIEWS_KEPT, ReviewNote, Run, ToldFeature};
pub use place::{Network, Phone, Place, RAW_LIMIT, RawPlace, Record, Rejected};
pub use preview::preview;
pub use source::{PlaceSource, SourceRegistry};
