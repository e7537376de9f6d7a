//! All jobs, live.

use client::ApiError;
use contract::job::{JobQuery, RetriedJobs, RetryQuery};
use contract::{Job, JobId, JobKind, JobStatus};
use leptos::ev::SubmitEvent;
use markup::{Node, keyed, view};
use requery_leptos::UseMutation;

use crate::address::use_address;
use crate::components::badge::job_badge;
use crate::components::icon::{Icon, icon};
use crate::components::job::{Phase, has_progress, job_actions, progress};
use crate::components::load::{lines, load_of, missing, sentence, stale_line};
use crate::components::panel::{empty, link_button, page_head};
use crate::reaction::{Derived, derive};
use crate::{clock, data, format, routes, search_job};

/// Kinds of jobs that a list is of, as people call them.
const KINDS: [(Option<JobKind>, &str); 6] = [
    (None, "All kinds"),
    (Some(JobKind::Scrape), "Searches"),
    (Some(JobKind::Import), "Imports"),
    (Some(JobKind::Enrich), "Enrichments"),
    (Some(JobKind::BatchEnrich), "Batches"),
    (Some(JobKind::Bulk), "Changes of many"),
];

/// The most jobs that one request puts back into the queue.
const AT_ONCE: u64 = 1000;

/// Failed jobs that are put back together.
type Retry = UseMutation<RetriedJobs, ApiError, RetryQuery>;

