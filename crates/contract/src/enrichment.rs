//! Enrichment: requests, answers and the log of what was done.

use serde::{Deserialize, Serialize};

use crate::places::SourceState;
use crate::{BusinessId, FieldError, Job, JobId, JobStatus, Timestamp, from_json};

/// The most businesses that one batch takes.
pub const MAX_BATCH: usize = 1000;

/// Which businesses to enrich: exactly one of the three fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchEnrichmentRequest {
    /// These, 1 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub business_ids: Option<Vec<BusinessId>>,
    /// Those that the filter selects, at most 1,000 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<crate::BusinessQuery>,
    /// This many of those still pending, the oldest first, 1 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub count: Option<u32>,
}

impl BatchEnrichmentRequest {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let given = [self.business_ids.is_some(), self.filter.is_some(), self.count.is_some()];
        let mut errors = Vec::new();
        if given.into_iter().filter(|given| *given).count() != 1 {
            errors.push(FieldError::new(
                "businessIds",
                "required",
                "give exactly one of businessIds, filter and count",
            ));
        }
        if self.business_ids.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > MAX_BATCH) {
            errors.push(FieldError::new("businessIds", "range", "give 1 to 1000 businesses"));
        }
        if self.count.is_some_and(|count| !(1..=1000).contains(&count)) {
            errors.push(FieldError::new("count", "range", "give a number from 1 to 1000"));
        }
        if let Some(Err(filter_errors)) = self.filter.as_ref().map(crate::BusinessQuery::validate) {
            errors.extend(filter_errors.into_iter().map(|error| error.within("filter")));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// The answer to a request for a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAccepted {
    /// The batch's job.
    pub job_id: JobId,
    /// `pending`.
    pub status: JobStatus,
    /// Businesses in the batch.
    pub total_count: u64,
    /// When the batch was taken.
    pub started_at: Timestamp,
}

from_json!(deserialize BatchAccepted { job_id, status, total_count, started_at });
/// A batch with where each of its businesses stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichmentBatch {
    /// The batch's job, with its progress and counts: `found` businesses are done, of them `saved` without failure and
    /// `failed` with one.
    pub job: Job,
    /// The businesses in the order of the request.
    pub items: Vec<BatchItem>,
}

from_json!(deserialize EnrichmentBatch { job, items });

/// One business of a batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchItem {
    /// The business.
    pub business_id: BusinessId,
    /// Its name; absent where it was deleted meanwhile.
    pub name: Option<String>,
    /// The job that enriches it.
    pub job_id: JobId,
    /// Where that job stands.
    pub status: JobStatus,
    /// How it ended, in the words of [`EnrichmentLogEntry::status`].
    pub outcome: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

from_json!(deserialize BatchItem { business_id, name, job_id, status, outcome, error });

/// How the enrichment of businesses stands: its jobs, those of batches among them, as far as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichmentQueue {
    /// Businesses that wait for a worker.
    pub waiting: u64,
    /// Businesses that are being enriched.
    pub running: u64,
    /// Jobs that came to their end.
    pub completed: u64,
    /// Jobs that were given up.
    pub failed: u64,
    /// Why they were, the commonest cause first, at most 20.
    pub causes: Vec<FailureCause>,
}

from_json!(deserialize EnrichmentQueue { waiting, running, completed, failed, causes });

/// Why jobs failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailureCause {
    /// The `error` that they share.
    pub cause: String,
    /// How many they are.
    pub count: u64,
    /// When the last of them failed.
    pub last_at: Option<Timestamp>,
}

from_json!(deserialize FailureCause { cause, count, last_at });

/// What calls to paid services cost within a month, as their ledger has it: one that is not settled counts at the most
/// that it may cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spending {
    /// `2026-05`, in UTC.
    pub month: String,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// The most that the month may cost, in minor units; absent where no paid service is switched on.
    pub budget_minor: Option<i64>,
    /// What it costs so far, in minor units, rounded up.
    pub cost_minor: i64,
    /// Each service that was called, by its slug.
    pub services: Vec<ServiceSpending>,
}

from_json!(deserialize Spending { month, currency, budget_minor, cost_minor, services });

/// What calls to one paid service cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceSpending {
    /// The service's slug, as the enrichment log and sources write it.
    pub service: String,
    /// Calls that were made or are being made.
    pub calls: u64,
    /// What they cost, in minor units, rounded up.
    pub cost_minor: i64,
}

from_json!(deserialize ServiceSpending { service, calls, cost_minor });

/// Something that enriches. One that needs a key is absent without it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderInfo {
    /// Its slug, as the log writes it.
    pub provider: String,
    /// Its name for people.
    pub name: String,
    /// What it finds, in words.
    pub finds: String,
    /// What it costs, and for a paid one what it has cost, in words.
    pub cost: String,
    /// Units of its plan that are left, where it is bounded and says so.
    pub quota: Option<u64>,
    /// Whether it can be used.
    pub state: SourceState,
    /// Why it cannot.
    pub message: Option<String>,
}

from_json!(deserialize ProviderInfo { provider, name, finds, cost, quota, state, message });

/// One provider's work on one business.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichmentLogEntry {
    /// Positive.
    pub id: i64,
    /// The business.
    pub business_id: BusinessId,
    /// Who did it, such as `website`.
    pub provider: String,
    /// How it ended: `enriched`, `noWebsite`, `blockedByRobots`, `unreachable`, `parked`, `suppressed`, `nothingFound` or `failed`.
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

from_json!(deserialize EnrichmentLogEntry {
    id, business_id, provider, status, fields_written, cost_minor, currency, started_at, duration_ms, error, evidence,
});

/// A page of what enrichment did for a business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct HistoryQuery {
    /// Rows a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 20))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 4096))]
    pub cursor: Option<String>,
}

/// Where a value came from and how sure it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// The field of the business or contact.
    pub field: String,
    /// The value found.
    pub value: String,
    /// The page that holds it.
    pub source_url: String,
    /// The text around it.
    pub snippet: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
}

from_json!(deserialize Evidence { field, value, source_url, snippet, confidence });
