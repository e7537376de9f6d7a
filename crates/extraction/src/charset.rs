//! Bytes of a page to text, whatever charset they are in and whatever the page says about it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes at the start of a page in which it may declare its charset.
const HEAD: usize = 4096;
/// Bytes that tell a charset that nobody declared, from the first beyond ASCII on.
const SAMPLE: usize = 16 * 1024;
/// Bytes beyond ASCII that tell it surely. Fewer are names and dashes in the charset that most pages have.
const FEW: usize = 12;

/// The body as text: by byte-order mark, then the header's charset, then the page's own `<meta>`. Without any of
/// them, and where a page in UTF-8 declares a one-byte charset or the other way around, what the bytes look like decides.
/// The text has no NUL: U+FFFD stands for it, as HTML has it.
#[must_use]
pub fn decode(content_type: Option<&str>, body: &[u8]) -> String {
    let text = text(content_type, body);
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn text(content_type: Option<&str>, body: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(body) {
        return encoding.decode(body).0.into_owned();
    }
    let declared =
        content_type.and_then(|header| charset_after(header, "charset=")).or_else(|| declared(body));
    let encoding = match declared {
        // Saved pages keep the declaration of their first charset; longer text is never valid UTF-8 by chance.
        Some(encoding) if encoding.is_single_byte() && is_utf8(body) => UTF_8,
        // Old pages behind a server that calls everything UTF-8.
        Some(encoding) if encoding == UTF_8 && is_nowhere_utf8(body) => WINDOWS_1252,
        Some(encoding) => encoding,
        None if let Some(wide) = wide(body) => wide,
        None if std::str::from_utf8(body).is_ok() => UTF_8,
        None if is_cut_utf8(body) => UTF_8,
        None => guessed(body),
    };
    encoding.decode_without_bom_handling(body).0.into_owned()
}

/// UTF-16 without its mark: every other byte of markup is zero.
fn wide(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(HEAD)];
    let pairs = head.len() / 2;
    let zeros = |at: usize| head.chunks_exact(2).filter(|pair| pair[at] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    // A few characters have a zero for their other half.
    let mostly = |many: usize, few: usize| pairs >= 8 && many * 2 > pairs && few * 16 < pairs;
    if mostly(second, first) { Some(UTF_16LE) } else { mostly(first, second).then_some(UTF_16BE) }
}

/// The charset that bytes which are no UTF-8 look like.
fn guessed(body: &[u8]) -> &'static Encoding {
    let start = body.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
    let sample = &body[start..body.len().min(start + SAMPLE)];
    if sample.iter().filter(|byte| !byte.is_ascii()).take(FEW).count() < FEW {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, start + sample.len() == body.len());
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether the bytes are UTF-8 that is not just ASCII.
fn is_utf8(body: &[u8]) -> bool {
    !body.is_ascii() && std::str::from_utf8(body).is_ok()
}

/// Whether the bytes are UTF-8 but for a last character that was cut off.
fn is_cut_utf8(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_err_and(|error| error.error_len().is_none())
}

/// Whether there are characters beyond ASCII, and none of them is UTF-8.
fn is_nowhere_utf8(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_err()
        && !is_cut_utf8(body)
        && body.utf8_chunks().all(|chunk| chunk.valid().is_ascii())
}

fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]).to_ascii_lowercase();
    let found = charset_after(&head, "charset=").or_else(|| charset_after(&head, "encoding="))?;
    // Who can read the declaration as ASCII does not have UTF-16.
    Some(if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE { UTF_8 } else { found })
}

