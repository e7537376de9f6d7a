//! Entity tags: the same bytes have the same tag.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

/// The strong entity tag of a body: 128 bits of its SHA-256.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in &digest[..16] {
        tag.push_str(&format!("{byte:02x}"));
    }
    tag.push('"');
    tag
}

/// Whether the client has these bytes already. Tags are compared weakly, as a GET's are (RFC 9110, 13.1.2).
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = given.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_tag_is_known_in_any_list_of_tags() {
        let check = |given: &'static str, expect: bool| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(given))]);
            assert_eq!(is_known(&headers, "\"a\""), expect, "{given}");
        };
        check("\"a\"", true);
        check("\"b\", \"a\"", true);
        check("W/\"a\"", true);
        check("*", true);
        check("\"b\"", false);
        check("a", false);
    }

    #[test]
    fn tags_differ_as_bodies_do() {
        assert_eq!(entity_tag(b"x"), entity_tag(b"x"));
        assert_ne!(entity_tag(b"x"), entity_tag(b"y"));
        assert_eq!(entity_tag(b"").len(), 34);
    }
}
