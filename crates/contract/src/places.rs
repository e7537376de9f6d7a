//! Where places come from and how they are named: sources, categories, locations.

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::from_json;

word_enum! {
    /// Whether a source can be used.
    SourceState {
        /// It can.
        Ready = "ready",
        /// It cannot for now; `message` says why.
        Unavailable = "unavailable",
    }
}

/// A source of places.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceInfo {
    /// Its slug, as a request names it.
    pub source: String,
    /// Its name for people.
    pub name: String,
    /// What it covers, in words.
    pub coverage: String,
    /// Name of the licence.
    pub licence: String,
    /// What must be shown beside its data.
    pub attribution: String,
    /// Where the licence is explained.
    pub licence_url: Option<String>,
    /// What a result costs, in words.
    pub cost: String,
    /// Whether it is used where a request names none.
    pub default: bool,
    /// Whether it can be used.
    pub state: SourceState,
    /// Why it cannot.
    pub message: Option<String>,
    /// Places in it, where that is known beforehand.
    pub places: Option<u64>,
    /// After so many days what it said, but for its identifiers, is taken away; null where it may be kept.
    pub retention_days: Option<u32>,
}

from_json!(deserialize SourceInfo {
    source, name, coverage, licence, attribution, licence_url, cost, default, state, message,
    places, retention_days,
});

/// A canonical category that answers what was typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategorySuggestion {
    /// The slug.
    pub category: String,
    /// Its name for people.
    pub label: String,
    /// Its group.
    pub industry: String,
    /// The synonym that matched, where it was not the name.
    pub matched: Option<String>,
}

from_json!(deserialize CategorySuggestion { category, label, industry, matched });

/// A location that answers what was typed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LocationSuggestion {
    /// Unambiguous: hand it back as `location`.
    pub label: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// State or region.
    pub region: Option<String>,
}

from_json!(deserialize LocationSuggestion { label, latitude, longitude, country, region });

/// What was typed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct SuggestQuery {
    /// The text; empty asks for the commonest.
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: String,
    /// Most suggestions, 1 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 50, default = 10))]
    pub limit: Option<u32>,
}
