//! Character references of HTML: named, decimal and hexadecimal, with the leniency of browsers.

use std::borrow::Cow;

use html_escape::NAMED_ENTITIES;

/// The longest name that is looked up, so that text full of ampersands stays cheap.
const MAX_NAME: usize = 32;

/// The text with its character references replaced; text without any is returned as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut result = String::with_capacity(text.len());
    result.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(index) = memchr::memchr(b'&', rest.as_bytes()) {
        result.push_str(&rest[..index]);
        rest = &rest[index..];
        if let Some(length) = reference(rest, &mut result) {
            rest = &rest[length..];
        } else {
            result.push('&');
            rest = &rest[1..];
        }
    }
    result.push_str(rest);
    Cow::Owned(result)
}

/// Appends what the reference at the start of `text` stands for; its length, if it is one.
fn reference(text: &str, into: &mut String) -> Option<usize> {
    if text[1..].starts_with('#') { numeric(text, into) } else { named(text, into) }
}

fn numeric(text: &str, into: &mut String) -> Option<usize> {
    let hexadecimal = matches!(text.as_bytes().get(2), Some(b'x' | b'X'));
    let (start, radix) = if hexadecimal { (3, 16) } else { (2, 10) };
    let digits = text[start..].bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    // A number of many digits is beyond every character, whatever its value.
    let code = u32::from_str_radix(&text[start..start + digits], radix).unwrap_or(u32::MAX);
    into.push(character(code));
    let end = start + digits;
    Some(if text.as_bytes().get(end) == Some(&b';') { end + 1 } else { end })
}

/// The character of a code; codes of C1 controls mean what windows-1252 has there.
fn character(code: u32) -> char {
    match code {
        0x80..=0x9f => {
            let byte = [u8::try_from(code).unwrap_or(b'?')];
            encoding_rs::WINDOWS_1252.decode(&byte).0.chars().next().unwrap_or('\u{fffd}')
        }
        0 => '\u{fffd}',
        _ => char::from_u32(code).unwrap_or('\u{fffd}'),
    }
}

/// Names that browsers read without a semicolon too.
const LENIENT: &[&str] = &[
    "amp", "nbsp", "copy", "reg", "lt", "gt", "quot", "shy", "middot", "laquo", "raquo", "eacute", "egrave",
    "aacute", "iacute", "oacute", "uacute", "ntilde", "uuml", "ouml", "auml", "szlig", "ccedil", "deg",
];

fn named(text: &str, into: &mut String) -> Option<usize> {
    let length = text[1..].bytes().take(MAX_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let name = &text[1..=length];
    if text.as_bytes().get(length + 1) == Some(&b';')
        && let Some(value) = value_of(name)
    {
        into.push_str(value);
        return Some(length + 2);
    }
    let lenient = LENIENT.iter().find(|known| name.starts_with(**known))?;
    into.push_str(value_of(lenient)?);
    Some(lenient.len() + 1)
}

/// What a name without its ampersand and semicolon stands for.
fn value_of(name: &str) -> Option<&'static str> {
    let index = NAMED_ENTITIES.binary_search_by_key(&name.as_bytes(), |(known, _)| known).ok()?;
    NAMED_ENTITIES.get(index).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_browsers_do() {
        let check = |text: &str, expect: &str| assert_eq!(decoded(text), expect, "{text}");
        check("info&#64;acme&#x2E;example", "info@acme.example");
        check("info&commat;acme&period;example", "info@acme.example");
        check("a&#64b", "a@b");
        check("Tom &amp; Jerry &copy 2026&nbsp;Caf&eacute;", "Tom & Jerry © 2026\u{a0}Café");
        check("&#150;&#146;", "–’");
        check("AT&T &unknown; & &; &#; &#x; &#xzz;", "AT&T &unknown; & &; &#; &#x; &#xzz;");
        check("&#99999999999999999999;&#0;&#xd800;", "\u{fffd}\u{fffd}\u{fffd}");
    }
}
