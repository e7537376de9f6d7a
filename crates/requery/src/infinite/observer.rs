//! Watching an infinite query.

use super::{FetchDirection, InfiniteData};
use crate::{Fetching, QueryObserver, QueryResult, RefetchOptions};

/// Watches an infinite query: a [`QueryObserver`] that can fetch one more page.
pub type InfiniteQueryObserver<P, E, C, D = InfiniteData<P, C>> = QueryObserver<InfiniteData<P, C>, E, D>;

impl<P, E, C, D> QueryObserver<InfiniteData<P, C>, E, D>
where
    P: Send + Sync + 'static,
    E: Send + Sync + 'static,
    C: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    /// Fetches the page after the last, or the first if there are none. Without `cancel_refetch` a fetch in flight is
    /// joined instead, whatever it fetches. Changes nothing if there is no next page.
    pub fn fetch_next_page(&self, options: RefetchOptions) -> Fetching<InfiniteData<P, C>, E> {
        self.fetch_page(options, Some(FetchDirection::Forward))
    }

    /// Like [`QueryObserver::fetch_next_page`], for the page before the first.
    pub fn fetch_previous_page(&self, options: RefetchOptions) -> Fetching<InfiniteData<P, C>, E> {
        self.fetch_page(options, Some(FetchDirection::Backward))
    }
}

impl<D: ?Sized, E: ?Sized> QueryResult<D, E> {
    /// There is a page after the last. Always no for a query that is not infinite, like all that follows.
    #[must_use]
    pub fn has_next_page(&self) -> bool {
        self.paging.has_next_page
    }

    /// There is a page before the first.
    #[must_use]
    pub fn has_previous_page(&self) -> bool {
        self.paging.has_previous_page
    }

    /// The page after the last is being fetched.
    #[must_use]
    pub fn is_fetching_next_page(&self) -> bool {
        self.is_fetching() && self.pages(FetchDirection::Forward)
    }

    /// The page before the first is being fetched.
    #[must_use]
    pub fn is_fetching_previous_page(&self) -> bool {
        self.is_fetching() && self.pages(FetchDirection::Backward)
    }

    /// The page after the last could not be fetched.
    #[must_use]
    pub fn is_fetch_next_page_error(&self) -> bool {
        self.is_error() && self.pages(FetchDirection::Forward)
    }

    /// The page before the first could not be fetched.
    #[must_use]
    pub fn is_fetch_previous_page_error(&self) -> bool {
        self.is_error() && self.pages(FetchDirection::Backward)
    }

    fn pages(&self, direction: FetchDirection) -> bool {
        self.paging.fetch_direction == Some(direction)
    }
}
