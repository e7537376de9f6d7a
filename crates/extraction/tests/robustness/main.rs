//! Pages that nobody means well, or that nobody wrote: an outcome with a reason, in bounded time and memory.

#![cfg(test)]

use extraction::{Findings, Page, charset, extract, links};
use proptest::prelude::*;
use url::Url;

fn read(html: String) -> Findings {
    extract(&Page { url: Url::parse("https://www.acme.example/contact").unwrap(), html }, None)
}

fn emails(found: &Findings) -> Vec<&str> {
    found.emails.iter().map(|email| email.value.as_str()).collect()
}

const CONTACT: &str = "<p>Write to info@acme.example</p>";

/// Enough to show time that grows with the square, and few enough for a build without optimisation.
const LONG: usize = 400_000;

#[test]
fn a_line_of_ten_megabytes_is_read() {
    for piece in ["x", "info@acme.example "] {
        let found = read(format!("{CONTACT}<p>{}</p>", piece.repeat(10_000_000 / piece.len())));
        assert_eq!(emails(&found), ["info@acme.example"], "{piece}");
    }
}

#[test]
fn long_lines_of_anything_are_read() {
    for piece in [
        "@",
        "a@b.example ",
        "732-462-1198 ",
        "1 ",
        "at ",
        "(a)",
        " arroba ",
        "&amp;",
        "(",
        "Jane Roe, ",
        "12 Main St, ",
        "NJ 07728 ",
    ] {
        let found = read(format!("{CONTACT}<p>{}</p>", piece.repeat(LONG / piece.len())));
        assert!(emails(&found).contains(&"info@acme.example"), "{piece}");
        assert!(found.emails.len() <= 300 && found.phones.len() <= 300, "{piece}");
    }
}

#[test]
fn long_lines_of_any_country_are_read() {
    for (country, piece) in [
        ("FI", "Mannerheimintie 12 A 5, 00100 Helsinki, "),
        ("FI", "ma to la 10 "),
        ("FI", "info (a) acme.fi "),
        ("FI", "katu 5 00100 "),
        ("DE", "Am Markt 3, 5, 5, 10115 Berlin "),
        ("DE", "Mo Di geschlossen "),
        ("FR", "12, rue de la Paix, "),
        ("ES", "de la de la "),
        ("ES", "Tel. 912 345 678 / "),
        ("NO", "Tlf 2 1 2 3 "),
        ("SE", "111 22 Stockholm "),
    ] {
        let html = format!("{CONTACT}<p>{}</p>", piece.repeat(LONG / piece.len()));
        let url = Url::parse("https://www.acme.example/contact").unwrap();
        let found = extract(&Page { url, html }, Some(country));
        assert!(emails(&found).contains(&"info@acme.example"), "{piece}");
        assert!(found.phones.len() <= 300 && found.addresses.len() <= 300, "{piece}");
    }
}

#[test]
fn long_scripts_styles_and_attributes_are_read() {
    for (open, piece, close) in [
        ("<script>", "'a'+'@'+", "</script>"),
        ("<script>", "x=x+x;a+='@';", "</script>"),
        ("<script>", "((((", "</script>"),
        ("<script>", "['@',", "</script>"),
        ("<style>", ".a{display:none}", "</style>"),
        ("<style>", "@media{", "</style>"),
        ("<style>", "{", "</style>"),
        ("<script type='application/ld+json'>", "[", "</script>"),
        ("<script type='application/ld+json'>", "{\"a\":", "</script>"),
        ("<script type='application/ld+json'>", "\"\\", "</script>"),
        ("<a href='", "mailto:", "'>x</a>"),
        ("<a data-email='", "YWJj", "'>x</a>"),
        ("<!--", "-", "-->"),
    ] {
        let html = format!("{CONTACT}{open}{}{close}", piece.repeat(LONG / piece.len()));
        assert!(emails(&read(html)).contains(&"info@acme.example"), "{open}{piece}");
    }
}

#[test]
fn a_million_tags_in_each_other_are_cut_off_and_it_is_said() {
    for tag in ["<div>", "<table><tr><td>", "<span itemscope itemprop=a>"] {
        let found = read(format!("{CONTACT}{}", tag.repeat(1_000_000)));
        assert_eq!(emails(&found), ["info@acme.example"], "{tag}");
        assert!(
            found.notices.iter().any(|notice| notice.contains("were read")),
            "{tag}: {:?}",
            found.notices
        );
    }
}

