//! One write transaction.

use contract::{EventPayload, Timestamp};
use sea_orm::DatabaseTransaction;
use tokio::sync::{OnceCell, watch};

use crate::events::{log, wake};
use crate::sql::Sql;
use crate::{Backend, Committed, StoreError};

/// Everything that is written until [`WriteTx::commit`] becomes visible at once, with the events that report
/// it; dropped without a commit, nothing of it does.
#[derive(Debug)]
pub struct WriteTx {
    backend: Backend,
    connection: DatabaseTransaction,
    now: Timestamp,
    events: Vec<EventPayload>,
    lease_lost: bool,
    failed: bool,
    latest: watch::Sender<u64>,
    /// Whether anybody is on the suppression list, once that was asked.
    has_suppressions: OnceCell<bool>,
}

impl WriteTx {
    pub(crate) fn new(
        backend: Backend,
        connection: DatabaseTransaction,
        now: Timestamp,
        latest: watch::Sender<u64>,
    ) -> Self {
        Self {
            backend,
            connection,
            now,
            events: Vec::new(),
            lease_lost: false,
            failed: false,
            latest,
            has_suppressions: OnceCell::new(),
        }
    }

    /// The time that the transaction stamps on what it writes.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Adds events, in order, to those that the commit writes.
    pub fn append_events(&mut self, payloads: impl IntoIterator<Item = EventPayload>) {
        self.events.extend(payloads);
    }

    /// The number of the newest event that is committed; 0 before the first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn latest_seq(&self) -> Result<u64, StoreError> {
        log::latest_seq(self.backend, &self.connection).await
    }

    /// Makes everything visible at once, and wakes the subscribers.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if the transaction wrote for a job that is no longer this worker's,
    /// [`StoreError::Conflict`] if one of its writes had failed, and whatever the database has to say; nothing
    /// was written then.
    pub async fn commit(self) -> Result<Committed, StoreError> {
        if self.lease_lost {
            self.connection.rollback().await?;
            return Err(StoreError::LeaseLost);
        }
        if self.failed {
            self.connection.rollback().await?;
            return Err(StoreError::half_done());
        }
        self.backend.check_usable(&self.connection).await?;
        // Last, because from here to the end of the commit every other writer of events waits.
        let events = log::append(self.backend, &self.connection, self.now, &self.events).await?;
        self.connection.commit().await?;
        if !events.is_empty() {
            wake::advance(&self.latest, events.end - 1);
        }
        Ok(Committed { events })
    }

    /// Undoes everything; so does dropping the transaction.
    ///
    /// # Errors
    /// If the database does not answer; the change is undone all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.connection.rollback().await?)
    }

    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    pub(crate) fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    pub(crate) fn sql(&self, text: &str) -> Sql {
        Sql::new(self.backend, text)
    }

    /// After a bulk write that failed half way the transaction cannot be committed any more.
    pub(crate) fn guard<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed |= result.is_err();
        result
    }

    /// Whether anybody is on the suppression list, as far as the transaction knows.
    pub(crate) fn suppression_list(&self) -> &OnceCell<bool> {
        &self.has_suppressions
    }

    /// Somebody is on it from now on.
    pub(crate) fn has_suppression(&mut self) {
        self.has_suppressions = OnceCell::new_with(Some(true));
    }

    /// From here on the transaction cannot be committed.
    pub(crate) fn lose_lease(&mut self) {
        self.lease_lost = true;
    }
}
