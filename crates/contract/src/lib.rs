#![doc = include_str!("../README.md")]

pub mod auth;
pub mod bulk;
pub mod business;
#[cfg(feature = "cache")]
mod cached;
pub mod columns;
pub mod duplicates;
pub mod edit;
pub mod endpoint;
pub mod endpoints;
pub mod enrichment;
pub mod event;
pub mod export;
mod flat;
pub mod geo;
pub mod id;
pub mod import;
pub mod job;
pub mod json;
pub mod keys;
pub mod map;
pub mod number;
pub mod page;
pub mod places;
pub mod policy;
pub mod problem;
pub mod query;
pub mod records;
pub mod scrape;
mod shared;
pub mod stats;
pub mod suppression;
mod text_serde;
mod timestamp;
pub mod views;

pub use business::{
    Business, BusinessDetail, Contact, EmailStatus, EnrichmentStatus, OperatingStatus, Socials, SourceRef,
};
pub use endpoint::{Endpoint, Method, Role};
pub use event::{Event, EventPayload};
pub use geo::{BoundingBox, GeoPoint};
pub use id::{BusinessId, ContactId, JobId, SessionId, SuppressionId, TokenId, UserId, ViewId};
pub use job::{Job, JobAccepted, JobCounts, JobKind, JobProgress, JobStatus};
pub use page::{Page, PageMeta};
pub use problem::{FieldError, Problem};
pub use query::{BusinessIds, BusinessQuery, BusinessSort, SortKey};
pub use scrape::ScrapeRequest;
pub use shared::Shared;
pub use stats::Stats;
pub use timestamp::Timestamp;
