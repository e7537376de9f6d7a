//! Small labels that say where a thing stands.

use contract::{EmailStatus, EnrichmentStatus, Job, JobStatus, OperatingStatus};
use markup::{Node, view};

use crate::{format, leads_url, search_job};

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
    let (tone, text) = stand(job);
    badge(tone, text)
}

/// What of a batch failed is said with its end, which is no good one then.
fn stand(job: &Job) -> (Tone, String) {
    let failed = job.counts.failed;
    let tone = match job.status {
        JobStatus::Pending | JobStatus::Cancelled => Tone::Neutral,
        JobStatus::Running => Tone::Busy,
        JobStatus::Completed if failed > 0 => {
            return (Tone::Warning, format!("Done, {} failed", format::number(failed)));
        }
        JobStatus::Completed => Tone::Good,
        JobStatus::Failed => Tone::Bad,
    };
    (tone, search_job::status_label(job).to_owned())
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

/// How an enrichment ended, by the word of the log; nothing for a word that is not known.
pub(crate) fn outcome(word: &str) -> Option<(Tone, &'static str)> {
    let label = match word {
        "enriched" => (Tone::Good, "Enriched"),
        "nothingFound" => (Tone::Neutral, "Nothing new"),
        "noWebsite" => (Tone::Neutral, "No website"),
        "blockedByRobots" => (Tone::Warning, "Website wants no robots"),
        "parked" => (Tone::Warning, "Domain is parked"),
        "suppressed" => (Tone::Neutral, "Suppressed"),
        "unreachable" => (Tone::Bad, "Not reached"),
        "failed" => (Tone::Bad, "Failed"),
        _ => return None,
    };
    Some(label)
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

#[cfg(test)]
mod tests {
    use contract::JobCounts;
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_batch_of_which_a_part_failed_is_no_good_end() {
        let batch = |status, failed| {
            let counts = JobCounts { found: 3, failed, ..JobCounts::default() };
            stand(&Job { counts, ..samples::search(status, json!({})) })
        };
        assert_eq!(batch(JobStatus::Completed, 0), (Tone::Good, "Done".to_owned()));
        assert_eq!(batch(JobStatus::Completed, 1), (Tone::Warning, "Done, 1 failed".to_owned()));
        assert_eq!(batch(JobStatus::Running, 1), (Tone::Busy, "Running".to_owned()));
        assert_eq!(batch(JobStatus::Failed, 3), (Tone::Bad, "Failed".to_owned()));
    }
}
