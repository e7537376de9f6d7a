//! What a site is made with and takes bookings with, by the signatures of the crate's data; and what it lacks.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Context;
use super::findings::{Method, Technology};

struct Signature {
    category: &'static str,
    product: &'static str,
    needle: &'static str,
}

struct Signatures {
    all: Vec<Signature>,
    /// Finds the needles that are not about a generator, by their place in `all`.
    finder: Option<AhoCorasick>,
    places: Vec<usize>,
}

static SIGNATURES: LazyLock<Signatures> = LazyLock::new(|| {
    let lines = include_str!("../data/signatures.tsv").lines().filter(|line| !line.starts_with('#'));
    let all: Vec<Signature> = lines.flat_map(signatures).collect();
    let places: Vec<usize> =
        (0..all.len()).filter(|index| !all[*index].needle.starts_with(GENERATOR)).collect();
    let needles = places.iter().map(|index| all[*index].needle);
    // The whole source of every page is searched: a table of all transitions is worth its memory.
    let kind = Some(AhoCorasickKind::DFA);
    let finder = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(needles).ok();
    Signatures { all, finder, places }
});

const GENERATOR: &str = "generator:";

fn signatures(line: &'static str) -> Vec<Signature> {
    let mut columns = line.split('\t');
    let (Some(category), Some(product), Some(needles)) = (columns.next(), columns.next(), columns.next())
    else {
        return Vec::new();
    };
    needles.split('|').map(|needle| Signature { category, product, needle }).collect()
}

pub(super) fn findings(context: &Context<'_>) -> Vec<Technology> {
    let mut found = Vec::new();
    let html = context.document.html;
    if let Some(finder) = &SIGNATURES.finder {
        for found_at in finder.find_iter(html) {
            let signature = &SIGNATURES.all[SIGNATURES.places[found_at.pattern().as_usize()]];
            add(context, &mut found, signature, || around(html, found_at.start(), found_at.end()));
        }
    }
    if let Some(generator) = context.document.meta("generator") {
        let lower = generator.to_lowercase();
        for signature in &SIGNATURES.all {
            if signature.needle.strip_prefix(GENERATOR).is_some_and(|start| lower.starts_with(start)) {
                add(context, &mut found, signature, || generator.clone());
            }
        }
    }
    found.extend(lacks(context));
    found
}

fn add(
    context: &Context<'_>,
    found: &mut Vec<Technology>,
    signature: &Signature,
    snippet: impl Fn() -> String,
) {
    if !found.iter().any(|known| known.name.value == signature.product) {
        let name = context.finding(signature.product.to_owned(), &snippet(), Method::Signature, 0.9);
        found.push(Technology { category: signature.category, name });
    }
}

/// What the site does without: encryption, and a layout for small screens.
fn lacks(context: &Context<'_>) -> Vec<Technology> {
    let document = context.document;
    let mut found = Vec::new();
    if document.url.scheme() == "http" {
        let name = context.finding("no HTTPS".to_owned(), document.url.as_str(), Method::Signature, 0.9);
        found.push(Technology { category: "lack", name });
    }
    if document.meta("viewport").is_none() {
        let name =
            context.finding("no mobile layout".to_owned(), "no <meta name=viewport>", Method::Signature, 0.7);
        found.push(Technology { category: "lack", name });
    }
    found
}

fn around(html: &str, start: usize, end: usize) -> String {
    let start = html.floor_char_boundary(start.saturating_sub(30));
    let end = html.ceil_char_boundary((end + 30).min(html.len()));
    html[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::extracted;

    #[test]
    fn products_are_told_by_their_signatures() {
        let html = "<meta name=viewport content=x><meta name=generator content='WordPress 6.4'>
            <script src='https://assets.calendly.com/x.js'></script><a href='https://www.toasttab.com/acme'>Order</a>";
        let found = extracted(html).technologies;
        let shown: Vec<_> = found.iter().map(|it| (it.category, it.name.value.as_str())).collect();
        assert_eq!(shown, [("booking", "Calendly"), ("ordering", "Toast"), ("builder", "WordPress")]);
        assert!(found[0].name.snippet.contains("assets.calendly.com"));
    }

    #[test]
    fn what_a_site_lacks_is_told() {
        let found = extracted("<p>Acme</p>").technologies;
        assert_eq!(found[0].name.value, "no mobile layout");
    }

    #[test]
    fn every_signature_has_three_columns_and_small_letters() {
        assert!(SIGNATURES.all.len() > 100, "{}", SIGNATURES.all.len());
        let products: std::collections::HashSet<_> = SIGNATURES.all.iter().map(|it| it.product).collect();
        assert!(products.len() >= 60, "{}", products.len());
        assert!(
            SIGNATURES.all.iter().all(|it| it.needle.len() >= 6 && it.needle.to_lowercase() == it.needle)
        );
        assert!(SIGNATURES.finder.is_some());
    }
}
