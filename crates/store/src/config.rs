//! What to open and how.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::StoreError;

/// Name of the SQLite file in a data folder.
const DATABASE_FILE: &str = "letip.db";

/// Which database to open, and how patient to be with it.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    pub(crate) target: Target,
    pub(crate) busy_timeout: Duration,
    pub(crate) max_connections: u32,
}

/// Where the database is.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A SQLite file, made with its folder if missing.
    Sqlite(PathBuf),
    /// A Postgres database.
    Postgres(String),
}

impl StoreConfig {
    /// SQLite in `letip.db` of `data_dir`; the folder and the file are made if missing.
    #[must_use]
    pub fn sqlite(data_dir: impl AsRef<Path>) -> Self {
        Self::new(Target::Sqlite(data_dir.as_ref().join(DATABASE_FILE)))
    }

    /// The database of a URL: `postgres://user:password@host:port/database` or `sqlite:path/to/file.db`.
    ///
    /// # Errors
    /// [`StoreError::BadUrl`] if the URL is neither.
    pub fn url(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::new(Target::Postgres(url.to_owned())));
        }
        let path = url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            Some(path) if !path.is_empty() && !path.starts_with(":memory:") => {
                Ok(Self::new(Target::Sqlite(PathBuf::from(path))))
            }
            _ => Err(StoreError::BadUrl),
        }
    }

    /// How long a write waits for a writer in another process, 30 seconds unless set.
    #[must_use]
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// Connections that read on SQLite, connections in all on Postgres; at least 2, 10 unless set.
    #[must_use]
    pub fn max_connections(self, max_connections: u32) -> Self {
        Self { max_connections: max_connections.max(2), ..self }
    }

    fn new(target: Target) -> Self {
        Self { target, busy_timeout: Duration::from_secs(30), max_connections: 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_which_database_it_means() {
        let path = |url: &str| match StoreConfig::url(url).unwrap().target {
            Target::Sqlite(path) => path.to_string_lossy().into_owned(),
            Target::Postgres(url) => url,
        };
        assert_eq!(path("sqlite:leads.db"), "leads.db");
        assert_eq!(path("sqlite:///var/leads.db"), "/var/leads.db");
        assert_eq!(path("postgres://user@host/leads"), "postgres://user@host/leads");
        assert_eq!(path("postgresql://user@host/leads"), "postgresql://user@host/leads");
        for wrong in ["", "mysql://host/leads", "leads.db", "sqlite:", "sqlite::memory:"] {
            let error = StoreConfig::url(wrong).unwrap_err().to_string();
            assert!(error.contains("postgres://") && error.contains("sqlite:"), "{wrong}: {error}");
        }
    }
}
