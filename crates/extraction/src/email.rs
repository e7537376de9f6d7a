//! E-mail addresses: from links, from text, and from what was made unreadable for programs.

mod attributes;
pub(super) mod decode;
pub(crate) mod junk;
mod signs;
mod syntax;

use super::confidence::Form;
use super::findings::{Finding, Method, add_all};
use super::{Context, script};
use crate::document::{self, Document, Tag};

pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    add_all(&mut found, from_links(context));
    add_all(&mut found, from_text(context));
    add_all(&mut found, attributes::findings(context));
    add_all(&mut found, from_scripts(context));
    without_beheaded(&mut found);
    found
}

/// A finding of that address, unless the address is the agency's that made the site.
pub(super) fn finding(
    context: &Context<'_>,
    address: String,
    snippet: &str,
    method: Method,
) -> Option<Finding> {
    let relation = relation(context, &address);
    if relation < OTHERS_CREDITED && is_credit(&snippet.to_lowercase().replace(&address, "")) {
        return None;
    }
    let confidence = Form::of_address_found(method).confidence() * relation;
    Some(context.finding(address, snippet, method, confidence))
}

fn from_links(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (element, href) in context.document.links() {
        let Some(target) = mailto_target(&href) else { continue };
        let label = context.document.tree.text_inside(element);
        for address in addresses_of_mailto(target) {
            let around = context.document.around(element);
            let snippet = if label.contains('@') { around } else { format!("{around} <{address}>") };
            found.extend(finding(context, address, &snippet, Method::MailtoLink));
        }
        // Some links name no address and only their text does.
        if target.trim_start_matches('/').is_empty() {
            let texts = syntax::scan(&label, context.document.host());
            found.extend(
                texts
                    .into_iter()
                    .filter_map(|text| finding(context, text.address, &label, Method::MailtoLink)),
            );
        }
    }
    found
}

/// What follows `mailto:`; saved pages put their own address before it.
fn mailto_target(href: &str) -> Option<&str> {
    let href = href.trim();
    let at = href.char_indices().map(|(index, _)| index).take(300).find(|index| {
        href.get(*index..*index + 7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:"))
    })?;
    Some(&href[at + 7..])
}

/// The addresses of a `mailto:` link: before the question mark, and those that get copies.
pub(super) fn addresses_of_mailto(target: &str) -> Vec<String> {
    let (to, query) = target.split_once('?').unwrap_or((target, ""));
    let copies = query.split('&').filter_map(|pair| {
        let (name, value) = pair.trim_start_matches("amp;").split_once('=')?;
        matches!(name.to_ascii_lowercase().as_str(), "to" | "cc" | "bcc").then_some(value)
    });
    let mut found = Vec::new();
    for part in std::iter::once(to).chain(copies) {
        let decoded = decode::percent(part.trim_start_matches('/'));
        // `Jane Roe <jane@acme.com>`, lists, and signs written out stand in links too.
        found.extend(syntax::scan(&decoded, "").into_iter().map(|found| found.address));
    }
    found
}

fn from_text(context: &Context<'_>) -> Vec<Finding> {
    let text = context.document.text.as_str();
    let matches = syntax::scan(text, context.document.host()).into_iter();
    let with_rot13 = context.rot13;
    matches
        .filter_map(|found| {
            let method = if found.written_out { Method::WrittenOut } else { Method::Text };
            let snippet = around(text, found.start, found.end);
            let (address, method) = unturned(found.address, method, with_rot13);
            finding(context, address, snippet, method)
        })
        .collect()
}

/// The address itself where its letters were moved by half the alphabet.
fn unturned(address: String, method: Method, mentioned: bool) -> (String, Method) {
    let top = |address: &str| address.rsplit('.').next().is_some_and(junk::is_known_top);
    let turned = decode::rot13(&address);
    let hidden = (mentioned || !top(&address)) && top(&turned) && normalised(&turned).is_some();
    if hidden && !(top(&address) && is_common(&address)) {
        (turned, Method::Attribute)
    } else {
        (address, method)
    }
}

fn is_common(address: &str) -> bool {
    [".com", ".org", ".net", ".edu", ".gov"].iter().any(|top| address.ends_with(top))
}

fn from_scripts(context: &Context<'_>) -> Vec<Finding> {
    let Document { tree, .. } = context.document;
    let mut found = Vec::new();
    for element in tree.with_tag(Tag::Script) {
        let is_data = tree.attribute(element, "type").is_some_and(|kind| kind.contains("json"));
        for id in tree.inside(element).filter(|_| !is_data) {
            if script::is_of_interest(tree.source(id)) {
                found.extend(from_script(context, tree.source(id)));
            }
        }
    }
    found
}

/// Addresses that a script makes.
fn from_script(context: &Context<'_>, source: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for folded in script::strings(source) {
        let text = document::decoded(&folded.text);
        let of_interest = folded.made || text.contains("mailto:");
        if !of_interest || !(text.contains('@') || text.contains("%40")) {
            continue;
        }
        let text = decode::percent(&text);
        for address in syntax::scan(&text, context.document.host()) {
            let snippet = without_tags(&text);
            let snippet =
                if snippet.contains('@') { snippet } else { format!("{snippet} <{}>", address.address) };
            found.extend(finding(context, address.address, &snippet, Method::Script));
        }
    }
    found
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    for (index, piece) in html.split('<').enumerate() {
        text.push_str(if index == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) });
    }
    text
}

