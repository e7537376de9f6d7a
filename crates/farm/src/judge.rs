//! What the log says of the visitor's manners.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use crate::log::Entry;
use crate::site::{Host, Site};

/// The least time between two requests to a host.
const SPACING: Duration = Duration::from_secs(1);
/// No site can make a visitor wait longer.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// Pages of a site that a visit may ask for.
const PAGES: usize = 6;

/// A rule that a visitor can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Ask for nothing that robots.txt forbids.
    Forbidden,
    /// Keep the pause between two requests.
    Early,
    /// One request at a time.
    Crowded,
    /// So many pages of a site and no more.
    TooMany,
    /// Each page once.
    Twice,
    /// Nothing that is not of the farm.
    Outside,
}

impl Rule {
    pub(crate) const ALL: [Self; 6] =
        [Self::Forbidden, Self::Early, Self::Crowded, Self::TooMany, Self::Twice, Self::Outside];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden by robots.txt",
            Self::Early => "sooner than the delay",
            Self::Crowded => "more at once than one",
            Self::TooMany => "more pages than the limit",
            Self::Twice => "a page twice",
            Self::Outside => "outside of the farm",
        }
    }
}

/// A rule that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: Rule,
    pub(crate) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.name(), self.what)
    }
}

/// Every rule that was broken.
pub(crate) fn violations(sites: &[Site], entries: &[Entry], outside: &[String]) -> Vec<Violation> {
    let mut by_host: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        by_host.entry(entry.host.as_str()).or_default().push(entry);
    }
    let mut found: Vec<Violation> =
        outside.iter().map(|what| Violation { rule: Rule::Outside, what: what.clone() }).collect();
    for site in sites {
        let mut of_site = Vec::new();
        for host in &site.hosts {
            let of_host = by_host.remove(host.name.as_str()).unwrap_or_default();
            found.extend(of_one_host(host, &of_host));
            of_site.extend(of_host);
        }
        found.extend(of_pages(site, &of_site));
    }
    let unknown = by_host.into_keys().map(|host| format!("a host that the farm does not have: {host}"));
    found.extend(unknown.map(|what| Violation { rule: Rule::Outside, what }));
    found
}

fn is_rules(entry: &Entry) -> bool {
    entry.target.ends_with("/robots.txt")
}

fn of_one_host(host: &Host, entries: &[&Entry]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |rule, entry: &Entry, why: String| {
        found.push(Violation { rule, what: format!("{}{}{why}", entry.host, entry.target) });
    };
    let delay = host.policy.delay.min(LONGEST_DELAY).max(SPACING);
    for (index, entry) in entries.iter().enumerate() {
        if !is_rules(entry) && !host.policy.allows(&entry.target) {
            add(Rule::Forbidden, entry, String::new());
        }
        if entry.at_once > 1 {
            add(Rule::Crowded, entry, format!(", {} at once", entry.at_once));
        }
        let Some(before) = index.checked_sub(1).map(|before| entries[before]) else { continue };
        // Rules are known once they have been read.
        let least = if is_rules(entry) { SPACING } else { delay };
        let pause = entry.at.saturating_duration_since(before.at);
        if pause < least {
            add(Rule::Early, entry, format!(", {pause:?} after the request before instead of {least:?}"));
        }
    }
    found
}

fn of_pages(site: &Site, entries: &[&Entry]) -> Vec<Violation> {
    let pages: Vec<String> = entries
        .iter()
        .filter(|entry| !is_rules(entry) && !entry.redirected)
        .map(|entry| identity(entry))
        .collect();
    let mut found = Vec::new();
    let allowed = PAGES * site.businesses;
    if pages.len() > allowed {
        let what = format!("{}: {} pages of {allowed}", site.kind, pages.len());
        found.push(Violation { rule: Rule::TooMany, what });
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    pages.iter().for_each(|page| *times.entry(page).or_default() += 1);
    let often = times.into_iter().filter(|(_, times)| *times > site.businesses);
    found.extend(
        often.map(|(page, times)| Violation { rule: Rule::Twice, what: format!("{page}, {times} times") }),
    );
    found
}

/// What the addresses of one page have in common: all but `www.`, a slash at the end, and where a visitor comes from.
fn identity(entry: &Entry) -> String {
    let host = entry.host.strip_prefix("www.").unwrap_or(&entry.host);
    let (path, query) = entry.target.split_once('?').unwrap_or((&entry.target, ""));
    let query: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("utm_")).collect();
    format!("{host}{}?{}", path.trim_end_matches('/'), query.join("&"))
}

