//! From a page to findings, without a network. Each finding says how it was found and in which text.

mod emails;
mod obfuscation;
mod phones;
mod socials;
mod structured;

use std::collections::HashSet;

use contract::Socials;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use crate::fetcher::Page;

/// A value with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The value, normalised: an address in lower case, a number in E.164.
    pub value: String,
    /// The text that it stood in.
    pub snippet: String,
    /// The page that it stood on.
    pub source_url: String,
    /// How sure the method is, 0 to 1.
    pub confidence: f64,
}

/// A person whom the site names.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// As the site writes it.
    pub name: Finding,
    /// Role, such as `Owner`.
    pub title: Option<String>,
    /// The person's own address.
    pub email: Option<String>,
    /// The person's own number, in E.164.
    pub phone: Option<String>,
}

/// What one or several pages of a site say. The surest finding of each kind comes first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Addresses to write to.
    pub emails: Vec<Finding>,
    /// Numbers to call; fax numbers are left out.
    pub phones: Vec<Finding>,
    /// People.
    pub people: Vec<Person>,
    /// What the business says of itself.
    pub description: Option<Finding>,
    /// Profiles elsewhere.
    pub socials: Socials,
}

impl Findings {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another page says; the surer finding of the same value stays.
    pub fn absorb(&mut self, other: Self) {
        merge(&mut self.emails, other.emails);
        merge(&mut self.phones, other.phones);
        for person in other.people {
            if !self.people.iter().any(|known| known.name.value == person.name.value) {
                self.people.push(person);
            }
        }
        self.description = self.description.take().or(other.description);
        socials::fill(&mut self.socials, other.socials);
    }
}

fn merge(into: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        match into.iter_mut().find(|known| known.value == finding.value) {
            Some(known) if known.confidence < finding.confidence => *known = finding,
            Some(_) => {}
            None => into.push(finding),
        }
    }
    into.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}

/// What a page says. `country` is the ISO 3166-1 code that numbers without a country code belong to.
#[must_use]
pub fn extract(page: &Page, country: Option<&str>) -> Findings {
    let document = Html::parse_document(bounded(&page.html));
    let text = visible_text(&document);
    let context = Context { page, document: &document, text: &text, country: country.unwrap_or("US") };
    let mut findings = Findings::default();
    findings.absorb(structured::findings(&context));
    merge(&mut findings.emails, emails::findings(&context));
    merge(&mut findings.phones, phones::findings(&context));
    findings.description = findings.description.take().or_else(|| description(&context));
    socials::fill(&mut findings.socials, socials::findings(&context));
    findings
}

/// Links of the page to other pages of the same host, with their text.
#[must_use]
pub fn links(page: &Page) -> Vec<(Url, String)> {
    let document = Html::parse_document(bounded(&page.html));
    let mut seen = HashSet::new();
    anchors(&document)
        .filter_map(|(element, href)| {
            let mut url = page.url.join(href).ok()?;
            url.set_fragment(None);
            let same_site = url.host_str().map(without_www) == page.url.host_str().map(without_www);
            (same_site && seen.insert(url.clone())).then(|| (url, element.text().collect()))
        })
        .collect()
}

fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// What every extractor reads.
struct Context<'a> {
    page: &'a Page,
    document: &'a Html,
    text: &'a str,
    country: &'a str,
}

impl Context<'_> {
    fn finding(&self, value: String, snippet: &str, confidence: f64) -> Finding {
        Finding { value, snippet: shorten(snippet), source_url: self.page.url.to_string(), confidence }
    }
}

/// The most characters of a snippet.
const SNIPPET: usize = 160;

fn shorten(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SNIPPET).collect()
}

fn anchors(document: &Html) -> impl Iterator<Item = (ElementRef<'_>, &str)> {
    elements(document, "a").filter_map(|element| Some((element, element.value().attr("href")?)))
}

fn elements<'a>(document: &'a Html, name: &'static str) -> impl Iterator<Item = ElementRef<'a>> {
    document.root_element().descendent_elements().filter(move |element| element.value().name() == name)
}

fn description(context: &Context<'_>) -> Option<Finding> {
    let content = elements(context.document, "meta").find_map(|element| {
        let name = element.value().attr("name").or_else(|| element.value().attr("property"))?;
        matches!(name, "description" | "og:description").then(|| element.value().attr("content"))?
    })?;
    let content = content.trim();
    (content.chars().count() >= 20)
        .then(|| context.finding(content.chars().take(500).collect(), content, 0.8))
}

