//! Pages of lists.

use serde::Serialize;

use crate::{FieldError, from_json};

/// The largest `limit` of a list.
pub const MAX_LIMIT: u32 = 200;
/// The `limit` of a list that was asked for none.
pub const DEFAULT_LIMIT: u32 = 20;

/// The last page of a list that is asked for by numbers.
pub(crate) const MAX_PAGE: u32 = 1_000_000;

/// What is wrong with the page that is asked for, if anything.
pub(crate) fn page_errors(limit: Option<u32>, page: Option<u32>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        errors.push(FieldError::new("limit", "range", "give a number from 1 to 200"));
    }
    if page.is_some_and(|page| !(1..=MAX_PAGE).contains(&page)) {
        errors.push(FieldError::new("page", "range", "give a number from 1 to 1,000,000"));
    }
    errors
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub data: Vec<T>,
    /// Where the page stands in the list.
    pub meta: PageMeta,
}

from_json!(deserialize Page<T> { data, meta });

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageMeta {
    /// Rows in the whole list.
    pub total: u64,
    /// From 1.
    pub page: u32,
    /// Rows a page.
    pub limit: u32,
    /// Pages in the whole list; 0 when it is empty.
    pub total_pages: u32,
    /// Hand it back as `cursor` to go on after the last row; absent on the last page.
    pub next_cursor: Option<String>,
}

from_json!(deserialize PageMeta { total, page, limit, total_pages, next_cursor });

impl PageMeta {
    /// The meta of page `page` of a list of `total` rows, `limit` a page.
    #[must_use]
    pub fn new(total: u64, page: u32, limit: u32, next_cursor: Option<String>) -> Self {
        let total_pages = u32::try_from(total.div_ceil(u64::from(limit.max(1)))).unwrap_or(u32::MAX);
        Self { total, page, limit, total_pages, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_rounded_up() {
        let pages = |total| PageMeta::new(total, 1, 20, None).total_pages;
        assert_eq!((pages(0), pages(1), pages(20), pages(21)), (0, 1, 1, 2));
    }
}
