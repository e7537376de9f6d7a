//! How the businesses of a filter spread over the values of each facet.

use std::collections::HashMap;

use contract::BusinessQuery;
use contract::stats::{Count, Facets};
use sea_orm::Value;

use super::filter::Filter;
use super::nearby::{in_circle, point};
use crate::snapshot::Snapshot;
use crate::sql::Columns;
use crate::text::MISSING;
use crate::{Store, StoreError};

/// Values that a facet shows at most.
const MOST_VALUES: usize = 50;
/// The columns that are counted, in the order of the fields of [`Facets`].
const COLUMNS: [&str; 5] = ["city_key", "industry", "category_key", "enrichment_status", "source_set"];

/// Businesses per value.
type Tally = HashMap<String, u64>;

impl Store {
    /// How the businesses that the query's filters select spread over cities, industries, categories, states
    /// of enrichment, sources and tags. Order and paging are not heeded.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn facets(&self, query: &BusinessQuery) -> Result<Facets, StoreError> {
        self.snapshot().await?.facets(query).await
    }
}

impl Snapshot {
    pub(super) async fn facets(&self, query: &BusinessQuery) -> Result<Facets, StoreError> {
        let filter = Filter::new(self, query).await?;
        let tallies = if query.radius_km.is_some() {
            self.tally_circle(query, &filter).await?
        } else {
            self.tally_columns(&filter).await?
        };
        let [city, industry, category, status, source] = tallies;
        Ok(Facets {
            city: self.with_city_names(largest(city, MOST_VALUES)).await?,
            industry: largest(industry, MOST_VALUES),
            category: largest(category, MOST_VALUES),
            enrichment_status: largest(status, usize::MAX),
            source: largest(single_sources(source), usize::MAX),
            tag: largest(self.tally_tags(query, &filter).await?, MOST_VALUES),
        })
    }

    async fn tally_columns(&self, filter: &Filter<'_>) -> Result<[Tally; COLUMNS.len()], StoreError> {
        let mut tallies = COLUMNS.map(|_| Tally::new());
        for (tally, column) in tallies.iter_mut().zip(COLUMNS) {
            *tally = self.tally(column, filter).await?;
        }
        Ok(tallies)
    }

    async fn tally(&self, column: &str, filter: &Filter<'_>) -> Result<Tally, StoreError> {
        let mut sql = self.sql("SELECT f.");
        sql.push(column).push(", count(*) FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.").push(column).push(" IS NOT NULL GROUP BY f.").push(column);
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.column(0)?, row.count(1)?))).collect()
    }

    /// Counts what lies in a circle, which only Rust can tell.
    async fn tally_circle(
        &self,
        query: &BusinessQuery,
        filter: &Filter<'_>,
    ) -> Result<[Tally; COLUMNS.len()], StoreError> {
        let mut sql = self.sql("SELECT f.latitude, f.longitude");
        for column in COLUMNS {
            sql.push(", f.").push(column);
        }
        sql.push(" FROM businesses f");
        filter.write(&mut sql);
        let mut tallies = COLUMNS.map(|_| Tally::new());
        for row in sql.all(self.connection()).await? {
            if !in_circle(query, point(row.column(0)?, row.column(1)?)) {
                continue;
            }
            for (position, tally) in tallies.iter_mut().enumerate() {
                if let Some(value) = row.column::<Option<String>>(2 + position)? {
                    *tally.entry(value).or_default() += 1;
                }
            }
        }
        Ok(tallies)
    }

    /// Counts tags by their own rows, which are few: most businesses have none.
    async fn tally_tags(&self, query: &BusinessQuery, filter: &Filter<'_>) -> Result<Tally, StoreError> {
        let is_circle = query.radius_km.is_some();
        let mut sql = self.sql("SELECT t.tag, ");
        sql.push(if is_circle { "f.latitude, f.longitude" } else { "count(*)" });
        sql.push(" FROM business_tags t JOIN businesses f ON f.id = t.business_id");
        filter.write(&mut sql);
        if !is_circle {
            sql.push(" GROUP BY t.tag");
        }
        let mut tally = Tally::new();
        for row in sql.all(self.connection()).await? {
            let count = match is_circle {
                true => u64::from(in_circle(query, point(row.column(1)?, row.column(2)?))),
                false => row.count(1)?,
            };
            if count > 0 {
                *tally.entry(row.column(0)?).or_default() += count;
            }
        }
        Ok(tally)
    }

    /// Puts the name of each city, as the newest business there writes it, in place of its key.
    async fn with_city_names(&self, counts: Vec<Count>) -> Result<Vec<Count>, StoreError> {
        if counts.is_empty() {
            return Ok(counts);
        }
        let mut sql = self.sql("SELECT k.column1, (SELECT b.city FROM businesses b");
        sql.push(" WHERE b.city_key = k.column1 ORDER BY b.created_at DESC, b.id LIMIT 1) FROM (VALUES ");
        sql.bind_rows(counts.iter().map(|count| [Value::from(count.value.as_str())])).push(") AS k");
        let mut names: HashMap<String, Option<String>> = HashMap::new();
        for row in sql.all(self.connection()).await? {
            names.insert(row.column(0)?, row.column(1)?);
        }
        let name = |key: String| names.get(&key).cloned().flatten().unwrap_or(key);
        Ok(counts.into_iter().map(|one| Count { value: name(one.value), count: one.count }).collect())
    }
}

/// The `most` largest counts, the largest first, equal ones by value; what is missing is no value.
fn largest(tally: Tally, most: usize) -> Vec<Count> {
    let mut counts: Vec<_> = tally
        .into_iter()
        .filter(|(value, _)| value != MISSING)
        .map(|(value, count)| Count { value, count })
        .collect();
    counts.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    counts.truncate(most);
    counts
}

/// Counts per source from counts per set of sources.
fn single_sources(sets: Tally) -> Tally {
    let mut sources = Tally::new();
    for (set, count) in sets {
        for source in set.split('|').filter(|source| !source.is_empty()) {
            *sources.entry(source.to_owned()).or_default() += count;
        }
    }
    sources
}
