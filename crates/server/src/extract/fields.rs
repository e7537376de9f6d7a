//! Field errors made of what serde says, and of texts that no field takes.

use contract::FieldError;

/// The most fields that are named: more would be a long answer to a short question.
pub(crate) const NAMED: usize = 20;

/// An error for a text that holds the character NUL, which Postgres keeps in no text.
pub(crate) fn with_nul(field: &str) -> FieldError {
    FieldError::new(field, "format", "leave out the character NUL")
}

/// An error for a name that the contract does not have, with the nearest that it has.
pub(crate) fn unknown(field: &str, known: &[String], what: &str) -> FieldError {
    let nearest = nearest(field, known);
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
        assert_eq!(unknown_in("invalid type: string"), None);
    }
}
