//! The schema, as migrations in Rust. A released migration never changes; a new one is added below it.

mod m0001_first;
mod m0002_accounts;
mod m0003_edits;
mod m0004_batches;
mod m0005_merges;
mod m0006_loads;
mod m0007_providers;
mod m0008_saved_views;
mod m0009_suppressions;
mod m0010_provenance;
mod m0011_limited_copies;
mod m0012_appearances;
mod m0013_enriching;
mod m0014_themes;
mod m0015_contact_keys;
mod m0016_pairs;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, IntoDatabaseExecutor, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

use crate::dialect::Connections;
use crate::sql::{Columns, Sql};
use crate::{Backend, SchemaVersion, StoreError};

/// Where applied migrations are written down.
const TABLE: &str = "seaql_migrations";

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_edits::Migration),
            Box::new(m0004_batches::Migration),
            Box::new(m0005_merges::Migration),
            Box::new(m0006_loads::Migration),
            Box::new(m0007_providers::Migration),
            Box::new(m0008_saved_views::Migration),
            Box::new(m0009_suppressions::Migration),
            Box::new(m0010_provenance::Migration),
            Box::new(m0011_limited_copies::Migration),
            Box::new(m0012_appearances::Migration),
            Box::new(m0013_enriching::Migration),
            Box::new(m0014_themes::Migration),
            Box::new(m0015_contact_keys::Migration),
            Box::new(m0016_pairs::Migration),
        ]
    }
}

/// Begins a write transaction; on SQLite with the write lock, so that it never has to fail half way.
pub(crate) async fn begin(connections: &Connections) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(connections.writer.begin_with_options(options).await?)
}

/// Brings the schema up to date, all or nothing; refuses a database from a newer version.
pub(crate) async fn migrate(connections: &Connections) -> Result<(), StoreError> {
    if is_current(&applied(&connections.writer).await?)? {
        return Ok(());
    }
    let tx = begin(connections).await?;
    connections.backend.lock_migration(&tx).await?;
    // Another process may have been first.
    if !is_current(&applied(&tx).await?)? {
        Migrator::up(&tx, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Which schema the database has.
pub(crate) async fn version(connections: &Connections) -> Result<SchemaVersion, StoreError> {
    let applied = applied(&connections.reader).await?;
    let number = u32::try_from(applied.len()).unwrap_or(u32::MAX);
    Ok(SchemaVersion { number, name: applied.last().cloned().unwrap_or_default() })
}

async fn applied(on: impl IntoDatabaseExecutor<'_>) -> Result<Vec<String>, StoreError> {
    let manager = SchemaManager::new(on);
    if !manager.has_table(TABLE).await? {
        return Ok(Vec::new());
    }
    let backend = Backend::of(manager.get_database_backend());
    let sql = Sql::new(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    let rows = sql.all(manager.get_connection()).await?;
    rows.iter().map(|row| row.column(0)).collect()
}

fn is_current(applied: &[String]) -> Result<bool, StoreError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let unknown = applied.iter().filter(|name| !known.contains(name)).max();
    if let Some(found) = unknown {
        let known = known.last().cloned().unwrap_or_default();
        return Err(StoreError::NewerSchema { found: found.clone(), known });
    }
    Ok(applied.len() == known.len())
}

/// Runs the statements of a schema, each in the words of the database.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), sea_orm::DbErr> {
    let backend = Backend::of(manager.get_database_backend());
    for statement in statements {
        manager.get_connection().execute_unprepared(&backend.schema(statement)).await?;
    }
    Ok(())
}

/// Runs what only this kind of database needs.
async fn run_own(manager: &SchemaManager<'_>) -> Result<(), sea_orm::DbErr> {
    run(manager, Backend::of(manager.get_database_backend()).own_schema()).await
}

/// A digest of everything that makes the schema, so that a database made from another state of the source is
/// not taken for one made from this.
#[cfg(feature = "test-support")]
pub(crate) fn digest() -> u64 {
    crate::cursor::fingerprint(concat!(
        include_str!("dialect.rs"),
        include_str!("migrations/m0001_first.rs"),
        include_str!("migrations/m0002_accounts.rs"),
        include_str!("migrations/m0003_edits.rs"),
        include_str!("migrations/m0004_batches.rs"),
        include_str!("migrations/m0005_merges.rs"),
        include_str!("migrations/m0006_loads.rs"),
        include_str!("migrations/m0007_providers.rs"),
        include_str!("migrations/m0008_saved_views.rs"),
        include_str!("migrations/m0009_suppressions.rs"),
        include_str!("migrations/m0010_provenance.rs"),
        include_str!("migrations/m0011_limited_copies.rs"),
        include_str!("migrations/m0012_appearances.rs"),
        include_str!("migrations/m0013_enriching.rs"),
        include_str!("migrations/m0014_themes.rs"),
        include_str!("migrations/m0015_contact_keys.rs"),
        include_str!("migrations/m0016_pairs.rs"),
    ))
}
