//! From the options of a scenario to those of requery; the twin of `reference/options.mjs`.

use std::sync::Arc;
use std::time::Duration;

use requery::{
    FetchStatus, GcTime, NetworkMode, QueryDefaults, QueryFilters, QueryKey, QueryOptions, QueryType,
    RefetchMode, RefetchOn, RefetchType, StaleTime, Timestamp,
};

use super::data::{Kind, Pages, Shown};
use super::server::Server;
use super::{Failure, text};
use crate::scenario::{self as said, Answer, Row};

/// Options of a query of one kind or the other.
pub(super) type Options = Kind<QueryOptions<Row, Failure>, QueryOptions<Pages, Failure>>;

pub(super) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A moment, from its offset to the beginning.
pub(super) fn moment(offset: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(text::START + offset).unwrap_or_default())
}

/// Sets what was said on a builder of options.
macro_rules! policy {
    ($options:ident, $said:ident) => {
        if let Some(gc_time) = $said.gc_time {
            $options = $options.gc_time(self::gc_time(gc_time));
        }
        if let Some(said::Enabled::Fixed(enabled)) = $said.enabled {
            $options = $options.enabled(enabled);
        }
        match $said.stale_time {
            Some(said::StaleTime::After(after)) => $options = $options.stale_time(ms(after)),
            Some(said::StaleTime::Never) => $options = $options.stale_time(StaleTime::Never),
            Some(said::StaleTime::Static) => $options = $options.stale_time(StaleTime::Static),
            Some(said::StaleTime::EvenTag(_)) | None => {}
        }
        if let Some(said::Interval::Every(every)) = $said.refetch_interval {
            $options = $options.refetch_interval(ms(every));
        }
        if let Some(in_background) = $said.refetch_interval_in_background {
            $options = $options.refetch_interval_in_background(in_background);
        }
        if let Some(rule) = $said.refetch_on_mount {
            $options = $options.refetch_on_mount(self::refetch_on(rule));
        }
        if let Some(rule) = $said.refetch_on_window_focus {
            $options = $options.refetch_on_window_focus(self::refetch_on(rule));
        }
        if let Some(rule) = $said.refetch_on_reconnect {
            $options = $options.refetch_on_reconnect(self::refetch_on(rule));
        }
        if let Some(retry_on_mount) = $said.retry_on_mount {
            $options = $options.retry_on_mount(retry_on_mount);
        }
        if let Some(mode) = $said.network_mode {
            $options = $options.network_mode(self::network_mode(mode));
        }
        if let Some(sharing) = $said.structural_sharing {
            $options = $options.structural_sharing(sharing);
        }
        retries!($options, $said);
    };
}

/// The options that queries and mutations share.
macro_rules! retries {
    ($options:ident, $said:ident) => {
        match $said.retry {
            Some(said::Retry::Times(times)) => $options = $options.retry(times),
            Some(said::Retry::Forever) => $options = $options.retry_if(|_, _: &Failure| true),
            Some(said::Retry::OddOnly) => {
                $options =
                    $options.retry_if(|count, failure: &Failure| count < 3 && failure.code.abs() % 2 == 1);
            }
            None => {}
        }
        match $said.retry_delay {
            Some(said::RetryDelay::Fixed(delay)) => $options = $options.retry_delay(ms(delay)),
            Some(said::RetryDelay::Growing(step)) => {
                $options = $options.retry_delay_fn(move |count, _: &Failure| ms(u64::from(count + 1) * step));
            }
            None => {}
        }
    };
}

pub(super) use retries;

pub(super) fn defaults(said: &said::Policy) -> QueryDefaults {
    let mut options = QueryDefaults::new();
    policy!(options, said);
    options
}

/// What answers a query's function.
type Answering = (Server, Arc<[Answer]>);

/// The function of a query that holds a row.
pub(super) fn row(
    said: &said::Query,
    key: QueryKey,
    (server, answers): Answering,
) -> QueryOptions<Row, Failure> {
    let signal = said.signal;
    let Some(stream) = said.stream.clone() else {
        return QueryOptions::new(key, move |context| server.fetch(&answers, signal, &context));
    };
    QueryOptions::streamed(
        key,
        match stream.mode {
            said::RefetchMode::Reset => RefetchMode::Reset,
            said::RefetchMode::Append => RefetchMode::Append,
            said::RefetchMode::Replace => RefetchMode::Replace,
        },
        Row { n: 0, tag: 0 },
        move |context| server.stream(&answers, signal, &context, stream.parts),
        |row: &mut Row, part: Row| *row = Row { n: row.n + part.n, tag: part.tag },
    )
}

