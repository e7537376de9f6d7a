//! What finds the enrichment of a business, and the jobs of a batch in their order.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_batches"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, BATCHES).await
    }
}

/// `subject` is the business that a job is about, if it is about one.
const BATCHES: &[&str] = &[
    "ALTER TABLE jobs ADD COLUMN subject BIGINT",
    "CREATE INDEX jobs_by_subject ON jobs (subject, status) WHERE subject IS NOT NULL",
    "DROP INDEX jobs_by_parent",
    "CREATE INDEX jobs_by_parent ON jobs (parent_id, status, id) WHERE parent_id IS NOT NULL",
];
