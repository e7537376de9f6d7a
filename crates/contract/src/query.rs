//! What a list of businesses can be asked: filters, place, order and paging, as they stand in a URL.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::columns::Columns;
use crate::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::text_serde::text_serde;
use crate::{BoundingBox, BusinessId, EnrichmentStatus, FieldError, GeoPoint, Timestamp, from_json};

/// The largest `radiusKm` of a list.
pub const MAX_RADIUS_KM: f64 = 500.0;
/// The longest `search`, in characters.
pub const MAX_SEARCH_LENGTH: usize = 200;
/// The longest text of any other filter, in characters: no person writes a longer one of a business, and no source has a
/// longer name.
pub const MAX_FILTER_LENGTH: usize = 300;

/// Filters, order and paging of a list of businesses. Every field is optional; filters are joined by AND.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct BusinessQuery {
    /// From 1; with `limit` at most 10,000,000 rows deep. Not together with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, maximum = 10_000_000, default = 1),
        schema(minimum = 1, maximum = 10_000_000)
    )]
    pub page: Option<u32>,
    /// Rows a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, maximum = 200, default = 20),
        schema(minimum = 1, maximum = 200)
    )]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before: as quick on the last page as on the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 4096), schema(max_length = 4096))]
    pub cursor: Option<String>,
    /// Such as `name` or `-createdAt,name`. Default: `-createdAt`, or `distance` where `near` is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<BusinessSort>,
    /// Only these, at most 200, joined by commas: what a client asks for whose rows an event says have changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<BusinessIds>,
    /// Full text over name, address, category and notes; every word must occur, the last one as a prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200), schema(max_length = 200))]
    pub search: Option<String>,
    /// Exactly this city, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub city: Option<String>,
    /// Exactly this state, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub state: Option<String>,
    /// Exactly this industry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub industry: Option<String>,
    /// Exactly this category.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub category: Option<String>,
    /// Exactly this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrichment_status: Option<EnrichmentStatus>,
    /// Told of by this source.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub source: Option<String>,
    /// Labelled so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 300), schema(max_length = 300))]
    pub tag: Option<String>,
    /// With, or without, a website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_website: Option<bool>,
    /// With, or without, an e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_email: Option<bool>,
    /// With, or without, a phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_phone: Option<bool>,
    /// Branches of chains only, or none of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<bool>,
    /// `latitude,longitude` in degrees; with `radiusKm`, only what lies within.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<GeoPoint>,
    /// Great-circle distance from `near`, above 0 to 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        param(exclusive_minimum = 0.0, maximum = 500.0),
        schema(exclusive_minimum = 0.0, maximum = 500.0)
    )]
    pub radius_km: Option<f64>,
    /// `west,south,east,north` in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<BoundingBox>,
    /// Stored at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<Timestamp>,
    /// Stored before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<Timestamp>,
    /// What a table of the list shows beside names: kept by saved views, and followed by exports that are tables. A list of
    /// the API answers whole businesses, with it and without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
}

from_json!(BusinessQuery {
    ids,
    page,
    limit,
    cursor,
    sort,
    search,
    city,
    state,
    industry,
    category,
    enrichment_status,
    source,
    tag,
    has_website,
    has_email,
    has_phone,
    chain,
    near,
    radius_km,
    bbox,
    created_after,
    created_before,
    columns,
});

impl BusinessQuery {
    /// Rows a page after the default.
    #[must_use]
    pub fn limit_or_default(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }

    /// Page after the default.
    #[must_use]
    pub fn page_or_default(&self) -> u32 {
        self.page.unwrap_or(1)
    }

    /// The order after the default.
    #[must_use]
    pub fn sort_or_default(&self) -> BusinessSort {
        self.sort.clone().unwrap_or_else(|| {
            if self.near.is_some() {
                BusinessSort(vec![(SortKey::Distance, false)])
            } else {
                BusinessSort(vec![(SortKey::CreatedAt, true)])
            }
        })
    }

    /// The same filters without order, paging and columns: what two pages of one list share.
    #[must_use]
    pub fn filters(&self) -> Self {
        // Field by field: less code than a value with the rest of another.
        let mut filters = self.clone();
        (filters.page, filters.limit, filters.columns) = (None, None, None);
        filters.cursor = None;
        filters.sort = None;
        filters
    }

