#![doc = include_str!("../README.md")]

pub mod charset;
pub mod confidence;
mod description;
mod document;
mod email;
mod findings;
mod hours;
mod language;
mod lists;
mod markup;
mod page;
mod people;
mod phone;
mod postal;
mod region;
mod script;
mod socials;
mod technology;

use std::collections::HashSet;

use rlibphonenumber::Region;
use url::Url;

pub use email::junk::{is_free, is_role, registrable};
pub use findings::{
    Finding, Findings, Hours, Method, Person, Phone, PhoneKind, PostalAddress, Profile, Technology,
};
pub use lists::Lists;
pub use page::Page;

use document::{Document, NodeId, Tag};
use language::Languages;

/// What a page says. `country` is the ISO 3166-1 code of the business's country, if that is known; otherwise the
/// page's addresses, domain and language tell which rules its phone numbers follow.
#[must_use]
pub fn extract(page: &Page, country: Option<&str>) -> Findings {
    let document = Document::parse(page);
    let mut context = Context::new(&document);
    let mut findings = Findings::default();
    for address in postal::findings(&context) {
        findings.add_address(address);
    }
    let named = findings.addresses.iter().map(|address| address.country.clone());
    let countries: Vec<_> = markup::countries(&document).into_iter().chain(named).collect();
    (context.regions, context.home) = region::of_page(&document, country, &countries);
    context.languages = language::of_page(&document, &context.regions);
    postal::abroad(&context).into_iter().for_each(|address| findings.add_address(address));

    findings.absorb(markup::findings(&context));
    findings.absorb(description::contact_data(&context));
    findings.absorb(phone::findings(&context));
    findings::add_all(&mut findings.emails, email::findings(&context));
    people::findings(&context).into_iter().for_each(|person| findings.add_person(person));
    if let Some(person) = people::in_business_name(&context, &findings.emails) {
        findings.add_person(person);
    }
    people::corroborate(&mut findings.people, &findings.emails);
    findings.hours = findings.hours.take().or_else(|| hours::findings(&context));
    findings.description = findings.description.take().or_else(|| description::finding(&context));
    findings.socials.fill(socials::findings(&document));
    findings.profiles = socials::further(&context);
    findings.technologies = technology::findings(&context);
    findings.notices.extend(document.notices.iter().cloned());
    findings.sort();
    findings
}

/// Links of the page to other pages of the same registered domain, with their text.
#[must_use]
pub fn links(page: &Page) -> Vec<(Url, String)> {
    let document = Document::parse(page);
    let domain = registrable(document.host());
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (element, href) in document.links() {
        let Some(mut url) = document.join(&href) else { continue };
        url.set_fragment(None);
        if url.host_str().map(registrable) == Some(domain) && seen.insert(url.clone()) {
            found.push((url, document.tree.text_inside(element)));
        }
    }
    found
}

/// What every extractor reads.
struct Context<'a> {
    document: &'a Document<'a>,
    /// Domains that are the site's own.
    own_domains: Vec<String>,
    /// Countries whose rules phone numbers may follow, the likeliest first.
    regions: Vec<Region>,
    /// The first of them, if more than the page's language tells of it.
    home: Option<Region>,
    /// Languages that the page may be in, beside English.
    languages: Languages,
    /// Whether the page speaks of moving letters by half the alphabet.
    rot13: bool,
}

impl<'a> Context<'a> {
    fn new(document: &'a Document<'a>) -> Self {
        Self {
            document,
            own_domains: own_domains(document),
            regions: Vec::new(),
            home: None,
            languages: Languages::NONE,
            rot13: document.mentions("rot13"),
        }
    }

    fn finding(&self, value: String, snippet: &str, method: Method, confidence: f64) -> Finding {
        Finding {
            value,
            snippet: shorten(snippet),
            source_url: self.document.url.to_string(),
            method,
            confidence,
        }
    }
}

/// The registered domains of the page's address and of what the page calls itself.
fn own_domains(document: &Document<'_>) -> Vec<String> {
    let canonical = document.tree.with_tag(Tag::Link).find(|id| {
        document.tree.attribute(*id, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"))
    });
    let canonical =
        canonical.and_then(|id| document.tree.attribute(id, "href")).map(std::borrow::Cow::into_owned);
    let named = [canonical, document.meta("og:url")].into_iter().flatten();
    let urls = named
        .filter_map(|text| Url::parse(&text).ok())
        .chain([document.url.clone(), document.base().clone()]);
    let mut domains: Vec<String> = Vec::new();
    for url in urls {
        let host = url.host_str().unwrap_or_default();
        let domain = email::junk::registrable(host).to_owned();
        if !domain.is_empty() && !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

/// The most characters of a snippet.
const SNIPPET: usize = 200;

fn shorten(text: &str) -> String {
    let mut shortened = String::new();
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            shortened.push(' ');
        }
        shortened.push_str(word);
        if shortened.len() > 4 * SNIPPET {
            break;
        }
    }
    shortened
        .char_indices()
        .nth(SNIPPET)
        .map(|(end, _)| end)
        .map_or(shortened.clone(), |end| shortened[..end].to_owned())
}

impl Document<'_> {
    /// The text of the smallest block around an element.
    fn around(&self, id: NodeId) -> String {
        let block = self
            .tree
            .ancestors(id)
            .find(|ancestor| self.tree.tag(*ancestor).kind() != crate::document::Kind::Inline);
        let block = block.filter(|block| self.tree.inside(*block).len() < 200).unwrap_or(id);
        shorten(&self.tree.text_inside(block))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn page(html: &str) -> Page {
        Page { url: Url::parse("https://www.acme.example/contact").unwrap(), html: html.to_owned() }
    }

    /// What a page of an American business says.
    pub(crate) fn extracted(html: &str) -> Findings {
        extract(&page(html), Some("US"))
    }

    #[test]
    fn a_page_of_nothing_but_open_tags_is_cut_off_and_says_so() {
        let html = format!("<p>info@acme.example</p>{}late@acme.example", "<div>".repeat(1_000_000));
        let found = extracted(&html);
        let emails: Vec<_> = found.emails.iter().map(|email| email.value.as_str()).collect();
        assert_eq!(emails, ["info@acme.example"]);
        assert!(found.notices.iter().any(|notice| notice.contains("were read")), "{:?}", found.notices);
    }

    #[test]
    fn many_closed_and_void_tags_are_read_to_the_end() {
        let html = "<div><br><img></div><li>x<p>y ".repeat(5_000) + "info@acme.example";
        assert_eq!(extracted(&html).emails[0].value, "info@acme.example");
    }

    #[test]
    fn only_links_of_the_same_site_are_followed() {
        let page = page(
            "<a href='/about#team'>About</a><a href='https://acme.example/x'>x</a><a href='https://other.example/'>o</a>
             <a href='https://shop.acme.example/'>Shop</a><a href='https://example/'>e</a><a href='tel:1'>t</a>",
        );
        let found: Vec<_> = links(&page).into_iter().map(|(url, text)| (url.to_string(), text)).collect();
        assert_eq!(
            found,
            [
                ("https://www.acme.example/about".to_owned(), "About".to_owned()),
                ("https://acme.example/x".to_owned(), "x".to_owned()),
                ("https://shop.acme.example/".to_owned(), "Shop".to_owned()),
            ]
        );
    }
}
