//! Businesses are found by their phone numbers and domains.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0015_contact_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, CONTACT_KEYS).await
    }
}

/// Both columns are as old as their table, and filled. Whatever has none of them costs nothing.
const CONTACT_KEYS: &[&str] = &[
    "CREATE INDEX businesses_by_phone ON businesses (phone{tie}) WHERE phone IS NOT NULL",
    "CREATE INDEX businesses_by_domain ON businesses (domain{tie}) WHERE domain IS NOT NULL",
];
