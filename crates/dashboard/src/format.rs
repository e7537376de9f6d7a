//! Numbers, distances, times and addresses as text: the same on the server and in the browser.

use contract::number::{fixed, upper_case};
use contract::{Business, GeoPoint, Timestamp};

/// `12345` as `12,345`.
#[must_use]
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 lead`, `2,000 leads`.
#[must_use]
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Whole percent of `part` in `whole`, rounded down, so that 100 means all; 0 of nothing.
#[must_use]
pub fn percent(part: u64, whole: u64) -> u64 {
    (part.min(whole) * 100).checked_div(whole).unwrap_or(0)
}

/// Kilometres as people say them: `850 m`, `1.2 km`, `25 km`.
#[must_use]
pub fn distance(km: f64) -> String {
    let metres = (km * 1000.0).round();
    if metres < 1000.0 {
        return format!("{} m", fixed(metres, 0));
    }
    let tenths = (km * 10.0).round() / 10.0;
    let decimals = u32::from(tenths < 10.0 && tenths.fract() != 0.0);
    format!("{} km", fixed(tenths, decimals))
}

/// `4 May 2026`, in UTC.
#[must_use]
pub fn date(at: Timestamp) -> String {
    day(&at.to_string())
}

/// `2026-05-04` or a longer RFC 3339 text as `4 May 2026`; anything else as it is.
#[must_use]
pub fn day(text: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<usize>().ok());
    let month = part(5..7).and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    match (part(0..4), month, part(8..10)) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => text.to_owned(),
    }
}

/// `2026-05`, with or without a day behind it, as `May 2026`; anything else as it is.
#[must_use]
pub fn month(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month) = text.split_once('-').unwrap_or_default();
    let month = month.get(..2).and_then(|month| month.parse::<usize>().ok());
    match month.and_then(|month| MONTHS.get(month.wrapping_sub(1))) {
        Some(month) => format!("{month} {year}"),
        None => text.to_owned(),
    }
}

/// `4 May 2026, 09:30 UTC`.
#[must_use]
pub fn date_time(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", day(&text), text.get(11..16).unwrap_or_default())
}

/// How long ago, as seen from `now`: `just now`, `5 min ago`, `3 h ago`, `2 d ago`; a date from a week on.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = (now.as_millis() - at.as_millis()) / 60_000;
    match minutes {
        ..1 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1440 => format!("{} h ago", minutes / 60),
        1440..10_080 => format!("{} d ago", minutes / 1440),
        _ => date(at),
    }
}

/// `0.4 s`, `45 s`, `2 min 5 s`, `1 h 3 min`.
#[must_use]
pub fn duration(from: Timestamp, to: Timestamp) -> String {
    let millis = (to.as_millis() - from.as_millis()).max(0);
    let seconds = millis / 1000;
    match seconds {
        ..10 => format!("{}.{} s", seconds, millis % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A slug as a label: `fast_food` is `Fast food`, `batchEnrich` is `Batch enrich`.
#[must_use]
pub fn label(slug: &str) -> String {
    let mut text = String::with_capacity(slug.len());
    for (position, letter) in slug.chars().enumerate() {
        match letter {
            '_' | '-' => text.push(' '),
            _ if position == 0 => text.push_str(&upper_case(letter.encode_utf8(&mut [0; 4]))),
            'A'..='Z' => {
                text.push(' ');
                text.push(letter.to_ascii_lowercase());
            }
            _ => text.push(letter),
        }
    }
    text
}

/// A source's name for people, by its slug.
#[must_use]
pub fn source(slug: &str) -> String {
    match slug {
        "openstreetmap" => "OpenStreetMap".to_owned(),
        "csv" => "CSV".to_owned(),
        "geojson" => "GeoJSON".to_owned(),
        _ => label(slug),
    }
}

/// A category's name for people; what no category fits says so.
#[must_use]
pub fn category(slug: Option<&str>) -> String {
    slug.map_or_else(|| "Uncategorised".to_owned(), label)
}

/// The host of a URL without `www.`: what a link to a website reads.
#[must_use]
pub fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// The URL if following it is safe: a `website` is text from outside, and only http and https lead to a page.
#[must_use]
pub fn web_link(url: &str) -> Option<String> {
    let lower = url.trim().to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")).then(|| url.trim().to_owned())
}

/// Street, town and country on their lines; empty where nothing is known.
#[must_use]
pub fn address_lines(business: &Business) -> Vec<String> {
    let town = [&business.postal_code, &business.city, &business.state];
    let town: Vec<&str> = town.into_iter().filter_map(Option::as_deref).collect();
    [business.street.clone(), Some(town.join(" ")), business.country.clone()]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect()
}

/// `60.16990° N, 24.93840° E`: five decimals are a metre.
#[must_use]
pub fn coordinates(point: GeoPoint) -> String {
    let half = |degrees: f64, positive: &str, negative: &str| {
        format!("{}° {}", fixed(degrees.abs(), 5), if degrees < 0.0 { negative } else { positive })
    };
    format!("{}, {}", half(point.latitude, "N", "S"), half(point.longitude, "E", "W"))
}

/// An amount in minor units: `$20.05`; with its code behind it where a currency is not known by a sign: `20.05 CHF`.
#[must_use]
pub fn money(minor: i64, currency: &str) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    let amount = format!("{}.{:02}", number(minor / 100), minor % 100);
    match currency {
        "USD" => format!("{sign}${amount}"),
        _ => format!("{sign}{amount} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let check = |value, expect: &str| assert_eq!(number(value), expect);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(12_345_678, "12,345,678");
        assert_eq!(
            (plural(1, "lead", "leads"), plural(0, "lead", "leads")),
            ("1 lead".into(), "0 leads".into())
        );
    }

    #[test]
    fn money_has_two_decimals() {
        let check = |minor, expect: &str| assert_eq!(money(minor, "USD"), expect);
        check(0, "$0.00");
        check(5, "$0.05");
        check(123_456, "$1,234.56");
        check(-250, "-$2.50");
        assert_eq!(money(-2005, "CHF"), "-20.05 CHF");
    }

    #[test]
    fn a_hundred_percent_means_all() {
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(0, 0)), (99, 100, 0));
        assert_eq!(percent(7, 5), 100);
    }

    #[test]
    fn distances_read_as_people_say_them() {
        let check = |km, expect: &str| assert_eq!(distance(km), expect, "{km}");
        check(0.1, "100 m");
        check(0.9996, "1 km");
        check(1.0, "1 km");
        check(1.25, "1.3 km");
        check(9.96, "10 km");
        check(50.0, "50 km");
    }

    #[test]
    fn dates_are_in_utc_and_odd_text_stays() {
        assert_eq!(date(at("2026-05-04T23:30:00Z")), "4 May 2026");
        assert_eq!(date_time(at("2026-12-31T23:59:59Z")), "31 Dec 2026, 23:59 UTC");
        assert_eq!(day("2026-13-01"), "2026-13-01");
        assert_eq!(day("soon"), "soon");
        assert_eq!([month("2026-11"), month("2026-05-04")], ["November 2026", "May 2026"]);
        assert_eq!([month("2026-13"), month("soon")], ["2026-13", "soon"]);
    }

    #[test]
    fn ages_become_dates_after_a_week_and_never_lie_in_the_future() {
        let now = at("2026-05-10T12:00:00Z");
        let check = |text: &str, expect: &str| assert_eq!(ago(at(text), now), expect, "{text}");
        check("2026-05-10T12:05:00Z", "just now");
        check("2026-05-10T11:59:01Z", "just now");
        check("2026-05-10T11:59:00Z", "1 min ago");
        check("2026-05-10T11:00:00Z", "1 h ago");
        check("2026-05-09T12:00:00Z", "1 d ago");
        check("2026-05-03T12:00:00Z", "3 May 2026");
    }

    #[test]
    fn durations_use_two_units_at_most() {
        let check = |millis, expect: &str| {
            let zero = Timestamp::from_millis(0);
            assert_eq!(duration(zero, Timestamp::from_millis(millis)), expect);
        };
        check(-5, "0.0 s");
        check(430, "0.4 s");
        check(45_900, "45 s");
        check(125_000, "2 min 5 s");
        check(3_780_000, "1 h 3 min");
    }

    #[test]
    fn slugs_become_labels() {
        let check = |slug, expect: &str| assert_eq!(label(slug), expect);
        check("fast_food", "Fast food");
        check("batchEnrich", "Batch enrich");
        check("", "");
        assert_eq!(category(None), "Uncategorised");
    }

    #[test]
    fn websites_show_their_host_and_only_web_addresses_are_links() {
        assert_eq!(host("https://www.example.fi/menu?x=1"), "example.fi");
        assert_eq!(host("example.fi"), "example.fi");
        assert_eq!(web_link("HTTPS://example.fi"), Some("HTTPS://example.fi".into()));
        assert_eq!(web_link("javascript:alert(1)"), None);
    }

    #[test]
    fn coordinates_name_their_hemisphere() {
        let point = GeoPoint::new(-33.5, 24.93841).unwrap();
        assert_eq!(coordinates(point), "33.50000° S, 24.93841° E");
    }
}
