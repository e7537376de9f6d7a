//! Businesses, what is known beside them, the event log, the job queue and kept answers.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_first"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "the trait's macro leaves the lifetime out")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, BUSINESSES).await?;
        super::run(manager, AROUND_BUSINESSES).await?;
        super::run(manager, EVENTS).await?;
        super::run(manager, JOBS).await?;
        super::run(manager, IDEMPOTENCY).await?;
        super::run_own(manager).await
    }
}

/// Times are milliseconds since 1970. The `…_sort` and `…_key` columns are folded copies that order and
/// filters compare; `MISSING` of the `text` module stands for a missing value in them.
const BUSINESSES: &[&str] = &[
    "CREATE TABLE businesses (
        id {id},
        version BIGINT NOT NULL,
        name TEXT NOT NULL,
        category TEXT,
        industry {text},
        street TEXT,
        city TEXT,
        state TEXT,
        postal_code TEXT,
        country TEXT,
        latitude DOUBLE PRECISION,
        longitude DOUBLE PRECISION,
        phone TEXT,
        phone_display TEXT,
        email TEXT,
        website TEXT,
        socials TEXT,
        opening_hours TEXT,
        employee_count BIGINT,
        year_founded BIGINT,
        description TEXT,
        chain BOOLEAN NOT NULL,
        operating_status TEXT NOT NULL,
        confidence DOUBLE PRECISION,
        sources TEXT NOT NULL,
        enrichment_status {text} NOT NULL,
        enrichment_error TEXT,
        tags TEXT,
        notes TEXT,
        contact_count BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        name_key {text} NOT NULL,
        domain TEXT,
        name_sort {text} NOT NULL,
        city_key {text} NOT NULL,
        state_key {text} NOT NULL,
        category_key {text} NOT NULL,
        cell BIGINT,
        source_set {text} NOT NULL,
        has_website BOOLEAN NOT NULL,
        has_email BOOLEAN NOT NULL,
        has_phone BOOLEAN NOT NULL
    )",
    // The default order, with every filter beside it: a filtered list or count reads this index and not the
    // rows. Rows are added at its end, so it costs an insert little.
    "CREATE INDEX businesses_by_created ON businesses (created_at DESC{tie}, city_key, state_key, industry,
        category_key, enrichment_status, source_set, has_website, has_email, has_phone, chain)",
    "CREATE INDEX businesses_by_updated ON businesses (updated_at DESC{tie})",
    "CREATE INDEX businesses_by_name ON businesses (name_sort{tie})",
    "CREATE INDEX businesses_by_city ON businesses (city_key, created_at DESC{tie})",
    "CREATE INDEX businesses_by_category ON businesses (category_key, created_at DESC{tie})",
    "CREATE INDEX businesses_by_place ON businesses (cell, longitude, latitude{tie})",
    "CREATE INDEX businesses_by_name_key ON businesses (name_key, latitude{tie})",
];

/// The sources of a business stand in its row too, by which they are found when it is changed or deleted: an
/// index for that would cost every insert.
const AROUND_BUSINESSES: &[&str] = &[
    "CREATE TABLE business_sources (
        source {text} NOT NULL,
        source_id {text} NOT NULL,
        business_id BIGINT NOT NULL,
        PRIMARY KEY (source, source_id)
    ){clustered}",
    "CREATE TABLE business_tags (
        tag {text} NOT NULL,
        business_id BIGINT NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
        PRIMARY KEY (tag, business_id)
    ){clustered}",
    "CREATE INDEX business_tags_by_business ON business_tags (business_id)",
    "CREATE TABLE contacts (
        id {auto},
        business_id BIGINT NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
        name TEXT,
        title TEXT,
        email TEXT,
        email_status TEXT NOT NULL,
        phone TEXT,
        linkedin TEXT,
        is_primary BOOLEAN NOT NULL,
        confidence DOUBLE PRECISION NOT NULL,
        source_url TEXT,
        found_at BIGINT NOT NULL
    )",
    "CREATE INDEX contacts_by_business ON contacts (business_id)",
    "CREATE TABLE enrichment_log (
        id {auto},
        business_id BIGINT NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
        provider TEXT NOT NULL,
        status TEXT NOT NULL,
        fields_written TEXT NOT NULL,
        cost_minor BIGINT NOT NULL,
        currency TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        duration_ms BIGINT NOT NULL,
        error TEXT,
        evidence TEXT NOT NULL
    )",
    "CREATE INDEX enrichment_log_by_business ON enrichment_log (business_id, started_at DESC{tie})",
];

/// `event_head` has one row, the number of the newest event. Whoever appends events updates it, and so waits
/// for whoever appended before to commit: numbers have no gap and grow in the order of commits.
const EVENTS: &[&str] = &[
    "CREATE TABLE events (
        seq {id},
        at BIGINT NOT NULL,
        payload TEXT NOT NULL
    )",
    "CREATE TABLE event_head (id {id} CHECK (id = 1), seq BIGINT NOT NULL)",
    "INSERT INTO event_head (id, seq) VALUES (1, 0)",
];

/// `due_at` is when a job may be claimed: a pending one at its time, a running one once its lease has run
/// out, a finished one never.
const JOBS: &[&str] = &[
    "CREATE TABLE jobs (
        id {text} PRIMARY KEY,
        version BIGINT NOT NULL,
        kind {text} NOT NULL,
        status {text} NOT NULL,
        cancel_requested BOOLEAN NOT NULL,
        request TEXT NOT NULL,
        progress TEXT NOT NULL,
        counts TEXT NOT NULL,
        result TEXT,
        error TEXT,
        attempt BIGINT NOT NULL,
        max_attempts BIGINT NOT NULL,
        parent_id {text},
        created_by TEXT,
        created_at BIGINT NOT NULL,
        started_at BIGINT,
        finished_at BIGINT,
        checkpoint TEXT,
        owner TEXT,
        priority BIGINT NOT NULL,
        due_at BIGINT,
        idempotency_key {text} UNIQUE
    )",
    "CREATE INDEX jobs_due ON jobs (priority DESC, due_at, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX jobs_by_status ON jobs (status, id)",
    "CREATE INDEX jobs_by_kind ON jobs (kind, id)",
    "CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE TABLE job_rejections (
        job_id {text} NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        position BIGINT NOT NULL,
        line BIGINT,
        source_id TEXT,
        name TEXT,
        reason TEXT NOT NULL,
        raw TEXT,
        PRIMARY KEY (job_id, position)
    )",
];

const IDEMPOTENCY: &[&str] = &[
    "CREATE TABLE idempotent_answers (
        key {text} PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        status BIGINT NOT NULL,
        body TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    "CREATE INDEX idempotent_answers_by_age ON idempotent_answers (created_at)",
];
