//! Opening connections.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};

use crate::config::Target;
use crate::{Backend, StoreConfig, StoreError};

/// Page caches in KiB, as SQLite's negative `cache_size`: large where indexes are written, small per reader.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-8192";
/// Where small sorts are made.
const TEMP_STORE: &str = "MEMORY";
/// Pages of the write-ahead log after which it is copied back: 64 MB, so that a page that many batches touch
/// is copied once.
const CHECKPOINT_PAGES: &str = "16000";
/// How long to wait for a Postgres server that does not answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Rows that are added at the end of everything touch few pages.
const LOADING_CACHE: &str = "-16384";
/// While an index is made of all rows, they are sorted in files: in memory they would need as much as there are rows.
/// A run of the sort is as long as the page cache, which is made smaller.
const SORTING_CACHE: &str = "-16384";

/// What the writer is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Changes of every kind.
    Serving,
    /// Many times the rows that are there are added.
    Loading,
    /// Indexes are made of all rows.
    Sorting,
}

impl Work {
    /// SQLite's settings for it.
    fn settings(self) -> String {
        let (place, cache) = match self {
            Self::Serving => (TEMP_STORE, WRITER_CACHE),
            Self::Loading => (TEMP_STORE, LOADING_CACHE),
            Self::Sorting => ("FILE", SORTING_CACHE),
        };
        format!("PRAGMA temp_store = {place}; PRAGMA cache_size = {cache}")
    }
}

/// The connections of an open store. On Postgres both are the same pool.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    pub(crate) backend: Backend,
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
}

impl Connections {
    /// Sets the writer of SQLite up for what it is going to do.
    pub(crate) async fn tune(&self, work: Work) -> Result<(), StoreError> {
        if self.backend == Backend::Sqlite {
            self.writer.execute_unprepared(&work.settings()).await?;
        }
        Ok(())
    }
}

pub(crate) async fn connect(config: &StoreConfig) -> Result<Connections, StoreError> {
    match &config.target {
        Target::Sqlite(path) => connect_sqlite(path, config).await,
        Target::Postgres(url) => connect_postgres(url, config).await,
    }
}

async fn connect_sqlite(path: &Path, config: &StoreConfig) -> Result<Connections, StoreError> {
    make_folder(path)?;
    let options = sqlite_options(path, config.busy_timeout);
    // One connection: writers of this process queue for it in order and never see each other's locks.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(config.busy_timeout + CONNECT_TIMEOUT)
        .connect_with(
            options
                .clone()
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .pragma("cache_size", WRITER_CACHE)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES),
        )
        .await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(config.max_connections)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(config.busy_timeout + CONNECT_TIMEOUT)
        .connect_lazy_with(options.pragma("cache_size", READER_CACHE).pragma("query_only", "ON"));
    Ok(Connections {
        backend: Backend::Sqlite,
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
    })
}

/// What every SQLite connection has in common.
pub(super) fn sqlite_options(path: &Path, busy_timeout: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(busy_timeout)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("temp_store", TEMP_STORE)
        .disable_statement_logging()
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| StoreError::File { path: folder.display().to_string(), source })
}

async fn connect_postgres(url: &str, config: &StoreConfig) -> Result<Connections, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("letip").disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(config.busy_timeout.max(CONNECT_TIMEOUT))
        .connect_lazy_with(options);
    // The pool would try for the whole timeout: a refused connection is told at once.
    let first = tokio::time::timeout(CONNECT_TIMEOUT, pool.connect_options().connect()).await;
    let connection =
        first.map_err(|_| StoreError::Unreachable("the server does not answer".to_owned()))??;
    sea_orm::sqlx::Connection::close(connection).await?;
    let pool = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Connections { backend: Backend::Postgres, writer: pool.clone(), reader: pool })
}
