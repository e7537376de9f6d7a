//! Every business of a filter, one after the other.

use std::collections::VecDeque;
use std::pin::Pin;

use contract::{Business, BusinessQuery};
use futures::Stream;

use super::filter::Filter;
use super::row;
use crate::{Store, StoreError};

/// Rows that are read at a time.
const ROWS_PER_READ: i64 = 1000;

/// Businesses by ascending id.
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

impl State {
    async fn read_on(&mut self) -> Result<(), StoreError> {
        let snapshot = self.store.snapshot().await?;
        let filter = Filter::new(&snapshot, &self.query).await?;
        let mut sql = snapshot.sql("SELECT ");
        sql.push(&row::columns("f")).push(" FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.id > ").bind(self.after).push(" ORDER BY f.id LIMIT ").bind(ROWS_PER_READ);
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
