//! Which countries a page is about: their rules decide what its phone numbers mean.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rlibphonenumber::Region;

use crate::document::{Document, Tag};

/// Names of countries with their codes.
static COUNTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../data/countries.tsv").lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('\t'));
    pairs.flat_map(|(code, names)| names.split('|').map(move |name| (name, code))).collect()
});

/// Finds the names of countries, by their place in `COUNTRIES`.
static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = COUNTRIES.iter().map(|(name, _)| name);
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(names).ok()
});

/// Countries that are tried for one page.
const MAX_REGIONS: usize = 5;

/// Languages that are spoken mostly in one country, with that.
const AT_HOME: &[(&str, &str)] = &[
    ("cs", "CZ"),
    ("da", "DK"),
    ("et", "EE"),
    ("fi", "FI"),
    ("hu", "HU"),
    ("is", "IS"),
    ("it", "IT"),
    ("nb", "NO"),
    ("nn", "NO"),
    ("no", "NO"),
    ("pl", "PL"),
    ("sv", "SE"),
];

/// The countries of a page, the likeliest first: the caller's, those of its addresses, of its domain and of its
/// language; the United States are always among them. Beside them the first, if more than the language tells of it.
pub(super) fn of_page(
    document: &Document<'_>,
    country: Option<&str>,
    addresses: &[Option<String>],
) -> (Vec<Region>, Option<Region>) {
    let top = document.host().rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
    // These domains are sold to anybody.
    let national = top.len() == 2
        && !matches!(&*top, "CO" | "IO" | "TV" | "ME" | "CC" | "AI" | "FM" | "LY" | "WS" | "US");
    let top = if top == "UK" { "GB".to_owned() } else { top };
    let language =
        document.tree.with_tag(Tag::Html).next().and_then(|html| document.tree.attribute(html, "lang"));
    let language = language.and_then(|tag| of_language(&tag));
    let known = |code: &str| Region::from_code(code).ok();
    let surely = country
        .into_iter()
        .chain(addresses.iter().flatten().map(String::as_str))
        .chain(national.then_some(top.as_str()));
    let home = surely.clone().find_map(known);
    let mut regions = Vec::new();
    for region in surely.chain(language.as_deref()).chain(["US"]).filter_map(known) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions.truncate(MAX_REGIONS);
    if !regions.contains(&Region::US) {
        regions.push(Region::US);
    }
    (regions, home)
}

/// The country of a language's tag, such as `fi-FI`, or of a language that has one alone.
fn of_language(tag: &str) -> Option<String> {
    let alone = || AT_HOME.iter().find(|(language, _)| language.eq_ignore_ascii_case(tag.trim()));
    match tag.split_once(['-', '_']) {
        Some((_, region)) => Some(region.to_ascii_uppercase()),
        None => alone().map(|(_, country)| (*country).to_owned()),
    }
}

/// The countries that a text names.
pub(super) fn named_in(text: &str) -> Vec<Region> {
    let lower = text.to_lowercase();
    let found = NAMES.iter().flat_map(|names| names.find_overlapping_iter(&lower));
    let mut named: Vec<usize> = found
        .filter(|found| stands_alone(&lower, found.start(), found.end()))
        .map(|found| found.pattern().as_usize())
        .collect();
    named.sort_unstable();
    named.dedup();
    let codes = named.into_iter().map(|name| COUNTRIES[name].1);
    let mut regions: Vec<Region> = codes.filter_map(|code| Region::from_code(code).ok()).collect();
    regions.truncate(MAX_REGIONS);
    regions
}

/// The code of the country that the text is the name of.
pub(super) fn code_of(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    COUNTRIES
        .iter()
        .find_map(|(known, code)| (*known == name || code.eq_ignore_ascii_case(&name)).then_some(*code))
}

/// Whether neither a letter nor a digit stands beside that part of the text.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Page;

    #[test]
    fn a_page_says_where_it_is_and_how_sure_that_is() {
        let check =
            |url: &str, lang: &str, country: Option<&str>, expect: &[Region], home: Option<Region>| {
                let page = Page { url: url.parse().unwrap(), html: format!("<html lang='{lang}'><p>x") };
                let found = of_page(&Document::parse(&page), country, &[]);
                assert_eq!(found, (expect.to_vec(), home), "{url} {lang}");
            };
        check("https://acme.com/", "en", Some("NO"), &[Region::NO, Region::US], Some(Region::NO));
        check("https://acme.fi/", "sv", None, &[Region::FI, Region::SE, Region::US], Some(Region::FI));
        check("https://acme.com/", "es-ES", None, &[Region::ES, Region::US], None);
        check("https://acme.com/", "fi", None, &[Region::FI, Region::US], None);
        check("https://acme.com/", "de", None, &[Region::US], None);
    }

    #[test]
    fn countries_are_known_by_their_names() {
        assert_eq!(named_in("Customers in the UK:"), [Region::from_code("GB").unwrap()]);
        assert!(named_in("Luke and Duke").is_empty());
        assert_eq!(code_of("United States"), Some("US"));
        assert_eq!(code_of("us"), Some("US"));
        assert_eq!(code_of("Freehold"), None);
    }
}
