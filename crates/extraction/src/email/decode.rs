//! Encodings that addresses are hidden in, each undone by itself.

/// Cloudflare's form: hexadecimal bytes, each but the first XORed with the first.
pub(crate) fn cloudflare(encoded: &str) -> Option<String> {
    let bytes = hexadecimal(encoded)?;
    let (key, rest) = bytes.split_first()?;
    String::from_utf8(rest.iter().map(|byte| byte ^ key).collect()).ok()
}

/// Bytes from pairs of hexadecimal digits, up to the first character that is none.
pub(crate) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map_while(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// `%40` and its like as the characters that they stand for.
pub(crate) fn percent(text: &str) -> String {
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

/// Letters moved by half the alphabet.
pub(crate) fn rot13(text: &str) -> String {
    let turn = |c: char, first: u8| char::from((c as u8 - first + 13) % 26 + first);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            _ => c,
        })
        .collect()
}

/// Every character moved by the same step so that the text begins with `mailto:`, as some content systems do.
pub(crate) fn shifted_mailto(text: &str) -> Option<String> {
    let step = u32::from(text.chars().next()?).wrapping_sub(u32::from('m'));
    let move_back = |c: char| char::from_u32(u32::from(c).wrapping_sub(step)).unwrap_or('\u{fffd}');
    let moved: String = text.chars().map(move_back).collect();
    (step != 0 && moved.starts_with("mailto:")).then_some(moved)
}

/// Text in base64, standard or URL alphabet, padded or not.
pub(crate) fn base64(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('=');
    if text.len() < 8 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(text)
}

/// Characters given by their numbers: `105,110,102,111`.
pub(crate) fn codes(text: &str) -> Option<String> {
    let is_separator = |c: char| matches!(c, ',' | ' ' | '-' | ';' | '.');
    let numbers = text.split(is_separator).map(str::trim).filter(|part| !part.is_empty());
    let characters: Option<String> = numbers
        .map(|number| number.parse().ok().and_then(char::from_u32).filter(|c| !c.is_control()))
        .collect();
    characters.filter(|text| text.chars().count() >= 6)
}

/// The text from its end to its start.
pub(crate) fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_undone() {
        assert_eq!(cloudflare("c5acaba3aa85a4a6a8a0eba0bda4a8b5a9a0").unwrap(), "info@acme.example");
        assert_eq!(percent("info%40acme.example"), "info@acme.example");
        assert_eq!(rot13("vasb@npzr.pbz"), "info@acme.com");
        assert_eq!(base64("aW5mb0BhY21lLmNvbQ==").unwrap(), "info@acme.com");
        assert_eq!(base64("aW5mb0BhY21lLmNvbQ").unwrap(), "info@acme.com");
        assert_eq!(codes("105,110,102,111,64,97,46,98").unwrap(), "info@a.b");
        assert_eq!(shifted_mailto("nbjmup;jogpAbdnf/dpn").unwrap(), "mailto:info@acme.com");
        assert_eq!(shifted_mailto("k_gjrm8gldm>_akc,amk").unwrap(), "mailto:info@acme.com");
        assert_eq!(reversed("moc.emca@ofni"), "info@acme.com");
    }

    #[test]
    fn broken_encodings_are_no_addresses() {
        assert_eq!(cloudflare(""), None);
        assert_eq!(cloudflare("zz"), None);
        assert_eq!(percent("100%"), "100%");
        assert_eq!(percent("%zz%40"), "%zz@");
        assert_eq!(percent("%ä"), "%ä");
        assert_eq!(base64("a@b"), None);
        assert_eq!(base64("////////"), None);
        assert_eq!(codes("1,2,x"), None);
        assert_eq!(codes("99999999999"), None);
        assert_eq!(shifted_mailto("mailto:a@b.example"), None);
        assert_eq!(shifted_mailto(""), None);
    }
}
