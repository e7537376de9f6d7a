//! All jobs, live.

use contract::job::JobQuery;
use contract::{Job, JobId, JobStatus};
use markup::{Node, keyed, view};

use crate::address::use_address;
use crate::components::badge::job_badge;
use crate::components::icon::{Icon, icon};
use crate::components::job::{Phase, has_progress, job_actions, progress};
use crate::components::load::{lines, load_of, missing, sentence, stale_line};
use crate::components::panel::{empty, link_button, page_head};
use crate::reaction::{Derived, derive};
use crate::{clock, data, format, routes, search_job};

/// The page.
pub(crate) fn jobs_page() -> Node {
    let search = use_address().search;
    let query = derive(move || search.with(|search| routes::job_query(search)));
    let list = data::jobs(move || query.get());
    view! {
        {page_head(|| "Jobs".to_owned(), link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads"))}
        {move || tabs(&query.get())}
        {move || query.get().parent_id.map(of_batch)}
        {listing(list, query)}
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

/// Says that the list is of one batch, and leads to its leads and to all jobs.
fn of_batch(batch: JobId) -> Node {
    view! {
        <p class="status-line">
            <span class="muted">"The jobs of one batch."</span>
            <a href=routes::batch(batch)>"Its leads"</a>
            <a href="/jobs">"All jobs"</a>
        </p>
    }
}

/// The list is made once; its rows follow their jobs one by one.
fn listing(list: data::Jobs, query: Derived<JobQuery>) -> Node {
    let load = load_of(list);
    let has_rows = derive(move || list.data().map(|page| !page.data.is_empty()));
    let body = move || match has_rows.get() {
        None => view! { {move || missing(load, || lines(8))} },
        Some(false) => view! { {move || nothing(&query.get())} },
        Some(true) => rows(list, query),
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

fn rows(list: data::Jobs, query: Derived<JobQuery>) -> Node {
    let ids = move || {
        list.data().map(|page| page.data.iter().map(|job| job.job_id).collect::<Vec<_>>()).unwrap_or_default()
    };
    let job_of = move |id: JobId| {
        derive(move || list.data().and_then(|page| page.data.iter().find(|job| job.job_id == id).cloned()))
    };
    view! {
        <p class="muted">{move || list.data().map(|page| format::plural(page.meta.total, "job", "jobs"))}</p>
        <ul class="list list--framed" aria-label="Jobs">
            {keyed(ids, |id: &JobId| id.0.as_u64_pair(), move |id| job_item(job_of(id)))}
        </ul>
        {move || list.data().map(|page| older_and_newer(&query.get(), page.meta.next_cursor.clone()))}
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
