//! JSON as sites write it: with comments, trailing commas, line breaks in strings, single quotes, and cut off in the
//! middle. It is cleaned to JSON as the standard has it.

use serde_json::Value;

/// Brackets inside of each other; deeper text is given up.
const MAX_DEPTH: usize = 100;

/// Every value of a text; `None` where nothing of it can be read.
pub(super) fn values(text: &str) -> Option<Vec<Value>> {
    let text = unwrapped(text);
    if let Ok(value) = serde_json::from_str(text) {
        return Some(vec![value]);
    }
    let cleaned = cleaned(text)?;
    let stream = serde_json::Deserializer::from_str(&cleaned).into_iter::<Value>();
    let found: Vec<Value> = stream.map_while(Result::ok).collect();
    (!found.is_empty()).then_some(found)
}

/// Without the comment or CDATA section that some sites wrap it into.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    for prefix in ["<!--", "//<![CDATA[", "<![CDATA[", "/*<![CDATA[*/", "// <![CDATA["] {
        text = text.strip_prefix(prefix).unwrap_or(text).trim_start();
    }
    for suffix in ["-->", "//]]>", "]]>", "/*]]>*/", "// ]]>", "//", ";"] {
        text = text.strip_suffix(suffix).unwrap_or(text).trim_end();
    }
    text
}

/// The text as JSON without comments, trailing commas and control characters, all brackets closed.
fn cleaned(text: &str) -> Option<String> {
    let mut cleaned = String::with_capacity(text.len());
    let mut open: Vec<char> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '"' | '\'' => string(rest, first, &mut cleaned),
            '/' if rest.starts_with("//") => rest.find('\n').map_or("", |end| &rest[end..]),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or("", |end| &rest[end + 2..]),
            '{' | '[' => {
                open.push(if first == '{' { '}' } else { ']' });
                cleaned.push(first);
                &rest[1..]
            }
            '}' | ']' => {
                without_trailing_comma(&mut cleaned);
                open.pop();
                cleaned.push(first);
                &rest[1..]
            }
            _ => {
                if !first.is_control() && first != ';' {
                    cleaned.push(first);
                }
                &rest[first.len_utf8()..]
            }
        };
        if open.len() > MAX_DEPTH {
            return None;
        }
    }
    if !open.is_empty() {
        without_trailing_comma(&mut cleaned);
        if cleaned.ends_with(':') {
            cleaned.push_str("null");
        }
    }
    cleaned.extend(open.into_iter().rev());
    Some(cleaned)
}

fn without_trailing_comma(cleaned: &mut String) {
    while cleaned.ends_with([',', ' ']) {
        cleaned.pop();
    }
}

/// Copies the string at the start of the text; what follows it.
fn string<'a>(text: &'a str, quote: char, into: &mut String) -> &'a str {
    into.push('"');
    let mut characters = text.char_indices().skip(1);
    while let Some((index, c)) = characters.next() {
        match c {
            _ if c == quote => {
                into.push('"');
                return &text[index + 1..];
            }
            '"' => into.push_str("\\\""),
            '\\' => match characters.next() {
                Some((_, '\'')) => into.push('\''),
                Some((_, escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u'))) => {
                    into.extend(['\\', escaped]);
                }
                Some((_, other)) if !other.is_control() => into.push(other),
                _ => {}
            },
            _ if c.is_control() => into.push(' '),
            _ => into.push(c),
        }
    }
    into.push('"');
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sites_write_is_read() {
        let check = |text: &str, expect: &str| {
            let expect: Value = serde_json::from_str(expect).unwrap();
            assert_eq!(values(text).unwrap()[0], expect, "{text}");
        };
        check(r#"{"a": 1}"#, r#"{"a": 1}"#);
        check("<!-- {\"a\": 1} -->", r#"{"a": 1}"#);
        check("//<![CDATA[\n{\"a\": 1}\n//]]>", r#"{"a": 1}"#);
        check("{\"a\": 1, /* x */ \"b\": [1, 2,], // y\n}", r#"{"a": 1, "b": [1, 2]}"#);
        check("{\"a\": \"two\nlines\ttab\"}", r#"{"a": "two lines tab"}"#);
        check("{'a': 'it\\'s \"so\"'}", r#"{"a": "it's \"so\""}"#);
        check("{\"a\": {\"b\": \"cut o", r#"{"a": {"b": "cut o"}}"#);
        check("{\"a\": [1, 2], \"b\":", r#"{"a": [1, 2], "b": null}"#);
        check("{\"a\": 1};", r#"{"a": 1}"#);
        assert_eq!(values("{\"a\": 1}{\"b\": 2}").unwrap().len(), 2);
    }

    #[test]
    fn nonsense_is_nothing_and_depth_is_bounded() {
        for text in ["", "x", "{", "}{", "\"", "{{{{", "[,]"] {
            let _ = values(text);
        }
        assert_eq!(values(&"[".repeat(1_000_000)), None);
        assert_eq!(values(&"{\"a\":".repeat(100_000)), None);
    }
}