#[cfg(test)]
mod tests {
    use enrichment::Outcome;
    use tokio::time::Instant;

    use super::*;
    use crate::site::{Facts, Forbidden, Policy, Truth};

    fn site() -> Site {
        let forbidden = Forbidden::Below(vec!["/private".to_owned()]);
        let policy = Policy { forbidden, delay: Duration::from_secs(5) };
        let host =
            |name: &str| Host { name: name.to_owned(), policy: policy.clone(), answers: HashMap::new() };
        Site {
            kind: "test".to_owned(),
            website: None,
            hosts: vec![host("www.acme.com"), host("acme.com")],
            truth: Truth { outcome: Outcome::Enriched, facts: Facts::default() },
            businesses: 1,
        }
    }

    /// Requests of that host, so many seconds after the first.
    fn asked(requests: &[(u64, &str)]) -> Vec<Entry> {
        let began = Instant::now();
        let entry = |(seconds, target): &(u64, &str)| Entry {
            host: "www.acme.com".to_owned(),
            target: (*target).to_owned(),
            at: began + Duration::from_secs(*seconds),
            at_once: 1,
            redirected: false,
        };
        requests.iter().map(entry).collect()
    }

    fn broken(entries: &[Entry], outside: &[String]) -> Vec<Rule> {
        violations(&[site()], entries, outside).into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn good_manners_break_no_rule() {
        assert_eq!(
            broken(&asked(&[(0, "/robots.txt"), (5, "/"), (10, "/contact"), (15, "/contact?day=2")]), &[]),
            []
        );
        let mut moved = asked(&[(0, "/robots.txt"), (1, "/robots.txt"), (6, "/"), (11, "/")]);
        moved[2].redirected = true;
        assert_eq!(broken(&moved, &[]), []);
    }

    #[test]
    fn each_rule_that_is_broken_is_told() {
        assert_eq!(broken(&asked(&[(0, "/private/team")]), &[]), [Rule::Forbidden]);
        assert_eq!(broken(&asked(&[(0, "/robots.txt"), (4, "/")]), &[]), [Rule::Early]);
        assert_eq!(broken(&asked(&[(0, "/robots.txt"), (0, "/robots.txt")]), &[]), [Rule::Early]);
        assert_eq!(broken(&asked(&[(0, "/"), (5, "/a"), (10, "/a/?utm_source=b")]), &[]), [Rule::Twice]);
        let pages = ["/", "/a", "/b", "/c", "/d", "/e", "/f"];
        let seven: Vec<_> = pages.iter().enumerate().map(|(index, page)| (index as u64 * 5, *page)).collect();
        assert_eq!(broken(&asked(&seven[..6]), &[]), []);
        assert_eq!(broken(&asked(&seven), &[]), [Rule::TooMany]);
        let mut crowd = asked(&[(0, "/")]);
        crowd[0].at_once = 2;
        assert_eq!(broken(&crowd, &[]), [Rule::Crowded]);
        let mut elsewhere = asked(&[(0, "/")]);
        elsewhere[0].host = "other.com".to_owned();
        assert_eq!(broken(&elsewhere, &["a socket".to_owned()]), [Rule::Outside, Rule::Outside]);
    }

    #[test]
    fn both_names_of_a_site_have_the_same_pages() {
        let mut entries = asked(&[(0, "/contact"), (0, "/contact")]);
        entries[1].host = "acme.com".to_owned();
        assert_eq!(broken(&entries, &[]), [Rule::Twice]);
    }
}
