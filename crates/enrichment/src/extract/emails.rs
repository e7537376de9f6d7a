//! E-mail addresses: from links, from text, and from what was made unreadable for programs.

use super::{Context, Finding, anchors, merge, obfuscation, select};

pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    merge(&mut found, from_links(context));
    merge(&mut found, from_cloudflare(context));
    merge(&mut found, from_text(context, context.text, 0.85));
    merge(&mut found, from_text(context, &obfuscation::spelled_out(context.text), 0.7));
    for finding in &mut found {
        finding.confidence *= relation(&finding.value, context.page.url.host_str().unwrap_or_default());
    }
    found
}

fn from_links(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (element, href) in anchors(context.document) {
        let Some(address) = href.trim().strip_prefix_ignore_case("mailto:") else { continue };
        let addresses = address.split('?').next().unwrap_or_default();
        let addresses = obfuscation::percent_decoded(addresses);
        let label: String = element.text().collect();
        for address in addresses.split([',', ';']).filter_map(normalised) {
            found.push(context.finding(address.clone(), &format!("{label} <{address}>"), 0.95));
        }
    }
    found
}

fn from_cloudflare(context: &Context<'_>) -> Vec<Finding> {
    let spans = select(context.document, "[data-cfemail]").into_iter();
    let encoded = spans.filter_map(|element| element.value().attr("data-cfemail").map(str::to_owned));
    let links = anchors(context.document).filter_map(|(_, href)| {
        href.split_once("/cdn-cgi/l/email-protection#").map(|(_, encoded)| encoded.to_owned())
    });
    encoded
        .chain(links)
        .filter_map(|encoded| normalised(&obfuscation::cloudflare(&encoded)?))
        .map(|address| context.finding(address.clone(), &address, 0.95))
        .collect()
}

fn from_text(context: &Context<'_>, text: &str, confidence: f64) -> Vec<Finding> {
    text.match_indices(['@', '\u{ff20}'])
        .filter_map(|(at, sign)| {
            let local_start = text[..at].rfind(|c| !is_local(c)).map_or(0, |i| i + char_len(text, i));
            let domain_start = at + sign.len();
            let domain_end = text[domain_start..]
                .find(|c| !is_domain(c))
                .map_or(text.len(), |length| domain_start + length);
            let address = format!("{}@{}", &text[local_start..at], &text[domain_start..domain_end]);
            let snippet = around(text, local_start, domain_end);
            normalised(&address).map(|address| context.finding(address, snippet, confidence))
        })
        .collect()
}

fn char_len(text: &str, index: usize) -> usize {
    text[index..].chars().next().map_or(1, char::len_utf8)
}

/// The text from 40 characters before to 40 after.
fn around(text: &str, start: usize, end: usize) -> &str {
    let before = text[..start].char_indices().rev().nth(39).map_or(0, |(index, _)| index);
    let after = text[end..].char_indices().nth(40).map_or(text.len(), |(index, _)| end + index);
    &text[before..after]
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._%+-'".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '-'
}

/// The address in lower case, if it is one that people can be written to at.
pub(super) fn normalised(text: &str) -> Option<String> {
    let address = text.trim().trim_matches(['.', '<', '>', '\'', '"']).to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let local = local.trim_matches(['.', '-', '\'']);
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
    (well_formed && !is_junk(local, domain)).then(|| format!("{local}@{domain}"))
}

const ASSETS: &[&str] =
    &["png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "css", "js", "ico", "woff", "ttf"];
const PLACEHOLDER_DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "domain.com",
    "yourdomain.com",
    "email.com",
    "mysite.com",
    "yoursite.com",
    "company.com",
    "website.com",
    "sentry.io",
    "wixpress.com",
    "sentry.wixpress.com",
    "sentry-next.wixpress.com",
    "godaddy.com",
    "test.com",
];
const PLACEHOLDER_NAMES: &[&str] =
    &["yourname", "your.name", "name", "user", "username", "you", "youremail", "email"];
const MACHINES: &[&str] =
    &["noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce"];

