//! A plain regular expression a field, on the text without tags: what anybody would write first.

use std::sync::LazyLock;

use regex::Regex;

use super::gold::{Field, Marked};

#[expect(clippy::unwrap_used, reason = "the expressions are constants")]
fn regex(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static INVISIBLE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?is)<script.*?</script\s*>|<style.*?</style\s*>|<!--.*?-->|<head.*?</head>"));
static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"(?s)<[^>]*>"));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"));
static PHONE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]{0,2}\d{3}[-. ]\d{4}"));
static POSTAL_CODE: LazyLock<Regex> = LazyLock::new(|| regex(r"\b\d{5}(?:-\d{4})?\b"));

/// The text of a page without tags, one a blank.
pub(crate) fn text(html: &str) -> String {
    let visible = INVISIBLE.replace_all(html, " ");
    let text = TAG.replace_all(&visible, " ");
    html_escape::decode_html_entities(&text).into_owned()
}

pub(crate) fn found(field: Field, page: &Marked) -> Vec<String> {
    let expression = match field {
        Field::Email => &EMAIL,
        Field::Phone => &PHONE,
        Field::PostalCode => &POSTAL_CODE,
        _ => return Vec::new(),
    };
    expression.find_iter(&page.text).map(|found| found.as_str().to_owned()).collect()
}
