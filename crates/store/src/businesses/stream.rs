//! Every business of a filter, one after the other, alone or with its contacts.

use std::pin::Pin;

use contract::{Business, BusinessDetail, BusinessId, BusinessQuery};
use futures::{Stream, TryStreamExt, stream};

use super::filter::Filter;
use super::nearby::in_circle;
use super::row;
use crate::contacts;
use crate::snapshot::Snapshot;
use crate::{Store, StoreError};

/// Rows that are read at a time.
const ROWS_PER_READ: u16 = 1000;

/// Businesses, one after the other.
pub type BusinessStream = Pin<Box<dyn Stream<Item = Result<Business, StoreError>> + Send>>;

/// Businesses with their contacts, one after the other.
pub type BusinessDetailStream = Pin<Box<dyn Stream<Item = Result<BusinessDetail, StoreError>> + Send>>;

/// Rows that were read together, and the snapshot in which what belongs to them is as it was then. There may be none in the
/// middle of a stream.
type Chunk = (Vec<Business>, Snapshot);

impl Store {
    /// Every business that the query's filters select, by ascending id; order and paging are not heeded.
    /// Memory stays that of a thousand rows, and no transaction is held open: what is stored meanwhile with a
    /// higher id comes too.
    #[must_use]
    pub fn business_stream(&self, query: &BusinessQuery) -> BusinessStream {
        alone(self.chunks_by_id(query))
    }

    /// The same with the contacts of each as they were when it was read, the primary one first; memory is that of
    /// a thousand businesses with theirs.
    #[must_use]
    pub fn business_detail_stream(&self, query: &BusinessQuery) -> BusinessDetailStream {
        with_contacts(self.chunks_by_id(query))
    }

    /// Every business that the query's filters select, in the order of its list; paging is not heeded. The order is that of
    /// the first read, so that what changes its place meanwhile comes once; what is deleted meanwhile does not come.
    /// Memory stays that of a thousand rows and all ids, and no transaction is held open between reads.
    #[must_use]
    pub fn businesses_in_order(&self, query: &BusinessQuery) -> BusinessStream {
        alone(self.chunks_in_order(query))
    }

    /// The same with the contacts of each as they were when it was read, the primary one first.
    #[must_use]
    pub fn business_details_in_order(&self, query: &BusinessQuery) -> BusinessDetailStream {
        with_contacts(self.chunks_in_order(query))
    }

    fn chunks_by_id(&self, query: &BusinessQuery) -> impl Stream<Item = Result<Chunk, StoreError>> + use<> {
        let state = ById { store: self.clone(), query: query.filters(), after: 0 };
        stream::try_unfold(state, async |mut state| {
            let chunk = state.read_on().await?;
            Ok(chunk.map(|chunk| (chunk, state)))
        })
    }

    fn chunks_in_order(
        &self,
        query: &BusinessQuery,
    ) -> impl Stream<Item = Result<Chunk, StoreError>> + use<> {
        let state = InOrder { store: self.clone(), query: query.clone(), ids: None };
        stream::try_unfold(state, async |mut state| {
            let chunk = state.read_on().await?;
            Ok(chunk.map(|chunk| (chunk, state)))
        })
    }
}

/// The rows of the chunks, each snapshot ended before its rows come.
fn alone(chunks: impl Stream<Item = Result<Chunk, StoreError>> + Send + 'static) -> BusinessStream {
    Box::pin(chunks.map_ok(|(rows, _)| one_by_one(rows)).try_flatten())
}

/// The same with the contacts of each.
fn with_contacts(
    chunks: impl Stream<Item = Result<Chunk, StoreError>> + Send + 'static,
) -> BusinessDetailStream {
    let details = chunks
        .and_then(|(rows, snapshot)| async move { Ok(one_by_one(snapshot.with_contacts(rows).await?)) });
    Box::pin(details.try_flatten())
}

fn one_by_one<T>(rows: Vec<T>) -> impl Stream<Item = Result<T, StoreError>> {
    stream::iter(rows.into_iter().map(Ok))
}

/// A stream by ascending id.
struct ById {
    store: Store,
    query: BusinessQuery,
    after: i64,
}

impl ById {
    /// Reads the next rows; `None` once there are no more to read.
    async fn read_on(&mut self) -> Result<Option<Chunk>, StoreError> {
        let snapshot = self.store.snapshot().await?;
        let filter = Filter::new(&snapshot, &self.query).await?;
        let mut sql = snapshot.sql("SELECT ");
        sql.push(&row::columns("f")).push(" FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.id > ").bind(self.after).push(" ORDER BY f.id LIMIT ");
        sql.bind(i64::from(ROWS_PER_READ));
        let found = sql.all(snapshot.connection()).await?;
        let mut rows = found.iter().map(row::decode).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.id.0;
        rows.retain(|business| in_circle(&self.query, business.location()));
        Ok(Some((rows, snapshot)))
    }
}

/// A stream in the order of a list.
struct InOrder {
    store: Store,
    query: BusinessQuery,
    /// What is still to be read; none before the first read.
    ids: Option<std::vec::IntoIter<BusinessId>>,
}

impl InOrder {
    /// Reads the next rows; `None` once there are no more to read.
    async fn read_on(&mut self) -> Result<Option<Chunk>, StoreError> {
        let snapshot = self.store.snapshot().await?;
        let mut ids = match self.ids.take() {
            Some(ids) => ids,
            None => snapshot.ids_in_order(&self.query).await?.into_iter(),
        };
        let next: Vec<_> = ids.by_ref().take(usize::from(ROWS_PER_READ)).collect();
        self.ids = Some(ids);
        if next.is_empty() {
            return Ok(None);
        }
        Ok(Some((snapshot.in_order(&next).await?, snapshot)))
    }
}

impl Snapshot {
    /// The businesses with their contacts, which are looked for only where a business says that it has some.
    async fn with_contacts(&self, businesses: Vec<Business>) -> Result<Vec<BusinessDetail>, StoreError> {
        let having = businesses.iter().filter(|business| business.contact_count > 0);
        let ids: Vec<_> = having.map(|business| business.id).collect();
        let mut contacts = contacts::of_businesses(self.backend(), self.connection(), &ids).await?;
        let with = |business: Business| {
            let contacts = contacts.remove(&business.id).unwrap_or_default();
            BusinessDetail { business, contacts }
        };
        Ok(businesses.into_iter().map(with).collect())
    }
}
