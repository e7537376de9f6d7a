//! Enrichment: how many businesses wait, batches with where each business stands, why others failed, and who enriches at
//! what cost. Every number counts stored rows.

mod batch;
mod causes;
mod providers;

use contract::enrichment::EnrichmentQueue;
use contract::{Job, JobId};
use markup::{Node, view};

use crate::address::use_address;
use crate::components::icon::Icon;
use crate::components::job::job_row_parts;
use crate::components::load::{lines, loaded};
use crate::components::panel::{link_button, page_head, panel};
use crate::reaction::{Derived, derive};
use crate::{data, format, routes};

/// The page.
pub(crate) fn enrichment_page() -> Node {
    let search = use_address().search;
    let (queue, batches) = (data::enrichment::queue(), data::enrichment::batches());
    let shown = derive(move || {
        let newest = || batches.data().and_then(|jobs| jobs.first().map(|job| job.job_id));
        search.with(|search| routes::batch_of(search)).or_else(newest)
    });
    let to_enrich = link_button(
        "btn btn--primary",
        "/leads?enrichmentStatus=pending".to_owned(),
        Icon::Leads,
        "Leads to enrich",
    );
    let all = view! { <a class="panel__more" href="/jobs?kind=batchEnrich">"All batches"</a> };
    view! {
        {page_head(|| "Enrichment".to_owned(), to_enrich)}
        {panel("queue", "Queue", Node::nothing(), loaded(queue, || lines(2), |queue| standing(&queue)))}
        <div class="columns">
            {panel("batches", "Batches", all, loaded(batches, || lines(4), move |jobs| list(&jobs, shown)))}
            {panel("causes", "Failures by cause", Node::nothing(), causes::causes(queue))}
        </div>
        {batch::batch_panel(shown)}
        {panel("providers", "Providers", Node::nothing(), providers::providers())}
    }
}

fn standing(queue: &EnrichmentQueue) -> Node {
    let count = |name: &'static str, value: u64, about: &'static str| {
        view! { <div class="count" title=about><dt>{name}</dt><dd>{format::number(value)}</dd></div> }
    };
    view! {
        <dl class="counts counts--four">
            {count("Waiting", queue.waiting, "Leads whose turn has not come")}
            {count("Running", queue.running, "Leads that are being enriched now")}
            {count("Done", queue.completed, "Enrichments that came to their end, as far as their jobs are kept")}
            {count("Failed", queue.failed, "Enrichments that were given up, as far as their jobs are kept")}
        </dl>
    }
}

fn list(jobs: &[Job], shown: Derived<Option<JobId>>) -> Node {
    if jobs.is_empty() {
        return view! {
            <p class="muted panel__empty">"Batches appear here. Choose leads and press Enrich all to begin one."</p>
        };
    }
    let rows = jobs.iter().map(|job| batch_row(job, shown)).collect::<Node>();
    view! { <ul class="list">{rows}</ul> }
}

fn batch_row(job: &Job, shown: Derived<Option<JobId>>) -> Node {
    let id = job.job_id;
    let href = routes::batch(id);
    view! {
        <li class="job-row">
            {job_row_parts(job)}
            <a class="panel__more" href=href data-noscroll="" aria-current=move || (shown.get() == Some(id)).then_some("true")>
                {format!("{} of this batch", format::plural(job.progress.total.unwrap_or_default(), "lead", "leads"))}
            </a>
        </li>
    }
}
