//! Which values a source lets be kept for a while only.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_provenance"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, PROVENANCE).await
    }
}

/// A row says that the record filled a field, with what, and when it said so last. The business is the one that has the
/// record in `business_sources`: there a merge moves it. The value is a digest, so that the table is no copy of what may not
/// be kept.
const PROVENANCE: &[&str] = &[
    "CREATE TABLE field_provenance (
        source {text} NOT NULL,
        source_id {text} NOT NULL,
        field {text} NOT NULL,
        digest {text} NOT NULL,
        fetched_at BIGINT NOT NULL,
        PRIMARY KEY (source, source_id, field)
    ){clustered}",
    "CREATE INDEX field_provenance_by_age ON field_provenance (source, fetched_at)",
];