/// The page.
pub(crate) fn jobs_page() -> Node {
    let search = use_address().search;
    let query = derive(move || search.with(|search| routes::job_query(search)));
    let list = data::jobs(move || query.get());
    let title = move || {
        let of_batch = query.with(|query| query.parent_id.is_some());
        if of_batch { "Jobs of this batch".to_owned() } else { "Jobs".to_owned() }
    };
    // It outlives the rows that it takes away.
    let retry = data::enrichment::use_retry_failed();
    view! {
        {page_head(title, link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads"))}
        {move || tabs(&query.get())}
        {move || match query.get().parent_id {
            Some(batch) => of_batch(batch),
            None => kinds(&query.get()),
        }}
        {listing(list, query, retry)}
    }
}

fn tabs(query: &JobQuery) -> Node {
    let tab = |status: Option<JobStatus>, text: &'static str| {
        let target = JobQuery { status, kind: query.kind, parent_id: query.parent_id, ..Default::default() };
        let current = (query.status == status).then_some("page");
        view! { <li><a class="tab" href=routes::jobs_url(&target) aria-current=current>{text}</a></li> }
    };
    view! {
        <nav aria-label="Jobs by status">
            <ul class="tabs">
                {tab(None, "All")}
                {tab(Some(JobStatus::Running), "Running")}
                {tab(Some(JobStatus::Pending), "Waiting")}
                {tab(Some(JobStatus::Completed), "Done")}
                {tab(Some(JobStatus::Failed), "Failed")}
                {tab(Some(JobStatus::Cancelled), "Cancelled")}
            </ul>
        </nav>
    }
}

/// All jobs of a batch are of one kind.
fn kinds(query: &JobQuery) -> Node {
    let kind = |(kind, text): (Option<JobKind>, &'static str)| {
        let target = JobQuery { kind, status: query.status, ..Default::default() };
        let is_current = query.kind == kind;
        let class = if is_current { "chip chip--on" } else { "chip" };
        let current = is_current.then_some("page");
        view! { <li><a class=class href=routes::jobs_url(&target) aria-current=current>{text}</a></li> }
    };
    view! {
        <nav aria-label="Jobs by kind"><ul class="filters">{KINDS.into_iter().map(kind).collect::<Node>()}</ul></nav>
    }
}

/// Leads from the list of one batch to its leads and to all jobs.
fn of_batch(batch: JobId) -> Node {
    view! {
        <p class="status-line">
            <a href=routes::batch(batch)>"Leads of this batch"</a>
            <a href="/jobs">"All jobs"</a>
        </p>
    }
}

/// The list is made once; its rows follow their jobs one by one.
fn listing(list: data::Jobs, query: Derived<JobQuery>, retry: Retry) -> Node {
    let load = load_of(list);
    let has_rows = derive(move || list.data().map(|page| !page.data.is_empty()));
    let body = move || match has_rows.get() {
        None => view! { {move || missing(load, || lines(8))} },
        Some(false) => view! { {move || nothing(&query.get())} },
        Some(true) => rows(list, query, retry),
    };
    view! {
        {body}
        {stale_line(load, derive(move || has_rows.get().is_some()))}
    }
}

fn nothing(query: &JobQuery) -> Node {
    if query == &JobQuery::default() {
        let text = "Searches and imports are listed here while they run and afterwards.";
        return empty(Icon::Jobs, "No jobs yet", text, Node::nothing());
    }
    let all = link_button("btn", "/jobs".to_owned(), Icon::Jobs, "All jobs");
    empty(Icon::Jobs, "No such jobs", "No job stands there at present.", all)
}

fn rows(list: data::Jobs, query: Derived<JobQuery>, retry: Retry) -> Node {
    let ids = move || {
        list.data().map(|page| page.data.iter().map(|job| job.job_id).collect::<Vec<_>>()).unwrap_or_default()
    };
    let job_of = move |id: JobId| {
        derive(move || list.data().and_then(|page| page.data.iter().find(|job| job.job_id == id).cloned()))
    };
    view! {
        <div class="active">
            <p class="active__total">{move || list.data().map(|page| format::plural(page.meta.total, "job", "jobs"))}</p>
            {move || list.data().and_then(|page| retry_all(&query.get(), page.meta.total, retry))}
        </div>
        <ul class="list list--framed" aria-label="Jobs">
            {keyed(ids, |id: &JobId| id.0.as_u64_pair(), move |id| job_item(job_of(id)))}
        </ul>
        {move || list.data().map(|page| older_and_newer(&query.get(), page.meta.next_cursor.clone()))}
    }
}

/// Another try for all that failed, once somebody has seen how many they are. It works without script too.
fn retry_all(query: &JobQuery, failed: u64, retry: Retry) -> Option<Node> {
    let which = retried_by(query)?;
    let kind = query.kind.map(|kind| kind.to_string());
    let label = format!("Retry {}", format::plural(failed.min(AT_ONCE), "job", "jobs"));
    let view = view! {
        <div class="with-all">
            <details class="menu menu--end">
                <summary class="btn">{icon(Icon::Retry)}<span>"Retry all failed"</span></summary>
                <form class="menu__list menu__ask" method="post" action="/jobs/retry-failed"
                    on:submit=move |event: SubmitEvent| {
                        event.prevent_default();
                        data::enrichment::retry_all(retry, which.clone(), told);
                    }>
                    <p>{asked(failed)}</p>
                    <input type="hidden" name="kind" value=kind/>
                    <button type="submit" class="btn btn--primary" prop:disabled=move || retry.is_pending()>
                        <span>{label}</span>
                    </button>
                </form>
            </details>
        </div>
    };
    Some(view)
}

/// What is tried again with all of the list; nothing where the list is not of all that failed. Batches go on by their
/// leads, and one of them has a button of its own.
fn retried_by(query: &JobQuery) -> Option<RetryQuery> {
    let is_of_failed = query.status == Some(JobStatus::Failed) && query.parent_id.is_none();
    let is_of_batches = query.kind == Some(JobKind::BatchEnrich);
    (is_of_failed && !is_of_batches).then_some(RetryQuery { kind: query.kind, cause: None })
}

/// What is about to be done.
fn asked(failed: u64) -> String {
    let jobs = format::plural(failed, "failed job", "failed jobs");
    let goes = if failed == 1 { "goes" } else { "go" };
    if failed > AT_ONCE {
        let first = format::number(AT_ONCE);
        return format!("The oldest {first} of {jobs} go back into the queue, a batch by its leads.");
    }
    format!("{jobs} {goes} back into the queue, a batch by its leads.")
}

/// What was done.
fn told(answer: &RetriedJobs) -> String {
    let verb = if answer.retried == 1 { "waits" } else { "wait" };
    let retried = format!("{} {verb} for another try.", format::plural(answer.retried, "job", "jobs"));
    match answer.remaining {
        0 => retried,
        left => {
            let verb = if left == 1 { "is" } else { "are" };
            format!("{retried} {} {verb} left.", format::plural(left, "failed job", "failed jobs"))
        }
    }
}

fn older_and_newer(query: &JobQuery, next: Option<String>) -> Node {
    let older = next.map(|cursor| {
        let target = JobQuery { cursor: Some(cursor), ..query.clone() };
        link_button("btn", routes::jobs_url(&target), Icon::ChevronRight, "Older jobs")
    });
    let newest = query.cursor.is_some().then(|| {
        let target = JobQuery { cursor: None, ..query.clone() };
        link_button("btn", routes::jobs_url(&target), Icon::ChevronLeft, "Newest jobs")
    });
    view! { <nav class="pages" aria-label="Pages">{newest}{older}</nav> }
}

fn job_item(job: Derived<Option<Job>>) -> Node {
    let phase = derive(move || job.with(|job| job.as_ref().map(Phase::of)));
    view! {
        <li class="job-row job-row--wide">
            <div class="job-row__body">{move || job.with(|job| job.as_ref().map(job_facts))}</div>
            {move || phase.get().map(job_actions)}
        </li>
    }
}

fn job_facts(job: &Job) -> Node {
    let took =
        job.started_at.zip(job.finished_at).map(|(from, to)| format!("took {}", format::duration(from, to)));
    let attempts = (job.attempt > 1).then(|| format!("attempt {} of {}", job.attempt, job.max_attempts));
    view! {
        <div class="job-row__head">
            <a class="job-row__title" href=routes::job(job.job_id) data-row="">{search_job::title(job)}</a>
            {job_badge(job)}
        </div>
        <p class="job-row__meta">
            <span>{search_job::counted(job)}</span>
            <span class="muted">{clock::time(job.created_at)}</span>
            {took.map(|took| view! { <span class="muted">{took}</span> })}
            {attempts.map(|attempts| view! { <span class="muted">{attempts}</span> })}
        </p>
        {has_progress(job).then(|| progress(job))}
        {job.error.as_deref().map(|error| view! { <p class="job-row__error">{icon(Icon::Alert)}{sentence(error)}</p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_failed_jobs_are_tried_again_where_all_of_them_are_listed() {
        let which = |search: &str| retried_by(&routes::job_query(search));
        assert_eq!(which("status=failed"), Some(RetryQuery::default()));
        let enrichments = RetryQuery { kind: Some(JobKind::Enrich), cause: None };
        assert_eq!(which("kind=enrich&status=failed"), Some(enrichments));
        let batch = "status=failed&parentId=019f0000-0000-7000-8000-000000000001";
        for search in ["", "status=completed", "kind=batchEnrich&status=failed", batch] {
            assert_eq!(which(search), None, "{search}");
        }
    }

    #[test]
    fn how_many_are_tried_again_is_said_before_and_after() {
        assert_eq!(asked(1), "1 failed job goes back into the queue, a batch by its leads.");
        assert_eq!(asked(1000), "1,000 failed jobs go back into the queue, a batch by its leads.");
        assert!(asked(1234).starts_with("The oldest 1,000 of 1,234 failed jobs go back"));
        let told = |retried, remaining| told(&RetriedJobs { retried, remaining });
        assert_eq!(told(1, 0), "1 job waits for another try.");
        assert_eq!(told(1000, 234), "1,000 jobs wait for another try. 234 failed jobs are left.");
    }
}
