//! How people have the pages laid out.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0012_appearances"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, APPEARANCES).await
    }
}

/// `owner` as in `saved_views`.
const APPEARANCES: &[&str] = &["CREATE TABLE appearances (
        owner {text} PRIMARY KEY,
        user_id {text} REFERENCES users (id) ON DELETE CASCADE,
        list_columns TEXT,
        updated_at BIGINT NOT NULL
    )"];
