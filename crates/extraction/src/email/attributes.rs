//! Addresses in attributes, which a script of the page puts together or decodes.

use super::super::findings::{Finding, Method};
use super::super::{Context, script};
use super::{addresses_of_mailto, decode, finding, junk, mailto_target, normalised, syntax};
use crate::document::{self, NodeId};

/// Names of attributes that hold the part before the sign.
const LOCAL: &[&str] = &[
    "data-user",
    "data-name",
    "data-local",
    "data-u",
    "data-username",
    "data-mailbox",
    "data-account",
    "data-part1",
    "data-first",
    "data-before",
];
/// Names of attributes that hold the part after it.
const DOMAIN: &[&str] = &[
    "data-domain",
    "data-host",
    "data-d",
    "data-site",
    "data-website",
    "data-part2",
    "data-second",
    "data-after",
    "data-server",
];
/// Names of attributes that hold what follows the domain's name.
const TOP: &[&str] = &["data-tld", "data-t", "data-part3", "data-ext"];

/// Addresses of one page that are read from attributes, and attributes of one element.
const MAX_FOUND: usize = 1_000;
const MAX_OF_ONE: usize = 200;
/// The longest value that is looked at.
const MAX_VALUE: usize = 2_000;

pub(super) fn findings(context: &Context<'_>) -> Vec<Finding> {
    let tree = &context.document.tree;
    let mut found = Vec::new();
    for id in tree.elements() {
        if found.len() >= MAX_FOUND {
            break;
        }
        let mut in_parts = false;
        for (name, value) in tree.raw_attributes(id).iter().take(MAX_OF_ONE) {
            let Some(kind) = Kind::of(name) else { continue };
            in_parts |= kind == Kind::Data && LOCAL.iter().any(|known| known.eq_ignore_ascii_case(name));
            if value.len() < 5 || value.len() > MAX_VALUE {
                continue;
            }
            let value = document::decoded(value);
            let addresses = decoded(context, kind, name, &value).into_iter();
            found.extend(
                addresses.filter_map(|(address, method)| finding(context, address.clone(), &address, method)),
            );
        }
        if in_parts && let Some(address) = from_parts(context, id) {
            found.extend(finding(context, address.clone(), &address, Method::Attribute));
        }
    }
    found
}

/// What an attribute that may hold an encoded address is, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cloudflare,
    Link,
    Code,
    Data,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let starts = |start: &str| name.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
        if name.len() <= 3 {
            None
        } else if starts("data-") {
            let cloudflare = name.eq_ignore_ascii_case("data-cfemail");
            Some(if cloudflare { Self::Cloudflare } else { Self::Data })
        } else if starts("on") {
            Some(Self::Code)
        } else {
            name.eq_ignore_ascii_case("href").then_some(Self::Link)
        }
    }
}

/// The addresses that one value stands for.
fn decoded(context: &Context<'_>, kind: Kind, name: &str, value: &str) -> Vec<(String, Method)> {
    match kind {
        Kind::Cloudflare => {
            let address = decode::cloudflare(value).and_then(|text| normalised(&text));
            address.map(|address| (address, Method::Cloudflare)).into_iter().collect()
        }
        Kind::Link => from_link(context, value),
        Kind::Code => from_code(context, value),
        Kind::Data => {
            let lower = name.to_ascii_lowercase();
            let about_mail = lower.contains("mail") || lower.contains("addr") || lower.contains("contact");
            from_data(context, value, about_mail).map(|it| (it, Method::Attribute)).into_iter().collect()
        }
    }
}

fn from_link(context: &Context<'_>, value: &str) -> Vec<(String, Method)> {
    if let Some((_, encoded)) = value.split_once("/cdn-cgi/l/email-protection#") {
        let address = decode::cloudflare(encoded).and_then(|text| normalised(&text));
        return address.map(|address| (address, Method::Cloudflare)).into_iter().collect();
    }
    let start = value.trim_start().get(..11).unwrap_or_default();
    if start.eq_ignore_ascii_case("javascript:") {
        return from_code(context, &value.trim_start()[11..]);
    }
    // Base64 in place of an address, which a script replaces before anybody clicks.
    let encoded = mailto_target(value).or_else(|| value.strip_prefix('#')).unwrap_or_default();
    let address = decode::base64(encoded).and_then(|text| whole_address(&text));
    address.map(|address| (address, Method::Attribute)).into_iter().collect()
}

