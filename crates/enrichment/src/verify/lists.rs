//! What is known of an address before anybody is asked.

use std::sync::LazyLock;

use extraction::{Lists, is_free};

use super::syntax::Address;

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::parse(include_str!("../../data/mailboxes.tsv")));

/// What the lists say of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// It belongs to a desk and not to a person.
    pub role: bool,
    /// Its domain gives mailboxes to anybody.
    pub free: bool,
    /// Its domain gives mailboxes for minutes.
    pub disposable: bool,
}

impl Listed {
    /// Looks the address up.
    pub(super) fn of(address: &Address) -> Self {
        let domain = address.domain();
        Self {
            role: is_role(address.local()),
            free: is_free(domain) || LISTS.has("free", domain),
            disposable: is_disposable(domain),
        }
    }
}

/// Whether a domain gives mailboxes to anybody, for good or for minutes.
///
/// ```
/// use enrichment::verify::gives_mailboxes;
/// assert!(gives_mailboxes("gmail.com") && !gives_mailboxes("example.org"));
/// ```
#[must_use]
pub fn gives_mailboxes(domain: &str) -> bool {
    is_free(domain) || LISTS.has("free", domain) || is_disposable(domain)
}

fn is_role(local: &str) -> bool {
    let local = local.to_ascii_lowercase();
    let base = local.split('+').next().unwrap_or_default();
    let joined = base.replace(['.', '-', '_'], "");
    let known = |name: &str| extraction::is_role(name) || LISTS.has("role", name);
    // `sales2` and `info.nj` are desks too, but `art.director` and `it.smith` need not be.
    known(base) || known(&joined) || known(joined.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// Such services hand out subdomains as well.
fn is_disposable(domain: &str) -> bool {
    let parents = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]);
    std::iter::once(domain).chain(parents).any(|domain| LISTS.has("disposable", domain))
}

/// The domain that was likely meant, where this one looks like a slip of the fingers. Only a hint: the domain may exist.
pub(super) fn suggestion(domain: &str) -> Option<&'static str> {
    let known = LISTS.has("distinct", domain) || LISTS.has("typed", domain) || LISTS.has("free", domain);
    if known || is_free(domain) || domain.len() > 30 {
        return None;
    }
    let near = LISTS.words("typed").filter_map(|meant| {
        let slips = slips(domain, meant);
        // Two slips in a short name are another name.
        (slips == 1 || (slips == 2 && meant.len() >= 11)).then_some((slips, meant))
    });
    // The words stand in no order; the smallest pair is always the same.
    near.min().map(|(_, meant)| meant)
}

/// How many letters were left out, added, replaced or swapped with their neighbour (optimal string alignment).
fn slips(typed: &str, meant: &str) -> usize {
    let (typed, meant) = (typed.as_bytes(), meant.as_bytes());
    if typed.len().abs_diff(meant.len()) > 2 {
        return usize::MAX;
    }
    let width = meant.len() + 1;
    let mut cost = vec![0; (typed.len() + 1) * width];
    for (i, row) in cost.chunks_mut(width).enumerate() {
        row[0] = i;
    }
    for (j, cell) in cost.iter_mut().take(width).enumerate() {
        *cell = j;
    }
    for i in 1..=typed.len() {
        for j in 1..=meant.len() {
            let at = |i: usize, j: usize| cost[i * width + j];
            let replaced = at(i - 1, j - 1) + usize::from(typed[i - 1] != meant[j - 1]);
            let mut least = replaced.min(at(i - 1, j) + 1).min(at(i, j - 1) + 1);
            let swapped = i > 1 && j > 1 && typed[i - 1] == meant[j - 2] && typed[i - 2] == meant[j - 1];
            if swapped {
                least = least.min(at(i - 2, j - 2) + 1);
            }
            cost[i * width + j] = least;
        }
    }
    cost[typed.len() * width + meant.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn desks_free_services_and_disposable_ones_are_known() {
        let check = |text: &str, role: bool, free: bool, disposable: bool| {
            let listed = Listed::of(&Address::parse(text).unwrap());
            assert_eq!(listed, Listed { role, free, disposable }, "{text}");
        };
        check("jane@acme.com", false, false, false);
        check("info@acme.com", true, false, false);
        check("INFO@acme.com", true, false, false);
        check("Customer.Service@acme.com", true, false, false);
        check("sales2@acme.com", true, false, false);
        check("info+web@acme.com", true, false, false);
        check("postmaster@acme.com", true, false, false);
        check("informer@acme.com", false, false, false);
        check("art.director@acme.com", false, false, false);
        check("jane@gmail.com", false, true, false);
        check("jane@web.de", false, true, false);
        check("info@yahoo.com", true, true, false);
        check("jane@mailinator.com", false, false, true);
        check("jane@a.b.mailinator.com", false, false, true);
        check("jane@notmailinator.com", false, false, false);
    }

    #[test]
    fn slips_are_hinted_at_and_real_domains_are_left_alone() {
        let check = |domain: &str, expect: Option<&str>| assert_eq!(suggestion(domain), expect, "{domain}");
        check("gmial.com", Some("gmail.com"));
        check("gmal.com", Some("gmail.com"));
        check("gmaill.com", Some("gmail.com"));
        check("gmail.con", Some("gmail.com"));
        check("gmail.co", Some("gmail.com"));
        check("gnail.com", Some("gmail.com"));
        check("yaho.com", Some("yahoo.com"));
        check("hotmial.com", Some("hotmail.com"));
        check("hotmal.con", Some("hotmail.com"));
        check("outlok.com", Some("outlook.com"));
        check("comcast.ner", Some("comcast.net"));
        for real in
            ["gmail.com", "mail.com", "email.com", "ymail.com", "acme.com", "gmx.com", "me.com", "grail.io"]
        {
            check(real, None);
        }
        check(&"a".repeat(250), None);
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        for (kind, at_least) in
            [("role", 100), ("free", 80), ("disposable", 60), ("typed", 15), ("distinct", 15)]
        {
            assert!(LISTS.words(kind).count() >= at_least, "{kind}");
        }
        for domain in
            ["free", "disposable", "typed", "distinct"].into_iter().flat_map(|kind| LISTS.words(kind))
        {
            assert!(Address::parse(&format!("a@{domain}")).is_ok(), "{domain}");
        }
    }
}
