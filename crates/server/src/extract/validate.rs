//! Values that are well-formed and out of range.

use contract::auth::{LoginRequest, NewApiToken, NewUser, PasswordChange, SetupRequest, UserChange};
use contract::bulk::BulkRequest;
use contract::columns::AppearanceChange;
use contract::duplicates::{ApartRequest, PairQuery};
use contract::edit::{BusinessDraft, BusinessPatch, ContactPatch, MergeRequest, UnmergeRequest};
use contract::endpoint::{NoBody, NoQuery};
use contract::enrichment::{BatchEnrichmentRequest, HistoryQuery};
use contract::event::EventQuery;
use contract::export::ExportQuery;
use contract::job::{FailedJobQuery, JobQuery, RetryQuery};
use contract::map::MapQuery;
use contract::page::MAX_LIMIT;
use contract::places::SuggestQuery;
use contract::suppression::{NewSuppression, SuppressionQuery};
use contract::views::{NewView, ViewChange};
use contract::{BusinessQuery, FieldError, ScrapeRequest};

/// The most events that one page holds.
pub(crate) const MAX_EVENTS: u32 = 1000;
/// The most suggestions that one answer holds.
pub(crate) const MAX_SUGGESTIONS: u32 = 50;
const MAX_TYPED: usize = 200;
/// Longer texts are no cursors of ours.
const MAX_CURSOR: usize = 4096;

/// Says what is out of range, one entry a field.
pub(crate) trait Validate {
    /// Fields that exist and that nobody sets by hand, each with where its value comes from.
    const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = &[];

    /// Fields that hold an object. They are named because a list would be read as one.
    const OBJECTS: &'static [&'static str] = &[];

    /// Texts that may hold line breaks and tabs, by their paths. All others are of one line.
    const LINES: &'static [&'static str] = &[];

    /// Empty when everything is in range.
    fn field_errors(&self) -> Vec<FieldError>;
}

/// Types whose ranges the contract checks itself.
macro_rules! by_contract {
    ($($type:ty),+ $(,)?) => {$(
        impl Validate for $type {
            fn field_errors(&self) -> Vec<FieldError> {
                self.validate().err().unwrap_or_default()
            }
        }
    )+};
}
by_contract!(SetupRequest, LoginRequest, PasswordChange, NewApiToken, NewUser, UserChange);
by_contract!(NewView, ViewChange, NewSuppression, SuppressionQuery, PairQuery);

/// Types that hold the filters of a list, in a URL among their own fields, in a body as an object.
macro_rules! with_filters {
    ($($type:ty { objects: $objects:expr, lines: $lines:expr, filters: |$of:ident| $filters:expr }),+ $(,)?) => {$(
        impl Validate for $type {
            const OBJECTS: &'static [&'static str] = &$objects;
            const LINES: &'static [&'static str] = &$lines;

            fn field_errors(&self) -> Vec<FieldError> {
                let $of = self;
                let mut errors = self.validate().err().unwrap_or_default();
                errors.extend($filters);
                errors
            }
        }
    )+};
}
// A search is words: whatever space is pasted between them parts them.
with_filters!(
    BusinessQuery { objects: [], lines: ["search"], filters: |query| filter_errors(query) },
    ExportQuery { objects: [], lines: ["search"], filters: |query| filter_errors(&query.filters) },
    MapQuery { objects: [], lines: ["search"], filters: |query| filter_errors(&query.filters) },
    BulkRequest {
        objects: ["filter"],
        lines: ["filter.search"],
        filters: |request| within_filter(request.filter.as_ref())
    },
    BatchEnrichmentRequest {
        objects: ["filter"],
        lines: ["filter.search"],
        filters: |request| within_filter(request.filter.as_ref())
    },
);

/// Filters that select nothing because nothing was written in them, where leaving them out was meant; and a cursor that is none.
fn filter_errors(query: &BusinessQuery) -> impl Iterator<Item = FieldError> {
    let long = query.cursor.as_ref().is_some_and(|cursor| cursor.chars().count() > MAX_CURSOR);
    let cursor = long.then(|| FieldError::new("cursor", "range", "give the nextCursor of the page before"));
    let blank = blank_errors([
        ("city", &query.city),
        ("state", &query.state),
        ("industry", &query.industry),
        ("category", &query.category),
        ("source", &query.source),
        ("tag", &query.tag),
    ]);
    blank.chain(cursor)
}

