//! Field errors made of what serde says, and of texts that no field takes.

use contract::FieldError;

/// The most fields that are named: more would be a long answer to a short question.
pub(crate) const NAMED: usize = 20;

/// An error for a text that holds the character NUL, which Postgres keeps in no text.
pub(crate) fn with_nul(field: &str) -> FieldError {
    FieldError::new(field, "format", "leave out the character NUL")
}

/// An error for a text of one line that holds a character that nobody sees.
pub(crate) fn with_control(field: &str) -> FieldError {
    FieldError::new(field, "format", "leave out control characters, such as line breaks and tabs")
}

/// An error for a name that the contract does not have, with the nearest that it has.
pub(crate) fn unknown(field: &str, known: &[String], what: &str) -> FieldError {
    let nearest = nearest(field, known);
    let field = &shortened(field);
    let message = match nearest.first() {
        Some(name) => format!("there is no such {what}; did you mean {name}?"),
        None if known.is_empty() => format!("there is no such {what}; none is taken here"),
        None => format!("there is no such {what}; known are {}", known.join(", ")),
    };
    FieldError::new(field, "unknown", message).with_suggestions(nearest)
}

/// The field that a message of serde names as unknown.
pub(crate) fn unknown_in(message: &str) -> Option<&str> {
    quoted_after(message, "unknown field `")
}

/// The field that a message of serde names as missing.
pub(crate) fn missing_in(message: &str) -> Option<&str> {
    quoted_after(message, "missing field `")
}

/// The field that a message of serde names as given more than once.
pub(crate) fn repeated_in(message: &str) -> Option<&str> {
    quoted_after(message, "duplicate field `")
}

/// The most characters of a message that stands for what was sent.
const LONGEST_MESSAGE: usize = 300;

/// What serde says of a value, for whoever wrote it: what to give, and no type of the program.
pub(crate) fn told(message: &str) -> String {
    let message = without_place(message);
    let of_serde = ["invalid type: ", "invalid value: "].iter().any(|start| message.starts_with(start));
    if let Some((found, expected)) = message.rsplit_once(", expected ").filter(|_| of_serde) {
        return wanted(found, expected);
    }
    let words = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "give a whole number, 0 or above"
        }
        "number too large to fit in target type" => "give a smaller number",
        "invalid float literal" | "cannot parse float from empty string" => "give a number",
        "provided string was not `true` or `false`" => "give true or false",
        _ if message.starts_with("UUID parsing failed") => {
            "give an id as it was told, such as 019f0000-0000-7000-8000-000000000001"
        }
        _ => return shortened(message),
    };
    words.to_owned()
}

/// The message of a reader of JSON without the line and column at its end.
pub(crate) fn without_place(message: &str) -> &str {
    let place = message.rsplit_once(" at line ");
    let is_place = |rest: &str| rest.split(" column ").all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    place.filter(|(_, rest)| is_place(rest)).map_or(message, |(words, _)| words)
}

/// What to give instead of what was found.
fn wanted(found: &str, expected: &str) -> String {
    let another_type = found.starts_with("invalid type");
    let words = match expected {
        "a string" | "string" | "a borrowed string" => "give a text",
        "a boolean" => "give true or false",
        "f32" | "f64" => "give a number",
        "a sequence" => "give a list",
        "i8" | "i16" | "i32" | "i64" | "isize" if another_type => "give a whole number",
        "i8" | "i16" | "i32" | "i64" | "isize" => "give a whole number that is nearer to 0",
        "u8" | "u16" | "u32" | "u64" | "usize" if another_type => "give a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" if found.contains("`-") => "give a whole number, 0 or above",
        "u8" | "u16" | "u32" | "u64" | "usize" => "give a smaller number",
        _ if expected.starts_with("struct ") || expected == "a map" => "give an object",
        other => return shortened(&format!("give {other}")),
    };
    words.to_owned()
}

/// The text itself, or where it is long its beginning and its end.
fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST_MESSAGE {
        return text.to_owned();
    }
    let half = LONGEST_MESSAGE / 2;
    let begin: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(length - half).collect();
    format!("{begin} … {end}")
}

fn quoted_after<'m>(message: &'m str, prefix: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(prefix)?;
    rest.split_once('`').map(|(field, _)| field)
}

/// The known names within two edits, or a third of the name's length, the nearest first; at most three.
fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let most = 2.max(name.chars().count() / 3);
    let distances = known.iter().map(|candidate| (edits(name, candidate), candidate));
    let mut near: Vec<_> = distances.filter(|(distance, _)| *distance <= most).collect();
    near.sort();
    near.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, whatever the case.
fn edits(a: &str, b: &str) -> usize {
    let lower = |text: &str| text.chars().take(64).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_are_suggested() {
        let known: Vec<String> = ["page", "limit", "radiusKm", "near"].map(str::to_owned).to_vec();
        let check = |name: &str, expect: &[&str]| assert_eq!(unknown(name, &known, "x").suggestions, expect);
        check("pgae", &["page"]);
        check("radius", &["radiusKm"]);
        check("RADIUSKM", &["radiusKm"]);
        check("colour", &[]);
    }

    #[test]
    fn serde_messages_give_up_their_field() {
        assert_eq!(unknown_in("unknown field `radius`, expected one of `a`"), Some("radius"));
        assert_eq!(missing_in("missing field `location` at line 1 column 2"), Some("location"));
        assert_eq!(repeated_in("duplicate field `name` at line 1 column 9"), Some("name"));
        assert_eq!(unknown_in("invalid type: string"), None);
    }

    #[test]
    fn what_serde_says_is_told_in_words() {
        let check = |message: &str, expect: &str| assert_eq!(told(message), expect);
        check("invalid type: integer `5`, expected a string at line 1 column 13", "give a text");
        check(
            "invalid value: integer `-1`, expected u32 at line 1 column 3",
            "give a whole number, 0 or above",
        );
        check("invalid value: integer `5000000000`, expected u32", "give a smaller number");
        check("invalid type: string \"a, expected b\", expected a boolean", "give true or false");
        check("invalid type: null, expected struct BusinessQuery", "give an object");
        check("invalid digit found in string", "give a whole number, 0 or above");
        check("'x' is none of a, b at line 1 column 3", "'x' is none of a, b");
        check("stand at line two", "stand at line two");
    }

    #[test]
    fn a_long_value_is_not_repeated_whole() {
        let told = told(&format!("'{}' is not a time; write it as 2026-05-04", "é".repeat(100_000)));
        assert!(told.chars().count() < 310 && told.ends_with("write it as 2026-05-04"), "{told}");
        assert!(unknown(&"x".repeat(100_000), &[], "field").field.len() < 310);
    }
}
