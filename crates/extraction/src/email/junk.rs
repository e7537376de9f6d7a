//! What looks like an address and is none, and whose an address is.

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::lists::Lists;

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::parse(include_str!("../../data/email.tsv")));

/// Whether nobody reads mail there: images, placeholders, machines, error trackers.
pub(super) fn is_junk(local: &str, domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_hash = local.len() >= 20 && local.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let name = domain.split('.').next().unwrap_or_default();
    let placeholder_name = LISTS.has("placeholder-local", local)
        && (name.starts_with("your") || matches!(name, "domain" | "email" | "company" | "site" | "mail"));
    LISTS.has("asset", top)
        || LISTS.has("placeholder-domain", domain)
        || LISTS.has("platform-domain", domain)
        || is_machine(local)
        || LISTS.has("pattern-local", local)
        || domain.ends_with(".invalid")
        || domain.ends_with(".localhost")
        || local.bytes().all(|b| matches!(b, b'x' | b'.' | b'_' | b'-'))
        || is_hash
        || placeholder_name
}

/// Whether a program sends from there: `noreply`, `noreply+x`, `no-reply-orders`, `bounces+x`.
fn is_machine(local: &str) -> bool {
    let name = local.split('+').next().unwrap_or_default();
    LISTS.has("machine-local", name) || LISTS.words("machine-start").any(|start| local.starts_with(start))
}

/// Whether the top-level domain is one that businesses use; any of two letters is a country's.
pub(super) fn is_known_top(top: &str) -> bool {
    let two_letters = top.len() == 2 && top.bytes().all(|b| b.is_ascii_alphabetic());
    two_letters || LISTS.has("tld", &top.to_ascii_lowercase())
}

/// Whether the word stands before "at" in English rather than in an address.
pub(super) fn is_english(word: &str) -> bool {
    LISTS.has("stop", &word.to_ascii_lowercase())
}

/// Whether the address belongs to a desk and not to a person.
#[must_use]
pub fn is_role(local: &str) -> bool {
    LISTS.has("role", local)
}

/// Whether the domain gives mailboxes to anybody.
#[must_use]
pub fn is_free(domain: &str) -> bool {
    LISTS.has("free", domain)
}

/// The part of a host that its owner registered, by the [public suffix list](https://publicsuffix.org): a label and the suffix
/// below which people register names, those of platforms that give names to anybody among them. A host that has no such part is
/// its own, as an address in numbers is.
#[must_use]
pub fn registrable(host: &str) -> &str {
    let host = host.trim_end_matches('.');
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return host;
    }
    psl::domain_str(host).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_what_is_sent_to_machines_and_patterns() {
        for (local, expect) in [
            ("noreply", true),
            ("noreply+x", true),
            ("no-reply-orders", true),
            ("donotreply", true),
            ("bounces+4711", true),
            ("etunimi.sukunimi", true),
            ("vorname.nachname", true),
            ("reply", false),
            ("nora", false),
            ("bouncer", false),
            ("matti.virtanen", false),
        ] {
            assert_eq!(is_junk(local, "acme.com"), expect, "{local}");
        }
    }

    #[test]
    fn the_registered_part_of_a_host_is_found() {
        let check = |host: &str, expect: &str| assert_eq!(registrable(host), expect, "{host}");
        check("acme.com", "acme.com");
        check("mail.shop.acme.com", "acme.com");
        check("www.acme.co.uk", "acme.co.uk");
        check("acme.com.au", "acme.com.au");
        check("a.b.acme.fi", "acme.fi");
        check("www.hs.fi", "hs.fi");
        check("www.acme.co.at", "acme.co.at");
        check("www.acme.wixsite.com", "acme.wixsite.com");
        check("www.wixsite.com", "www.wixsite.com");
        check("wixsite.com", "wixsite.com");
        check("www.bücher.de", "bücher.de");
        check("www.acme.example", "acme.example");
        check("acme.com.", "acme.com");
        check("localhost", "localhost");
        check("127.0.0.1", "127.0.0.1");
        check("[::1]", "[::1]");
    }
}
