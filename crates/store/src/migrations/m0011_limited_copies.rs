//! Where copies stand of what a source lets be kept for a while only.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use serde_json::Value;

use crate::sql::{Columns, Sql};
use crate::{Backend, StoreError};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0011_limited_copies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, COPIES).await?;
        let filled = fill(Backend::of(manager.get_database_backend()), manager.get_connection()).await;
        filled.map_err(|error| DbErr::Custom(error.to_string()))
    }
}

/// A row says that a past event, or what a merge keeps, has a copy of a business that the record is of. Only records of
/// sources in `field_provenance` are noted, so that an import of any other source writes nothing here. Events are removed
/// by ranges: without a foreign key, which would ask here for each of them.
const COPIES: &[&str] = &[
    "CREATE TABLE event_records (
        source {text} NOT NULL,
        source_id {text} NOT NULL,
        seq BIGINT NOT NULL,
        PRIMARY KEY (source, source_id, seq)
    ){clustered}",
    "CREATE INDEX event_records_by_seq ON event_records (seq)",
    "CREATE TABLE merge_records (
        source {text} NOT NULL,
        source_id {text} NOT NULL,
        merge_id BIGINT NOT NULL REFERENCES business_merges (id) ON DELETE CASCADE,
        PRIMARY KEY (source, source_id, merge_id)
    ){clustered}",
    "CREATE INDEX merge_records_by_merge ON merge_records (merge_id)",
];

/// Notes what is there already.
async fn fill(backend: Backend, on: &impl ConnectionTrait) -> Result<(), StoreError> {
    let sources = Sql::new(backend, "SELECT DISTINCT source FROM field_provenance").all(on).await?;
    for row in sources {
        let source: String = row.column(0)?;
        let from_events = "SELECT seq, payload FROM events WHERE payload LIKE ";
        fill_from(backend, on, &source, from_events, "event_records").await?;
        let from_merges = "SELECT id, record FROM business_merges WHERE record LIKE ";
        fill_from(backend, on, &source, from_merges, "merge_records").await?;
    }
    Ok(())
}

async fn fill_from(
    backend: Backend,
    on: &impl ConnectionTrait,
    source: &str,
    select: &str,
    table: &str,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(backend, select);
    sql.bind(format!("%\"source\":\"{source}\"%"));
    for row in sql.all(on).await? {
        let (id, text): (i64, String) = (row.column(0)?, row.column(1)?);
        let json = serde_json::from_str(&text).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        let mut records = BTreeSet::new();
        collect(&json, source, &mut records);
        for record in records {
            let mut sql = Sql::new(backend, "INSERT INTO ");
            sql.push(table)
                .push(" VALUES (")
                .bind(source)
                .push(", ")
                .bind(record)
                .push(", ")
                .bind(id)
                .push(")");
            sql.execute(on).await?;
        }
    }
    Ok(())
}

/// The records of the source that stand in JSON.
fn collect<'j>(json: &'j Value, source: &str, records: &mut BTreeSet<&'j str>) {
    match json {
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, source, records)),
        Value::Object(fields) => {
            if fields.get("source").is_some_and(|named| named == source) {
                records.extend(fields.get("sourceId").and_then(Value::as_str));
            }
            fields.values().for_each(|field| collect(field, source, records));
        }
        _ => {}
    }
}
