//! Businesses that may be the same, and what a merge of two leaves.

use serde::Serialize;

use crate::{Business, BusinessId, Contact, Timestamp, from_json};

/// A business that may be the same as another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LikelyDuplicate {
    /// The business.
    pub business: Business,
    /// How likely the two are one, 0 to 1.
    pub score: f64,
    /// What speaks for it, in words.
    pub reason: String,
    /// Kilometres between the two; absent where the place of one is not known.
    pub distance_km: Option<f64>,
}

from_json!(deserialize LikelyDuplicate { business, score, reason, distance_km });

/// A business that was merged into another, and is gone until that is undone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergedBusiness {
    /// Its id: what undoing the merge is asked for by.
    pub other_id: BusinessId,
    /// As it was.
    pub business: Business,
    /// When it was merged.
    pub merged_at: Timestamp,
}

from_json!(deserialize MergedBusiness { other_id, business, merged_at });

/// What a merge would leave.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergePreview {
    /// The business that stays, as it is now.
    pub kept: Business,
    /// The one that goes, as it is now.
    pub other: Business,
    /// The business that stays, as it would be; its version is that of now.
    pub merged: Business,
    /// Its contacts, as they would be, the primary one first.
    pub contacts: Vec<Contact>,
}

from_json!(deserialize MergePreview { kept, other, merged, contacts });
