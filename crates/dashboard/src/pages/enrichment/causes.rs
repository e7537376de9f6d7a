//! Why enrichments failed, the commonest cause first, and another try for those of one cause.

use client::ApiError;
use contract::JobKind;
use contract::enrichment::{EnrichmentQueue, FailureCause};
use contract::job::RetryQuery;
use leptos::ev::SubmitEvent;
use markup::{Node, view};
use requery_leptos::UseQuery;

use crate::components::icon::{Icon, icon};
use crate::components::load::{lines, loaded, sentence};
use crate::{clock, data, format};

/// The list, with a form for each cause, which works without script too.
pub(super) fn causes(queue: UseQuery<EnrichmentQueue, ApiError>) -> Node {
    loaded(
        queue,
        || lines(3),
        |queue| {
            if queue.causes.is_empty() {
                return view! { <p class="muted panel__empty">"Nothing failed."</p> };
            }
            let rows = queue.causes.iter().map(row).collect::<Node>();
            view! { <ul class="list" aria-label="Causes">{rows}</ul> }
        },
    )
}

fn row(cause: &FailureCause) -> Node {
    let retry = data::enrichment::use_retry_failed();
    let which = RetryQuery { kind: Some(JobKind::Enrich), cause: Some(cause.cause.clone()) };
    let many = format::plural(cause.count, "lead", "leads");
    let title =
        if cause.cause.is_empty() { "No reason was given.".to_owned() } else { sentence(&cause.cause) };
    let label = format!("Retry {many}: {title}");
    view! {
        <li class="job-row job-row--wide">
            <div class="job-row__body">
                <p class="job-row__title">{title}</p>
                <p class="job-row__meta">
                    <span class="num">{many}</span>
                    {cause.last_at.map(|at| view! { <span>"last "{clock::time(at)}</span> })}
                </p>
            </div>
            <form method="post" action="/enrichment/retry" on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                data::act(retry, which.clone(), Some("They wait for another try."));
            }>
                <input type="hidden" name="cause" value=cause.cause.clone()/>
                <button type="submit" class="btn" aria-label=label prop:disabled=move || retry.is_pending()>
                    {icon(Icon::Retry)}
                    <span>"Retry"</span>
                </button>
            </form>
        </li>
    }
}
