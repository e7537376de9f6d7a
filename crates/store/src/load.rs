//! Loading many times the rows that are there.

mod keys;
mod runs;

use contract::BusinessId;

use crate::dialect::Work;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

pub use keys::LoadedKeys;

/// A database of at most so small a part of what is expected is loaded without indexes.
const PART: u64 = 10;
/// Businesses whose keys one statement reads.
const KEYS_PER_READ: i64 = 4096;
/// By them businesses are found that a record may be of.
const INDEXES_OF_KEYS: [&str; 3] = ["businesses_by_domain", "businesses_by_name_key", "businesses_by_phone"];

impl Store {
    /// Prepares for so many new businesses. Where they are many times those that are there, SQLite leaves indexes
    /// for the end ([`Store::finish_load`]): entries that come in no order cost most of an insert, and an index that
    /// is made of all rows at once costs little. Lists answer meanwhile; those that would read such an index read the
    /// rows. Whoever loads finds businesses by the keys that come back ([`WriteTx::known_in_load`]): the first to look
    /// for some without them makes their indexes. None come back where nothing is left for the end.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prepare_load(&self, expected: u64) -> Result<Option<LoadedKeys>, StoreError> {
        let Some(indexes) = self.backend().select_indexes_to_postpone() else { return Ok(None) };
        let mut tx = self.begin().await?;
        if tx.has_more_businesses_than(expected / PART).await? {
            return tx.rollback().await.map(|()| None);
        }
        tx.postpone_indexes(indexes).await?;
        let keys = tx.read_keys().await?;
        tx.commit().await?;
        self.connections().tune(Work::Loading).await?;
        Ok(Some(keys).filter(LoadedKeys::is_complete))
    }

    /// Makes the indexes that a load has left for the end; does nothing where none are. Each is a transaction of its
    /// own, so that others can write in between.
    ///
    /// # Errors
    /// If the database does not answer or its disk is full. What is missing can be made later.
    pub async fn finish_load(&self) -> Result<(), StoreError> {
        if self.first_postponed().await?.is_none() {
            // Another process has made them.
            return self.connections().tune(Work::Serving).await;
        }
        self.connections().tune(Work::Sorting).await?;
        let made = self.make_all_postponed().await;
        self.connections().tune(Work::Serving).await?;
        made
    }

    async fn make_all_postponed(&self) -> Result<(), StoreError> {
        while let Some(name) = self.first_postponed().await? {
            let tx = self.begin().await?;
            tx.make_postponed(&name).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn first_postponed(&self) -> Result<Option<String>, StoreError> {
        let sql = Sql::new(self.backend(), "SELECT name FROM postponed_indexes ORDER BY name LIMIT 1");
        sql.one(self.reader()).await?.map(|row| row.column(0)).transpose()
    }
}

impl WriteTx {
    /// Makes the indexes of names, phone numbers and domains, where a load has left them for the end: whoever looks for
    /// what is known needs them now.
    pub(crate) async fn index_keys(&self) -> Result<(), StoreError> {
        if self.backend().select_indexes_to_postpone().is_none() {
            return Ok(());
        }
        for name in INDEXES_OF_KEYS {
            self.make_postponed(name).await?;
        }
        Ok(())
    }

    async fn read_keys(&mut self) -> Result<LoadedKeys, StoreError> {
        let mut keys = LoadedKeys::new(self.latest_seq().await?);
        let mut last: i64 = 0;
        while keys.is_complete() {
            let mut sql = self.sql("SELECT id, name_key, phone, domain FROM businesses WHERE id > ");
            sql.bind(last).push(" ORDER BY id LIMIT ").bind(KEYS_PER_READ);
            let rows = sql.all(self.connection()).await?;
            let Some(end) = rows.last() else { break };
            last = end.column(0)?;
            for row in &rows {
                let contacts: [Option<String>; 2] = [row.column(2)?, row.column(3)?];
                let contacts = contacts.iter().flatten().map(String::as_str);
                keys.note(BusinessId(row.column(0)?), &row.column::<String>(1)?, contacts);
            }
            keys.settle();
        }
        Ok(keys)
    }

    async fn has_more_businesses_than(&self, count: u64) -> Result<bool, StoreError> {
        let mut sql = self.sql("SELECT count(*) FROM (SELECT 1 FROM businesses LIMIT ");
        sql.bind(crate::sql::stored(count.saturating_add(1))).push(") AS some");
        Ok(sql.one(self.connection()).await?.map(|row| row.count(0)).transpose()? > Some(count))
    }

    /// Drops the indexes that `select` tells name and definition of, and keeps both.
    async fn postpone_indexes(&self, select: &str) -> Result<(), StoreError> {
        let mut sql = self.sql("INSERT INTO postponed_indexes (name, definition) ");
        sql.push(select).push(" RETURNING name");
        for row in sql.all(self.connection()).await? {
            let drop = format!("DROP INDEX {}", row.column::<String>(0)?);
            self.sql(&drop).execute_once(self.connection()).await?;
        }
        Ok(())
    }

    /// Makes a postponed index, unless another process was first.
    async fn make_postponed(&self, name: &str) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM postponed_indexes WHERE name = ");
        sql.bind(name).push(" RETURNING definition");
        let Some(row) = sql.one(self.connection()).await? else { return Ok(()) };
        self.sql(&row.column::<String>(0)?).execute_once(self.connection()).await
    }
}
