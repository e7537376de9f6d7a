//! Fresh temporary databases for tests, on either backend.
//!
//! A database is gone when its [`TestStore`] is dropped. Postgres needs `LETIP_TEST_POSTGRES_URL`: a server on
//! which databases may be made.

mod witness;

use std::path::Path;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

use crate::{Backend, Store, StoreConfig, StoreError};

pub use witness::Witness;

/// Names the server for the tests on Postgres.
pub const POSTGRES_URL: &str = "LETIP_TEST_POSTGRES_URL";

/// What a copied business has of the one that it was copied from: where it is, and what lists and figures need.
const COPIED: &str = "version, name, category, industry, city, latitude, longitude, chain, operating_status, sources, \
                      enrichment_status, contact_count, created_at, updated_at, name_key, name_sort, city_key, state_key, \
                      category_key, cell, source_set, has_website, has_email, has_phone";

/// A store of a test's own.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    config: StoreConfig,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Database { server: String, name: String },
}

/// A fresh store on SQLite, in a folder of its own.
///
/// # Panics
/// If it cannot be made.
pub async fn sqlite() -> TestStore {
    let folder = must(TempDir::new());
    let config = StoreConfig::sqlite(folder.path());
    let store = must(Store::open(&config).await);
    TestStore { store, config, place: Place::Folder(folder) }
}

/// A fresh store on Postgres, in a database of its own.
///
/// # Panics
/// If `LETIP_TEST_POSTGRES_URL` is not set, or names no server on which databases can be made.
pub async fn postgres() -> TestStore {
    let server = must(std::env::var(POSTGRES_URL).map_err(|_| {
        format!(
            "{POSTGRES_URL} is not set; name a Postgres server on which databases may be made, such as \
             postgres://user@127.0.0.1:5432/postgres, or leave out the tests whose names hold postgres::"
        )
    }));
    let name = format!("letip_test_{}", uuid::Uuid::now_v7().simple());
    let admin = must(Database::connect(&server).await);
    let template = must(template(&admin, &server).await);
    must(admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await);
    must(admin.close().await);
    let config = must(StoreConfig::url(&with_database(&server, &name)));
    let store = must(Store::open(&config).await);
    TestStore { store, config, place: Place::Database { server, name } }
}

/// A fresh store on either.
///
/// # Panics
/// As [`sqlite`] and [`postgres`].
pub async fn on(backend: Backend) -> TestStore {
    match backend {
        Backend::Sqlite => sqlite().await,
        Backend::Postgres => postgres().await,
    }
}

impl TestStore {
    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Opens the same database again, as another process would.
    #[must_use]
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// The folder of a SQLite database.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path()),
            Place::Database { .. } => None,
        }
    }
}

impl Store {
    /// Stores so many more of every business that is stored, by one statement: rows in lists and on maps, past everything
    /// that the store sees to. No search finds them, and no event tells of them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn copy_businesses_for_test(&self, copies: u32) -> Result<u64, StoreError> {
        // Ids that no business is given in a test.
        let statement = format!(
            "INSERT INTO businesses (id, {COPIED}) \
             WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < {copies}) \
             SELECT id + CAST(n AS BIGINT) * 1000000, {COPIED} FROM businesses, more"
        );
        self.execute_for_test(&statement).await
    }

    /// Runs a statement as a writer would, past everything that the store sees to.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute_for_test(&self, statement: &str) -> Result<u64, StoreError> {
        Ok(self.writer().execute_unprepared(statement).await?.rows_affected())
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        let Place::Database { server, name } = &self.place else { return };
        let (server, name) = (server.clone(), name.clone());
        // A runtime of its own: the test's may be ending, and a drop cannot wait in it.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(admin) = Database::connect(&server).await {
                    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    if let Err(error) = admin.execute_unprepared(&drop).await {
                        eprintln!("the test database {name} was left behind: {error}");
                    }
                }
            });
        });
        if dropped.join().is_err() {
            eprintln!("the test database was left behind");
        }
    }
}

/// The database that tests are cloned from: migrated once, under a name that tells its schema.
async fn template(admin: &DatabaseConnection, server: &str) -> Result<String, StoreError> {
    let schema = crate::migrations::digest();
    let name = format!("letip_template_{schema:016x}");
    let exists = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, exists);
    // Session locks hold on one connection, so the pool must have only this one.
    let tx = sea_orm::TransactionTrait::begin(admin).await?;
    tx.execute_unprepared("SELECT pg_advisory_xact_lock(7304100)").await?;
    if tx.query_one_raw(statement).await?.is_none() {
        make_template(server, &name).await?;
    }
    tx.commit().await?;
    Ok(name)
}

/// Migrates under a passing name first, so that a test that was interrupted leaves no half-made template.
async fn make_template(server: &str, name: &str) -> Result<(), StoreError> {
    let unfinished = format!("{name}_unfinished");
    let admin = Database::connect(server).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {unfinished}")).await?;
    let store = Store::open(&StoreConfig::url(&with_database(server, &unfinished))?).await?;
    store.close().await?;
    drop(store);
    admin.execute_unprepared(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await?;
    Ok(admin.close().await?)
}

/// The URL with another database name.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let (host, _) = address.rsplit_once('/').unwrap_or((address, ""));
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{host}/{name}{options}")
}

fn must<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        #[expect(clippy::panic, reason = "a test without its database has to fail, and say why")]
        Err(error) => panic!("no test database: {error}"),
    }
}

/// Makes, of each `async fn story(db: TestStore)`, a test on SQLite and one on Postgres, named
/// `sqlite::story` and `postgres::story`. They need tokio with its macros and its multi-thread runtime.
#[macro_export]
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story($crate::test_support::sqlite().await).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story($crate::test_support::postgres().await).await;
                }
            )+
        }
    };
}
