//! The event log.

pub(crate) mod log;
pub(crate) mod wake;

use contract::Timestamp;

use crate::sql::{Columns, Sql, stored};
use crate::{EventBatch, Store, StoreError};

impl Store {
    /// The events after `seq`, at most `limit` of them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn events_since(&self, seq: u64, limit: u32) -> Result<EventBatch, StoreError> {
        // The head first: events that are committed in between only make the batch newer than the head.
        let head = self.latest_seq().await?;
        let events = log::read(self.backend(), self.reader(), seq, limit).await?;
        let latest_seq = events.last().map_or(head, |event| head.max(event.seq));
        // Numbers have no gaps: if the next one is missing, it was pruned, or `seq` is from another log.
        let follows = match events.first() {
            Some(first) => first.seq.checked_sub(1) == Some(seq),
            None => seq == head,
        };
        if follows {
            Ok(EventBatch { events, latest_seq, reset: false })
        } else {
            Ok(EventBatch { events: Vec::new(), latest_seq, reset: true })
        }
    }

    /// The number of the newest event; 0 before the first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn latest_seq(&self) -> Result<u64, StoreError> {
        log::latest_seq(self.backend(), self.reader()).await
    }

    /// Removes events that are older than `older_than`, and the oldest beyond the newest `keep`. Returns how
    /// many were removed. Who asks for events that are gone is told to reset.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prune_events(&self, older_than: Timestamp, keep: u64) -> Result<u64, StoreError> {
        let tx = self.begin().await?;
        let last_to_go = stored(self.latest_seq().await?.saturating_sub(keep));
        let mut sql = Sql::new(self.backend(), "SELECT coalesce(max(seq), 0) FROM events WHERE at < ");
        sql.bind(older_than.as_millis());
        let last_too_old: i64 = sql.scalar(tx.connection()).await?;
        let last = last_to_go.max(last_too_old);
        let mut sql = tx.sql("DELETE FROM event_records WHERE seq <= ");
        sql.bind(last);
        sql.execute(tx.connection()).await?;
        let mut sql = tx.sql("DELETE FROM events WHERE seq <= ");
        sql.bind(last);
        let removed = sql.execute(tx.connection()).await?;
        tx.commit().await?;
        Ok(removed)
    }
}