/// Texts that are given and say nothing.
fn blank_errors<const N: usize>(
    texts: [(&'static str, &Option<String>); N],
) -> impl Iterator<Item = FieldError> {
    let is_blank = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
    let blank = texts.into_iter().filter(move |(_, text)| is_blank(text));
    blank.map(|(field, _)| FieldError::new(field, "empty", "give a text, or leave it out"))
}

fn within_filter(filter: Option<&BusinessQuery>) -> impl Iterator<Item = FieldError> {
    filter.into_iter().flat_map(filter_errors).map(|error| error.within("filter"))
}

/// Types that people write by hand.
macro_rules! by_hand {
    ($($type:ty = $patch:ty { objects: $objects:expr, lines: $lines:expr }),+ $(,)?) => {$(
        impl Validate for $type {
            const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = <$patch>::SET_ELSEWHERE;
            const OBJECTS: &'static [&'static str] = &$objects;
            const LINES: &'static [&'static str] = &$lines;

            fn field_errors(&self) -> Vec<FieldError> {
                self.validate().err().unwrap_or_default()
            }
        }
    )+};
}
by_hand!(
    BusinessDraft = BusinessPatch { objects: ["socials"], lines: ["notes", "description"] },
    BusinessPatch = BusinessPatch { objects: ["socials"], lines: ["notes", "description"] },
    ContactPatch = ContactPatch { objects: [], lines: [] },
);

/// Types that have no ranges.
macro_rules! always_valid {
    ($($type:ty),+) => {$(
        impl Validate for $type {
            fn field_errors(&self) -> Vec<FieldError> {
                Vec::new()
            }
        }
    )+};
}
always_valid!(NoQuery, NoBody, MergeRequest, UnmergeRequest, ApartRequest);

impl Validate for ScrapeRequest {
    fn field_errors(&self) -> Vec<FieldError> {
        let mut errors = self.validate().err().unwrap_or_default();
        let texts = [("category", &self.category), ("query", &self.query), ("source", &self.source)];
        errors.extend(blank_errors(texts));
        errors
    }
}

/// Why a job failed may be told in several lines.
impl Validate for RetryQuery {
    const LINES: &'static [&'static str] = &["cause"];

    fn field_errors(&self) -> Vec<FieldError> {
        self.validate().err().unwrap_or_default()
    }
}

impl Validate for JobQuery {
    fn field_errors(&self) -> Vec<FieldError> {
        limit_error(self.limit, MAX_LIMIT).into_iter().collect()
    }
}

impl Validate for FailedJobQuery {
    fn field_errors(&self) -> Vec<FieldError> {
        limit_error(self.limit, MAX_LIMIT).into_iter().collect()
    }
}

/// Columns and theme are read by their own types.
impl Validate for AppearanceChange {
    fn field_errors(&self) -> Vec<FieldError> {
        Vec::new()
    }
}

impl Validate for HistoryQuery {
    fn field_errors(&self) -> Vec<FieldError> {
        limit_error(self.limit, MAX_LIMIT).into_iter().collect()
    }
}

impl Validate for EventQuery {
    fn field_errors(&self) -> Vec<FieldError> {
        let since = i64::try_from(self.since)
            .err()
            .map(|_| FieldError::new("since", "range", "give the number of an event, which is below 2^63"));
        limit_error(self.limit, MAX_EVENTS).into_iter().chain(since).collect()
    }
}

impl Validate for SuggestQuery {
    const LINES: &'static [&'static str] = &["q"];

    fn field_errors(&self) -> Vec<FieldError> {
        let long = self.q.chars().count() > MAX_TYPED;
        let typed = long.then(|| FieldError::new("q", "range", "give at most 200 characters"));
        typed.into_iter().chain(limit_error(self.limit, MAX_SUGGESTIONS)).collect()
    }
}

fn limit_error(limit: Option<u32>, most: u32) -> Option<FieldError> {
    let wrong = limit.is_some_and(|limit| !(1..=most).contains(&limit));
    wrong.then(|| FieldError::new("limit", "range", format!("give a number from 1 to {most}")))
}
