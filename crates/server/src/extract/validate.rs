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

/// Says what is out of range, one entry a field.
pub(crate) trait Validate {
    /// Fields that exist and that nobody sets by hand, each with where its value comes from.
    const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = &[];

    /// Empty when everything is in range.
    fn field_errors(&self) -> Vec<FieldError>;
}

/// Types whose ranges the contract checks itself.
macro_rules! by_contract {
    ($($type:ty),+) => {$(
        impl Validate for $type {
            fn field_errors(&self) -> Vec<FieldError> {
                self.validate().err().unwrap_or_default()
            }
        }
    )+};
}
by_contract!(BusinessQuery, BulkRequest, ExportQuery, MapQuery, ScrapeRequest, BatchEnrichmentRequest);
by_contract!(SetupRequest, PasswordChange, NewApiToken, NewUser, UserChange, NewView, ViewChange);
by_contract!(NewSuppression, SuppressionQuery, RetryQuery, PairQuery);

/// Types that people write by hand.
macro_rules! by_hand {
    ($($type:ty = $patch:ty),+) => {$(
        impl Validate for $type {
            const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = <$patch>::SET_ELSEWHERE;

            fn field_errors(&self) -> Vec<FieldError> {
                self.validate().err().unwrap_or_default()
            }
        }
    )+};
}
by_hand!(BusinessDraft = BusinessPatch, BusinessPatch = BusinessPatch, ContactPatch = ContactPatch);

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
always_valid!(NoQuery, NoBody, LoginRequest, MergeRequest, UnmergeRequest, ApartRequest);

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
