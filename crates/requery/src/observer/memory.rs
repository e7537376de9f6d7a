//! What an observer remembers from one result to the next.

use std::sync::Arc;

use crate::QueryKey;
use crate::core::State;
use crate::options::{Placeholder, Select};

pub(super) struct Memory<T, E, D> {
    /// The last selection, so that the same data is not selected from twice (F7.3).
    pub(super) selection: Option<Selection<T, E, D>>,
    /// What was selected last, perhaps from the data of another query: shown while selecting fails.
    pub(super) selected: Option<Arc<D>>,
    /// The last query that had data.
    pub(super) last: Option<Last<T>>,
    /// Where the placeholder of the last result came from, if the options had one.
    pub(super) placeholder: Option<Placeholder<T>>,
    /// How often the query had been fetched, and had failed, when the observer came to it.
    pub(super) counts_at_mount: (u64, u64),
}

/// A query that had data.
pub(super) struct Last<T> {
    pub(super) key: QueryKey,
    /// Which query of that key.
    pub(super) query: u64,
    /// What it has now, or had when it was removed.
    pub(super) data: Option<Arc<T>>,
}

/// From what data by which function, and why it failed if it did.
pub(super) struct Selection<T, E, D> {
    pub(super) from: Arc<T>,
    pub(super) by: Select<T, E, D>,
    pub(super) error: Option<Arc<E>>,
}

impl<T, E, D> Memory<T, E, D> {
    pub(super) fn new(state: &State) -> Self {
        Self {
            selection: None,
            selected: None,
            last: None,
            placeholder: None,
            counts_at_mount: counts(state),
        }
    }
}

pub(super) fn counts(state: &State) -> (u64, u64) {
    (state.data_update_count, state.error_update_count)
}

impl<T, E, D> Clone for Memory<T, E, D> {
    fn clone(&self) -> Self {
        Self {
            selection: self.selection.clone(),
            selected: self.selected.clone(),
            last: self.last.clone(),
            placeholder: self.placeholder.clone(),
            counts_at_mount: self.counts_at_mount,
        }
    }
}

impl<T> Clone for Last<T> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), query: self.query, data: self.data.clone() }
    }
}

impl<T, E, D> Clone for Selection<T, E, D> {
    fn clone(&self) -> Self {
        Self { from: Arc::clone(&self.from), by: Arc::clone(&self.by), error: self.error.clone() }
    }
}
