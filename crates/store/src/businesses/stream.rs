//! Every business of a filter, one after the other.

use std::collections::VecDeque;
use std::pin::Pin;

use contract::{Business, BusinessId, BusinessQuery};
use futures::Stream;

use super::filter::Filter;
use super::row;
use crate::{Store, StoreError};

/// Rows that are read at a time.
const ROWS_PER_READ: u16 = 1000;

/// Businesses, one after the other.
pub type BusinessStream = Pin<Box<dyn Stream<Item = Result<Business, StoreError>> + Send>>;

struct State {
    store: Store,
    query: BusinessQuery,
    after: i64,
    ready: VecDeque<Business>,
    ended: bool,
}

impl Store {
    /// Every business that the query's filters select, by ascending id; order and paging are not heeded.
    /// Memory stays that of a thousand rows, and no transaction is held open: what is stored meanwhile with a
    /// higher id comes too.
    #[must_use]
    pub fn business_stream(&self, query: &BusinessQuery) -> BusinessStream {
        let query = query.filters();
        let state = State { store: self.clone(), query, after: 0, ready: VecDeque::new(), ended: false };
        Box::pin(futures::stream::try_unfold(state, |mut state| async move {
            while state.ready.is_empty() && !state.ended {
                state.read_on().await?;
            }
            Ok(state.ready.pop_front().map(|business| (business, state)))
        }))
    }
}

/// A stream in the order of a list.
struct InOrder {
    store: Store,
    query: BusinessQuery,
    /// What is still to be read; none before the first read.
    ids: Option<std::vec::IntoIter<BusinessId>>,
    ready: VecDeque<Business>,
}

impl Store {
    /// Every business that the query's filters select, in the order of its list; paging is not heeded. The order is that of
    /// the first read, so that what changes its place meanwhile comes once; what is deleted meanwhile does not come.
    /// Memory stays that of a thousand rows and all ids, and no transaction is held open between reads.
    #[must_use]
    pub fn businesses_in_order(&self, query: &BusinessQuery) -> BusinessStream {
        let state = InOrder { store: self.clone(), query: query.clone(), ids: None, ready: VecDeque::new() };
        Box::pin(futures::stream::try_unfold(state, |mut state| async move {
            while state.ready.is_empty() && state.read_on().await? {}
            Ok(state.ready.pop_front().map(|business| (business, state)))
        }))
    }
}

impl InOrder {
    /// Reads the next rows; answers whether there were any to read.
    async fn read_on(&mut self) -> Result<bool, StoreError> {
        let snapshot = self.store.snapshot().await?;
        let mut ids = match self.ids.take() {
            Some(ids) => ids,
            None => snapshot.ids_in_order(&self.query).await?.into_iter(),
        };
        let next: Vec<_> = ids.by_ref().take(usize::from(ROWS_PER_READ)).collect();
        self.ids = Some(ids);
        self.ready.extend(snapshot.in_order(&next).await?);
        Ok(!next.is_empty())
    }
}

impl State {
    async fn read_on(&mut self) -> Result<(), StoreError> {
        let snapshot = self.store.snapshot().await?;
        let filter = Filter::new(&snapshot, &self.query).await?;
        let mut sql = snapshot.sql("SELECT ");
        sql.push(&row::columns("f")).push(" FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.id > ").bind(self.after).push(" ORDER BY f.id LIMIT ");
        sql.bind(i64::from(ROWS_PER_READ));
        let rows = sql.all(snapshot.connection()).await?;
        self.ended = rows.is_empty();
        for found in &rows {
            let business = row::decode(found)?;
            self.after = business.id.0;
            if in_circle(&self.query, &business) {
                self.ready.push_back(business);
            }
        }
        Ok(())
    }
}

/// Whether the business lies in the query's circle; yes if it has none.
fn in_circle(query: &BusinessQuery, business: &Business) -> bool {
    query.near.zip(query.radius_km).is_none_or(|(centre, radius_km)| {
        business.location().is_some_and(|point| centre.distance_km(point) <= radius_km)
    })
}
