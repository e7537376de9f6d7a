//! Which queries are listed, in which order, and what is said of each.

use std::cmp::Ordering;

use requery::{FetchStatus, InspectedQuery, MutationStatus, QueryStatus};

/// At most so many rows of a list are made.
pub(super) const MOST: usize = 300;

/// What a query is to be called, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    Forced,
    Failed,
    Fetching,
    Paused,
    Stale,
    Fresh,
    Inactive,
    Empty,
}

impl Condition {
    pub(super) const ALL: [Self; 8] = [
        Self::Forced,
        Self::Failed,
        Self::Fetching,
        Self::Paused,
        Self::Stale,
        Self::Fresh,
        Self::Inactive,
        Self::Empty,
    ];

    pub(super) fn of(query: &InspectedQuery) -> Self {
        match (query.fetch_status, query.status) {
            _ if query.forced.is_some() => Self::Forced,
            (FetchStatus::Fetching, _) => Self::Fetching,
            (FetchStatus::Paused, _) => Self::Paused,
            (_, QueryStatus::Error) => Self::Failed,
            (_, QueryStatus::Pending) => Self::Empty,
            _ if !query.is_active => Self::Inactive,
            _ if query.is_stale => Self::Stale,
            _ => Self::Fresh,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Forced => "forced",
            Self::Failed => "failed",
            Self::Fetching => "fetching",
            Self::Paused => "paused",
            Self::Stale => "stale",
            Self::Fresh => "fresh",
            Self::Inactive => "inactive",
            Self::Empty => "empty",
        }
    }
}

/// What a mutation is to be called.
pub(super) fn mutation_word(status: MutationStatus, is_paused: bool) -> &'static str {
    match status {
        MutationStatus::Pending if is_paused => "paused",
        MutationStatus::Pending => "pending",
        MutationStatus::Success => "done",
        MutationStatus::Error => "failed",
        MutationStatus::Idle => "idle",
    }
}

/// How queries are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Key,
    Condition,
    Updated,
    Observers,
    Made,
}

impl Order {
    pub(super) const ALL: [Self; 5] =
        [Self::Key, Self::Condition, Self::Updated, Self::Observers, Self::Made];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Key => "by key",
            Self::Condition => "by state",
            Self::Updated => "by last update",
            Self::Observers => "by observers",
            Self::Made => "as they were made",
        }
    }

    /// The one of that name.
    pub(super) fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.name() == name).unwrap_or(Self::Key)
    }

    fn compare(self, a: &InspectedQuery, b: &InspectedQuery) -> Ordering {
        match self {
            Self::Key => a.key.cmp(&b.key),
            Self::Condition => Condition::of(a).cmp(&Condition::of(b)),
            Self::Updated => b.data_updated_at.cmp(&a.data_updated_at),
            Self::Observers => b.observers.len().cmp(&a.observers.len()),
            Self::Made => Ordering::Equal,
        }
    }
}

/// Those that have every word of the filter in their key or are in a state of that name, in order.
pub(super) fn listed(
    queries: &[InspectedQuery],
    filter: &str,
    order: Order,
    is_reversed: bool,
) -> Vec<InspectedQuery> {
    let fits = |query: &&InspectedQuery| {
        has_words(&format!("{} {}", query.key, Condition::of(query).name()), filter)
    };
    let mut rows: Vec<InspectedQuery> = queries.iter().filter(fits).cloned().collect();
    rows.sort_by(|a, b| order.compare(a, b));
    if is_reversed {
        rows.reverse();
    }
    rows
}

/// Whether the text has every word, whatever its letters' case.
pub(super) fn has_words(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    words.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// How many queries are in each state, the states that none is in left out.
pub(super) fn counts(queries: &[InspectedQuery]) -> Vec<(Condition, usize)> {
    let count =
        |condition: Condition| queries.iter().filter(|query| Condition::of(query) == condition).count();
    Condition::ALL.into_iter().map(|it| (it, count(it))).filter(|(_, count)| *count > 0).collect()
}