#[test]
fn a_million_end_tags_and_attributes_end_too() {
    for html in [
        format!("{}{}{CONTACT}", "<div>".repeat(200), "</span>".repeat(300_000)),
        format!("{CONTACT}<p {}>x</p>", "data-mail='a@b.example' ".repeat(100_000)),
        format!("{CONTACT}<p class='{}'>x</p>", "vcard ".repeat(100_000)),
    ] {
        assert!(emails(&read(html)).contains(&"info@acme.example"));
    }
}

#[test]
fn broken_charsets_lose_characters_and_nothing_else() {
    for (declared, noise) in [
        ("utf-8", b"\xff\xfe\x80\xc3".as_slice()),
        ("shift_jis", b"\x81\xff\xfc"),
        ("gb18030", b"\xff\x81\x30"),
        ("iso-2022-jp", b"\x1b$B\x21\x1b(B"),
        ("utf-16", b"\x00\xd8\x00"),
        ("nonsense", b"\x00\x01\x02"),
    ] {
        let mut body = format!("<meta charset={declared}>{CONTACT}").into_bytes();
        body.extend_from_slice(noise);
        let found = read(charset::decode(None, &body));
        assert_eq!(emails(&found), ["info@acme.example"], "{declared}");
    }
}

#[test]
fn numbers_in_letters_may_touch() {
    let numbers = |html: &str| {
        let found = read(html.to_owned());
        found.phones.iter().map(|phone| phone.number.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("<p>1-800-FLOWERS 1-800-FLOWERS &"), ["+18003569377"]);
    assert_eq!(numbers("<p>1-800-FLOWERS1-800-FLOWERS&"), ["+18003569377"]);
    assert_eq!(numbers("<p>1-800-FLOWERS1-877-SOV-BANK&"), ["+18003569377"]);
}

/// Pieces that pages are made of, so that random pages reach more than the tokenizer.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[a-z0-9.@<>&;'\"= /(){}\\[\\]+:,-]{0,30}",
        prop::sample::select(vec![
            "<p>",
            "</p>",
            "<a href='mailto:",
            "'>",
            "<script>",
            "</script>",
            "<script type=application/ld+json>{",
            "<td>",
            "<style>.a{display:none}</style>",
            "<b class=a>",
            "</b>",
            "<div itemscope itemtype=Person>",
            "<i itemprop=name>",
            "&#64;",
            " [at] ",
            " dot com",
            "(a)",
            " arroba ",
            "(piste)",
            "info@acme.com",
            "732-462-1198",
            "+44 (0)1293 551140",
            "1-800-FLOWERS",
            "ext. 5",
            "12 Main St",
            "Freehold, NJ 07728",
            "W1T 3NL",
            "\n",
            "<br>",
            "Owner: Jane Roe",
            "Mon-Fri 9am-5pm",
            "ma-pe 9–17",
            "lun ven 9h30-18h ",
            "24h/24",
            "6.12.",
            "suljettu",
            "Hauptstraße 5",
            "10115 Berlin",
            "1012 JS",
            "Tlf. 21 23 45 67",
            "<html lang=de>",
            "<b style='opacity:0;position:absolute;left:-999px'>",
            "closed",
            "data-cfemail='c5acab",
            "document.write('a'+",
            "String.fromCharCode(64,",
            "https://facebook.com/acme",
            "\u{202e}",
            "é",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_page_of_any_country_is_read_without_panic(
        pieces in prop::collection::vec(piece(), 0..60),
        country in prop::sample::select(vec!["FI", "SE", "DE", "AT", "CH", "FR", "NL", "ES", "IT", "NO"]),
    ) {
        let url = Url::parse("https://www.acme.example/").unwrap();
        let found = extract(&Page { url, html: pieces.concat() }, Some(country));
        for address in &found.addresses {
            prop_assert!((0.0..=1.0).contains(&address.evidence.confidence));
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(body in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(charset::decode(None, &body));
    }

    #[test]
    fn any_page_is_read_without_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        let html = pieces.concat();
        let page = Page { url: Url::parse("https://www.acme.example/").unwrap(), html: html.clone() };
        let _ = links(&page);
        let found = read(html);
        for email in &found.emails {
            prop_assert!(email.value.contains('@') && (0.0..=1.0).contains(&email.confidence));
        }
        for phone in &found.phones {
            prop_assert!(phone.number.value.starts_with('+'), "{}", phone.number.value);
        }
    }
}
