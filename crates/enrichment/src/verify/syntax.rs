//! What is an address: RFC 5321 section 4.1.2 with its limits, RFC 6531 for letters beyond ASCII, IDNA for domains.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// The longest local part, in octets (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The longest address, in octets: a path of 256 without its angle brackets (RFC 5321 section 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// Octets beyond which an input is not looked at.
const MAX_INPUT: usize = 320;

/// An address that is well formed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: String,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// Nothing is there.
    #[error("the address is empty")]
    Empty,
    /// It is longer than an address may be.
    #[error("the address is longer than {MAX_ADDRESS} octets")]
    TooLong,
    /// No sign stands between name and domain.
    #[error("there is no @ between name and domain")]
    NoAt,
    /// Nothing stands before the sign.
    #[error("there is no name before the @")]
    NoLocal,
    /// The part before the sign is too long.
    #[error("the part before the @ is longer than {MAX_LOCAL} octets")]
    LocalTooLong,
    /// A dot where none may be.
    #[error("the part before the @ begins or ends with a dot, or has two in a row")]
    LocalDots,
    /// A character that the part before the sign cannot have.
    #[error("the part before the @ cannot have {0:?}")]
    LocalCharacter(char),
    /// A quoted name that does not end, or ends too early.
    #[error("the quoted part before the @ is not closed")]
    LocalQuote,
    /// Nothing stands behind the sign.
    #[error("there is no domain after the @")]
    NoDomain,
    /// A network address stands in place of the domain.
    #[error("a network address stands in place of a domain")]
    AddressLiteral,
    /// The domain has a single label.
    #[error("the domain has no dot")]
    NoDot,
    /// The domain is none.
    #[error("'{0}' is not a domain")]
    Domain(String),
}

impl Address {
    /// Reads an address. Blanks around it are left out; the domain comes back in lower case and in A-labels.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SyntaxError::Empty);
        }
        if text.len() > MAX_INPUT {
            return Err(SyntaxError::TooLong);
        }
        // A quoted name may hold the sign; a domain cannot.
        let (local, domain) = text.rsplit_once('@').ok_or(SyntaxError::NoAt)?;
        check_local(local)?;
        let domain = domain_of(domain)?;
        if local.len() + 1 + domain.len() > MAX_ADDRESS {
            return Err(SyntaxError::TooLong);
        }
        Ok(Self { local: local.to_owned(), domain })
    }

    /// The part before the sign, as it was written: only its server knows whether case matters.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain, in lower case and in A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Another mailbox of the same domain. `local` must be made of letters and digits.
    pub(super) fn sibling(&self, local: String) -> Self {
        Self { local, domain: self.domain.clone() }
    }

    /// Whether only a server with SMTPUTF8 (RFC 6531) can take it.
    pub(super) fn needs_utf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

fn check_local(local: &str) -> Result<(), SyntaxError> {
    if local.is_empty() {
        return Err(SyntaxError::NoLocal);
    }
    if local.len() > MAX_LOCAL {
        return Err(SyntaxError::LocalTooLong);
    }
    if let Some(quoted) = local.strip_prefix('"') {
        return check_quoted(quoted);
    }
    if let Some(wrong) = local.chars().find(|c| *c != '.' && !is_atext(*c)) {
        return Err(SyntaxError::LocalCharacter(wrong));
    }
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if dots { Err(SyntaxError::LocalDots) } else { Ok(()) }
}

/// The rest of a quoted string, its closing quote included (RFC 5321: qtextSMTP and quoted-pairSMTP).
fn check_quoted(quoted: &str) -> Result<(), SyntaxError> {
    let mut rest = quoted.chars();
    loop {
        let mut c = rest.next().ok_or(SyntaxError::LocalQuote)?;
        if c == '"' {
            return if rest.as_str().is_empty() { Ok(()) } else { Err(SyntaxError::LocalQuote) };
        }
        if c == '\\' {
            c = rest.next().ok_or(SyntaxError::LocalQuote)?;
        }
        if !matches!(c, ' '..='~') {
            return Err(SyntaxError::LocalCharacter(c));
        }
    }
}

fn is_atext(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    }
    // RFC 6531 allows any character beyond ASCII; whatever cannot be seen is a mistake or an attack.
    c.is_alphanumeric()
}

