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
        // Nothing is drawn of a value that nothing stands behind.
        let fill =
            width(count.count, most).map(|width| view! { <rect width=width height="4" rx="2"></rect> });
        view! {
            <li class="bar">
                <a class="bar__link" href=href(&count.value)>
                    <span class="bar__name">{name(&count.value)}</span>
                    <span class="bar__count">{format::number(count.count)}</span>
                </a>
                <svg class="bar__fill" width="100%" height="4" aria-hidden="true">{fill}</svg>
            </li>
        }
    });
    view! { <ul class="bars">{rows.collect::<Node>()}</ul> }
}

/// How wide a value's bar is; one of any value is seen.
fn width(count: u64, most: u64) -> Option<String> {
    (count > 0).then(|| format!("{}%", format::percent(count, most).max(1)))
}

/// Leads per day as bars, and as a table one key away.
pub(crate) fn per_day(days: &[DayCount]) -> Node {
    let most = days.iter().map(|day| day.count).max().unwrap_or(0);
    let total: u64 = days.iter().map(|day| day.count).sum();
    let bars = days.iter().enumerate().filter_map(|(position, day)| day_bar(position, day, most));
    let bars = bars.collect::<Node>();
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

/// How high a day's bar is: a day with any lead is seen, one without has no bar.
fn height(count: u64, most: u64) -> Option<u64> {
    (count > 0).then(|| (count.min(most) * HEIGHT / most.max(1)).max(2))
}

fn day_bar(position: usize, day: &DayCount, most: u64) -> Option<Node> {
    let height = height(day.count, most)?;
    Some(view! {
        <rect class="chart__bar" x=position * 10 + 1 y=HEIGHT - height width="8" height=height>
            <title>{format!("{}: {}", format::day(&day.date), format::plural(day.count, "lead", "leads"))}</title>
        </rect>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_nothing_stands_behind_has_no_bar() {
        assert_eq!((width(0, 100), width(0, 0)), (None, None));
        assert_eq!((height(0, 100), height(0, 0)), (None, None));
    }

    #[test]
    fn the_largest_value_has_all_the_room_and_the_smallest_is_seen() {
        let widths = [1, 499, 500, 1000].map(|count| width(count, 1000).unwrap_or_default());
        assert_eq!(widths, ["1%", "49%", "50%", "100%"]);
        let heights = [1, 500, 1000].map(|count| height(count, 1000));
        assert_eq!(heights, [Some(2), Some(HEIGHT / 2), Some(HEIGHT)]);
    }

    #[test]
    fn a_day_leads_to_the_leads_that_were_stored_on_it() {
        let href = leads_of("2026-05-04").unwrap();
        let query = leads_url::parse(href.strip_prefix("/leads").unwrap());
        let times = [query.created_after, query.created_before].map(|at| at.map(|at| at.to_string()));
        let expect = ["2026-05-04T00:00:00.000Z", "2026-05-05T00:00:00.000Z"];
        assert_eq!(times, expect.map(|at| Some(at.to_owned())));
        assert_eq!(leads_of("soon"), None);
    }
}
