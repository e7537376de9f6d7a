//! What an observer remembers from one result to the next.

use crate::QueryKey;
use crate::core::{State, Value};
use crate::options::{Placeholder, Select};

#[derive(Clone, Default)]
pub(super) struct Memory {
    /// The last selection, so that the same data is not selected from twice (F7.3).
    pub(super) selection: Option<Box<Selection>>,
    /// What was selected last, perhaps from the data of another query: shown while selecting fails.
    pub(super) selected: Option<Value>,
    /// The last query that had data.
    pub(super) last: Option<Last>,
    /// Where the placeholder of the last result came from, if the options had one.
    pub(super) placeholder: Option<Placeholder>,
    /// How often the query had been fetched, and had failed, when the observer came to it.
    pub(super) counts_at_mount: (u64, u64),
}

/// A query that had data.
#[derive(Clone)]
pub(super) struct Last {
    pub(super) key: QueryKey,
    /// Which query of that key.
    pub(super) query: u64,
    /// What it has now, or had when it was removed.
    pub(super) data: Option<Value>,
}

/// From what data by which function, and why it failed if it did.
#[derive(Clone)]
pub(super) struct Selection {
    pub(super) from: Value,
    pub(super) by: Select,
    pub(super) error: Option<Value>,
}

impl Memory {
    pub(super) fn new(state: &State) -> Self {
        Self { counts_at_mount: state.counts(), ..Self::default() }
    }
}
