//! Lists that people have given a name.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_saved_views"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SAVED_VIEWS).await
    }
}

/// `owner` is the person's id, or empty on a server that asks nobody to sign in: a missing `user_id` would be equal to no
/// other, and a name could be given twice.
const SAVED_VIEWS: &[&str] = &["CREATE TABLE saved_views (
        id {text} PRIMARY KEY,
        version BIGINT NOT NULL,
        owner {text} NOT NULL,
        user_id {text} REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        name_key {text} NOT NULL,
        query TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        UNIQUE (owner, name_key)
    )"];
