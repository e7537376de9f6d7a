//! What can go wrong, told apart by what to do about it.

use sea_orm::sqlx;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

/// Why the store could not do what it was asked. Messages are fragments that read after "failed to …: " and
/// say what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such row.
    #[error("there is no {what} {id}; it may have been deleted")]
    NotFound {
        /// `business`, `job`.
        what: &'static str,
        /// Its identifier as it was asked for.
        id: String,
    },
    /// The change contradicts what is stored: a unique key is taken, or a row is newer than the change.
    #[error("{0}")]
    Conflict(String),
    /// Another transaction was in the way; the same call can succeed when it is made again.
    #[error("the database is busy with another write; try again")]
    Busy(#[source] DbErr),
    /// Another process held the database for longer than the busy timeout.
    #[error(
        "the database is locked by another process; stop that process or wait until it is done, then try again"
    )]
    Locked(#[source] DbErr),
    /// No room for what was to be written; nothing of the transaction was kept.
    #[error("the disk of the database is full; free some space and try again, nothing was half written")]
    DiskFull(#[source] DbErr),
    /// The database was written by a newer version of this program.
    #[error(
        "the database has schema {found}, and this version of the program knows only up to {known}; \
         start the newer version, or restore a backup that was made with this one"
    )]
    NewerSchema {
        /// The newest migration of the database.
        found: String,
        /// The newest migration of this program.
        known: String,
    },
    /// The server or the file cannot be reached.
    #[error(
        "the database cannot be reached: {0}; check that it is running and that its address and permissions are right"
    )]
    Unreachable(String),
    /// The file is not a database, or is damaged.
    #[error("the database is damaged or is not a database: {0}; restore it from a backup")]
    Corrupt(String),
    /// The cursor of a page was not made by this list.
    #[error("the cursor does not belong to this list; start again without a cursor")]
    BadCursor,
    /// The URL of the database is of no known kind.
    #[error(
        "the database URL is not understood; write postgres://user:password@host:5432/database or sqlite:path/to/file.db"
    )]
    BadUrl,
    /// The job is no longer this worker's; nothing was written.
    #[error("the job was taken over by another worker; nothing of this attempt was written")]
    LeaseLost,
    /// The database of this kind cannot do it.
    #[error("{0}")]
    Unsupported(&'static str),
    /// A file beside the database could not be written or made.
    #[error("{path} cannot be written: {source}; check the folder and its permissions")]
    File {
        /// Which file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored value cannot be read back.
    #[error("a stored value cannot be read: {0}; restore the database from a backup")]
    Unreadable(String),
    /// Anything else that the database said; a defect of this program.
    #[error("the database refused a statement; report this with the log")]
    Database(#[source] DbErr),
}

impl StoreError {
    /// Whether the same call can succeed when it is simply made again after a while.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Locked(_) | Self::DiskFull(_) | Self::Unreachable(_))
    }

    pub(crate) fn half_done() -> Self {
        Self::Conflict("a write of the transaction failed before; begin a new one".to_owned())
    }

    pub(crate) fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy(error),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => {
                Self::Unreachable("it was closed".to_owned())
            }
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                let cause = cause.clone();
                classify(&cause, error)
            }
            DbErr::Type(what) | DbErr::Json(what) => Self::Unreadable(what.clone()),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        DbErr::Conn(RuntimeErr::SqlxError(error.into())).into()
    }
}

fn classify(cause: &sqlx::Error, error: DbErr) -> StoreError {
    match cause {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            crate::dialect::classify(&code, database.message(), error)
        }
        sqlx::Error::PoolTimedOut => StoreError::Busy(error),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            StoreError::Unreachable("it was closed".to_owned())
        }
        sqlx::Error::Io(io) => StoreError::Unreachable(io.to_string()),
        sqlx::Error::Tls(tls) => StoreError::Unreachable(tls.to_string()),
        sqlx::Error::Configuration(_) => StoreError::BadUrl,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Unreadable(cause.to_string())
        }
        _ => StoreError::Database(error),
    }
}
