//! The filters of a query as conditions.

use contract::{BoundingBox, BusinessQuery};

use super::row;
use crate::snapshot::Snapshot;
use crate::sql::{Sql, padded};
use crate::{StoreError, geo, text};

/// A search that more businesses than this answer is checked along an index of the order instead of fetching
/// each of them.
const MANY_HITS: i64 = 20_000;

/// The filters of a query, ready to be written into statements. `near` with a radius only narrows down to the
/// box around the circle: what lies within is for [`super::nearby`] to say.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    query: &'a BusinessQuery,
    words: Vec<String>,
    many_hits: bool,
    within: Option<BoundingBox>,
}

impl<'a> Filter<'a> {
    pub(super) async fn new(snapshot: &Snapshot, query: &'a BusinessQuery) -> Result<Filter<'a>, StoreError> {
        let words = query.search.as_deref().map(text::words).unwrap_or_default();
        let many_hits = if words.is_empty() || !snapshot.backend().plans_words_by_count() {
            false
        } else {
            let count = snapshot.backend().count_words(&words, MANY_HITS + 1);
            let hits: i64 = count.scalar(snapshot.connection()).await?;
            hits > MANY_HITS
        };
        let circle = query.near.zip(query.radius_km);
        let within = circle.map(|(centre, radius_km)| BoundingBox::around(centre, radius_km));
        Ok(Self { query, words, many_hits, within })
    }

    /// The same filters, narrowed down to a box instead of the query's own circle.
    pub(super) fn within(self, around: BoundingBox) -> Self {
        Self { within: Some(around), ..self }
    }

    /// Writes the conditions over the columns of table `f`.
    pub(super) fn write(&self, sql: &mut Sql) {
        if let Some(ids) = &self.query.ids {
            let ids: Vec<i64> = ids.0.iter().map(|id| id.0).collect();
            sql.and().push("f.id IN (").bind_list(padded(&ids)).push(")");
        }
        self.write_texts(sql);
        self.write_flags(sql);
        self.write_times(sql);
        for around in [self.query.bbox, self.within].into_iter().flatten() {
            write_box(sql, "f", &around);
        }
        if !self.words.is_empty() {
            sql.and();
            let backend = sql.backend();
            backend.push_words_condition(sql, "f.id", &self.words, self.many_hits);
        }
    }

    fn write_texts(&self, sql: &mut Sql) {
        let query = self.query;
        let texts = [
            ("f.city_key", query.city.as_deref().map(text::fold)),
            ("f.state_key", query.state.as_deref().map(text::fold)),
            ("f.industry", query.industry.clone()),
            ("f.category_key", query.category.clone()),
            ("f.enrichment_status", query.enrichment_status.map(|status| status.as_str().to_owned())),
        ];
        for (column, value) in texts {
            if let Some(value) = value {
                sql.and().push(column).push(" = ").bind(value);
            }
        }
        if let Some(source) = &query.source {
            sql.and().push("f.source_set LIKE ").bind(row::source_pattern(source)).push(r" ESCAPE '\'");
        }
        if let Some(tag) = &query.tag {
            sql.and().push("f.id IN (SELECT business_id FROM business_tags WHERE tag = ");
            sql.bind(tag.as_str()).push(")");
        }
    }

    fn write_flags(&self, sql: &mut Sql) {
        let flags = [
            ("f.has_website", self.query.has_website),
            ("f.has_email", self.query.has_email),
            ("f.has_phone", self.query.has_phone),
            ("f.chain", self.query.chain),
        ];
        for (column, value) in flags {
            if let Some(value) = value {
                sql.and().push(column).push(" = ").bind(value);
            }
        }
    }

    fn write_times(&self, sql: &mut Sql) {
        if let Some(after) = self.query.created_after {
            sql.and().push("f.created_at >= ").bind(after.as_millis());
        }
        if let Some(before) = self.query.created_before {
            sql.and().push("f.created_at < ").bind(before.as_millis());
        }
    }

    /// Businesses that the filters select, boxes in place of circles.
    pub(super) async fn count(&self, snapshot: &Snapshot) -> Result<u64, StoreError> {
        let only_words = self.query.filters()
            == BusinessQuery { search: self.query.search.clone(), ..BusinessQuery::default() };
        let count: i64 = if only_words && !self.words.is_empty() {
            snapshot.backend().count_words(&self.words, i64::MAX).scalar(snapshot.connection()).await?
        } else {
            let mut sql = snapshot.sql("SELECT count(*) FROM businesses f");
            self.write(&mut sql);
            sql.scalar(snapshot.connection()).await?
        };
        u64::try_from(count).map_err(|_| StoreError::Unreadable(format!("a count of {count}")))
    }
}

/// Writes the condition that a business of `table` lies in the box.
pub(super) fn write_box(sql: &mut Sql, table: &str, around: &BoundingBox) {
    if let Some(cells) = geo::cells(around) {
        sql.and().push(table).push(".cell IN (").bind_list(padded(&cells)).push(")");
    }
    sql.and().push(table).push(".latitude BETWEEN ").bind(around.south).push(" AND ").bind(around.north);
    if around.west <= around.east {
        sql.and().push(table).push(".longitude BETWEEN ").bind(around.west).push(" AND ").bind(around.east);
    } else {
        sql.and().push("(").push(table).push(".longitude >= ").bind(around.west);
        sql.push(" OR ").push(table).push(".longitude <= ").bind(around.east).push(")");
    }
}
