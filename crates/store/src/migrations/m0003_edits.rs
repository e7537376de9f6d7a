//! What people wrote by hand, so that nothing found later takes its place.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_edits"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, EDITS).await
    }
}

/// `edited` lists the fields that a person set or cleared, as JSON; NULL is none. A contact that a person wrote is
/// never replaced, and one that a person removed stays as a row that is not shown, so that it is not found again.
const EDITS: &[&str] = &[
    "ALTER TABLE businesses ADD COLUMN edited TEXT",
    "ALTER TABLE contacts ADD COLUMN by_person BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE contacts ADD COLUMN removed BOOLEAN NOT NULL DEFAULT FALSE",
];
