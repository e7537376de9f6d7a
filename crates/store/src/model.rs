//! What goes into the store and comes out of it, beyond the contract's own types.

use contract::enrichment::Evidence;
use contract::{
    Business, BusinessId, ContactId, EmailStatus, Event, GeoPoint, Job, JobCounts, JobId, JobKind,
    JobProgress, Timestamp,
};
use serde_json::Value;

/// Name keys are compared within this many degrees of latitude and of longitude (28 km north and south): two
/// records of one business lie closer, two branches of a chain mostly do not.
pub const SAME_NAME_WITHIN_DEGREES: f64 = 0.25;

/// A phone number or a domain that more businesses have is a switchboard's, a chain's or a service's, and finds nobody.
/// Look-ups bring one business more than so many, by which that is seen, and none of the others.
pub const MOST_OF_A_CONTACT: usize = 16;

/// A business to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBusiness {
    /// What is known of it. `id`, `version`, `contact_count`, `created_at` and `updated_at` are the store's
    /// to give: what stands in them is ignored.
    pub business: Business,
    /// The name as the matcher normalises it.
    pub name_key: String,
    /// The website's registrable domain.
    pub domain: Option<String>,
}

impl NewBusiness {
    /// A business of which nothing is known but its name.
    #[must_use]
    pub fn named(name: &str, name_key: &str) -> Self {
        let business = Business::named(BusinessId(0), name, Timestamp::default());
        Self { business, name_key: name_key.to_owned(), domain: None }
    }
}

/// A stored business with what the matcher compares.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownBusiness {
    /// The row.
    pub business: Business,
    /// The name as the matcher normalised it.
    pub name_key: String,
    /// The website's registrable domain.
    pub domain: Option<String>,
}

/// What to look a record up by: the same record of the same source, the same name nearby, the same phone number, or the
/// same domain.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupKey {
    /// Slug of the source.
    pub source: String,
    /// The record's identifier there.
    pub source_id: String,
    /// The name as the matcher normalises it.
    pub name_key: String,
    /// Where it is. Names are compared within [`SAME_NAME_WITHIN_DEGREES`] of it, and with businesses whose
    /// place is not known; without it, everywhere.
    pub location: Option<GeoPoint>,
    /// Its own phone numbers, E.164. Like its domain, they are compared everywhere.
    pub phones: Vec<String>,
    /// The website's registrable domain, unless many businesses have pages on it.
    pub domain: Option<String>,
}

impl LookupKey {
    /// How the record's business is reached, whatever its name: phone numbers and domain.
    pub(crate) fn contacts(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().chain(&self.domain).map(String::as_str)
    }
}

/// A contact to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewContact {
    /// The person's name.
    pub name: Option<String>,
    /// Role, such as `Owner`.
    pub title: Option<String>,
    /// Address to write to.
    pub email: Option<String>,
    /// Whether mail to it arrives, as far as was checked.
    pub email_status: EmailStatus,
    /// E.164.
    pub phone: Option<String>,
    /// linkedin.com URL.
    pub linkedin: Option<String>,
    /// The one to call first; at most one a business.
    pub is_primary: bool,
    /// How sure the extraction is, 0 to 1.
    pub confidence: f64,
    /// The page that says so.
    pub source_url: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
}

impl NewContact {
    /// A stored contact as it is given back to the store.
    #[must_use]
    pub fn of(contact: &contract::Contact) -> Self {
        Self {
            name: contact.name.clone(),
            title: contact.title.clone(),
            email: contact.email.clone(),
            email_status: contact.email_status,
            phone: contact.phone.clone(),
            linkedin: contact.linkedin.clone(),
            is_primary: contact.is_primary,
            confidence: contact.confidence,
            source_url: contact.source_url.clone(),
            found_at: contact.found_at,
        }
    }

    pub(crate) fn stored(self, id: ContactId, business_id: BusinessId) -> contract::Contact {
        contract::Contact {
            id,
            business_id,
            name: self.name,
            title: self.title,
            email: self.email,
            email_status: self.email_status,
            phone: self.phone,
            linkedin: self.linkedin,
            is_primary: self.is_primary,
            confidence: self.confidence,
            source_url: self.source_url,
            found_at: self.found_at,
        }
    }
}

