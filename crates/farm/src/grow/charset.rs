//! Pages as bytes: charsets that are declared, left to be guessed, or declared wrongly.

use encoding_rs::Encoding;

/// How a page's bytes are made, and what is said of them.
#[derive(Debug)]
pub(crate) struct Charset {
    /// The header's value; none is sent where it is absent.
    pub(crate) header: Option<&'static str>,
    /// What the page itself declares.
    pub(crate) meta: &'static str,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    /// By that encoding; what it lacks becomes a character reference.
    Of(&'static str),
    /// UTF-8 with a byte-order mark.
    Utf8Mark,
    /// UTF-16, little end first, with a byte-order mark.
    Utf16Mark,
    /// UTF-16, big end first, without one.
    Utf16Big,
}

const fn charset(header: Option<&'static str>, meta: &'static str, bytes: Bytes) -> Charset {
    Charset { header, meta, bytes }
}

const HTML: Option<&str> = Some("text/html");

/// All of them; each is dealt to as many sites as any other.
pub(crate) const CHARSETS: &[Charset] = &[
    charset(Some("text/html; charset=utf-8"), "", Bytes::Of("utf-8")),
    charset(Some("TEXT/HTML;charset=\"UTF-8\""), "", Bytes::Of("utf-8")),
    charset(HTML, "<meta charset='utf-8'>", Bytes::Of("utf-8")),
    charset(HTML, "", Bytes::Of("utf-8")),
    charset(None, "<meta charset=utf-8>", Bytes::Of("utf-8")),
    charset(Some("application/xhtml+xml; charset=utf-8"), "", Bytes::Of("utf-8")),
    charset(Some("text/html; charset=windows-1252"), "", Bytes::Of("windows-1252")),
    charset(
        HTML,
        "<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-1'>",
        Bytes::Of("windows-1252"),
    ),
    charset(Some("text/html; charset=iso-8859-15"), "", Bytes::Of("iso-8859-15")),
    charset(HTML, "", Bytes::Of("windows-1252")),
    charset(HTML, "<meta charset=shift_jis>", Bytes::Of("shift_jis")),
    charset(Some("text/html; charset=koi8-r"), "", Bytes::Of("koi8-r")),
    charset(Some("text/html; charset=gb18030"), "", Bytes::Of("gb18030")),
    charset(Some("text/html; charset=big5"), "", Bytes::Of("big5")),
    charset(Some("text/html; charset=euc-kr"), "", Bytes::Of("euc-kr")),
    charset(Some("text/html; charset=utf-16be"), "", Bytes::Utf16Big),
    charset(HTML, "", Bytes::Utf16Mark),
    charset(HTML, "", Bytes::Utf16Big),
    // From here on, what is said is wrong.
    charset(Some("text/html; charset=iso-8859-1"), "", Bytes::Utf8Mark),
    charset(Some("text/html; charset=iso-8859-1"), "", Bytes::Of("utf-8")),
    charset(HTML, "<meta charset=windows-1252>", Bytes::Of("utf-8")),
    charset(HTML, "<meta charset=utf-16>", Bytes::Of("utf-8")),
    charset(Some("text/html; charset=none-of-these"), "", Bytes::Of("utf-8")),
    charset(Some("text/html; charset=utf-8"), "", Bytes::Of("windows-1252")),
    charset(HTML, "<meta charset=utf-8>", Bytes::Of("windows-1252")),
];

impl Charset {
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        let units = || text.encode_utf16();
        match self.bytes {
            Bytes::Of(label) => {
                let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
                encoding.encode(text).0.into_owned()
            }
            Bytes::Utf8Mark => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            Bytes::Utf16Mark => [0xfeff].into_iter().chain(units()).flat_map(u16::to_le_bytes).collect(),
            Bytes::Utf16Big => units().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_one_that_is_known() {
        for charset in CHARSETS {
            if let Bytes::Of(label) = charset.bytes {
                assert!(Encoding::for_label(label.as_bytes()).is_some(), "{label}");
            }
        }
    }

    #[test]
    fn bytes_are_those_of_the_charset() {
        let of = |bytes| charset(None, "", bytes).encode("é");
        assert_eq!(of(Bytes::Of("windows-1252")), b"\xe9");
        assert_eq!(of(Bytes::Of("utf-8")), b"\xc3\xa9");
        assert_eq!(of(Bytes::Of("koi8-r")), b"&#233;");
        assert_eq!(of(Bytes::Utf16Mark), b"\xff\xfe\xe9\x00");
        assert_eq!(of(Bytes::Utf16Big), b"\x00\xe9");
    }
}
