//! Pairs of businesses that may be one, and which merges no person made.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0016_pairs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, PAIRS).await
    }
}

/// A pair has the lower id first, so that it is there once. Without a score it was never found, and only a person said
/// something of it; with `apart_at` they said that it is two businesses. No foreign keys: a business that is merged away may
/// come back, with what was said of it.
const PAIRS: &[&str] = &[
    "CREATE TABLE business_pairs (
        low_id BIGINT NOT NULL,
        high_id BIGINT NOT NULL,
        score DOUBLE PRECISION,
        features {text} NOT NULL,
        found_at BIGINT NOT NULL,
        apart_at BIGINT,
        PRIMARY KEY (low_id, high_id)
    ){clustered}",
    "CREATE INDEX business_pairs_by_high ON business_pairs (high_id)",
    "CREATE INDEX business_pairs_by_score ON business_pairs (score DESC, low_id, high_id) WHERE apart_at IS NULL",
    "ALTER TABLE business_merges ADD COLUMN automatic BOOLEAN NOT NULL DEFAULT FALSE",
];
