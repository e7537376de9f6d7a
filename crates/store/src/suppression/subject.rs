//! What an entry of the suppression list covers, in one form, and the digest that stands for it.
//!
//! The digest is a plain SHA-256 and not one with a key. The list has to hold wherever the database goes: on every server
//! of one Postgres, on the command line, in a restored backup. A key beside the database would protect nothing, and one
//! elsewhere could be lost, after which the list would cover nobody without a word. What a plain digest gives away is
//! whether an address that somebody already has is on the list; the addresses themselves it does not give.

use contract::suppression::SuppressionKind;
use sha2::{Digest, Sha256};

use crate::text::fold;

/// The longest domain that is looked at, in bytes.
const MAX_DOMAIN: usize = 253;

/// Somebody, or something, that may be on the suppression list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    kind: SuppressionKind,
    text: String,
}

impl Subject {
    /// An e-mail address; `None` if the text is none. Case does not matter, nor in which script the domain is written.
    ///
    /// ```
    /// use store::suppression::Subject;
    /// let one = Subject::email("Jane@Bücher.example").unwrap();
    /// assert_eq!(Some(one), Subject::email("jane@xn--bcher-kva.example"));
    /// assert_eq!(Subject::email("jane"), None);
    /// ```
    #[must_use]
    pub fn email(text: &str) -> Option<Self> {
        let (local, domain) = text.trim().rsplit_once('@')?;
        let is_local = !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || c == '@');
        let domain = registered(domain).filter(|_| is_local)?;
        Some(Self { kind: SuppressionKind::Email, text: format!("{}@{domain}", local.to_lowercase()) })
    }

    /// A domain with everything below it; `None` if the text is none, or one without a dot.
    #[must_use]
    pub fn domain(text: &str) -> Option<Self> {
        Some(Self { kind: SuppressionKind::Domain, text: registered(text.trim())? })
    }

    /// Somebody who is known by name at a domain; `None` without one of the two. Case and accents do not matter.
    #[must_use]
    pub fn person(name: &str, domain: &str) -> Option<Self> {
        let name = fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let domain = ascii(domain).filter(|_| !name.is_empty())?;
        Some(Self { kind: SuppressionKind::Person, text: format!("{name}\n{domain}") })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> SuppressionKind {
        self.kind
    }

    /// SHA-256 of its text in lower-case hexadecimal. No two kinds have one in common: an address has an `@`, a person a line
    /// feed, a domain neither.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }

    /// Its text: the address or the domain.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The domain, where it is one.
    pub(crate) fn as_domain(&self) -> Option<&str> {
        (self.kind == SuppressionKind::Domain).then_some(&self.text)
    }

    /// Whether an address is the one, or lies at the domain.
    pub(crate) fn covers(&self, address: &Self) -> bool {
        match self.kind {
            SuppressionKind::Email => self == address,
            SuppressionKind::Domain => address.domains().any(|domain| domain == self.text),
            SuppressionKind::Person => false,
        }
    }

    /// The domain of an address and those above it, down to two labels.
    fn domains(&self) -> impl Iterator<Item = &str> {
        let domain = self.text.rsplit_once('@').map(|(_, domain)| domain);
        domain.into_iter().flat_map(with_parents)
    }

    /// The digests of every entry that would cover the address.
    pub(super) fn digests(&self) -> impl Iterator<Item = String> {
        let of_domains = self.domains().filter_map(Self::domain).map(|domain| domain.digest());
        std::iter::once(self.digest()).chain(of_domains)
    }
}

/// The digests of every entry that would cover a domain.
pub(super) fn domain_digests(domain: &str) -> Vec<String> {
    let Some(domain) = ascii(domain) else { return Vec::new() };
    with_parents(&domain).filter_map(Subject::domain).map(|domain| domain.digest()).collect()
}

/// A domain and those above it, down to two labels.
fn with_parents(domain: &str) -> impl Iterator<Item = &str> {
    fn parent<'d>(domain: &&'d str) -> Option<&'d str> {
        domain.split_once('.').map(|(_, parent)| parent)
    }
    std::iter::successors(Some(domain), parent).filter(|domain| domain.contains('.'))
}

/// A domain of at least two labels.
fn registered(domain: &str) -> Option<String> {
    ascii(domain).filter(|domain| domain.contains('.'))
}

/// A domain in lower case and ASCII.
fn ascii(domain: &str) -> Option<String> {
    let domain = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let fits = domain.len() <= MAX_DOMAIN && domain.split('.').all(is_label);
    fits.then_some(domain)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_digest_however_it_is_written() {
        let digest = |text| Subject::email(text).unwrap().digest();
        assert_eq!(digest("jane@example.org"), digest(" Jane@EXAMPLE.org. "));
        // printf jane@example.org | sha256sum
        assert_eq!(
            digest("jane@example.org"),
            "13d855ce931073d4924ac377cda0e9a543908b9d6607727c8033d729c65eced6"
        );
        assert_ne!(digest("jane+news@example.org"), digest("jane@example.org"));
        for text in
            ["jane", "@example.org", "jane@", "jane@localhost", "a b@example.org", "jane@exa mple.org"]
        {
            assert_eq!(Subject::email(text), None, "{text}");
        }
    }

    #[test]
    fn a_domain_covers_what_is_below_it() {
        let domain = Subject::domain("Example.org").unwrap();
        let covers = |address| domain.covers(&Subject::email(address).unwrap());
        assert!(covers("a@example.org") && covers("a@mail.EXAMPLE.org"));
        assert!(!covers("a@notexample.org") && !covers("a@example.org.evil.test"));
        assert_eq!((Subject::domain("org"), Subject::domain("exa mple.org")), (None, None));
    }

    #[test]
    fn a_person_is_a_name_at_a_domain() {
        let person = |name, domain| Subject::person(name, domain);
        assert_eq!(person("José  Núñez", "example.org"), person("jose nunez", "EXAMPLE.org"));
        assert_ne!(person("Jane Roe", "example.org"), person("Jane Roe", "example.com"));
        assert_eq!((person(" ", "example.org"), person("Jane", "")), (None, None));
    }
}
