//! What a database holds, to be compared with what it holds later.

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use super::{TestStore, must};
use crate::config::Target;
use crate::sql::{Columns, Sql};
use crate::{Backend, Store, StoreError};

/// Columns that say when somebody was here last: they change by being asked.
const SEEN: [&str; 2] = ["last_seen_at", "last_used_at"];

/// Looks at everything that a database holds.
#[derive(Debug)]
pub struct Witness {
    store: Store,
    /// Of its own: SQLite tells a connection of what others wrote.
    connection: DatabaseConnection,
    statement: String,
}

impl TestStore {
    /// A witness of this database.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn witness(&self) -> Witness {
        let store = self.store().clone();
        let url = match &self.config().target {
            Target::Sqlite(path) => format!("sqlite://{}", path.display()),
            Target::Postgres(url) => url.clone(),
        };
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let connection = must(Database::connect(options).await);
        let statement = must(statement(&store).await);
        Witness { store, connection, statement }
    }
}

impl Witness {
    /// A number that is another one after every transaction that wrote something, and may be without. It is quick to look at.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn glance(&self) -> i64 {
        let statement = match self.store.backend() {
            Backend::Sqlite => "SELECT CAST(data_version AS BIGINT) FROM pragma_data_version",
            Backend::Postgres => {
                "SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)"
            }
        };
        must(Sql::new(self.store.backend(), statement).scalar(&self.connection).await)
    }

    /// Every table with a text that stands for all its rows, but for when somebody was here last.
    ///
    /// # Panics
    /// If the database does not answer.
    pub async fn contents(&self) -> Vec<(String, String)> {
        must(self.read().await)
    }

    async fn read(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = Sql::new(self.store.backend(), &self.statement).all(&self.connection).await?;
        rows.iter().map(|row| Ok((row.column(0)?, row.column(1)?))).collect()
    }
}

/// One statement that reads all tables, made once: there are many looks at one database.
async fn statement(store: &Store) -> Result<String, StoreError> {
    let mut parts = Vec::new();
    for table in texts(store, tables(store.backend())).await? {
        parts.push(match store.backend() {
            Backend::Sqlite => {
                let columns = texts(store, &format!("SELECT name FROM pragma_table_info('{table}')")).await?;
                let columns = columns.iter().filter(|column| !SEEN.contains(&column.as_str()));
                let values: Vec<String> = columns.map(|column| format!("quote(\"{column}\")")).collect();
                let row = values.join(" || ',' || ");
                format!("SELECT '{table}', coalesce((SELECT group_concat({row}, ';') FROM \"{table}\"), '')")
            }
            Backend::Postgres => {
                let seen = SEEN.map(|column| format!(" - '{column}'")).concat();
                let row = format!("(to_jsonb(t){seen})::text");
                let rows = format!("SELECT md5(string_agg({row}, ';' ORDER BY {row})) FROM \"{table}\" t");
                format!("SELECT '{table}', coalesce(({rows}), '')")
            }
        });
    }
    Ok(parts.join(" UNION ALL "))
}

fn tables(backend: Backend) -> &'static str {
    match backend {
        // What a virtual table holds stands in tables of its own.
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        }
        Backend::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        }
    }
}

async fn texts(store: &Store, statement: &str) -> Result<Vec<String>, StoreError> {
    Sql::new(store.backend(), statement).all(store.reader()).await?.iter().map(|row| row.column(0)).collect()
}
