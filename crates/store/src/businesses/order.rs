//! The order of a list: its keys as columns, and their values in a row.

use contract::{BusinessSort, SortKey};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::sql::{Columns, Sql};

/// The value of one sort key in one row. Values of one key are all of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum KeyValue {
    /// Milliseconds, or the bits of a distance, which sort like the distance as it is never negative.
    Number(i64),
    /// Folded text.
    Text(String),
}

impl KeyValue {
    /// A distance in kilometres; what has no place is farthest.
    pub(super) fn distance(km: Option<f64>) -> Self {
        Self::Number(km.unwrap_or(f64::INFINITY).to_bits().cast_signed())
    }

    fn is_of(&self, key: SortKey) -> bool {
        match key {
            SortKey::Name | SortKey::City | SortKey::Category => matches!(self, Self::Text(_)),
            SortKey::CreatedAt | SortKey::UpdatedAt | SortKey::Distance => matches!(self, Self::Number(_)),
        }
    }
}

impl From<KeyValue> for Value {
    fn from(value: KeyValue) -> Self {
        match value {
            KeyValue::Number(number) => number.into(),
            KeyValue::Text(text) => text.into(),
        }
    }
}

/// Whether `values` could be a row's values of the sort's keys.
pub(super) fn fits(sort: &BusinessSort, values: &[KeyValue]) -> bool {
    sort.0.len() == values.len() && sort.0.iter().zip(values).all(|((key, _), value)| value.is_of(*key))
}

/// The column that a key orders by; distance has none.
pub(super) fn column(key: SortKey) -> Option<&'static str> {
    match key {
        SortKey::Name => Some("name_sort"),
        SortKey::City => Some("city_key"),
        SortKey::Category => Some("category_key"),
        SortKey::CreatedAt => Some("created_at"),
        SortKey::UpdatedAt => Some("updated_at"),
        SortKey::Distance => None,
    }
}

/// Reads the value of a key from the column at `index`.
pub(super) fn read(row: &QueryResult, index: usize, key: SortKey) -> Result<KeyValue, StoreError> {
    match key {
        SortKey::Name | SortKey::City | SortKey::Category => Ok(KeyValue::Text(row.column(index)?)),
        SortKey::CreatedAt | SortKey::UpdatedAt | SortKey::Distance => {
            Ok(KeyValue::Number(row.column(index)?))
        }
    }
}

/// Writes ` ORDER BY …` over the columns of `table`.
pub(super) fn write(sql: &mut Sql, sort: &BusinessSort, table: &str) {
    sql.push(" ORDER BY ");
    for (column, descending) in columns(sort) {
        sql.push(table).push(".").push(column).push(if descending { " DESC, " } else { ", " });
    }
    sql.push(table).push(".id");
}

/// Writes the condition that a row of `f` comes after the one with these values and this id.
pub(super) fn write_after(sql: &mut Sql, sort: &BusinessSort, values: &[KeyValue], id: i64) {
    let keys: Vec<_> = columns(sort).zip(values).collect();
    if let Some(((column, descending), value)) = keys.first() {
        // Implied by what follows; lets an index on the first key begin in the right place.
        sql.and().push("f.").push(column).push(if *descending { " <= " } else { " >= " });
        sql.bind((*value).clone());
    }
    sql.and().push("(");
    for (position, ((column, descending), value)) in keys.iter().enumerate() {
        write_equal(sql, &keys[..position]);
        sql.push("f.").push(column).push(if *descending { " < " } else { " > " });
        sql.bind((*value).clone()).push(" OR ");
    }
    write_equal(sql, &keys);
    sql.push("f.id > ").bind(id).push(")");
}

fn write_equal(sql: &mut Sql, keys: &[((&'static str, bool), &KeyValue)]) {
    for ((column, _), value) in keys {
        sql.push("f.").push(column).push(" = ").bind((*value).clone()).push(" AND ");
    }
}

fn columns(sort: &BusinessSort) -> impl Iterator<Item = (&'static str, bool)> + '_ {
    sort.0.iter().filter_map(|(key, descending)| Some((column(*key)?, *descending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_sort_as_numbers_and_the_unknown_last() {
        let mut values: Vec<_> =
            [Some(2.5), None, Some(0.0), Some(0.1), Some(20_000.0)].map(KeyValue::distance).to_vec();
        values.sort();
        let expect = [Some(0.0), Some(0.1), Some(2.5), Some(20_000.0), None].map(KeyValue::distance);
        assert_eq!(values, expect);
    }
}
