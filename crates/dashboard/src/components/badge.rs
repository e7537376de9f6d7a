//! Small labels that say where a thing stands.

use contract::{EmailStatus, EnrichmentStatus, Job, JobStatus, OperatingStatus};
use markup::{Node, view};

use crate::{leads_url, search_job};

/// What a label's colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Busy,
    Good,
    Warning,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "badge",
            Self::Busy => "badge badge--busy",
            Self::Good => "badge badge--good",
            Self::Warning => "badge badge--warning",
            Self::Bad => "badge badge--bad",
        }
    }
}

/// A label.
pub(crate) fn badge(tone: Tone, text: impl Into<String>) -> Node {
    view! { <span class=tone.class()>{text.into()}</span> }
}

/// Where a job stands.
pub(crate) fn job_badge(job: &Job) -> Node {
    let tone = match job.status {
        JobStatus::Pending | JobStatus::Cancelled => Tone::Neutral,
        JobStatus::Running => Tone::Busy,
        JobStatus::Completed => Tone::Good,
        JobStatus::Failed => Tone::Bad,
    };
    badge(tone, search_job::status_label(job))
}

/// Where enrichment of a lead stands.
pub(crate) fn enrichment_badge(status: EnrichmentStatus) -> Node {
    let tone = match status {
        EnrichmentStatus::Pending => Tone::Neutral,
        EnrichmentStatus::Enriching => Tone::Busy,
        EnrichmentStatus::Enriched => Tone::Good,
        EnrichmentStatus::Failed => Tone::Bad,
    };
    badge(tone, leads_url::status_label(status))
}

/// A label for a lead that does not trade now; nothing for one that does.
pub(crate) fn operating_badge(status: OperatingStatus) -> Option<Node> {
    match status {
        OperatingStatus::Open => None,
        OperatingStatus::TemporarilyClosed => Some(badge(Tone::Warning, "Temporarily closed")),
        OperatingStatus::PermanentlyClosed => Some(badge(Tone::Bad, "Closed for good")),
    }
}

/// What is known of an e-mail address; nothing where it was not checked.
pub(crate) fn email_badge(status: EmailStatus) -> Option<Node> {
    match status {
        EmailStatus::Safe => Some(badge(Tone::Good, "Verified")),
        EmailStatus::Risky => Some(badge(Tone::Warning, "Risky")),
        EmailStatus::Invalid => Some(badge(Tone::Bad, "Does not arrive")),
        EmailStatus::Unknown => None,
    }
}
