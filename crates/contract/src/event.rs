//! Events, server to client. Each is a committed row of the event log.

use serde::{Deserialize, Serialize};

use crate::json::{self, FromJson, Reading, Unfit};
use crate::{Business, BusinessId, JobCounts, JobId, JobProgress, JobStatus, Timestamp, from_json};

/// One event: `{seq, timestamp, type, data}`. The Socket.IO event's name is `type`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Grows by one with every event of the system.
    pub seq: u64,
    /// When the change was made.
    pub timestamp: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub payload: EventPayload,
}

impl FromJson for Event {
    fn from_json(json: &serde_json::Value, reading: &mut Reading) -> Self {
        let fields = reading.object(json);
        let seq = reading.field(fields, "seq");
        let timestamp = reading.field(fields, "timestamp");
        let name: String = reading.field(fields, "type");
        let data: serde_json::Value = reading.field(fields, "data");
        Self { seq, timestamp, payload: EventPayload::read(&name, &data, reading) }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::deserialize(deserializer)
    }
}

/// What happened: `type` and `data` of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "data")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EventPayload {
    /// A business was stored.
    #[serde(rename = "business:created")]
    BusinessCreated(Box<Business>),
    /// A business changed.
    #[serde(rename = "business:updated")]
    BusinessUpdated(Box<Business>),
    /// A business was deleted.
    #[serde(rename = "business:deleted")]
    BusinessDeleted(BusinessDeleted),
    /// Many businesses changed at once, as an import does it; fetch those that are on screen.
    #[serde(rename = "businesses:bulk-updated")]
    BusinessesBulkUpdated(BulkUpdated),
    /// A search went on.
    #[serde(rename = "scraping:progress")]
    ScrapingProgress(JobMoved),
    /// A search is done.
    #[serde(rename = "scraping:complete")]
    ScrapingComplete(ScrapingComplete),
    /// A search was given up.
    #[serde(rename = "scraping:failed")]
    ScrapingFailed(JobFailed),
    /// An enrichment went on.
    #[serde(rename = "enrichment:progress")]
    EnrichmentProgress(JobMoved),
    /// A business was enriched.
    #[serde(rename = "enrichment:complete")]
    EnrichmentComplete(EnrichmentComplete),
    /// An enrichment was given up.
    #[serde(rename = "enrichment:failed")]
    EnrichmentFailed(EnrichmentFailed),
    /// A job changed in another way: made, taken, cancelled, retried.
    #[serde(rename = "job:updated")]
    JobUpdated(JobUpdated),
    /// Figures changed; fetch them if they are on screen.
    #[serde(rename = "stats:updated")]
    StatsUpdated {},
}

impl EventPayload {
    /// The name of every event, in declared order.
    pub const NAMES: &'static [&'static str] = &[
        "business:created",
        "business:updated",
        "business:deleted",
        "businesses:bulk-updated",
        "scraping:progress",
        "scraping:complete",
        "scraping:failed",
        "enrichment:progress",
        "enrichment:complete",
        "enrichment:failed",
        "job:updated",
        "stats:updated",
    ];

    /// The payload of that `type` and `data`.
    ///
    /// # Errors
    /// When there is no such event, or the data is not its.
    pub fn from_parts(name: &str, data: &serde_json::Value) -> Result<Self, Unfit> {
        json::read_with(|reading| Self::read(name, data, reading))
    }

    fn read(name: &str, data: &serde_json::Value, reading: &mut Reading) -> Self {
        match name {
            "business:created" => Self::BusinessCreated(FromJson::from_json(data, reading)),
            "business:updated" => Self::BusinessUpdated(FromJson::from_json(data, reading)),
            "business:deleted" => Self::BusinessDeleted(FromJson::from_json(data, reading)),
            "businesses:bulk-updated" => Self::BusinessesBulkUpdated(FromJson::from_json(data, reading)),
            "scraping:progress" => Self::ScrapingProgress(FromJson::from_json(data, reading)),
            "scraping:complete" => Self::ScrapingComplete(FromJson::from_json(data, reading)),
            "scraping:failed" => Self::ScrapingFailed(FromJson::from_json(data, reading)),
            "enrichment:progress" => Self::EnrichmentProgress(FromJson::from_json(data, reading)),
            "enrichment:complete" => Self::EnrichmentComplete(FromJson::from_json(data, reading)),
            "enrichment:failed" => Self::EnrichmentFailed(FromJson::from_json(data, reading)),
            "job:updated" => Self::JobUpdated(FromJson::from_json(data, reading)),
            "stats:updated" => Self::StatsUpdated {},
            _ => {
                reading.refuse(format!("there is no event '{name}'"));
                Self::StatsUpdated {}
            }
        }
    }

    /// The event's name: `type` on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BusinessCreated(_) => "business:created",
            Self::BusinessUpdated(_) => "business:updated",
            Self::BusinessDeleted(_) => "business:deleted",
            Self::BusinessesBulkUpdated(_) => "businesses:bulk-updated",
            Self::ScrapingProgress(_) => "scraping:progress",
            Self::ScrapingComplete(_) => "scraping:complete",
            Self::ScrapingFailed(_) => "scraping:failed",
            Self::EnrichmentProgress(_) => "enrichment:progress",
            Self::EnrichmentComplete(_) => "enrichment:complete",
            Self::EnrichmentFailed(_) => "enrichment:failed",
            Self::JobUpdated(_) => "job:updated",
            Self::StatsUpdated {} => "stats:updated",
        }
    }
}

