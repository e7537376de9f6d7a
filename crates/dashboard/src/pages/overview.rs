//! Overview: figures that lead to what they count, how searches go, and what came last.

use std::sync::Arc;

use contract::{Business, BusinessQuery, EnrichmentStatus, Job, Page, Shared, Stats};
use markup::{Node, view};

use crate::components::bars;
use crate::components::icon::Icon;
use crate::components::job::job_row;
use crate::components::lead::lead_line;
use crate::components::load::{lines, loaded};
use crate::components::panel::{empty, link_button, page_head, panel};
use crate::{clock, data, format, leads_url};

/// The page.
pub(crate) fn overview_page() -> Node {
    let find = link_button("btn btn--primary", "/find".to_owned(), Icon::Search, "Find leads");
    let stats = data::stats();
    view! {
        {page_head(|| "Overview".to_owned(), find)}
        {loaded(stats, || lines(6), |stats| if stats.total == 0 { begin() } else { figures(&stats) })}
        <div class="columns">
            {panel("recent-searches", "Recent searches", link("/jobs?kind=scrape", "All searches"), recent_searches())}
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
        {panel("per-day", "New leads per day", Node::nothing(), bars::per_day(&stats.created_per_day))}
        <div class="columns columns--three">
            {panel("top-trades", "Trades", Node::nothing(), bars::counts(top(&stats.by_category), format::label, by_category))}
            {panel("top-cities", "Cities", Node::nothing(), bars::counts(top(&stats.by_city), str::to_owned, by_city))}
            {panel("top-sources", "Sources", Node::nothing(), bars::counts(top(&stats.by_source), format::source, by_source))}
        </div>
    }
}

fn top(counts: &[contract::stats::Count]) -> &[contract::stats::Count] {
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

fn recent_searches() -> Node {
    loaded(
        data::scrape_jobs(),
        || lines(4),
        |jobs: Arc<Vec<Job>>| {
            if jobs.is_empty() {
                return view! { <p class="muted panel__empty">"Searches appear here with what they found."</p> };
            }
            let rows = jobs.iter().take(5).map(job_row).collect::<Node>();
            view! { <ul class="list">{rows}</ul> }
        },
    )
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