/// The function of one that holds pages.
pub(super) fn pages(
    said: &said::Query,
    key: QueryKey,
    (server, answers): Answering,
) -> QueryOptions<Pages, Failure> {
    let (signal, of, after, before) = (said.signal, &said.pages, said.pages.after, said.pages.before);
    let ends_at_odd = of.ends_at_odd;
    let mut options = QueryOptions::infinite(
        key,
        0,
        move |context, number| server.page(&answers, signal, &context, number),
        move |row: &Row, all: &Pages| {
            let ends = ends_at_odd && row.tag % 2 != 0;
            all.last_param().filter(|number| **number < after && !ends).map(|number| number + 1)
        },
    )
    .get_previous_page_param(move |_, all| {
        all.first_param().filter(|number| **number > -before).map(|number| number - 1)
    });
    if let Some(max_pages) = of.max_pages {
        options = options.max_pages(max_pages);
    }
    if let Some(pages) = of.pages {
        options = options.pages(pages);
    }
    options
}

/// Everything but the function, which `options` has already.
pub(super) fn query<T: Shown>(
    said: &said::Query,
    options: QueryOptions<T, Failure>,
) -> QueryOptions<T, Failure> {
    let mut options = options;
    let policy = &said.policy;
    policy!(options, policy);
    options = functions(policy, options);
    match said.placeholder_data {
        Some(said::Placeholder::Row(row)) => options = options.placeholder_data(T::of(row)),
        Some(said::Placeholder::Previous) => options = options.keep_previous_data(),
        None => {}
    }
    if let Some(row) = said.initial_data {
        options = options.initial_data(T::of(row));
    }
    if let Some(offset) = said.initial_data_updated_at {
        options = options.initial_data_updated_at(moment(offset));
    }
    match said.select {
        Some(select) => options.try_select(move |data: &T| data.selected(select)).hydratable(),
        None => options.hydratable(),
    }
}

/// Options that are functions of the query's state.
fn functions<T: Shown>(
    said: &said::Policy,
    mut options: QueryOptions<T, Failure>,
) -> QueryOptions<T, Failure> {
    if let Some(said::Enabled::If(condition)) = said.enabled {
        options = options.enabled_fn(move |state| match condition {
            said::Condition::Empty => state.data.is_none(),
            said::Condition::Filled => state.data.is_some(),
            said::Condition::Calm => state.error.is_none(),
        });
    }
    if let Some(said::StaleTime::EvenTag(after)) = said.stale_time {
        options = options.stale_time_fn(move |state| {
            let is_even = state.data.as_ref().is_some_and(|data| data.last().tag % 2 == 0);
            StaleTime::After(if is_even { ms(after) } else { Duration::ZERO })
        });
    }
    if let Some(said::Interval::EvenTag(every)) = said.refetch_interval {
        options = options.refetch_interval_fn(move |state| {
            state.data.as_ref().is_none_or(|data| data.last().tag % 2 == 0).then_some(ms(every))
        });
    }
    options
}

pub(super) fn gc_time(said: said::GcTime) -> GcTime {
    match said {
        said::GcTime::After(after) => GcTime::After(ms(after)),
        said::GcTime::Never => GcTime::Never,
    }
}

fn refetch_on(said: said::RefetchOn) -> RefetchOn {
    match said {
        said::RefetchOn::Stale => RefetchOn::Stale,
        said::RefetchOn::Always => RefetchOn::Always,
        said::RefetchOn::Never => RefetchOn::Never,
    }
}

pub(super) fn network_mode(said: said::NetworkMode) -> NetworkMode {
    match said {
        said::NetworkMode::Online => NetworkMode::Online,
        said::NetworkMode::Always => NetworkMode::Always,
        said::NetworkMode::OfflineFirst => NetworkMode::OfflineFirst,
    }
}

pub(super) fn refetch_type(said: said::QueryType) -> RefetchType {
    match said {
        said::QueryType::All => RefetchType::All,
        said::QueryType::Active => RefetchType::Active,
        said::QueryType::Inactive => RefetchType::Inactive,
        said::QueryType::None => RefetchType::None,
    }
}

pub(super) fn filters(said: &said::Filters) -> QueryFilters {
    let mut filters = match &said.key {
        Some(key) if said.exact => QueryFilters::exact(key),
        Some(key) => QueryFilters::prefix(key),
        None => QueryFilters::all(),
    };
    filters = match said.query_type {
        Some(said::QueryType::Active) => filters.query_type(QueryType::Active),
        Some(said::QueryType::Inactive) => filters.query_type(QueryType::Inactive),
        _ => filters,
    };
    if let Some(stale) = said.stale {
        filters = filters.stale(stale);
    }
    filters = match said.fetch_status {
        Some(said::FetchStatus::Fetching) => filters.fetch_status(FetchStatus::Fetching),
        Some(said::FetchStatus::Paused) => filters.fetch_status(FetchStatus::Paused),
        Some(said::FetchStatus::Idle) => filters.fetch_status(FetchStatus::Idle),
        None => filters,
    };
    match said.predicate {
        Some(said::Predicate::Filled) => filters.predicate(|query| query.data_updated_at > Timestamp::ZERO),
        Some(said::Predicate::Failed) => {
            filters.predicate(|query| query.status == requery::QueryStatus::Error)
        }
        None => filters,
    }
}
