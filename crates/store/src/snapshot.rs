//! Reads that belong together.

use sea_orm::{AccessMode, DatabaseTransaction, IsolationLevel, TransactionOptions, TransactionTrait};

use crate::sql::Sql;
use crate::{Backend, Store, StoreError};

/// The database as it was at the first read, for every read made through it: rows agree with their total, and a
/// business with its contacts, whatever is written meanwhile. Nothing waits for it, and it waits for nothing.
#[derive(Debug)]
pub(crate) struct Snapshot {
    backend: Backend,
    connection: DatabaseTransaction,
}

impl Store {
    /// Begins reading.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let backend = self.backend();
        let options = match backend {
            // Every SQLite transaction reads from a snapshot, and the reader's connections cannot write.
            Backend::Sqlite => TransactionOptions::default(),
            Backend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        let connection = self.reader().begin_with_options(options).await?;
        Ok(Snapshot { backend, connection })
    }
}

impl Snapshot {
    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    pub(crate) fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    pub(crate) fn sql(&self, text: &str) -> Sql {
        Sql::new(self.backend, text)
    }
}
