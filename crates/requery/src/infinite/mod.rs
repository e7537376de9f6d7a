//! Queries that consist of pages (F9).

mod data;
mod observer;
mod options;

pub use data::InfiniteData;
pub use observer::InfiniteQueryObserver;
pub use options::InfiniteQueryOptions;

use serde::{Deserialize, Serialize};

/// To which side a page is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchDirection {
    /// After the last page.
    Forward,
    /// Before the first page.
    Backward,
}

/// What a result says about the pages of an infinite query. The default, nothing, is that of every other query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PagingState {
    /// Whether there is a page after the last.
    pub has_next_page: bool,
    /// Whether there is a page before the first.
    pub has_previous_page: bool,
    /// To which side the current or last fetch fetched one more page; nothing where it fetched all of them.
    pub fetch_direction: Option<FetchDirection>,
}
