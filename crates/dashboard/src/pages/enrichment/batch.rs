//! One batch: how far it is, and where each of its businesses stands.

use contract::enrichment::{BatchItem, EnrichmentBatch};
use contract::{JobId, JobStatus};
use markup::{Node, view};

use crate::components::badge::{Tone, badge, job_badge, outcome};
use crate::components::job::{Phase, job_actions, progress};
use crate::components::load::{lines, loaded, sentence};
use crate::components::panel::panel;
use crate::reaction::{Derived, derive};
use crate::{data, format, routes, search_job};

/// The most businesses that are listed.
const SHOWN: usize = 200;

/// The panel of the batch; nothing where there is none.
pub(super) fn batch_panel(shown: Derived<Option<JobId>>) -> Node {
    let is_there = derive(move || shown.get().is_some());
    view! { {move || is_there.get().then(|| of_batch(shown))} }
}

fn of_batch(shown: Derived<Option<JobId>>) -> Node {
    let batch = data::enrichment::batch(move || shown.try_get().flatten());
    let phase = derive(move || batch.data().map(|batch| Phase::of(&batch.job)));
    let actions = view! { {move || phase.get().map(job_actions)} };
    panel("batch", "Leads of this batch", actions, loaded(batch, || lines(6), |batch| standing(&batch)))
}

fn standing(batch: &EnrichmentBatch) -> Node {
    let counts = batch.job.counts;
    let total = batch.items.len() as u64;
    let done = format!("{} of {} done", format::number(counts.found), format::plural(total, "lead", "leads"));
    // A batch that is done says so itself.
    let is_open = counts.failed > 0 && batch.job.status != JobStatus::Completed;
    let failed = is_open.then(|| format!("{} failed", format::number(counts.failed)));
    let mut items: Vec<&BatchItem> = batch.items.iter().collect();
    items.sort_by_key(|item| rank(item.status));
    let left = items.len().saturating_sub(SHOWN) as u64;
    let left = (left > 0).then(|| format!("{} more, in the order of where they stand", format::number(left)));
    let rows = items.into_iter().take(SHOWN).map(row).collect::<Node>();
    view! {
        <p class="status-line">
            {job_badge(&batch.job)}
            <span class="num">{done}</span>
            {failed.map(|failed| view! { <span class="num">{failed}</span> })}
            <a href=routes::jobs_of(batch.job.job_id)>"Jobs of this batch"</a>
        </p>
        {(!batch.job.status.is_finished()).then(|| progress(&batch.job))}
        <ul class="list items" aria-label="Leads of this batch">{rows}</ul>
        {left.map(|left| view! { <p class="muted">{left}</p> })}
    }
}

/// What needs somebody comes first, what is done last.
fn rank(status: JobStatus) -> u8 {
    match status {
        JobStatus::Failed => 0,
        JobStatus::Running => 1,
        JobStatus::Pending => 2,
        JobStatus::Cancelled => 3,
        JobStatus::Completed => 4,
    }
}

fn row(item: &BatchItem) -> Node {
    let name = match &item.name {
        Some(name) => {
            view! { <a class="lead-line__name" href=routes::lead(item.business_id) data-row="">{name.clone()}</a> }
        }
        None => {
            view! { <span class="muted">{format!("Lead {}, deleted meanwhile", item.business_id)}</span> }
        }
    };
    let error = item.error.as_deref().filter(|_| item.status == JobStatus::Failed);
    let (tone, text) = stand(item);
    view! {
        <li class="lead-line">
            {name}
            {badge(tone, text)}
            {error.map(|error| view! { <span class="lead-line__what muted">{sentence(error)}</span> })}
        </li>
    }
}

/// Where a business stands, and how its enrichment ended.
fn stand(item: &BatchItem) -> (Tone, &'static str) {
    let word = search_job::word(item.status);
    match item.status {
        JobStatus::Completed => item.outcome.as_deref().and_then(outcome).unwrap_or((Tone::Good, word)),
        JobStatus::Failed => (Tone::Bad, word),
        JobStatus::Running => (Tone::Busy, word),
        JobStatus::Pending | JobStatus::Cancelled => (Tone::Neutral, word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::BusinessId;

    fn item(status: JobStatus, outcome: Option<&str>) -> BatchItem {
        let job_id = JobId(uuid::Uuid::nil());
        let outcome = outcome.map(str::to_owned);
        BatchItem { business_id: BusinessId(1), name: None, job_id, status, outcome, error: None }
    }

    #[test]
    fn an_end_says_which_one_it_was() {
        let check = |status, outcome, expect| assert_eq!(stand(&item(status, outcome)), expect);
        check(JobStatus::Completed, Some("enriched"), (Tone::Good, "Enriched"));
        check(JobStatus::Completed, Some("parked"), (Tone::Warning, "Domain is parked"));
        check(JobStatus::Completed, Some("new in a later version"), (Tone::Good, "Done"));
        check(JobStatus::Pending, None, (Tone::Neutral, "Waiting"));
        check(JobStatus::Failed, Some("enriched"), (Tone::Bad, "Failed"));
    }

    #[test]
    fn what_failed_comes_first_and_what_is_done_last() {
        let mut all: Vec<_> = JobStatus::ALL.to_vec();
        all.sort_by_key(|status| rank(*status));
        assert_eq!((all[0], all[4]), (JobStatus::Failed, JobStatus::Completed));
    }
}
