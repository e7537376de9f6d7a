//! The businesses that one has to be compared with to find its duplicates.

use std::collections::BTreeMap;

use contract::{BoundingBox, BusinessId, GeoPoint};

use super::filter::write_box;
use super::row;
use crate::snapshot::Snapshot;
use crate::sql::Sql;
use crate::{KnownBusiness, SAME_NAME_WITHIN_DEGREES, Store, StoreError, text};

/// Whatever they are called, businesses are compared within so many kilometres.
const NEXT_DOOR_KM: f64 = 0.25;
/// Businesses that are reached in the same way are compared within so many.
const IN_TOWN_KM: f64 = 5.0;
/// Most that one way of looking brings.
const MOST: i64 = 150;

/// A business, and those that it has to be compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// The business.
    pub business: KnownBusiness,
    /// The others, by ascending id.
    pub others: Vec<KnownBusiness>,
}

impl Store {
    /// A business with those that may be the same: of the same name nearby or without a place, next door, reached in the
    /// same way in the same town, or without a place and with the same long word in the name. Those that a person said are not
    /// the business are left out. `None` if there is no such business.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn similar_businesses(&self, id: BusinessId) -> Result<Option<Similar>, StoreError> {
        let snapshot = self.snapshot().await?;
        let mut sql = select(&snapshot);
        sql.and().push("b.id = ").bind(id.0);
        let Some(found) = sql.one(snapshot.connection()).await? else { return Ok(None) };
        let business = row::decode_known(&found)?;
        let mut others = BTreeMap::new();
        for mut sql in statements(&snapshot, &business).into_iter().flatten() {
            sql.and().push("b.id <> ").bind(id.0).push(" LIMIT ").bind(MOST);
            for found in sql.all(snapshot.connection()).await? {
                let one = row::decode_known(&found)?;
                others.insert(one.business.id, one);
            }
        }
        for apart in snapshot.apart_from(id).await? {
            others.remove(&apart);
        }
        Ok(Some(Similar { business, others: others.into_values().collect() }))
    }
}

/// One statement for each way of looking that the business allows.
fn statements(snapshot: &Snapshot, of: &KnownBusiness) -> [Option<Sql>; 4] {
    let point = of.business.location();
    [
        same_name(snapshot, of, point),
        point.map(|point| next_door(snapshot, point)),
        reached_alike(snapshot, of, point),
        same_word(snapshot, of, point),
    ]
}

fn select(snapshot: &Snapshot) -> Sql {
    let mut sql = snapshot.sql("SELECT ");
    sql.push(&row::columns("b")).push(" FROM businesses b");
    sql
}

fn same_name(snapshot: &Snapshot, of: &KnownBusiness, point: Option<GeoPoint>) -> Option<Sql> {
    if of.name_key.is_empty() {
        return None;
    }
    let mut sql = select(snapshot);
    sql.and().push("b.name_key = ").bind(of.name_key.as_str());
    if let Some(point) = point {
        let (south, north) =
            (point.latitude - SAME_NAME_WITHIN_DEGREES, point.latitude + SAME_NAME_WITHIN_DEGREES);
        sql.push(" AND (b.latitude IS NULL OR b.latitude BETWEEN ").bind(south);
        sql.push(" AND ").bind(north).push(")");
    }
    Some(sql)
}

fn next_door(snapshot: &Snapshot, point: GeoPoint) -> Sql {
    let mut sql = select(snapshot);
    write_box(&mut sql, "b", &BoundingBox::around(point, NEXT_DOOR_KM));
    sql
}

fn reached_alike(snapshot: &Snapshot, of: &KnownBusiness, point: Option<GeoPoint>) -> Option<Sql> {
    let ways = [("b.phone", &of.business.phone), ("b.email", &of.business.email), ("b.domain", &of.domain)];
    let mut ways = ways.into_iter().filter_map(|(column, value)| Some((column, value.as_deref()?)));
    let mut sql = select(snapshot);
    match (point, &of.business.city) {
        (Some(point), _) => write_box(&mut sql, "b", &BoundingBox::around(point, IN_TOWN_KM)),
        (None, Some(city)) => {
            sql.and().push("b.city_key = ").bind(text::fold(city));
        }
        (None, None) => return None,
    }
    let (column, value) = ways.next()?;
    sql.push(" AND (").push(column).push(" = ").bind(value);
    for (column, value) in ways {
        sql.push(" OR ").push(column).push(" = ").bind(value);
    }
    sql.push(")");
    Some(sql)
}

/// A name may be written in more or fewer words; the longest is likely to stand in both. Those that have a place are found
/// by it, unless the business itself has none.
fn same_word(snapshot: &Snapshot, of: &KnownBusiness, point: Option<GeoPoint>) -> Option<Sql> {
    let words = text::words(&of.business.name);
    let longest = words.into_iter().max_by_key(|word| word.chars().count())?;
    let mut sql = select(snapshot);
    sql.and();
    snapshot.backend().push_words_condition(&mut sql, "b.id", &[longest], false);
    if point.is_some() {
        sql.push(" AND b.latitude IS NULL");
    }
    Some(sql)
}
