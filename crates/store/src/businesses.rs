//! Businesses: reading them by filter, place and order, and writing them in bulk.

mod bulk;
mod cursor;
mod edit;
mod facets;
mod filter;
mod known;
mod links;
mod list;
mod map;
mod merges;
mod nearby;
mod numbered;
mod order;
mod pairs;
mod row;
mod similar;
mod stats;
mod stream;
mod write;

use contract::{Business, BusinessDetail, BusinessId, BusinessQuery};

pub(crate) use bulk::Fate;
pub use merges::{Merged, MergedRecord, Unmerged};
pub use numbered::NumberedBusinesses;
pub use pairs::{FoundPair, PairEvidence, StoredPair};
pub use similar::Similar;
pub use stream::{BusinessDetailStream, BusinessStream};
pub(crate) use write::Keyed;

use crate::contacts;
use crate::snapshot::Snapshot;
use crate::sql::padded;
use crate::{Store, StoreError};

/// Ids that one statement asks for.
const IDS_PER_READ: usize = 1024;

impl Store {
    /// A business with its contacts, the primary one first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn get_business(&self, id: BusinessId) -> Result<Option<BusinessDetail>, StoreError> {
        let snapshot = self.snapshot().await?;
        let Some(business) = snapshot.businesses_by_id(&[id]).await?.pop() else { return Ok(None) };
        let contacts = contacts::of_business(snapshot.backend(), snapshot.connection(), id).await?;
        Ok(Some(BusinessDetail { business, contacts }))
    }

    /// How many businesses the query's filters select.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn count_businesses(&self, query: &BusinessQuery) -> Result<u64, StoreError> {
        let query = BusinessQuery { limit: Some(1), ..query.filters() };
        Ok(self.list_businesses(&query).await?.meta.total)
    }

    /// The businesses with these ids, by ascending id; unknown ids are left out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn businesses_by_id(&self, ids: &[BusinessId]) -> Result<Vec<Business>, StoreError> {
        self.snapshot().await?.businesses_by_id(ids).await
    }
}

impl Snapshot {
    /// Whether there is a business of that id.
    pub(crate) async fn has_business(&self, id: BusinessId) -> Result<bool, StoreError> {
        let mut sql = self.sql("SELECT 1 FROM businesses WHERE id = ");
        sql.bind(id.0);
        Ok(sql.one(self.connection()).await?.is_some())
    }

    async fn businesses_by_id(&self, ids: &[BusinessId]) -> Result<Vec<Business>, StoreError> {
        let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut businesses = Vec::with_capacity(ids.len());
        for run in ids.chunks(IDS_PER_READ) {
            let mut sql = self.sql("SELECT ");
            sql.push(&row::columns("b")).push(" FROM businesses b WHERE b.id IN (");
            sql.bind_list(padded(run)).push(") ORDER BY b.id");
            for found in sql.all(self.connection()).await? {
                businesses.push(row::decode(&found)?);
            }
        }
        Ok(businesses)
    }
}
