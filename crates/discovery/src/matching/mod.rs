//! Which records are of the same business, and what becomes of them.
//!
//! A record becomes a [`Profile`], two profiles become features, and a trained sum of functions of them becomes a
//! [`Score`] with its reasons. [`Frequencies`] tell how much a word, a phone number or a domain says.

mod align;
mod block;
mod domain;
mod features;
mod frequency;
mod likely;
mod link;
mod merge;
mod model;
mod name_key;
mod profile;
mod rule;
mod signature;
#[cfg(any(test, feature = "training"))]
pub mod training;
mod words;

pub use domain::{domain, is_shared_platform};
pub use features::{Direction, FEATURES, Feature, Values, compare};
pub use frequency::{Frequencies, WordTable};
pub use likely::likely;
pub use link::{Compared, Link, between, compared, groups, one_to_one, within};
pub use merge::merge;
pub(crate) use merge::{added_tags, filled, new_business};
pub use model::{Evidence, Matcher, Model, Score, Term, Thresholds, Verdict};
pub use name_key::name_key;
pub use profile::{Description, Profile};
pub use rule::{Candidate, MatchReason, NEAR_KM, distance_km, is_same};
pub(crate) use rule::{is_exported, is_same_record, is_surely_same};
pub(crate) use signature::Signature;