fn is_junk(local: &str, domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_hash = local.len() >= 24 && local.bytes().all(|b| b.is_ascii_hexdigit());
    ASSETS.contains(&top)
        || PLACEHOLDER_DOMAINS.contains(&domain)
        || MACHINES.contains(&local)
        || is_hash
        || (PLACEHOLDER_NAMES.contains(&local) && domain.starts_with("your"))
}

const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "aol.com",
    "icloud.com",
    "comcast.net",
    "verizon.net",
    "msn.com",
    "live.com",
    "me.com",
    "optonline.net",
    "att.net",
    "sbcglobal.net",
    "protonmail.com",
];

/// An address of the site's own domain is the business's; a free one is likely; another company's may be the
/// agency that made the site.
fn relation(address: &str, host: &str) -> f64 {
    let domain = address.split('@').nth(1).unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    if host == domain || host.ends_with(&format!(".{domain}")) || domain.ends_with(&format!(".{host}")) {
        1.0
    } else if FREE_MAIL.contains(&domain) {
        0.9
    } else {
        0.5
    }
}

trait StripPrefixIgnoreCase {
    fn strip_prefix_ignore_case(&self, prefix: &str) -> Option<&str>;
}

impl StripPrefixIgnoreCase for str {
    fn strip_prefix_ignore_case(&self, prefix: &str) -> Option<&str> {
        let head = self.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &self[prefix.len()..])
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;
    use crate::extract::tests::page;

    fn emails(html: &str) -> Vec<String> {
        extract(&page(html), None).emails.into_iter().map(|finding| finding.value).collect()
    }

    #[test]
    fn every_way_of_writing_an_address_is_read() {
        let check = |html: &str, expect: &[&str]| assert_eq!(emails(html), expect, "{html}");
        check("<a href='mailto:Info@Acme.example?subject=Hi'>Write</a>", &["info@acme.example"]);
        check(
            "<a href='MAILTO:a%40acme.example,b@acme.example'>x</a>",
            &["a@acme.example", "b@acme.example"],
        );
        check("<p>Write to info@acme.example.</p>", &["info@acme.example"]);
        check("<p>info&#64;acme&#46;example</p>", &["info@acme.example"]);
        check("<p>in<!-- x -->fo@acme.example</p>", &["info@acme.example"]);
        check("<p>info＠acme.example</p>", &["info@acme.example"]);
        check("<p>info [at] acme [dot] example</p>", &["info@acme.example"]);
        check("<p>info (at) acme.example</p>", &["info@acme.example"]);
        check("<p>info AT acme DOT example</p>", &["info@acme.example"]);
        check("<span data-cfemail='c5acaba3aa85a4a6a8a0eba0bda4a8b5a9a0'>x</span>", &["info@acme.example"]);
        check(
            "<a href='/cdn-cgi/l/email-protection#c5acaba3aa85a4a6a8a0eba0bda4a8b5a9a0'>x</a>",
            &["info@acme.example"],
        );
    }

    #[test]
    fn what_is_no_address_is_left_out() {
        for html in [
            "<p>logo@2x.png</p>",
            "<p>you@example.com</p>",
            "<p>noreply@acme.example</p>",
            "<p>@acme</p>",
            "<p>we meet at the office dot matrix</p>",
            "<p>605a7baede844d278b89dc95ae0a9123@sentry.io</p>",
            "<p>a@b</p>",
            "<p>prices @ 5.00</p>",
        ] {
            assert_eq!(emails(html), Vec::<String>::new(), "{html}");
        }
    }

    #[test]
    fn the_sites_own_domain_comes_first() {
        let found = emails("<p>web@agency.example john@gmail.com info@acme.example</p>");
        assert_eq!(found, ["info@acme.example", "john@gmail.com", "web@agency.example"]);
    }

    #[test]
    fn the_evidence_is_the_text_around() {
        let found = extract(&page("<p>Write to our office: info@acme.example any time</p>"), None);
        assert_eq!(found.emails[0].snippet, "Write to our office: info@acme.example any time");
        assert_eq!(found.emails[0].source_url, "https://www.acme.example/contact");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,200}") {
            let _ = emails(&text);
            let _ = emails(&format!("{text}@{text}"));
        }
    }
}
