//! One page of the list.

use contract::{Business, BusinessId, BusinessQuery, Page, PageMeta, SortKey};

use super::cursor::Cursor;
use super::filter::Filter;
use super::order::{self, KeyValue};
use super::row;
use crate::snapshot::Snapshot;
use crate::sql::Columns;
use crate::{Store, StoreError};

/// Ids that are read at a time where all of a list are.
const IDS_PER_READ: i64 = 20_000;

/// A page's rows, and the place of its last row if the list goes on after it.
pub(super) struct Slice {
    pub(super) rows: Vec<Business>,
    pub(super) last: Option<(Vec<KeyValue>, i64)>,
}

impl Store {
    /// The page of businesses that the query asks for.
    ///
    /// The query is taken to be valid ([`BusinessQuery::validate`]); out-of-range paging is brought into range.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn list_businesses(&self, query: &BusinessQuery) -> Result<Page<Business>, StoreError> {
        let cursor = Cursor::of(query)?;
        let limit = query.limit_or_default().clamp(1, contract::page::MAX_LIMIT);
        let page = cursor.as_ref().map_or_else(|| query.page_or_default().max(1), |cursor| cursor.page);
        let snapshot = self.snapshot().await?;
        let filter = Filter::new(&snapshot, query).await?;
        let (slice, total) = if is_measured(query) {
            snapshot.nearby_slice(query, filter, cursor.as_ref(), page, limit).await?
        } else {
            let total = filter.count(&snapshot).await?;
            (snapshot.slice(query, &filter, cursor.as_ref(), page, limit).await?, total)
        };
        let next = slice.last.map(|(keys, id)| Cursor::after(query, page, keys, id).encode()).transpose()?;
        Ok(Page { data: slice.rows, meta: PageMeta::new(total, page, limit, next) })
    }
}

/// Whether the list needs exact distances.
fn is_measured(query: &BusinessQuery) -> bool {
    let sort = query.sort_or_default();
    query.radius_km.is_some() || sort.0.iter().any(|(key, _)| *key == SortKey::Distance)
}

impl Snapshot {
    /// The ids of all that the query's filters select, in its order.
    pub(super) async fn ids_in_order(&self, query: &BusinessQuery) -> Result<Vec<BusinessId>, StoreError> {
        let filter = Filter::new(self, query).await?;
        if is_measured(query) {
            return self.nearby_ids(query, &filter).await;
        }
        let sort = query.sort_or_default();
        let (mut ids, mut keys) = (Vec::<BusinessId>::new(), Vec::<KeyValue>::new());
        loop {
            let mut sql = self.sql("SELECT f.id");
            for (key, _) in &sort.0 {
                sql.push(", f.").push(order::column(*key).unwrap_or("id"));
            }
            sql.push(" FROM businesses f");
            filter.write(&mut sql);
            if let Some(last) = ids.last() {
                order::write_after(&mut sql, &sort, &keys, last.0);
            }
            order::write(&mut sql, &sort, "f");
            sql.push(" LIMIT ").bind(IDS_PER_READ);
            let rows = sql.all(self.connection()).await?;
            for row in &rows {
                ids.push(BusinessId(row.column(0)?));
            }
            let Some(last) = rows.last() else { return Ok(ids) };
            let read = sort.0.iter().enumerate();
            keys = read.map(|(at, (key, _))| order::read(last, 1 + at, *key)).collect::<Result<_, _>>()?;
        }
    }

    async fn slice(
        &self,
        query: &BusinessQuery,
        filter: &Filter<'_>,
        cursor: Option<&Cursor>,
        page: u32,
        limit: u32,
    ) -> Result<Slice, StoreError> {
        let sort = query.sort_or_default();
        let mut sql = self.sql("SELECT ");
        sql.push(&row::columns("b"));
        for (key, _) in &sort.0 {
            sql.push(", p.").push(order::column(*key).unwrap_or("id"));
        }
        // The page is found by index alone; only its own rows are fetched whole.
        sql.push(" FROM (SELECT f.id");
        for (key, _) in &sort.0 {
            sql.push(", f.").push(order::column(*key).unwrap_or("id"));
        }
        sql.push(" FROM businesses f");
        filter.write(&mut sql);
        if let Some(cursor) = cursor {
            order::write_after(&mut sql, &sort, &cursor.keys, cursor.id);
        }
        order::write(&mut sql, &sort, "f");
        // One row more than the page tells whether there is a next page.
        sql.push(" LIMIT ").bind(i64::from(limit) + 1);
        if cursor.is_none() {
            sql.push(" OFFSET ").bind(i64::from(page - 1) * i64::from(limit));
        }
        sql.push(") p JOIN businesses b ON b.id = p.id");
        order::write(&mut sql, &sort, "p");

        let found = sql.all(self.connection()).await?;
        let limit = limit as usize;
        let shown = &found[..found.len().min(limit)];
        let rows = shown.iter().map(row::decode).collect::<Result<Vec<_>, _>>()?;
        let mut last = None;
        if let (true, Some(last_row), Some(business)) = (found.len() > limit, shown.last(), rows.last()) {
            let keys = sort
                .0
                .iter()
                .enumerate()
                .map(|(position, (key, _))| order::read(last_row, row::COLUMN_COUNT + position, *key));
            last = Some((keys.collect::<Result<Vec<_>, _>>()?, business.id.0));
        }
        Ok(Slice { rows, last })
    }
}
