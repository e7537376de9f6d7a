//! Who asked not to be processed.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_suppressions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SUPPRESSIONS).await
    }
}

/// `because_of` is the entry of an address, of somebody who was found with it, and empty for an entry of its own: the same
/// name may be there because of two addresses, and goes with the second.
const SUPPRESSIONS: &[&str] = &["CREATE TABLE suppressions (
        id {text} PRIMARY KEY,
        kind {text} NOT NULL,
        digest {text} NOT NULL,
        domain TEXT,
        reason {text} NOT NULL,
        because_of {text} NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (digest, because_of)
    )"];
