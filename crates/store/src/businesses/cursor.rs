//! The cursor of a list: where the next page begins, for this list only.

use contract::BusinessQuery;
use serde::{Deserialize, Serialize};

use super::order::{self, KeyValue};
use crate::StoreError;
use crate::codec::json;
use crate::cursor::{decode, encode_text, fingerprint};

/// A row's place in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Fingerprint of the filters and the order that the place is in.
    #[serde(rename = "l")]
    list: u64,
    /// The page that begins after the row.
    #[serde(rename = "p")]
    pub(super) page: u32,
    /// The row's values of the sort keys.
    #[serde(rename = "k")]
    pub(super) keys: Vec<KeyValue>,
    /// The row.
    #[serde(rename = "i")]
    pub(super) id: i64,
}

impl Cursor {
    /// The place after the row with these values.
    pub(super) fn after(query: &BusinessQuery, page: u32, keys: Vec<KeyValue>, id: i64) -> Self {
        Self { list: list_of(query), page: page.saturating_add(1), keys, id }
    }

    /// The text that goes to the client.
    pub(super) fn encode(&self) -> Result<String, StoreError> {
        Ok(encode_text(&json(self)?))
    }

    /// The query's cursor, if it has one.
    pub(super) fn of(query: &BusinessQuery) -> Result<Option<Self>, StoreError> {
        let Some(text) = &query.cursor else { return Ok(None) };
        let cursor: Self = decode(text)?;
        let ours = cursor.list == list_of(query) && order::fits(&query.sort_or_default(), &cursor.keys);
        if ours { Ok(Some(cursor)) } else { Err(StoreError::BadCursor) }
    }
}

fn list_of(query: &BusinessQuery) -> u64 {
    let filters = serde_json::to_string(&query.filters()).unwrap_or_default();
    fingerprint(&format!("{}\n{filters}", query.sort_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> BusinessQuery {
        BusinessQuery { search: Some(text.to_owned()), ..BusinessQuery::default() }
    }

    #[test]
    fn a_cursor_comes_back_only_to_its_own_list() {
        let cursor = Cursor::after(&query("a"), 1, vec![KeyValue::Number(5)], 9);
        let text = Some(cursor.encode().unwrap());
        let same = BusinessQuery { cursor: text.clone(), limit: Some(50), ..query("a") };
        assert_eq!(Cursor::of(&same).unwrap(), Some(cursor));
        let other = BusinessQuery { cursor: text.clone(), ..query("b") };
        assert!(matches!(Cursor::of(&other), Err(StoreError::BadCursor)));
        let sorted = BusinessQuery { cursor: text, sort: Some("name".parse().unwrap()), ..query("a") };
        assert!(matches!(Cursor::of(&sorted), Err(StoreError::BadCursor)));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let long = "A".repeat(10_000);
        for text in ["", "x", "näin", "eyJsIjoxfQ", "!!!!", long.as_str()] {
            let query = BusinessQuery { cursor: Some(text.to_owned()), ..BusinessQuery::default() };
            assert!(matches!(Cursor::of(&query), Err(StoreError::BadCursor)), "{text}");
        }
    }
}
