//! What a business was before a job began to enrich it.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0013_enriching"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, ENRICHING).await
    }
}

/// `subject_was` is the status that the job's business had before. Businesses that jobs left behind as being enriched
/// become what the last word of their log says.
const ENRICHING: &[&str] = &[
    "ALTER TABLE jobs ADD COLUMN subject_was {text}",
    "UPDATE businesses SET version = version + 1, enrichment_status = coalesce((
        SELECT CASE l.status WHEN 'unreachable' THEN 'failed' ELSE 'enriched' END FROM enrichment_log l
        WHERE l.business_id = businesses.id AND l.provider = 'website' ORDER BY l.started_at DESC, l.id DESC LIMIT 1
    ), 'pending') WHERE enrichment_status = 'enriching' AND NOT EXISTS (
        SELECT 1 FROM jobs j WHERE j.subject = businesses.id AND j.status IN ('pending', 'running')
    )",
];
