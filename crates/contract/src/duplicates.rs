//! Businesses that may be the same, and what a merge of two leaves.

use serde::{Deserialize, Serialize};

use crate::page::{DEFAULT_LIMIT, page_errors};
use crate::{Business, BusinessId, Contact, FieldError, Timestamp, from_json};

/// Pairs that wait for somebody to decide: of more, the likeliest are kept.
pub const MOST_PAIRS: u32 = 10_000;

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
    /// Whether a search or an import merged it: then it is what one record of a source says, and was no business of its own.
    pub automatic: bool,
}

from_json!(deserialize MergedBusiness { other_id, business, merged_at, automatic or default });

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

/// Two businesses that may be one, for people to decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicatePair {
    /// The one that was there first.
    pub one: Business,
    /// The other one.
    pub other: Business,
    /// How likely the two are one, 0 to 1, when they were compared; absent where only a person said something of them.
    pub score: Option<f64>,
    /// What made the score, what did most first; at most 6.
    pub features: Vec<PairFeature>,
    /// Kilometres between the two; absent where the place of one is not known.
    pub distance_km: Option<f64>,
    /// When they were found.
    pub found_at: Timestamp,
    /// Since when they are said to be two; absent as long as nobody said so.
    pub apart_since: Option<Timestamp>,
}

from_json!(deserialize DuplicatePair { one, other, score, features, distance_km, found_at, apart_since });

/// Something in which two businesses are alike or not, and what it did to the score of the pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairFeature {
    /// Its name, such as `phone`.
    pub feature: String,
    /// What it means, in words; empty for one that is no longer compared.
    pub about: String,
    /// Its value: of most, from 0 to 1.
    pub value: f64,
    /// What it added to the logit of the score: above 0 it speaks for one business, below for two.
    pub effect: f64,
}

from_json!(deserialize PairFeature { feature, about, value, effect });

/// Which pairs to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct PairQuery {
    /// Those that people said are two, the last first; else those that wait for somebody to say so, the likeliest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(default = false))]
    pub apart: Option<bool>,
    /// Pairs a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 20))]
    pub limit: Option<u32>,
    /// 1 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1_000_000, default = 1))]
    pub page: Option<u32>,
}

impl PairQuery {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a parameter that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let errors = page_errors(self.limit, self.page);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Whether those are asked for that people said are two.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        self.apart == Some(true)
    }

    /// Pairs a page.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// The page, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page.unwrap_or(1)
    }
}

/// Which business is another one than that of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApartRequest {
    /// The other one.
    pub other_id: BusinessId,
}
