//! What calls to paid providers cost, and what they answered.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_providers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, PROVIDERS).await
    }
}

/// Amounts are millionths of a US dollar. `committed` of a month is what its calls cost, and of those that are not
/// settled what they may cost at most: one row, so that two workers never spend the same rest. A call outlives its
/// business: the money is spent all the same.
const PROVIDERS: &[&str] = &[
    "CREATE TABLE provider_months (
        month {text} PRIMARY KEY,
        committed BIGINT NOT NULL
    )",
    "CREATE TABLE provider_calls (
        id {auto},
        provider {text} NOT NULL,
        operation {text} NOT NULL,
        business_id BIGINT,
        month {text} NOT NULL,
        committed BIGINT NOT NULL,
        outcome {text},
        reserved_at BIGINT NOT NULL,
        settled_at BIGINT
    )",
    "CREATE INDEX provider_calls_by_month ON provider_calls (month, provider)",
    "CREATE TABLE provider_answers (
        provider {text} NOT NULL,
        operation {text} NOT NULL,
        subject {text} NOT NULL,
        answer TEXT NOT NULL,
        kept_until BIGINT NOT NULL,
        PRIMARY KEY (provider, operation, subject)
    )",
    "CREATE INDEX provider_answers_by_age ON provider_answers (kept_until)",
];
