//! E-mail addresses written so that programs do not find them.

/// Cloudflare's form: hexadecimal bytes, each but the first XORed with the first.
pub(super) fn cloudflare(encoded: &str) -> Option<String> {
    let digits: Vec<u8> = encoded.chars().map_while(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let (key, rest) = bytes.split_first()?;
    String::from_utf8(rest.iter().map(|byte| byte ^ key).collect()).ok()
}

/// `%40` and its like as the characters that they stand for.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let byte = (bytes[index] == b'%')
            .then(|| text.get(index + 1..index + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        decoded.push(byte.unwrap_or(bytes[index]));
        index += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

const AT: &[&str] = &["[at]", "(at)", "{at}", "<at>", " AT ", "[@]", "(@)", " [at] ", "(a)", "[ät]"];
const DOT: &[&str] = &["[dot]", "(dot)", "{dot}", "<dot>", " DOT ", "[.]", "(.)", "(punkt)", "[punkt]"];

/// `name [at] domain [dot] com` and its family as `name@domain.com`. Words are replaced only where they stand
/// in brackets or capitals: "at" alone is an English word.
pub(super) fn spelled_out(text: &str) -> String {
    let mut text = text.to_owned();
    for (forms, sign) in [(AT, "@"), (DOT, ".")] {
        for form in forms {
            if form.chars().any(char::is_uppercase) {
                text = text.replace(form, sign);
            } else {
                text = replace_ignoring_case(&text, form, sign);
            }
        }
    }
    join_around(&join_around(&text, '@'), '.')
}

/// Replaces an ASCII form whatever its case.
fn replace_ignoring_case(text: &str, form: &str, with: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut result = String::with_capacity(text.len());
    let mut from = 0;
    for (index, _) in lower.match_indices(form) {
        result.push_str(&text[from..index]);
        result.push_str(with);
        from = index + form.len();
    }
    result + &text[from..]
}

/// Removes spaces on both sides of a sign where letters stand beyond them on the side that was spelled out:
/// `info @ acme . com`. A sentence's full stop keeps its space.
fn join_around(text: &str, sign: char) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(index) = rest.find(sign) {
        let (before, after) = (&rest[..index], &rest[index + 1..]);
        let spelled = before.ends_with(' ');
        result.push_str(if spelled { before.trim_end_matches(' ') } else { before });
        result.push(sign);
        rest = if spelled || sign == '@' { after.trim_start_matches(' ') } else { after };
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_brackets_become_signs() {
        let check = |text: &str, expect: &str| assert_eq!(spelled_out(text), expect, "{text}");
        check("info [at] acme [dot] com", "info@acme.com");
        check("info(AT)acme(Dot)com", "info@acme.com");
        check("info @ acme.com", "info@acme.com");
        check("Meet us at noon. Bring cake.", "Meet us at noon. Bring cake.");
        check("Kahvila (ät) on [dot]", "Kahvila (ät) on.");
    }

    #[test]
    fn broken_encodings_are_no_addresses() {
        assert_eq!(cloudflare(""), None);
        assert_eq!(cloudflare("zz"), None);
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%40"), "%zz@");
        assert_eq!(percent_decoded("%ä"), "%ä");
    }
}
