//! What is wrong with a value: every way in which its schema says that it can be.

use serde_json::{Value, json};

use crate::support::document::Document;

/// One wrong value, as it is written in JSON or in a URL, and the codes that may say so; none where the whole is unreadable.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub(super) how: &'static str,
    pub(super) text: String,
    pub(super) codes: &'static [&'static str],
}

const FORM: &[&str] = &["format"];
const RANGE: &[&str] = &["range", "format"];
/// Texts that are read: that they are too long or empty is one way of being nothing that can be read.
const READ: &[&str] = &["range", "format", "empty", "required", "unknown", "wrong"];

/// More letters than any text of a request may have.
const ENDLESS: usize = 20_000;

/// Wrong values of a field of a body that may be `valid`.
pub(super) fn in_body(document: &Document, schema: &Value, valid: &Value) -> Vec<Wrong> {
    let (nullable, schema) = (Document::may_be_null(schema), document.resolved(schema));
    let mut wrong = Vec::new();
    let mut add = |how, text: String, codes| wrong.push(Wrong { how, text, codes });
    if !nullable && !Document::may_be_null(schema) {
        add("null", "null".to_owned(), &["format", "required"]);
    }
    for (kind, how, text) in [
        ("string", "a text", "\"1\""),
        ("number", "a number", "1"),
        ("number", "a fraction", "1.5"),
        ("boolean", "true", "true"),
        ("array", "a list", "[]"),
        ("object", "an object", "{}"),
    ] {
        let whole = kind == "number" && how == "a number" && Document::is(schema, "integer");
        if !Document::is(schema, kind) && !whole {
            add(how, text.to_owned(), FORM);
        }
    }
    for (how, text, codes) in numbers(schema) {
        add(how, text, codes);
    }
    if Document::is(schema, "string") {
        let valid = valid.as_str().unwrap();
        for (how, text, codes) in texts(schema, valid) {
            add(how, json!(text).to_string(), codes);
        }
        add("half a character", "\"\\ud800\"".to_owned(), &[]);
    }
    if Document::is(schema, "array") {
        if let Some(most) = schema["maxItems"].as_u64() {
            let items = vec![valid[0].clone(); usize::try_from(most).unwrap() + 1];
            add("too many", Value::from(items).to_string(), RANGE);
        }
        if schema["minItems"].as_u64().is_some_and(|least| least > 0) {
            add("too few", "[]".to_owned(), RANGE);
        }
    }
    wrong
}

/// Wrong values of a parameter, before they are encoded. Some are texts that a value of another type would be, too.
pub(super) fn in_query(document: &Document, schema: &Value, valid: &str) -> Vec<Wrong> {
    let schema = document.resolved(schema);
    let mut wrong = Vec::new();
    let mut add = |how, text: String, codes| wrong.push(Wrong { how, text, codes });
    if Document::is(schema, "string") {
        for (how, text, codes) in texts(schema, valid) {
            add(how, text, codes);
        }
        return wrong;
    }
    for (how, text) in [("a word", "many"), ("empty", ""), ("a list", "1,2"), ("a space before", " 1")] {
        add(how, text.to_owned(), FORM);
    }
    for (how, text) in control(valid) {
        add(how, text, FORM);
    }
    if Document::is(schema, "boolean") {
        for word in ["yes", "1", "TRUE"] {
            add("another word", word.to_owned(), FORM);
        }
        return wrong;
    }
    if Document::is(schema, "integer") {
        add("a fraction", "1.5".to_owned(), FORM);
        add("hexadecimal", "0x10".to_owned(), FORM);
    }
    for text in ["NaN", "inf"] {
        add("not finite", text.to_owned(), RANGE);
    }
    for (how, text, codes) in numbers(schema) {
        add(how, text, codes);
    }
    wrong
}

/// Numbers beyond what a schema takes.
fn numbers(schema: &Value) -> Vec<(&'static str, String, &'static [&'static str])> {
    let whole = Document::is(schema, "integer");
    if !whole && !Document::is(schema, "number") {
        return Vec::new();
    }
    let step = if whole { 1.0 } else { 0.01 };
    let mut wrong = Vec::new();
    for (how, bound, step) in [("below", "minimum", -step), ("above", "maximum", step)] {
        if let Some(bound) = schema[bound].as_f64() {
            wrong.push((how, (bound + step).to_string(), RANGE));
        }
    }
    if let Some(bound) = schema["exclusiveMinimum"].as_f64() {
        wrong.push(("below", bound.to_string(), RANGE));
    }
    for huge in ["99999999999999999999", "-99999999999999999999", "1e300", "1e999"] {
        wrong.push(("huge", huge.to_owned(), RANGE));
    }
    wrong
}

/// Texts beyond what a schema takes.
fn texts(schema: &Value, valid: &str) -> Vec<(&'static str, String, &'static [&'static str])> {
    let mut wrong = vec![("empty", String::new(), READ), ("blank", "  ".to_owned(), READ)];
    let most = schema["maxLength"].as_u64().map(|most| usize::try_from(most).unwrap());
    let long = valid.chars().next().unwrap_or('x').to_string();
    if let Some(most) = most {
        wrong.push(("one too long", long.repeat(most + 1), RANGE_OR_UNKNOWN));
    }
    if let Some(least) = schema["minLength"].as_u64().filter(|least| *least > 1) {
        let short = long.repeat(usize::try_from(least).unwrap() - 1);
        wrong.push(("one too short", short, RANGE));
    }
    wrong.push(("endless", long.repeat(ENDLESS), RANGE_OR_UNKNOWN));
    wrong.extend(control(valid).map(|(how, text)| (how, text, FORM)));
    if schema["enum"].is_array() {
        wrong.push(("another word", "no-such-word".to_owned(), FORM));
        wrong.push(("in capitals", valid.to_uppercase(), FORM));
    }
    if schema["format"].is_string() || schema["pattern"].is_string() {
        wrong.push(("another form", "tomorrow!".to_owned(), FORM));
        wrong.push(("cut", valid.chars().take(valid.chars().count() - 1).chain(['!']).collect(), FORM));
    }
    wrong
}

const RANGE_OR_UNKNOWN: &[&str] = &["range", "format", "unknown"];

/// A text with a control character within.
fn control(valid: &str) -> impl Iterator<Item = (&'static str, String)> {
    let split = valid.char_indices().nth(1).map_or(valid.len(), |(at, _)| at);
    let (begin, end) = (valid[..split].to_owned(), valid[split..].to_owned());
    [
        ("NUL", '\0'),
        ("a bell", '\u{7}'),
        ("a line break", '\n'),
        ("DEL", '\u{7f}'),
        ("a C1 control", '\u{85}'),
    ]
    .into_iter()
    .map(move |(how, character)| (how, format!("{begin}{character}{end}")))
}

/// Whether it is known how long a text may be: by its length, its words or its form.
pub(super) fn is_bounded(schema: &Value) -> bool {
    ["maxLength", "enum", "format", "pattern"].iter().any(|bound| !schema[*bound].is_null())
}
