//! Overview: figures that lead to what they count, how searches go, and what came last.

use std::sync::Arc;

use client::ApiError;
use contract::job::JobQuery;
use contract::stats::Count;
use contract::{Business, BusinessQuery, EnrichmentStatus, Job, JobStatus, Page, Shared, Stats};
use markup::{Node, view};
use requery_leptos::UseQuery;

use crate::components::bars;
use crate::components::icon::Icon;
use crate::components::job::job_row;
use crate::components::lead::lead_line;
use crate::components::load::{lines, loaded};
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::pages::activity::activity;
use crate::{clock, data, format, leads_url, routes};

/// The most jobs that a panel lists.
const JOBS: u32 = 5;

/// The page.
pub(crate) fn overview_page() -> Node {
    let find = link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads");
    let stats = data::stats();
    view! {
        {page_head(|| "Overview".to_owned(), find)}
        {loaded(stats, || lines(6), |stats| if stats.total == 0 { begin() } else { figures(&stats) })}
        <div class="columns columns--three">
            <div class="stack">
                {panel("running", "Running now", link("/jobs?status=running", "All that run"), running())}
                {panel("recent-searches", "Recent searches", link("/jobs?kind=scrape", "All searches"), recent_searches())}
            </div>
            {panel("activity", "Latest activity", link("/leads?sort=-updatedAt", "Latest changes"), activity())}
            {panel("latest-leads", "Latest leads", link("/leads", "All leads"), latest_leads())}
        </div>
    }
}

fn link(href: &'static str, text: &'static str) -> Node {
    view! { <a class="panel__more" href=href>{text}</a> }
}

fn begin() -> Node {
    empty(
        Icon::Search,
        "No leads yet",
        "Choose a place and a trade: the first leads come from the places that this program carries, \
         without a network, a key or an account.",
        link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Make the first search"),
    )
}

fn figures(stats: &Arc<Stats>) -> Node {
    let week = &stats.created_per_day[stats.created_per_day.len().saturating_sub(7)..];
    let this_week: u64 = week.iter().map(|day| day.count).sum();
    let today = week.last().map_or(0, |day| day.count);
    let since = week.first().and_then(|day| format!("{}T00:00:00Z", day.date).parse().ok());
    let of_all = |part: u64| format!("{} %", format::percent(part, stats.total));
    let contacts = format::plural(stats.total_contacts, "contact", "contacts");
    let tiles = [
        tile("Leads", stats.total, contacts, BusinessQuery::default()),
        tile(
            "New in 7 days",
            this_week,
            format!("{} today (UTC)", format::number(today)),
            BusinessQuery { created_after: since, ..Default::default() },
        ),
        tile(
            "With phone",
            stats.with_phone,
            of_all(stats.with_phone),
            BusinessQuery { has_phone: Some(true), ..Default::default() },
        ),
        tile(
            "With website",
            stats.with_website,
            of_all(stats.with_website),
            BusinessQuery { has_website: Some(true), ..Default::default() },
        ),
        tile(
            "With e-mail",
            stats.with_email,
            of_all(stats.with_email),
            BusinessQuery { has_email: Some(true), ..Default::default() },
        ),
        tile(
            "Enriched",
            stats.enriched,
            of_all(stats.enriched),
            BusinessQuery { enrichment_status: Some(EnrichmentStatus::Enriched), ..Default::default() },
        ),
    ];
    view! {
        <ul class="tiles" aria-label="Figures">{tiles.into_iter().collect::<Node>()}</ul>
        <div class="columns columns--wide">
            {panel("per-day", "New leads per day", Node::nothing(), bars::per_day(&stats.created_per_day))}
            {panel("pipeline", "Enrichment", link(routes::ENRICHMENT, "Queue"), pipeline(stats))}
        </div>
        <div class="columns columns--three">
            {panel("top-trades", "Trades", Node::nothing(), bars::counts(top(&stats.by_category), format::label, by_category))}
            {panel("top-cities", "Cities", Node::nothing(), bars::counts(top(&stats.by_city), str::to_owned, by_city))}
            {panel("top-sources", "Sources", Node::nothing(), bars::counts(top(&stats.by_source), format::source, by_source))}
        </div>
    }
}

/// How many leads stand where on the way to being enriched.
fn pipeline(stats: &Stats) -> Node {
    let count = |status: EnrichmentStatus, count| Count { value: status.as_str().to_owned(), count };
    let counts = [
        count(EnrichmentStatus::Pending, stats.pending),
        count(EnrichmentStatus::Enriching, stats.enriching),
        count(EnrichmentStatus::Enriched, stats.enriched),
        count(EnrichmentStatus::Failed, stats.failed),
    ];
    bars::counts(&counts, status_name, by_status)
}

fn status_name(word: &str) -> String {
    word.parse().map_or_else(|_| word.to_owned(), leads_url::status_label)
}

fn by_status(word: &str) -> String {
    leads_url::url(&BusinessQuery { enrichment_status: word.parse().ok(), ..Default::default() })
}

fn top(counts: &[Count]) -> &[Count] {
    &counts[..counts.len().min(8)]
}

fn by_category(value: &str) -> String {
    leads_url::url(&BusinessQuery { category: Some(value.to_owned()), ..Default::default() })
}

fn by_city(value: &str) -> String {
    leads_url::url(&BusinessQuery { city: Some(value.to_owned()), ..Default::default() })
}

fn by_source(value: &str) -> String {
    leads_url::url(&BusinessQuery { source: Some(value.to_owned()), ..Default::default() })
}

fn tile(name: &'static str, count: u64, note: String, query: BusinessQuery) -> Node {
    view! {
        <li class="tile">
            <a class="tile__link" href=leads_url::url(&query)>
                <span class="tile__name">{name}</span>
                <span class="tile__count">{format::number(count)}</span>
                <span class="tile__note">{note}</span>
            </a>
        </li>
    }
}

/// The jobs that run now, which the overview lists.
pub(crate) fn running_jobs() -> JobQuery {
    JobQuery { status: Some(JobStatus::Running), limit: Some(JOBS), ..JobQuery::default() }
}

/// Each with its bar, which follows its job.
fn running() -> Node {
    jobs_or(data::latest_jobs(running_jobs), "Nothing is running.")
}

/// The first of the jobs; that text where there is none.
fn jobs_or(jobs: UseQuery<Vec<Job>, ApiError>, nothing: &'static str) -> Node {
    loaded(
        jobs,
        || lines(4),
        move |jobs: Arc<Vec<Job>>| {
            if jobs.is_empty() {
                return view! { <p class="muted panel__empty">{nothing}</p> };
            }
            let rows = jobs.iter().take(JOBS as usize).map(job_row).collect::<Node>();
            view! { <ul class="list">{rows}</ul> }
        },
    )
}

fn recent_searches() -> Node {
    jobs_or(data::scrape_jobs(), "Searches appear here with what they found.")
}

/// How many leads the overview shows.
pub(crate) const LATEST: u32 = 8;

fn latest_leads() -> Node {
    let latest = data::leads(|| BusinessQuery { limit: Some(LATEST), ..Default::default() });
    loaded(
        latest,
        || lines(6),
        |page: Arc<Page<Shared<Business>>>| {
            if page.data.is_empty() {
                return view! { <p class="muted panel__empty">"Leads appear here as they are stored."</p> };
            }
            let rows = page.data.iter().map(|lead| latest_line(lead)).collect::<Node>();
            view! { <ul class="list">{rows}</ul> }
        },
    )
}

fn latest_line(lead: &Business) -> Node {
    let age = clock::use_clock().ago(lead.created_at);
    lead_line(lead, Some(age))
}
