//! Which records are of the same business, and what becomes of them.
//!
//! This is the rule of the first stage: the same name key, and a phone, a domain, an address or a place that
//! says the same. It answers yes with a reason or no, and sees one pair at a time; a matcher that weighs
//! evidence and leaves doubtful pairs to people takes its place behind [`is_same`].

mod domain;
mod merge;
mod name_key;
mod rule;

pub use domain::{domain, is_shared_platform};
pub use merge::merge;
pub(crate) use merge::new_business;
pub use name_key::name_key;
pub use rule::{Candidate, MatchReason, NEAR_KM, distance_km, is_same};
