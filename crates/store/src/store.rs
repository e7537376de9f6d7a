//! The open database.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use contract::Timestamp;
use sea_orm::DatabaseConnection;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::dialect::{Connections, connect};
use crate::events::log;
use crate::events::wake;
use crate::sql::Sql;
use crate::{Backend, SchemaVersion, StoreConfig, StoreError, WriteTx, migrations};

/// An open database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connections: Connections,
    latest: watch::Sender<u64>,
    /// Follows the commits of other processes from the first subscription on.
    follower: OnceLock<AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(follower) = self.follower.get() {
            follower.abort();
        }
    }
}

impl Store {
    /// Opens the database and brings its schema up to date; a SQLite file is made if missing.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::Locked`], [`StoreError::DiskFull`],
    /// [`StoreError::Unreachable`], [`StoreError::Corrupt`] or [`StoreError::File`]; each says what to do.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let connections = connect(config).await?;
        migrations::migrate(&connections).await?;
        let latest = log::latest_seq(connections.backend, &connections.reader).await?;
        let inner = Inner { connections, latest: watch::Sender::new(latest), follower: OnceLock::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.inner.connections.backend
    }

    /// Which schema the database has.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn schema_version(&self) -> Result<SchemaVersion, StoreError> {
        migrations::version(&self.inner.connections).await
    }

    /// Asks the database for an answer, to see that it gives one.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Sql::new(self.backend(), "SELECT 1").one(self.reader()).await.map(drop)
    }

    /// Copies the database as it is now into a new file, while everything goes on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the file exists, [`StoreError::DiskFull`], [`StoreError::File`], and
    /// [`StoreError::Unsupported`] on Postgres, whose own tool does it.
    pub async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        self.inner.connections.backup(path).await
    }

    /// Closes the connections once what they do is done. Every later call fails.
    ///
    /// # Errors
    /// If the database did not take its leave.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.connections.reader.close_by_ref().await?;
        self.inner.connections.writer.close_by_ref().await?;
        Ok(())
    }

    /// Begins a write transaction that stamps what it writes with the time of the wall clock.
    ///
    /// # Errors
    /// [`StoreError::Busy`] or [`StoreError::Locked`] if another write does not end in time.
    pub async fn begin(&self) -> Result<WriteTx, StoreError> {
        self.begin_at(wall_clock()).await
    }

    /// Begins a write transaction that stamps what it writes with `now`.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_at(&self, now: Timestamp) -> Result<WriteTx, StoreError> {
        let tx = migrations::begin(&self.inner.connections).await?;
        Ok(WriteTx::new(self.backend(), tx, now, self.inner.latest.clone()))
    }

    /// The number of the newest event, as a value that changes after every commit that has events: at once
    /// for this process's own, and shortly after for those of others.
    ///
    /// Must be called within a tokio runtime.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        let Inner { connections, latest, follower } = &*self.inner;
        follower.get_or_init(|| wake::follow(connections.clone(), latest.clone()));
        latest.subscribe()
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.inner.connections
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.inner.connections.reader
    }

    #[cfg(feature = "test-support")]
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.connections.writer
    }
}

/// Now, for what is only stamped and decides nothing.
pub(crate) fn wall_clock() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
