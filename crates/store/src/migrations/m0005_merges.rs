//! What two businesses were before they became one, so that it can be undone.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_merges"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, MERGES).await
    }
}

/// No foreign keys: what was merged into a business that is itself merged away comes back with it.
const MERGES: &[&str] = &[
    "CREATE TABLE business_merges (
        id {auto},
        kept_id BIGINT NOT NULL,
        other_id BIGINT NOT NULL,
        merged_at BIGINT NOT NULL,
        record TEXT NOT NULL
    )",
    "CREATE INDEX business_merges_by_kept ON business_merges (kept_id, id)",
];
