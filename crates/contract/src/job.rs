//! Long work: jobs, their progress and their counts.

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::{FieldError, JobId, Timestamp, from_json};

/// The longest cause of a failure that is asked for, in characters.
const MAX_CAUSE: usize = 4000;

word_enum! {
    /// What a job does.
    JobKind {
        /// Finds places and stores them as businesses.
        Scrape = "scrape",
        /// Enriches one business.
        Enrich = "enrich",
        /// Enriches many businesses, one child job each.
        BatchEnrich = "batchEnrich",
        /// Reads a file of places.
        Import = "import",
        /// Writes a file of businesses.
        Export = "export",
        /// Does one thing to many businesses.
        Bulk = "bulk",
    }
}

word_enum! {
    /// Where a job stands.
    JobStatus {
        /// Waits for a worker, or for its next attempt.
        Pending = "pending",
        /// A worker holds it.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Given up after its last attempt.
        Failed = "failed",
        /// Stopped on request.
        Cancelled = "cancelled",
    }
}

impl JobStatus {
    /// Whether the job will not change any more unless it is retried.
    #[must_use]
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// A unit of durable work.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// UUIDv7.
    pub job_id: JobId,
    /// Grows by one with every change of the row.
    pub version: u64,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub status: JobStatus,
    /// A stop was asked for and the worker has not yet come to it.
    pub cancel_requested: bool,
    /// What it was asked to do; the kind's request.
    pub request: serde_json::Value,
    /// How far it is.
    pub progress: JobProgress,
    /// What it counted so far.
    pub counts: JobCounts,
    /// What came out; the kind's result.
    pub result: Option<serde_json::Value>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Attempts begun.
    pub attempt: u32,
    /// Attempts allowed.
    pub max_attempts: u32,
    /// The batch that it belongs to.
    pub parent_id: Option<JobId>,
    /// Who asked for it.
    pub created_by: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it completed, failed or was cancelled.
    pub finished_at: Option<Timestamp>,
}

from_json!(deserialize Job {
    job_id, version, kind, status, cancel_requested, request, progress, counts, result, error,
    attempt, max_attempts, parent_id, created_by, created_at, started_at, finished_at,
});

/// How far a job is. `done` of `total` units of `stage`; `total` is absent while it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobProgress {
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: Option<u64>,
    /// What is being done, such as `reading` or `saving`.
    pub stage: String,
    /// The stage in words for people.
    pub message: Option<String>,
}

from_json!(deserialize JobProgress { done or default, total, stage or default, message });

/// What a job counted. For places: `found` = `saved` + `merged` + `rejected` + `closed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobCounts {
    /// Records that answer the request.
    pub found: u64,
    /// New businesses.
    pub saved: u64,
    /// Records of businesses already known, in this run or before.
    pub merged: u64,
    /// Records that could not be used, each with a reason.
    pub rejected: u64,
    /// Records of places that closed for good, left out.
    pub closed: u64,
    /// Records from which an address was left out because it is on the suppression list; they count elsewhere too.
    pub suppressed: u64,
    /// Units of work that failed.
    pub failed: u64,
}

from_json!(deserialize JobCounts {
    found or default, saved or default, merged or default, rejected or default, closed or default,
    suppressed or default, failed or default,
});

/// The answer to a request for long work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobAccepted {
    /// Ask `/api/jobs/{jobId}` how it goes.
    pub job_id: JobId,
    /// `pending`.
    pub status: JobStatus,
}

from_json!(deserialize JobAccepted { job_id, status });

/// Which jobs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct JobQuery {
    /// Only jobs of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<JobKind>,
    /// Only jobs that stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<JobStatus>,
    /// Only the members of this batch; without it the list holds no members of batches but those that failed, where
    /// failed jobs are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<JobId>,
    /// Rows a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 20))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 4096))]
    pub cursor: Option<String>,
}

/// Which of the failed jobs are meant; without any, all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct RetryQuery {
    /// Only jobs of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<JobKind>,
    /// Only jobs whose `error` is exactly this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 4000))]
    pub cause: Option<String>,
}

impl RetryQuery {
    /// What is wrong with the query, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let long = self.cause.as_ref().is_some_and(|cause| cause.chars().count() > MAX_CAUSE);
        if long {
            Err(vec![FieldError::new("cause", "range", "give at most 4000 characters")])
        } else {
            Ok(())
        }
    }
}

/// What became of a request to retry whatever failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetriedJobs {
    /// Jobs that wait for a worker again; at most 1,000 by one request.
    pub retried: u64,
    /// Failed jobs that are left; ask again for them.
    pub remaining: u64,
}

from_json!(deserialize RetriedJobs { retried, remaining });

/// A page of the failed jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct FailedJobQuery {
    /// Rows a page, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 20))]
    pub limit: Option<u32>,
    /// `nextCursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 4096))]
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_a_bounded_length() {
        let of = |cause: String| RetryQuery { kind: None, cause: Some(cause) }.validate();
        assert_eq!((RetryQuery::default().validate(), of("é".repeat(4000))), (Ok(()), Ok(())));
        assert_eq!(of("x".repeat(4001)).unwrap_err()[0].field, "cause");
    }
}