fn from_code(context: &Context<'_>, code: &str) -> Vec<(String, Method)> {
    let code = decode::percent(code);
    if !script::is_of_interest(&code) && !code.to_ascii_lowercase().contains("mail") {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for folded in script::strings(&code) {
        if let Some(link) = decode::shifted_mailto(&folded.text) {
            found.extend(addresses_of_mailto(&link[7..]));
        } else if folded.made || folded.text.contains("mailto:") {
            let matches = syntax::scan(&folded.text, context.document.host());
            found.extend(matches.into_iter().map(|found| found.address));
        }
    }
    found.into_iter().map(|address| (address, Method::Script)).collect()
}

/// What a data attribute holds: the address, or a form of it that only a script can read.
fn from_data(context: &Context<'_>, value: &str, about_mail: bool) -> Option<String> {
    let value = value.trim();
    if about_mail && let Some(address) = plain(context, value) {
        return Some(address);
    }
    if value.contains('%')
        && let Some(address) = whole_address(&decode::percent(value))
    {
        return Some(address);
    }
    let hexadecimal = || {
        let whole = value.len().is_multiple_of(2) && value.bytes().all(|b| b.is_ascii_hexdigit());
        String::from_utf8(decode::hexadecimal(value).filter(|_| whole)?).ok()
    };
    let codes = || value.starts_with(|c: char| c.is_ascii_digit()).then(|| decode::codes(value)).flatten();
    let decoded = decode::base64(value).or_else(hexadecimal).or_else(codes)?;
    whole_address(&decoded)
}

/// An address that stands there as it is, written out, turned around or with its letters moved.
fn plain(context: &Context<'_>, value: &str) -> Option<String> {
    let top_is_known = |address: &str| address.rsplit('.').next().is_some_and(junk::is_known_top);
    if let Some(found) = syntax::scan(value, context.document.host()).into_iter().next()
        && top_is_known(&found.address)
        && !context.rot13
    {
        return Some(found.address);
    }
    [decode::rot13(value), decode::reversed(value)]
        .into_iter()
        .find_map(|text| whole_address(&text).filter(|address| top_is_known(address)))
        .or_else(|| whole_address(value))
}

/// The address that the text is, or links to.
fn whole_address(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(target) = mailto_target(text) {
        return addresses_of_mailto(target).into_iter().next();
    }
    normalised(text)
}

/// An address in parts, one an attribute.
fn from_parts(context: &Context<'_>, id: NodeId) -> Option<String> {
    let tree = &context.document.tree;
    let first = |names: &[&str]| {
        names.iter().find_map(|name| tree.attribute(id, name)).filter(|value| !value.is_empty())
    };
    let (local, domain) = (first(LOCAL)?, first(DOMAIN)?);
    let top = first(TOP).map_or_else(String::new, |top| format!(".{}", top.trim_start_matches('.')));
    let top = if domain.contains('.') && domain.ends_with(&top) { String::new() } else { top };
    let address = normalised(&format!("{local}@{domain}{top}"))
        .or_else(|| normalised(&format!("{}@{}", decode::reversed(&local), decode::reversed(&domain))))?;
    let turned = normalised(&decode::reversed(&format!("{domain}@{local}")));
    let known = |address: &str| address.rsplit('.').next().is_some_and(junk::is_known_top);
    if known(&address) { Some(address) } else { turned.filter(|turned| known(turned)) }
}

#[cfg(test)]
mod tests {
    use crate::tests::extracted;

    #[test]
    fn every_encoding_of_an_attribute_is_read() {
        for html in [
            "<a href='#' data-email='info@acme.com'>x</a>",
            "<a data-mail='info [at] acme [dot] com'>x</a>",
            "<a data-email='moc.emca@ofni'>x</a>",
            "<a data-email='vasb@npzr.pbz'>x</a>",
            "<a data-enc='aW5mb0BhY21lLmNvbQ=='>x</a>",
            "<a data-enc='bWFpbHRvOmluZm9AYWNtZS5jb20='>x</a>",
            "<a data-x='%69%6e%66%6f%40acme.com'>x</a>",
            "<a data-x='696e666f4061636d652e636f6d'>x</a>",
            "<a data-x='105,110,102,111,64,97,99,109,101,46,99,111,109'>x</a>",
            "<a data-user='info' data-domain='acme.com'>x</a>",
            "<a data-name='info' data-domain='acme' data-tld='com'>x</a>",
            "<a href='mailto:aW5mb0BhY21lLmNvbQ=='>x</a>",
            "<a href=\"javascript:linkTo_UnCryptMailto('nbjmup;jogpAbdnf/dpn')\">x</a>",
            "<a href=\"javascript:location='mailto:'+'info'+'@'+'acme.com'\">x</a>",
            "<a onclick=\"sendMail('info','acme.com')\">x</a>",
        ] {
            let found: Vec<_> = extracted(html).emails.into_iter().map(|email| email.value).collect();
            assert_eq!(found, ["info@acme.com"], "{html}");
        }
    }

    #[test]
    fn other_attributes_are_no_addresses() {
        for html in [
            "<a data-id='YWJjZGVmZ2hpamts'>x</a>",
            "<a data-user='info' data-domain=''>x</a>",
            "<a data-json='{\"a\":\"b@c\"}'>x</a>",
            "<a data-email=''>x</a>",
            "<option value='a@acme.com'>x</option>",
        ] {
            assert!(extracted(html).emails.is_empty(), "{html}");
        }
    }
}