/// Of two addresses of which one ends with the other, such as `emailinfo@` and `info@`, a link's is right.
fn without_beheaded(found: &mut Vec<Finding>) {
    let linked: Vec<String> = found
        .iter()
        .filter(|finding| finding.method != Method::Text)
        .map(|finding| finding.value.clone())
        .collect();
    found.retain(|finding| {
        finding.method != Method::Text
            || !linked.iter().any(|linked| {
                let head = finding.value.strip_suffix(linked.as_str());
                head.is_some_and(|head| !head.is_empty() && head.bytes().all(|b| b.is_ascii_alphabetic()))
            })
    });
}

/// The text from 40 characters before to 40 after.
pub(super) fn around(text: &str, start: usize, end: usize) -> &str {
    let before = text[..start].char_indices().rev().nth(39).map_or(0, |(index, _)| index);
    let after = text[end..].char_indices().nth(40).map_or(text.len(), |(index, _)| end + index);
    &text[before..after]
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._%+-'&".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '-'
}

/// The address in lower case, if it is one that people can be written to at.
pub(super) fn normalised(text: &str) -> Option<String> {
    let address = text.trim().trim_matches(['.', '<', '>', '\'', '"']).to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let local = local.trim_matches(['.', '-', '\'', '_', '&']);
    let labels: Vec<&str> = domain.split('.').collect();
    let well_formed = (1..=64).contains(&local.len())
        && local.chars().all(is_local)
        && !local.contains("..")
        && labels.len() >= 2
        && labels
            .iter()
            .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'))
        && labels.last().is_some_and(|top| top.len() >= 2 && top.chars().all(char::is_alphabetic))
        && domain.chars().all(is_domain);
    (well_formed && !junk::is_junk(local, domain)).then(|| format!("{local}@{domain}"))
}

/// Below this, an address is neither the site's own nor a free one.
const OTHERS_CREDITED: f64 = 0.85;

/// An address of the site's own domain is the business's; a free one is likely; another company's may be of whoever
/// made the site.
fn relation(context: &Context<'_>, address: &str) -> f64 {
    let domain = address.split('@').nth(1).unwrap_or_default();
    let known = context.own_domains.iter().filter(|own| own.as_str() != "localhost");
    if known.clone().any(|own| own == junk::registrable(domain)) {
        1.0
    } else if junk::is_free(domain) {
        0.9
    } else if known.clone().any(|own| looks_alike(own, domain)) {
        0.85
    } else if known.count() == 0 {
        0.84
    } else {
        0.6
    }
}

/// Whether two domains share the first eight letters of their names or more, as `acmeplumbing.com` and
/// `acmeplumbingnj.net` do.
fn looks_alike(one: &str, other: &str) -> bool {
    let name =
        |domain: &str| junk::registrable(domain).split('.').next().unwrap_or_default().replace('-', "");
    let (one, other) = (name(one), name(other));
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
        >= one.len().min(other.len()).clamp(5, 8)
}

/// Whether the text, in small letters, credits whoever made the site.
fn is_credit(snippet: &str) -> bool {
    const CREDITS: &[&str] = &[
        "site by",
        "site design",
        "web design",
        "design by",
        "designed by",
        "developed by",
        "powered by",
        "created by",
        "hosted by",
        "maintained by",
        "built by",
        "webmaster",
    ];
    CREDITS.iter().any(|credit| snippet.contains(credit))
}

