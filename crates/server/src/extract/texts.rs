//! Characters that no text of a request holds: NUL, which Postgres does not keep, and the other control characters, which nobody
//! sees in what is stored. A text that may have several lines says so.

use contract::FieldError;
use serde_json::Value;

use super::fields::{self, NAMED};
use super::validate::Validate;
use crate::problem::ApiProblem;

/// How JSON may write a control character: as an escape, or below 0xa0 as itself.
const ESCAPES: [&str; 6] = ["\\u00", "\\n", "\\r", "\\t", "\\b", "\\f"];

/// Refuses a body that could be read and of which some texts hold control characters. Most have none of their escapes, and are
/// not read once more.
pub(super) fn refuse_controls<B: Validate>(body: &[u8]) -> Result<(), ApiProblem> {
    let text = String::from_utf8_lossy(body);
    let written = ESCAPES.iter().any(|escape| text.contains(escape));
    // Between texts, JSON has line breaks and tabs.
    if !written && !text.contains(|c: char| c.is_control() && !is_space(c)) {
        return Ok(());
    }
    let mut errors = Vec::new();
    if let Ok(body) = serde_json::from_slice::<Value>(body) {
        name_controls(&body, "", B::LINES, &mut errors);
    }
    refused(errors)
}

/// Refuses a query string of which some texts hold control characters.
pub(super) fn refuse_controls_of_pairs<Q: Validate>(query: &str) -> Result<(), ApiProblem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let errors = pairs.filter_map(|(name, value)| error(&name, &value, Q::LINES.contains(&&*name)));
    refused(errors.take(NAMED).collect())
}

fn refused(errors: Vec<FieldError>) -> Result<(), ApiProblem> {
    if errors.is_empty() { Ok(()) } else { Err(ApiProblem::invalid(errors)) }
}

/// Names every text in `value` that holds control characters by its path, as unreadable values are named.
fn name_controls(value: &Value, path: &str, lines: &[&str], errors: &mut Vec<FieldError>) {
    if errors.len() == NAMED {
        return;
    }
    match value {
        Value::String(text) => errors.extend(error(path, text, lines.contains(&path))),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                name_controls(item, &format!("{path}[{position}]"), lines, errors);
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                name_controls(value, &path, lines, errors);
            }
        }
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn error(field: &str, text: &str, several_lines: bool) -> Option<FieldError> {
    if text.contains('\0') {
        return Some(fields::with_nul(field));
    }
    let strange = |c: char| c.is_control() && !(several_lines && is_space(c));
    text.contains(strange).then(|| fields::with_control(field))
}

/// What parts words and lines.
fn is_space(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use contract::auth::LoginRequest;
    use contract::edit::BusinessPatch;

    use super::*;

    fn named<B: Validate>(body: &str) -> Vec<String> {
        let errors = refuse_controls::<B>(body.as_bytes()).err().map(ApiProblem::into_errors);
        errors.unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn every_way_of_writing_a_control_character_is_found() {
        for written in [
            "\\u0000", "\\u0007", "\\n", "\\r", "\\t", "\\b", "\\f", "\\u007f", "\u{7f}", "\\u0085", "\u{85}",
        ] {
            let body = format!(r#"{{"email":"a{written}b","password":"c"}}"#);
            assert_eq!(named::<LoginRequest>(&body), ["email"], "{written}");
        }
        // One more `\` before it, and it is an escape no more.
        for text in [r"a\\u0000b", r"a\\nb", "caf\u{e9}", r"caf\u00e9"] {
            let body = format!("{{\n\t\"email\": \"{text}\",\r\n\t\"password\": \"c\"\n}}");
            assert!(named::<LoginRequest>(&body).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_may_have_several_lines_has_no_other_control_character() {
        assert!(named::<BusinessPatch>(r#"{"notes":"a\r\n\tb","description":"a\nb"}"#).is_empty());
        assert_eq!(named::<BusinessPatch>(r#"{"notes":"a\u0007b","city":"a\nb"}"#), ["city", "notes"]);
    }
}
