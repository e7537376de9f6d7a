//! Plain charts: bars drawn by the server, with the numbers beside them.

use contract::stats::{Count, DayCount};
use contract::{BusinessQuery, Timestamp};
use markup::{Node, view};

use crate::{format, leads_url};

/// Height of the drawing in its own units; a day is ten wide.
const HEIGHT: u64 = 64;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// A list of values with a bar each, every one a link.
pub(crate) fn counts(counts: &[Count], name: fn(&str) -> String, href: fn(&str) -> String) -> Node {
    let most = counts.iter().map(|count| count.count).max().unwrap_or(0);
    let rows = counts.iter().map(|count| {
        let width = format!("{}%", format::percent(count.count, most).max(1));
        view! {
            <li class="bar">
                <a class="bar__link" href=href(&count.value)>
                    <span class="bar__name">{name(&count.value)}</span>
                    <span class="bar__count">{format::number(count.count)}</span>
                </a>
                <svg class="bar__fill" width="100%" height="4" aria-hidden="true">
                    <rect width=width height="4" rx="2"></rect>
                </svg>
            </li>
        }
    });
    view! { <ul class="bars">{rows.collect::<Node>()}</ul> }
}

/// Leads per day as bars, and as a table one key away.
pub(crate) fn per_day(days: &[DayCount]) -> Node {
    let most = days.iter().map(|day| day.count).max().unwrap_or(0).max(1);
    let total: u64 = days.iter().map(|day| day.count).sum();
    let bars = days.iter().enumerate().map(|(position, day)| day_bar(position, day, most)).collect::<Node>();
    let rows = days.iter().rev().map(|day| {
        let name = format::day(&day.date);
        let name = match leads_of(&day.date).filter(|_| day.count > 0) {
            Some(href) => view! { <a href=href>{name}</a> },
            None => view! { {name} },
        };
        view! { <tr><td>{name}</td><td class="num">{format::number(day.count)}</td></tr> }
    });
    let label = format!("{} in the last {} days", format::plural(total, "new lead", "new leads"), days.len());
    view! {
        <figure class="chart">
            <svg class="chart__plot" viewBox=format!("0 0 {} {HEIGHT}", days.len() * 10) preserveAspectRatio="none"
                role="img" aria-label=label>{bars}</svg>
            <figcaption class="chart__axis">
                <span>{days.first().map(|day| format::day(&day.date))}</span>
                <span>{format!("at most {} a day", format::number(most))}</span>
                <span>{days.last().map(|day| format::day(&day.date))}</span>
            </figcaption>
            <details class="chart__table" data-numbers="">
                <summary>"Show the numbers"</summary>
                <table class="table">
                    <thead><tr><th scope="col">"Day (UTC)"</th><th scope="col" class="num">"New leads"</th></tr></thead>
                    <tbody>{rows.collect::<Node>()}</tbody>
                </table>
            </details>
        </figure>
    }
}

/// The list of the leads that were stored on a day in UTC.
fn leads_of(date: &str) -> Option<String> {
    let begin: Timestamp = format!("{date}T00:00:00Z").parse().ok()?;
    let end = Timestamp::from_millis(begin.as_millis() + DAY);
    let query =
        BusinessQuery { created_after: Some(begin), created_before: Some(end), ..BusinessQuery::default() };
    Some(leads_url::url(&query))
}

fn day_bar(position: usize, day: &DayCount, most: u64) -> Node {
    // A day with any lead is seen: two units at least.
    let height = if day.count == 0 { 1 } else { (day.count * HEIGHT / most).max(2) };
    let class = if day.count == 0 { "chart__bar chart__bar--none" } else { "chart__bar" };
    view! {
        <rect class=class x=position * 10 + 1 y=HEIGHT - height width="8" height=height>
            <title>{format!("{}: {}", format::day(&day.date), format::plural(day.count, "lead", "leads"))}</title>
        </rect>
    }
}
