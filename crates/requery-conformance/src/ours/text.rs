//! How both caches are written down; the twin of `reference/text.mjs`.

use std::sync::Arc;

use requery::{
    FetchStatus, MutationState, MutationStatus, QueryResult, QueryState, QueryStatus, QuerySummary, Timestamp,
};

use super::Failure;
use super::data::Shown;
use crate::scenario::{Field, Row};

/// Both caches begin at this moment.
pub(super) const START: i64 = 1_000_000_000_000;

pub(super) fn time(at: Timestamp) -> String {
    if at == Timestamp::ZERO {
        return "0".to_owned();
    }
    i64::try_from(at.as_millis()).map_or_else(|_| "never".to_owned(), |at| (at - START).to_string())
}

pub(super) fn data<T: Shown>(data: Option<&T>) -> String {
    data.map_or_else(|| "-".to_owned(), T::text)
}

pub(super) fn failure(error: Option<&Failure>) -> String {
    error.map_or_else(|| "-".to_owned(), |failure| format!("!{}", failure.code))
}

fn flags<const N: usize>(pairs: [(char, bool); N]) -> String {
    pairs.iter().filter(|(_, on)| *on).map(|(letter, _)| letter).collect()
}

fn status(status: QueryStatus) -> &'static str {
    match status {
        QueryStatus::Pending => "pending",
        QueryStatus::Error => "error",
        QueryStatus::Success => "success",
    }
}

fn fetch_status(status: FetchStatus) -> &'static str {
    match status {
        FetchStatus::Fetching => "fetching",
        FetchStatus::Paused => "paused",
        FetchStatus::Idle => "idle",
    }
}

pub(super) fn query<T: Shown>(summary: &QuerySummary, s: &QueryState<T, Failure>) -> String {
    let about = flags([('I', s.is_invalidated), ('A', summary.is_active), ('S', summary.is_stale)]);
    format!(
        "{} {} data={} #{} @{} error={} #{} @{} failures={} {} observers={} [{about}]",
        status(s.status),
        fetch_status(s.fetch_status),
        data(s.data.as_deref()),
        s.data_update_count,
        time(s.data_updated_at),
        failure(s.error.as_deref()),
        s.error_update_count,
        time(s.error_updated_at),
        s.fetch_failure_count,
        failure(s.fetch_failure_reason.as_deref()),
        summary.observers,
    )
}

pub(super) fn result<T: Shown>(r: &QueryResult<T, Failure>) -> String {
    let about = flags([
        ('F', r.is_fetched),
        ('M', r.is_fetched_after_mount),
        ('P', r.is_placeholder_data),
        ('S', r.is_stale),
        ('E', r.is_enabled),
        ('l', r.is_loading()),
        ('f', r.is_fetching()),
        ('r', r.is_refetching()),
        ('p', r.is_paused()),
        ('x', r.is_loading_error()),
        ('y', r.is_refetch_error()),
        ('n', r.has_next_page()),
        ('b', r.has_previous_page()),
        ('>', r.is_fetching_next_page()),
        ('<', r.is_fetching_previous_page()),
        ('u', r.is_fetch_next_page_error()),
        ('v', r.is_fetch_previous_page_error()),
    ]);
    format!(
        "{} {} data={} @{} error={} #{} @{} failures={} {} [{about}]",
        status(r.status),
        fetch_status(r.fetch_status),
        data(r.data.as_deref()),
        time(r.data_updated_at),
        failure(r.error.as_deref()),
        r.error_update_count,
        time(r.error_updated_at),
        r.failure_count,
        failure(r.failure_reason.as_deref()),
    )
}

/// Whether any of these fields is another.
pub(super) fn differ<T>(fields: &[Field], a: &QueryResult<T, Failure>, b: &QueryResult<T, Failure>) -> bool {
    let is_other = |field: &Field| match field {
        Field::Data => !same(a.data.as_ref(), b.data.as_ref()),
        Field::Status => a.status != b.status,
        Field::FetchStatus => a.fetch_status != b.fetch_status,
        Field::IsStale => a.is_stale != b.is_stale,
        Field::Error => !same(a.error.as_ref(), b.error.as_ref()),
        Field::FailureCount => a.failure_count != b.failure_count,
    };
    fields.iter().any(is_other)
}

fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

pub(super) fn mutation(s: &MutationState<Row, Failure, i64>) -> String {
    let status = match s.status {
        MutationStatus::Idle => "idle",
        MutationStatus::Pending => "pending",
        MutationStatus::Error => "error",
        MutationStatus::Success => "success",
    };
    let variables: Option<&Arc<i64>> = s.variables.as_ref();
    format!(
        "{status}{} data={} error={} failures={} {} variables={} @{}",
        if s.is_paused { " paused" } else { "" },
        data(s.data.as_deref()),
        failure(s.error.as_deref()),
        s.failure_count,
        failure(s.failure_reason.as_deref()),
        variables.map_or_else(|| "-".to_owned(), ToString::to_string),
        time(s.submitted_at),
    )
}