fn domain_of(domain: &str) -> Result<String, SyntaxError> {
    if domain.is_empty() {
        return Err(SyntaxError::NoDomain);
    }
    if domain.starts_with('[') {
        return Err(SyntaxError::AddressLiteral);
    }
    let not_one = || SyntaxError::Domain(domain.to_owned());
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| not_one())?;
    let (_, top) = ascii.rsplit_once('.').ok_or(SyntaxError::NoDot)?;
    // RFC 3696 section 2: a top-level domain is not all digits, which also rules out bare IPv4 addresses.
    if top.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_one());
    }
    Ok(ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                Address::parse(text).map(|address| address.to_string()),
                Ok(expect.to_owned()),
                "{text}"
            );
        };
        check("jane@acme.com", "jane@acme.com");
        check("  Jane.Roe@ACME.com\n", "Jane.Roe@acme.com");
        check("o'brien+web@mail.acme.co.uk", "o'brien+web@mail.acme.co.uk");
        check("a!#$%&'*+-/=?^_`{|}~z@acme.com", "a!#$%&'*+-/=?^_`{|}~z@acme.com");
        check("info@müller.de", "info@xn--mller-kva.de");
        check("info@MÜLLER.de", "info@xn--mller-kva.de");
        check("info@例え.jp", "info@xn--r8jz45g.jp");
        check("info@acme。com", "info@acme.com");
        check("müller@acme.de", "müller@acme.de");
        check("\"jane roe\"@acme.com", "\"jane roe\"@acme.com");
        check("\"a@b\\\"c\"@acme.com", "\"a@b\\\"c\"@acme.com");
        check("a@r3---sn.acme.com", "a@r3---sn.acme.com");
        check("1@2.com", "1@2.com");
        let longest = format!("{}@{}.com", "a".repeat(64), "b".repeat(63));
        check(&longest, &longest);
    }

    #[test]
    fn what_is_no_address_says_why() {
        let check = |text: &str, expect: SyntaxError| assert_eq!(Address::parse(text), Err(expect), "{text}");
        check("", SyntaxError::Empty);
        check(" \t ", SyntaxError::Empty);
        check("jane", SyntaxError::NoAt);
        check("@acme.com", SyntaxError::NoLocal);
        check("jane@", SyntaxError::NoDomain);
        check(".jane@acme.com", SyntaxError::LocalDots);
        check("jane.@acme.com", SyntaxError::LocalDots);
        check("jane..roe@acme.com", SyntaxError::LocalDots);
        check("jane roe@acme.com", SyntaxError::LocalCharacter(' '));
        check("jane@roe@acme.com", SyntaxError::LocalCharacter('@'));
        check("jane,roe@acme.com", SyntaxError::LocalCharacter(','));
        check("jane\r\nRCPT TO:<x>@acme.com", SyntaxError::LocalCharacter('\r'));
        check("jane\u{202e}@acme.com", SyntaxError::LocalCharacter('\u{202e}'));
        check("\"jane\u{7}\"@acme.com", SyntaxError::LocalCharacter('\u{7}'));
        check("\"jane@acme.com", SyntaxError::LocalQuote);
        check("\"jane\"roe@acme.com", SyntaxError::LocalQuote);
        check("\"jane\\\"@acme.com", SyntaxError::LocalQuote);
        check("jane@localhost", SyntaxError::NoDot);
        check("jane@[192.0.2.1]", SyntaxError::AddressLiteral);
        check("jane@[IPv6:2001:db8::1]", SyntaxError::AddressLiteral);
        check(&format!("{}@acme.com", "a".repeat(65)), SyntaxError::LocalTooLong);
        check(&"a".repeat(400), SyntaxError::TooLong);
        for domain in [
            "acme..com",
            ".acme.com",
            "acme.com.",
            "-acme.com",
            "acme-.com",
            "ac_me.com",
            "ac me.com",
            "192.0.2.1",
            "acme.123",
            "acme.com>",
            "acme.com\r\n.x",
            "xn--a.com",
        ] {
            check(&format!("jane@{domain}"), SyntaxError::Domain(domain.to_owned()));
        }
        let label = "b".repeat(64);
        check(&format!("jane@{label}.com"), SyntaxError::Domain(format!("{label}.com")));
        let long = ["c".repeat(63), "d".repeat(63), "e".repeat(63)].join(".");
        check(&format!("{}@{long}.com", "a".repeat(64)), SyntaxError::TooLong);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_can_be_sent(text in "\\PC{0,80}|[a-z.@\"\\\\\\r\\n \\[\\]ü。-]{0,60}") {
            if let Ok(address) = Address::parse(&text) {
                let written = address.to_string();
                prop_assert!(written.len() <= MAX_ADDRESS);
                prop_assert!(!written.contains(|c: char| c.is_control()));
                prop_assert!(address.domain().is_ascii());
                prop_assert_eq!(Address::parse(&written), Ok(address));
            }
        }
    }
}
