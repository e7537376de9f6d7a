//! A job in a list, its progress bar, and what can be done with it.

use contract::{Job, JobId, JobStatus};
use leptos::ev::SubmitEvent;
use markup::{Node, view};

use crate::components::badge::job_badge;
use crate::components::icon::{Icon, icon};
use crate::components::load::sentence;
use crate::{clock, data, format, routes, search_job};

/// One line about a job: title, where it stands, what it counted, and its bar while it runs.
pub(crate) fn job_row(job: &Job) -> Node {
    view! { <li class="job-row">{job_row_parts(job)}</li> }
}

/// What stands in such a line.
pub(crate) fn job_row_parts(job: &Job) -> Node {
    view! {
            <div class="job-row__head">
                <a class="job-row__title" href=routes::job(job.job_id) data-row="">{search_job::title(job)}</a>
                {job_badge(job)}
            </div>
            <p class="job-row__meta">
                <span>{search_job::counted(job)}</span>
                <span class="muted">{clock::time(job.created_at)}</span>
            </p>
            {has_progress(job).then(|| progress(job))}
            {job.error.as_deref().map(|error| view! { <p class="job-row__error">{sentence(error)}</p> })}
    }
}

/// Whether a bar says something: the job runs, or stopped on its way.
pub(crate) fn has_progress(job: &Job) -> bool {
    match job.status {
        JobStatus::Running => true,
        JobStatus::Pending | JobStatus::Failed | JobStatus::Cancelled => job.progress.done > 0,
        JobStatus::Completed => false,
    }
}

/// The bar of a job with its numbers; without a total it shows only that something moves.
pub(crate) fn progress(job: &Job) -> Node {
    let done = job.progress.done;
    let total = job.progress.total.map(|total| total.max(1));
    let value = total.map(|total| done.min(total).to_string());
    view! {
        <div class="progress">
            <progress class="progress__bar" aria-label="Progress" max=total.map(|total| total.to_string()) value=value>
            </progress>
            <p class="progress__text">
                <span>{stage(job)}</span>
                <span class="num">{numbers(done, job.progress.total)}</span>
            </p>
        </div>
    }
}

fn stage(job: &Job) -> String {
    match (&job.progress.message, job.status) {
        (_, JobStatus::Pending) => search_job::status_label(job).to_owned(),
        (Some(message), _) => message.clone(),
        (None, _) if job.progress.stage.is_empty() => search_job::status_label(job).to_owned(),
        (None, _) => format::label(&job.progress.stage),
    }
}

fn numbers(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{} of {}", format::number(done), format::number(total)),
        None => format::number(done),
    }
}

/// What decides what can be done with a job; progress does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phase {
    id: JobId,
    status: JobStatus,
    cancel_requested: bool,
}

impl Phase {
    /// The job's phase.
    pub(crate) fn of(job: &Job) -> Self {
        Self { id: job.job_id, status: job.status, cancel_requested: job.cancel_requested }
    }
}

/// Stop, for a job that goes on; try again, for one that was given up or stopped.
pub(crate) fn job_actions(phase: Phase) -> Node {
    match phase.status {
        JobStatus::Pending | JobStatus::Running => cancel_form(phase.id, phase.cancel_requested),
        JobStatus::Failed | JobStatus::Cancelled => retry_form(phase.id),
        JobStatus::Completed => Node::nothing(),
    }
}

fn cancel_form(id: JobId, requested: bool) -> Node {
    let cancel = data::use_cancel_job();
    let waiting = move || requested || cancel.is_pending();
    view! {
        <form method="post" action=format!("/jobs/{id}/cancel") on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            data::act(cancel, id, None);
        }>
            <button type="submit" class="btn" prop:disabled=waiting>
                {icon(Icon::Stop)}
                <span>{move || if waiting() { "Stopping" } else { "Cancel" }}</span>
            </button>
        </form>
    }
}

fn retry_form(id: JobId) -> Node {
    let retry = data::use_retry_job();
    view! {
        <form method="post" action=format!("/jobs/{id}/retry") on:submit=move |event: SubmitEvent| {
            event.prevent_default();
            data::act(retry, id, None);
        }>
            <button type="submit" class="btn" prop:disabled=move || retry.is_pending()>
                {icon(Icon::Retry)}
                <span>"Retry"</span>
            </button>
        </form>
    }
}