/// Tags left open at once that are still parsed.
const MAX_OPEN_TAGS: usize = 2_000;

/// The page up to where too many tags are open at once. The parser's time grows with the square of their
/// number, so that a page of nothing else could keep a thread for minutes.
fn bounded(html: &str) -> &str {
    const NEVER_OPEN: &[&str] = &[
        "area", "base", "br", "col", "hr", "img", "input", "li", "link", "meta", "option", "p", "source",
        "td", "tr", "wbr",
    ];
    let mut open = 0_usize;
    for (index, _) in html.match_indices('<') {
        let tag = &html[index + 1..];
        let name_length = tag.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
        } else if name_length > 0
            && !NEVER_OPEN.iter().any(|name| name.eq_ignore_ascii_case(&tag[..name_length]))
        {
            open += 1;
        }
        if open > MAX_OPEN_TAGS {
            return &html[..index];
        }
    }
    html
}

/// The text that a reader sees, blocks apart from each other: scripts, styles, and what is hidden by the page's
/// own style attribute are left out.
fn visible_text(document: &Html) -> String {
    let mut text = String::new();
    let mut stack = vec![(*document.root_element(), false)];
    // Depth first with an own stack: documents of any depth must not exhaust the thread's.
    while let Some((node, closing)) = stack.pop() {
        match node.value() {
            Node::Text(piece) => text.push_str(piece),
            Node::Element(element) if closing && !INLINE.contains(&element.name()) => text.push('\n'),
            Node::Element(_) if closing => {}
            Node::Element(element) if is_shown(element) => {
                if !INLINE.contains(&element.name()) {
                    text.push('\n');
                }
                stack.push((node, true));
                stack.extend(node.children().rev().map(|child| (child, false)));
            }
            _ => {}
        }
    }
    text
}

const INLINE: &[&str] =
    &["a", "abbr", "b", "bdi", "em", "font", "i", "mark", "small", "span", "strong", "u", "wbr"];

fn is_shown(element: &scraper::node::Element) -> bool {
    let hidden_by_style = element.attr("style").is_some_and(|style| {
        let style = style.to_ascii_lowercase().replace(' ', "");
        style.contains("display:none") || style.contains("visibility:hidden")
    });
    !matches!(element.name(), "script" | "style" | "template" | "head" | "svg")
        && element.attr("hidden").is_none()
        && !hidden_by_style
}

/// Elements that a selector of our own finds; a selector that does not parse finds none.
fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map_or_else(|_| Vec::new(), |selector| document.select(&selector).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn page(html: &str) -> Page {
        Page { url: Url::parse("https://www.acme.example/contact").unwrap(), html: html.to_owned() }
    }

    #[test]
    fn decoys_and_scripts_are_not_seen() {
        let page = page(
            "<body><p>Call <b>us</b></p><script>x@y.com</script><span style='display: none'>decoy@acme.example</span></body>",
        );
        let text = visible_text(&Html::parse_document(&page.html));
        assert!(text.contains("Call us") && !text.contains("x@y.com") && !text.contains("decoy"), "{text}");
    }

    #[test]
    fn a_page_of_nothing_but_open_tags_is_cut_off() {
        let html = format!("<p>info@acme.example</p>{}late@acme.example", "<div>".repeat(400_000));
        let found: Vec<_> = extract(&page(&html), None).emails.into_iter().map(|email| email.value).collect();
        assert_eq!(found, ["info@acme.example"]);
    }

    #[test]
    fn many_closed_and_void_tags_are_read_to_the_end() {
        let html = "<div><br><img></div><li>x<p>y ".repeat(5_000) + "info@acme.example";
        assert_eq!(extract(&page(&html), None).emails[0].value, "info@acme.example");
    }

    #[test]
    fn only_links_of_the_same_site_are_followed() {
        let page = page(
            "<a href='/about#team'>About</a><a href='https://acme.example/x'>x</a><a href='https://other.example/'>o</a>",
        );
        let found: Vec<_> = links(&page).into_iter().map(|(url, text)| (url.to_string(), text)).collect();
        assert_eq!(
            found,
            [
                ("https://www.acme.example/about".to_owned(), "About".to_owned()),
                ("https://acme.example/x".to_owned(), "x".to_owned()),
            ]
        );
    }

    #[test]
    fn the_description_is_the_pages_own() {
        let page =
            page("<head><meta name=description content='Family plumbers in Käpylä since 1974.'></head>");
        assert_eq!(extract(&page, None).description.unwrap().value, "Family plumbers in Käpylä since 1974.");
    }
}