/// Told instead of a replay when `since` is older than the log, or from another log: fetch everything anew.
/// Not a row of the log.
pub const SYNC_RESET: &str = "sync:reset";

/// Data of [`SYNC_RESET`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncReset {
    /// Go on from here.
    pub seq: u64,
}

from_json!(deserialize SyncReset { seq });

/// Told when a replay has reached the present. Not a row of the log.
pub const SYNC_READY: &str = "sync:ready";

/// What a client sends in the Socket.IO handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Handshake {
    /// The last event that the client knows; absent: from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// An API token, of programs that cannot send it as a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Data of `business:deleted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessDeleted {
    /// The business that is gone.
    pub id: BusinessId,
    /// Its last version plus one.
    pub version: u64,
}

from_json!(deserialize BusinessDeleted { id, version });

/// Data of `businesses:bulk-updated`: `ids[i]` has `versions[i]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkUpdated {
    /// The businesses that were made or changed.
    pub ids: Vec<BusinessId>,
    /// Their versions now.
    pub versions: Vec<u64>,
}

from_json!(deserialize BulkUpdated { ids, versions });

/// Data of the progress events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobMoved {
    /// The job.
    pub job_id: JobId,
    /// Its version now.
    pub version: u64,
    /// How far it is.
    pub progress: JobProgress,
    /// What it counted so far.
    pub counts: JobCounts,
}

from_json!(deserialize JobMoved { job_id, version, progress, counts });

/// Data of `scraping:complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScrapingComplete {
    /// The job.
    pub job_id: JobId,
    /// Its version now.
    pub version: u64,
    /// Its final counts; they stand beside `jobId`.
    #[serde(flatten)]
    pub counts: JobCounts,
}

impl FromJson for ScrapingComplete {
    fn from_json(json: &serde_json::Value, reading: &mut Reading) -> Self {
        let fields = reading.object(json);
        let (job_id, version) = (reading.field(fields, "jobId"), reading.field(fields, "version"));
        Self { job_id, version, counts: JobCounts::from_json(json, reading) }
    }
}

impl<'de> Deserialize<'de> for ScrapingComplete {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::deserialize(deserializer)
    }
}

/// Data of `scraping:failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobFailed {
    /// The job.
    pub job_id: JobId,
    /// Its version now.
    pub version: u64,
    /// Why.
    pub error: String,
}

from_json!(deserialize JobFailed { job_id, version, error });

/// Data of `enrichment:complete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichmentComplete {
    /// The business.
    pub business_id: BusinessId,
    /// The job.
    pub job_id: JobId,
    /// The business's version now.
    pub version: u64,
}

from_json!(deserialize EnrichmentComplete { business_id, job_id, version });

/// Data of `enrichment:failed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrichmentFailed {
    /// The business.
    pub business_id: BusinessId,
    /// The job.
    pub job_id: JobId,
    /// Why.
    pub error: String,
}

from_json!(deserialize EnrichmentFailed { business_id, job_id, error });

/// Data of `job:updated`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobUpdated {
    /// The job.
    pub job_id: JobId,
    /// Its version now.
    pub version: u64,
    /// Where it stands.
    pub status: JobStatus,
}

from_json!(deserialize JobUpdated { job_id, version, status });

/// Which past events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct EventQuery {
    /// Only events after this one.
    pub since: u64,
    /// Most events, 1 to 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000, default = 200))]
    pub limit: Option<u32>,
}

/// Past events in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    /// The events after `since`, oldest first.
    pub data: Vec<Event>,
    /// The newest event of the log.
    pub latest_seq: u64,
    /// `since` is older than the log: events between are gone, fetch everything anew.
    pub reset: bool,
}

from_json!(deserialize EventPage { data, latest_seq, reset });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_flat_envelope() {
        let event = Event {
            seq: 7,
            timestamp: Timestamp::from_millis(0),
            payload: EventPayload::BusinessDeleted(BusinessDeleted { id: BusinessId(5), version: 3 }),
        };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            text,
            r#"{"seq":7,"timestamp":"1970-01-01T00:00:00.000Z","type":"business:deleted","data":{"id":5,"version":3}}"#
        );
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }

    #[test]
    fn empty_data_is_an_object() {
        let event =
            Event { seq: 1, timestamp: Timestamp::from_millis(0), payload: EventPayload::StatsUpdated {} };
        let value = serde_json::to_value(&event).unwrap();
        assert_eq!(value["data"], serde_json::json!({}));
        assert_eq!(serde_json::from_value::<Event>(value).unwrap(), event);
    }

    #[test]
    fn names_agree_with_the_wire() {
        let payload = EventPayload::ScrapingComplete(ScrapingComplete {
            job_id: JobId(uuid::Uuid::nil()),
            version: 2,
            counts: JobCounts { found: 3, saved: 2, merged: 1, ..JobCounts::default() },
        });
        let value = serde_json::to_value(&payload).unwrap();
        assert_eq!(value["type"], payload.name());
        assert_eq!(value["data"]["saved"], 2);
        assert!(EventPayload::NAMES.contains(&payload.name()));
    }

    #[test]
    fn every_name_is_read() {
        for name in EventPayload::NAMES {
            let error =
                EventPayload::from_parts(name, &serde_json::Value::Null).err().map(|error| error.to_string());
            assert!(error.is_none_or(|error| !error.contains("there is no event")), "{name}");
        }
        assert!(EventPayload::from_parts("business:renamed", &serde_json::Value::Null).is_err());
    }
}
