//! People who may sign in, their sessions and API tokens.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, ACCOUNTS).await
    }
}

/// Of what a browser or a program proves itself with only a digest is stored: who reads the database cannot sign in.
const ACCOUNTS: &[&str] = &[
    "CREATE TABLE users (
        id {text} PRIMARY KEY,
        email {text} NOT NULL UNIQUE,
        name TEXT NOT NULL,
        role {text} NOT NULL,
        disabled BOOLEAN NOT NULL,
        password_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        last_seen_at BIGINT
    )",
    "CREATE TABLE sessions (
        id {text} PRIMARY KEY,
        digest {text} NOT NULL UNIQUE,
        user_id {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        user_agent TEXT,
        created_at BIGINT NOT NULL,
        last_seen_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX sessions_by_user ON sessions (user_id)",
    "CREATE TABLE api_tokens (
        id {text} PRIMARY KEY,
        digest {text} NOT NULL UNIQUE,
        user_id {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        role {text} NOT NULL,
        created_at BIGINT NOT NULL,
        last_used_at BIGINT,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX api_tokens_by_user ON api_tokens (user_id)",
    "CREATE TABLE setup_links (
        digest {text} PRIMARY KEY,
        created_at BIGINT NOT NULL
    )",
];
