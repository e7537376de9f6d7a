//! What scripts write by joining literals: `'info' + '@' + 'acme.com'` and its like. Literals are folded, nothing is
//! run: what depends on anything else is unknown.

mod fold;
mod lexer;

pub(super) use fold::{Folded, fold};

use memchr::memmem;

/// Bytes of one script that are read.
const MAX_SCRIPT: usize = 200_000;

/// Whether it is worth looking for addresses in the script.
pub(super) fn is_of_interest(script: &str) -> bool {
    const SIGNS: &[&str] = &[
        "@",
        "mailto",
        "fromCharCode",
        "%40",
        "\\x40",
        "\\u0040",
        "atob",
        "&#64",
        "&#x40",
        "unescape",
        "mail(",
        "Mail(",
        "MAIL(",
    ];
    SIGNS.iter().any(|sign| memmem::find(script.as_bytes(), sign.as_bytes()).is_some())
}

/// The strings that the script makes, each with how it was made.
pub(super) fn strings(script: &str) -> Vec<Folded> {
    fold(&script[..script.floor_char_boundary(MAX_SCRIPT)])
}
