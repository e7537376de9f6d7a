//! The first rendering, which the server and the browser have to agree on.

use requery::{FetchStatus, QueryResult, QueryStatus};

/// What both can show from the data that travels between them: that data, or else that it is on its way.
///
/// Errors stay on the server, data without a way into JSON too, and the two clocks differ: none of these may be seen.
pub(super) fn agreed<D: ?Sized, E: ?Sized>(
    result: &QueryResult<D, E>,
    is_hydratable: bool,
) -> QueryResult<D, E> {
    let has_data = result.data.is_some() && (is_hydratable || result.is_placeholder_data);
    if !has_data {
        let fetch_status = if result.is_enabled { FetchStatus::Fetching } else { FetchStatus::Idle };
        return QueryResult { fetch_status, is_enabled: result.is_enabled, ..QueryResult::default() };
    }
    let fetches = result.is_placeholder_data && result.is_enabled;
    QueryResult {
        status: QueryStatus::Success,
        fetch_status: if fetches { FetchStatus::Fetching } else { FetchStatus::Idle },
        data: result.data.clone(),
        data_updated_at: result.data_updated_at,
        is_fetched: !result.is_placeholder_data,
        is_placeholder_data: result.is_placeholder_data,
        is_stale: result.is_placeholder_data,
        is_enabled: result.is_enabled,
        ..QueryResult::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    type Result = QueryResult<u32, String>;

    #[test]
    fn data_that_travels_is_shown_and_nothing_that_depends_on_a_clock() {
        let server = Result {
            data: Some(Arc::new(1)),
            status: QueryStatus::Success,
            fetch_status: FetchStatus::Fetching,
            is_stale: true,
            is_enabled: true,
            ..Result::default()
        };
        let shown = agreed(&server, true);
        assert_eq!(shown.data.as_deref(), Some(&1));
        assert!(shown.is_success() && !shown.is_fetching() && !shown.is_stale);
    }

    #[test]
    fn what_cannot_travel_is_on_its_way() {
        let failed = Result {
            error: Some(Arc::new("no".to_owned())),
            status: QueryStatus::Error,
            is_enabled: true,
            ..Result::default()
        };
        let opaque = Result {
            data: Some(Arc::new(1)),
            status: QueryStatus::Success,
            is_enabled: true,
            ..failed.clone()
        };
        for result in [failed, opaque] {
            let shown = agreed(&result, false);
            assert!(shown.is_loading() && shown.data.is_none() && shown.error.is_none());
        }
    }

    #[test]
    fn a_disabled_query_is_not_on_its_way() {
        assert!(!agreed(&Result::default(), true).is_fetching());
    }
}