    /// What is wrong with the query, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut check = |wrong: bool, field: &str, code: &str, message: &str| {
            if wrong {
                errors.push(FieldError::new(field, code, message));
            }
        };
        let limit = self.limit_or_default();
        check(!(1..=MAX_LIMIT).contains(&limit), "limit", "range", "give a number from 1 to 200");
        check(self.page == Some(0), "page", "range", "pages count from 1");
        let depth = u64::from(self.page_or_default()) * u64::from(limit);
        check(depth > 10_000_000, "page", "range", "page by cursor beyond 10,000,000 rows");
        let both = self.page.is_some_and(|page| page > 1) && self.cursor.is_some();
        check(both, "cursor", "format", "give page or cursor, not both");
        let is_long =
            |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
        check(is_long(&self.search, MAX_SEARCH_LENGTH), "search", "range", "give at most 200 characters");
        for (field, text) in [
            ("city", &self.city),
            ("state", &self.state),
            ("industry", &self.industry),
            ("category", &self.category),
            ("source", &self.source),
            ("tag", &self.tag),
        ] {
            check(is_long(text, MAX_FILTER_LENGTH), field, "range", "give at most 300 characters");
        }
        let radius_wrong = self.radius_km.is_some_and(|km| !(km > 0.0 && km <= MAX_RADIUS_KM));
        check(radius_wrong, "radiusKm", "range", "give kilometres above 0, at most 500");
        let lonely = self.radius_km.is_some() && self.near.is_none();
        check(lonely, "near", "required", "give near=latitude,longitude with radiusKm");
        let by_distance =
            self.sort.as_ref().is_some_and(|sort| sort.0.iter().any(|k| k.0 == SortKey::Distance));
        check(by_distance && self.near.is_none(), "near", "required", "sorting by distance needs near");
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Ids of businesses, one to 200 of them, written `3,5,8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessIds(pub Vec<BusinessId>);

impl fmt::Display for BusinessIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, id) in self.0.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            write!(f, "{comma}{id}")?;
        }
        Ok(())
    }
}

impl FromStr for BusinessIds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ids: Result<Vec<BusinessId>, _> = text.split(',').map(str::parse).collect();
        match ids {
            Ok(ids) if ids.len() <= MAX_LIMIT as usize => Ok(Self(ids)),
            _ => Err(format!("'{text}' are no ids; write at most {MAX_LIMIT} numbers such as 3,5,8")),
        }
    }
}

text_serde!(BusinessIds, "3,5,8", Self(Vec::new()), pattern "^[-+]?[0-9]+(,[-+]?[0-9]+){0,199}$");

word_enum! {
    /// A column that a list of businesses can be ordered by.
    SortKey {
        /// Alphabetical, whatever the case.
        Name = "name",
        /// Alphabetical, whatever the case.
        City = "city",
        /// Alphabetical.
        Category = "category",
        /// Time of storing.
        CreatedAt = "createdAt",
        /// Time of the last change.
        UpdatedAt = "updatedAt",
        /// Kilometres from `near`.
        Distance = "distance",
    }
}

/// Sort keys in order of weight; `true` is descending. Rows that tie are ordered by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessSort(pub Vec<(SortKey, bool)>);

impl fmt::Display for BusinessSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (key, descending)) in self.0.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            let minus = if *descending { "-" } else { "" };
            write!(f, "{comma}{minus}{key}")?;
        }
        Ok(())
    }
}

impl FromStr for BusinessSort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut keys: Vec<(SortKey, bool)> = Vec::new();
        for part in text.split(',') {
            let (name, descending) = part.strip_prefix('-').map_or((part, false), |name| (name, true));
            let key: SortKey = name.parse()?;
            if keys.iter().any(|(known, _)| *known == key) {
                return Err(format!("'{name}' is given twice"));
            }
            keys.push((key, descending));
        }
        Ok(Self(keys))
    }
}

text_serde!(BusinessSort, "-createdAt,name", Self(Vec::new()), pattern "^-?[a-zA-Z]+(,-?[a-zA-Z]+){0,5}$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_query_round_trips() {
        let text = "page=2&limit=50&sort=-createdAt%2Cname&ids=3%2C5&search=caf%C3%A9&hasPhone=true&near=60.17%2C24.94&radiusKm=1.5&bbox=24.9%2C60.1%2C25%2C60.2";
        let query: BusinessQuery = serde_urlencoded::from_str(text).unwrap();
        assert_eq!(query.page, Some(2));
        assert_eq!(query.near, GeoPoint::new(60.17, 24.94));
        assert_eq!(serde_urlencoded::to_string(&query).unwrap(), text);
    }

    #[test]
    fn an_unknown_parameter_is_named() {
        let error = serde_urlencoded::from_str::<BusinessQuery>("pgae=2").unwrap_err().to_string();
        assert!(error.contains("unknown field `pgae`"), "{error}");
    }

    #[test]
    fn wrong_values_say_what_to_write() {
        let check = |text: &str, expect: &str| {
            let error = serde_urlencoded::from_str::<BusinessQuery>(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("near=Helsinki", "latitude,longitude");
        check("near=91,0", "latitude,longitude");
        check("bbox=1,2,3", "west,south,east,north");
        check("sort=colour", "name, city");
        check("ids=1,two", "at most 200 numbers");
        check(&format!("ids={}", vec!["7"; 201].join(",")), "at most 200 numbers");
        check("sort=name,-name", "given twice");
        check("enrichmentStatus=done", "pending, enriching");
        check("createdAfter=yesterday", "2026-05-04T09:30");
    }

    #[test]
    fn out_of_range_values_are_named_by_field() {
        let check = |text: &str, field: &str| {
            let query: BusinessQuery = serde_urlencoded::from_str(text).unwrap();
            let errors = query.validate().unwrap_err();
            assert!(errors.iter().any(|error| error.field == field), "{text}: {errors:?}");
        };
        check("limit=0", "limit");
        check("limit=201", "limit");
        check("page=0", "page");
        check("page=4294967295", "page");
        check("radiusKm=5", "near");
        check("near=1,1&radiusKm=0", "radiusKm");
        check("near=1,1&radiusKm=NaN", "radiusKm");
        check("sort=distance", "near");
        check("page=2&cursor=x", "cursor");
    }

    #[test]
    fn texts_have_a_bounded_length() {
        let wrong = |field: &str, length| {
            let text = serde_urlencoded::to_string([(field, "é".repeat(length))]).unwrap();
            let query: BusinessQuery = serde_urlencoded::from_str(&text).unwrap();
            query.validate().err().unwrap_or_default()
        };
        for field in ["search", "city", "state", "industry", "category", "source", "tag"] {
            let most = if field == "search" { 200 } else { 300 };
            assert!(wrong(field, most).is_empty(), "{field}");
            let message = format!("give at most {most} characters");
            assert_eq!(wrong(field, most + 1), [FieldError::new(field, "range", message)]);
        }
    }
}
