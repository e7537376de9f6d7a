//! A consistent copy of a running database.

use std::path::Path;

use sea_orm::sqlx::Connection;
use sea_orm::sqlx::sqlite::SqliteConnection;

use super::Connections;
use crate::{Backend, StoreError};

impl Connections {
    /// Copies the database as it is now into `path`, which must not exist.
    pub(crate) async fn backup(&self, path: &Path) -> Result<(), StoreError> {
        match self.backend {
            Backend::Sqlite => self.vacuum_into(path).await,
            Backend::Postgres => Err(StoreError::Unsupported(
                "a Postgres database is not copied from here; use pg_dump --format=custom, \
                 which makes a consistent copy while the system is running",
            )),
        }
    }

    /// The copy is made beside its place and moved there when it is whole, so that a crash leaves no file
    /// that looks like a backup.
    async fn vacuum_into(&self, path: &Path) -> Result<(), StoreError> {
        if path.exists() {
            return Err(StoreError::Conflict(format!(
                "{} exists already; choose another name for the backup",
                path.display()
            )));
        }
        let unfinished = path.with_extension("unfinished");
        let file_error = |source| StoreError::File { path: unfinished.display().to_string(), source };
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(file_error)?;
        }
        let source = self.reader.get_sqlite_connection_pool().connect_options();
        let options =
            super::connect::sqlite_options(source.get_filename(), std::time::Duration::from_secs(30));
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let copied = sea_orm::sqlx::query("VACUUM INTO ?")
            .bind(unfinished.to_string_lossy().into_owned())
            .execute(&mut connection)
            .await;
        connection.close().await?;
        copied?;
        std::fs::rename(&unfinished, path).map_err(file_error)
    }
}
