//! Figures over the stored businesses; each is counted, none is estimated.

use serde::Serialize;

use crate::from_json;

/// Totals over all businesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// All businesses.
    pub total: u64,
    /// Of them not yet enriched.
    pub pending: u64,
    /// Of them being enriched.
    pub enriching: u64,
    /// Of them enriched.
    pub enriched: u64,
    /// Of them failed to enrich.
    pub failed: u64,
    /// All contacts.
    pub total_contacts: u64,
    /// Businesses with an e-mail address.
    pub with_email: u64,
    /// Businesses with a phone number.
    pub with_phone: u64,
    /// Businesses with a website.
    pub with_website: u64,
    /// The largest cities first, at most 50.
    pub by_city: Vec<Count>,
    /// The largest industries first, at most 50.
    pub by_industry: Vec<Count>,
    /// The largest categories first, at most 50.
    pub by_category: Vec<Count>,
    /// The largest sources first.
    pub by_source: Vec<Count>,
    /// The last 30 days in UTC, oldest first, days without any included.
    pub created_per_day: Vec<DayCount>,
}

from_json!(deserialize Stats {
    total, pending, enriching, enriched, failed, total_contacts, with_email, with_phone,
    with_website, by_city, by_industry, by_category, by_source, created_per_day,
});

/// How many businesses share a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    /// The value.
    pub value: String,
    /// Businesses that have it.
    pub count: u64,
}

from_json!(deserialize Count { value, count });

/// How many businesses were stored on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCount {
    /// `2026-05-04`, in UTC.
    pub date: String,
    /// Businesses stored on it.
    pub count: u64,
}

from_json!(deserialize DayCount { date, count });

/// How the businesses that a filter selects spread over the values of each facet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facets {
    /// The largest cities first, at most 50.
    pub city: Vec<Count>,
    /// The largest industries first, at most 50.
    pub industry: Vec<Count>,
    /// The largest categories first, at most 50.
    pub category: Vec<Count>,
    /// Every enrichment status that occurs.
    pub enrichment_status: Vec<Count>,
    /// Every source that occurs.
    pub source: Vec<Count>,
    /// The most used tags first, at most 50.
    pub tag: Vec<Count>,
}

from_json!(deserialize Facets { city, industry, category, enrichment_status, source, tag });