fn charset_after(text: &str, mark: &str) -> Option<&'static Encoding> {
    let text = text.to_ascii_lowercase();
    text.match_indices(mark).find_map(|(index, _)| {
        let label = text[index + mark.len()..].trim_start_matches(['"', '\'', ' ']);
        let ends = |c: char| !(c.is_ascii_alphanumeric() || "-_:".contains(c));
        Encoding::for_label(&label.as_bytes()[..label.find(ends).unwrap_or(label.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_declared_charset_is_decoded() {
        let check = |content_type: &str, body: &[u8], expect: &str| {
            assert_eq!(decode(Some(content_type), body), expect, "{content_type}");
        };
        check("text/html; charset=utf-8", "Käpylä".as_bytes(), "Käpylä");
        check("text/html; charset=ISO-8859-1", b"K\xe4pyl\xe4", "Käpylä");
        check("text/html; charset=shift_jis", b"\x93\x8c\x8b\x9e", "東京");
        check("text/html; charset=koi8-r", b"\xed\xcf\xd3\xcb\xd7\xc1", "Москва");
        check("text/html; charset=gb18030", b"\xb1\xb1\xbe\xa9", "北京");
        check("text/html; charset=utf-16le", b"a\0b\0", "ab");
        check(
            "text/html",
            b"<meta charset=\"windows-1252\">K\xe4pyl\xe4",
            "<meta charset=\"windows-1252\">Käpylä",
        );
        check("text/html", "Käpylä".as_bytes(), "Käpylä");
        check("text/html; charset=nonsense", "Käpylä".as_bytes(), "Käpylä");
        check("text/html; charset=iso-8859-1", b"\xef\xbb\xbfK\xc3\xa4", "Kä");
    }

    #[test]
    fn no_text_has_the_character_nul() {
        assert_eq!(decode(None, b"a\0b\0"), "a\u{fffd}b\u{fffd}");
        assert_eq!(decode(Some("text/html; charset=iso-8859-1"), b"\xe4\0"), "ä\u{fffd}");
        assert_eq!(decode(None, b"\xff\xfea\0\0\0"), "a\u{fffd}", "in two bytes");
    }

    #[test]
    fn what_is_not_declared_or_declared_wrongly_is_told_by_its_bytes() {
        let check = |body: &[u8], expect: &str| assert_eq!(decode(None, body), expect, "{body:?}");
        check(b"9 \x96 5", "9 – 5");
        check(b"<\0p\0>\0K\0\xe4\0p\0y\0l\0\xe4\0", "<p>Käpylä");
        check(b"\0<\0p\0>\0K\0\xe4\0p\0y\0l\0\xe4", "<p>Käpylä");
        check("9 – 5".as_bytes(), "9 – 5");
        check("cut – \u{2013}".as_bytes().split_last().unwrap().1, "cut – \u{fffd}");
        check(b"\xff\xfea\0b\0", "ab");
        check(b"<meta charset=utf-16>ab", "<meta charset=utf-16>ab");
        let saved = "<meta charset=iso-8859-1>Núñez";
        check(saved.as_bytes(), saved);
        check(b"", "");
        let called_utf8 = |body: &[u8]| decode(Some("text/html; charset=utf-8"), body);
        assert_eq!(called_utf8(b"Jos\xe9 N\xfa\xf1ez"), "José Núñez");
        assert_eq!(called_utf8(b"Jos\xc3\xa9 N\xfa\xf1ez"), "José N\u{fffd}\u{fffd}ez");
        assert_eq!(called_utf8(b"cut \xe2\x80"), "cut \u{fffd}");
    }

    #[test]
    fn charsets_that_nobody_declared_are_told_by_their_text() {
        for (label, text) in [
            ("shift_jis", "<p>お問い合わせは電話またはメールでお願いいたします。</p>"),
            ("euc-jp", "<p>お問い合わせは電話またはメールでお願いいたします。</p>"),
            ("windows-1251", "<p>Свяжитесь с нами по телефону или приходите в наш офис.</p>"),
            ("koi8-u", "<p>Свяжитесь с нами по телефону или приходите в наш офис.</p>"),
            ("gbk", "<p>欢迎您通过电话或者电子邮件与我们联系,我们的办公室在北京。</p>"),
            ("euc-kr", "<p>문의는 전화 또는 이메일로 연락해 주시기 바랍니다.</p>"),
            (
                "windows-1252",
                "<p>Öffnungszeiten für Gäste: täglich – außer Donnerstag – für alle geöffnet, schön, süß, groß</p>",
            ),
            ("windows-1252", "<p>Käyntiosoite Käpylä, sähköposti tähän, hyvää päivää, myös lähellä</p>"),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost, "{label}");
            assert_eq!(decode(None, &bytes), text, "{label}");
            let long = [b"<!doctype html>".repeat(2_000), bytes.to_vec()].concat();
            assert!(decode(None, &long).ends_with(text), "{label}");
        }
    }
}