/// One provider's work on one business, to be logged.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEnrichmentEntry {
    /// The business.
    pub business_id: BusinessId,
    /// Who did it, such as `website`.
    pub provider: String,
    /// How it ended, in the words of [`contract::enrichment::EnrichmentLogEntry::status`].
    pub status: String,
    /// The fields that were written.
    pub fields_written: Vec<String>,
    /// What it cost, in minor units of `currency`.
    pub cost_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// Where each value came from.
    pub evidence: Vec<Evidence>,
}

/// What a commit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Numbers of the transaction's events; empty if it had none.
    pub events: std::ops::Range<u64>,
}

/// Events read from the log.
#[derive(Clone, Debug, PartialEq)]
pub struct EventBatch {
    /// In order and without a gap after the seq that was asked for; empty on a reset.
    pub events: Vec<Event>,
    /// The newest event of the log, at least that of `events`.
    pub latest_seq: u64,
    /// What was asked for is older than the log keeps, or from another log: read everything anew, then go on
    /// from `latest_seq`.
    pub reset: bool,
}

/// A job to be put into the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// What it is asked to do; the kind's request.
    pub request: Value,
    /// Who asks for it.
    pub created_by: Option<String>,
    /// The batch that it belongs to.
    pub parent_id: Option<JobId>,
    /// Attempts allowed, at least 1.
    pub max_attempts: u32,
    /// The same key within a day means the same job.
    pub idempotency_key: Option<String>,
    /// Higher is claimed earlier; 0 unless set.
    pub priority: i32,
    /// Not to be claimed before; at once unless set.
    pub run_at: Option<Timestamp>,
}

impl NewJob {
    /// A job with three attempts, of ordinary priority, to be claimed at once.
    #[must_use]
    pub fn new(kind: JobKind, request: Value) -> Self {
        Self {
            kind,
            request,
            created_by: None,
            parent_id: None,
            max_attempts: 3,
            idempotency_key: None,
            priority: 0,
            run_at: None,
        }
    }
}

/// The right to work on a job. Another worker's claim ends it: attempts only grow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLease {
    pub(crate) job_id: JobId,
    pub(crate) owner: String,
    pub(crate) attempt: u32,
}

impl JobLease {
    /// The job.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        self.job_id
    }

    /// Who holds it.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Which attempt it is for, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// A job that was claimed.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedJob {
    /// The job, running.
    pub job: Job,
    /// What every write of this attempt needs.
    pub lease: JobLease,
    /// Where the attempt before came to.
    pub checkpoint: Option<Value>,
}

/// How a lease stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// Go on.
    Held,
    /// Still held; a person asked for a stop.
    CancelRequested,
    /// Another worker has the job, or it is finished: stop, and write nothing.
    Lost,
}

/// How far a running job came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobUpdate {
    /// How far it is.
    pub progress: JobProgress,
    /// What it counted so far.
    pub counts: JobCounts,
    /// Where the next attempt is to go on; absent keeps the one before.
    pub checkpoint: Option<Value>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum JobOutcome {
    /// The work is done.
    Completed {
        /// The kind's result.
        result: Value,
    },
    /// The attempt failed.
    Failed {
        /// Why, in words.
        error: String,
        /// When to try again; heeded while attempts are left and no stop was asked for.
        retry_at: Option<Timestamp>,
    },
    /// The stop that was asked for has been made.
    Cancelled,
    /// Not finished, and not a failure: any worker may go on at once, and the attempt does not count.
    Released,
}

/// What became of a request to stop a job.
#[derive(Clone, Debug, PartialEq)]
pub enum CancelResult {
    /// It had not begun; it is cancelled.
    Cancelled(Job),
    /// It is running; its worker will stop it.
    Requested(Job),
    /// It had come to its end before.
    AlreadyFinished(Job),
}

/// What became of a request to run a job again.
#[derive(Clone, Debug, PartialEq)]
pub enum RetryResult {
    /// It waits for a worker again, and goes on where it stopped.
    Retried(Job),
    /// It has neither failed nor been cancelled.
    NotRetryable(Job),
}

/// A record that a job could not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Line of the file, from 1.
    pub line: Option<u64>,
    /// The record's identifier at its source.
    pub source_id: Option<String>,
    /// The record's name.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// The record as it was read.
    pub raw: Option<String>,
}

/// An answer kept for a repeated request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// Digest of the request; another one under the same key is a misuse of the key.
    pub fingerprint: String,
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// Which schema a database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaVersion {
    /// Number of migrations applied.
    pub number: u32,
    /// The newest of them.
    pub name: String,
}

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A SQLite file.
    Sqlite,
    /// A Postgres database.
    Postgres,
}