#[cfg(test)]
mod tests {
    use crate::findings::Method;
    use crate::tests::{extracted, page};

    fn emails(html: &str) -> Vec<String> {
        extracted(html).emails.into_iter().map(|finding| finding.value).collect()
    }

    #[test]
    fn every_way_of_writing_an_address_is_read() {
        let check = |html: &str, expect: &[&str]| assert_eq!(emails(html), expect, "{html}");
        check("<a href='mailto:Info@Acme.example?subject=Hi'>Write</a>", &["info@acme.example"]);
        check(
            "<a href='MAILTO:a%40acme.example,b@acme.example'>x</a>",
            &["a@acme.example", "b@acme.example"],
        );
        check(
            "<a href='mailto:?to=a@acme.example&amp;cc=b@acme.example'>x</a>",
            &["a@acme.example", "b@acme.example"],
        );
        check("<a href='https://acme.example/mailto:a@acme.example'>x</a>", &["a@acme.example"]);
        check("<a href='mailto:Jane%20Roe%20%3Cjane@acme.example%3E'>x</a>", &["jane@acme.example"]);
        check("<p>Write to info@acme.example.</p>", &["info@acme.example"]);
        check("<p>info&#64;acme&#46;example</p>", &["info@acme.example"]);
        check("<p>in<!-- x -->fo@acme.example</p>", &["info@acme.example"]);
        check("<p>info＠acme.example</p>", &["info@acme.example"]);
        check("<p>info<span style='display:none'>null</span>@acme.com</p>", &["info@acme.com"]);
        check("<style>.x{display:none}</style><p>info@<b class=x>no.</b>acme.com</p>", &["info@acme.com"]);
        check("<p>info [at] acme [dot] com</p>", &["info@acme.com"]);
        check("<span data-cfemail='c5acaba3aa85a4a6a8a0eba0bda4a8b5a9a0'>x</span>", &["info@acme.example"]);
        check(
            "<a href='/cdn-cgi/l/email-protection#c5acaba3aa85a4a6a8a0eba0bda4a8b5a9a0'>x</a>",
            &["info@acme.example"],
        );
        check("<bdo dir=rtl>moc.emca@ofni</bdo>", &["info@acme.com"]);
        check(
            "<script>document.write('<a href=\"mai'+'lto:info'+'@'+'acme.com\">')</script>",
            &["info@acme.com"],
        );
        check("<script>showMail('info', 'acme', 'com')</script>", &["info@acme.com"]);
        check("<p>vasb@npzr.pbz</p>", &["info@acme.com"]);
        check("<img alt='info@acme.com' src=mail.png>", &["info@acme.com"]);
        check("<b>Email</b>info@acme.com <a href='mailto:info@acme.com'>x</a>", &["info@acme.com"]);
    }

    #[test]
    fn what_is_no_address_is_left_out() {
        for html in [
            "<p>logo@2x.png</p>",
            "<p>you@example.com</p>",
            "<p>noreply@acme.example</p>",
            "<p>yourname@yourdomain.com xxx@xxx.com</p>",
            "<p>605a7baede844d278b89dc95ae0a9123@sentry.io</p>",
            "<script>var config = {email: 'info@acme.com'}</script>",
            "<input value='name@example.com'>",
            "<p>Website by <a href='mailto:web@agency.example'>Agency</a></p>",
        ] {
            assert_eq!(emails(html), Vec::<String>::new(), "{html}");
        }
    }

    #[test]
    fn the_sites_own_domain_comes_first() {
        let found = emails("<p>web@agency.example <br> john@gmail.com <br> info@acme.example</p>");
        assert_eq!(found, ["info@acme.example", "john@gmail.com", "web@agency.example"]);
    }

    #[test]
    fn the_evidence_is_the_text_around() {
        let html = "<p>Write to our office: info@acme.example any time</p>";
        let found = crate::extract(&page(html), None);
        assert_eq!(found.emails[0].snippet, "Write to our office: info@acme.example any time");
        assert_eq!(found.emails[0].source_url, "https://www.acme.example/contact");
        assert_eq!(found.emails[0].method, Method::Text);
    }
}
