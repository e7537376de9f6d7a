//! Loading many times the rows that are there.

use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

/// A database of at most so small a part of what is expected is loaded without the indexes of lists.
const PART: u64 = 10;

impl Store {
    /// Prepares for so many new businesses. Where they are many times those that are there, SQLite leaves the
    /// indexes that only lists read for the end ([`Store::finish_load`]): entries that come in no order cost most of
    /// an insert, and an index that is made of all rows at once costs little. Lists answer meanwhile; those that
    /// would read such an index read the rows.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prepare_load(&self, expected: u64) -> Result<(), StoreError> {
        let Some(indexes) = self.backend().select_indexes_of_lists() else { return Ok(()) };
        let tx = self.begin().await?;
        if tx.has_more_businesses_than(expected / PART).await? {
            return tx.rollback().await;
        }
        tx.postpone_indexes(indexes).await?;
        tx.commit().await.map(drop)
    }

    /// Makes the indexes that a load has left for the end; does nothing where none are. Each is a transaction of its
    /// own, so that others can write in between.
    ///
    /// # Errors
    /// If the database does not answer or its disk is full. What is missing can be made later.
    pub async fn finish_load(&self) -> Result<(), StoreError> {
        if self.first_postponed().await?.is_none() {
            return Ok(());
        }
        self.connections().sort_in_files(true).await?;
        let made = self.make_all_postponed().await;
        self.connections().sort_in_files(false).await?;
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
