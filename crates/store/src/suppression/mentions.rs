//! Addresses that stand in texts and in JSON.

use serde_json::Value;

/// Says of an address, as it stands in a text, whether it is covered.
pub(super) type Covers<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Every run of characters in a text that may be an address: around each `@`, what may stand before and after it.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    placed(text).map(|(_, address)| address)
}

/// The same, each with where it begins. They do not overlap: an `@` is no part of what stands around one.
fn placed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('@').filter_map(|(at, _)| {
        let length = |taken: usize, c: char| taken + c.len_utf8();
        let local = text[..at].chars().rev().take_while(|c| is_local(*c)).fold(0, length);
        let domain = text[at + 1..].chars().take_while(|c| is_domain(*c)).fold(0, length);
        let local = text[at - local..at].trim_start_matches('.');
        let domain = text[at + 1..at + 1 + domain].trim_end_matches(['.', '-']);
        let start = at - local.len();
        let is_one = !local.is_empty() && domain.contains('.');
        is_one.then(|| (start, &text[start..at + 1 + domain.len()]))
    })
}

/// Takes covered addresses out of JSON: with the element of a list that has one, as null where a field `email` holds
/// nothing else, and as three dots elsewhere. Answers whether there was any.
pub(super) fn scrub(value: &mut Value, covers: Covers<'_>) -> bool {
    match value {
        Value::String(text) => {
            let left = embedded(text, covers).unwrap_or_else(|| without(text, covers));
            left.map(|left| *text = left).is_some()
        }
        Value::Array(elements) => {
            let before = elements.len();
            elements.retain(|element| !mentions(element, covers));
            elements.len() < before
        }
        Value::Object(fields) => fields.iter_mut().fold(false, |changed, (name, field)| {
            let found = scrub(field, covers);
            if found && name == "email" && field == DOTS {
                *field = Value::Null;
            }
            found || changed
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// JSON that stands in JSON as a text, as kept answers have it, without covered addresses; `None` where the text is none.
fn embedded(text: &str, covers: Covers<'_>) -> Option<Option<String>> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut value = serde_json::from_str(text).ok()?;
    Some(scrub(&mut value, covers).then(|| value.to_string()))
}

/// What stands in the place of an address.
const DOTS: &str = "…";

fn mentions(value: &Value, covers: Covers<'_>) -> bool {
    match value {
        Value::String(text) => addresses(text).any(covers),
        Value::Array(elements) => elements.iter().any(|element| mentions(element, covers)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, covers)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The text with three dots in place of each covered address; `None` if it has none.
pub(super) fn without(text: &str, covers: Covers<'_>) -> Option<String> {
    let (mut left, mut end) = (String::new(), 0);
    for (start, address) in placed(text).filter(|(_, address)| covers(address)) {
        left.push_str(text.get(end..start)?);
        left.push_str(DOTS);
        end = start + address.len();
    }
    if end == 0 { None } else { Some(left + &text[end..]) }
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '.'
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_jane(address: &str) -> bool {
        address.eq_ignore_ascii_case("jane@example.org")
    }

    #[test]
    fn addresses_are_found_where_they_stand() {
        let found = |text| addresses(text).collect::<Vec<_>>();
        assert_eq!(found("Jane (jane@example.org), or bob@x.fi."), ["jane@example.org", "bob@x.fi"]);
        assert_eq!(found("<jané@bücher.example>"), ["jané@bücher.example"]);
        assert_eq!(found("@home, a@b, 5 @ 3.2, x@"), [""; 0]);
    }

    #[test]
    fn what_is_covered_is_left_out_of_a_text() {
        let left = |text| without(text, &is_jane);
        assert_eq!(
            left("Ask Jane@Example.org or bob@example.org").as_deref(),
            Some("Ask … or bob@example.org")
        );
        assert_eq!(
            left("mary-jane@example.org, jane@example.org").as_deref(),
            Some("mary-jane@example.org, …")
        );
        assert_eq!(left("mary-jane@example.org"), None);
    }

    #[test]
    fn what_is_covered_is_left_out_of_json() {
        let mut value = json!({
            "email": "jane@example.org",
            "notes": "jane@example.org is away",
            "people": [{ "name": "Jane", "value": "jane@example.org" }, { "name": "Bob" }],
        });
        assert!(scrub(&mut value, &is_jane));
        assert_eq!(value, json!({ "email": null, "notes": "… is away", "people": [{ "name": "Bob" }] }));
        assert!(!scrub(&mut value, &is_jane));
        let mut answer =
            json!({ "body": r#"{"emails":[{"value":"jane@example.org"},{"value":"bob@x.fi"}]}"# });
        assert!(scrub(&mut answer, &is_jane));
        assert_eq!(answer, json!({ "body": r#"{"emails":[{"value":"bob@x.fi"}]}"# }));
    }
}
