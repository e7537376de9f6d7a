//! What an Overpass server answers.
//! <https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL> and its JSON form.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::shortened;

/// The most characters of a remark that a message repeats.
const SAID: usize = 300;

/// An answer that can be gone on with.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    /// All that the tile holds.
    Elements(Vec<Element>),
    /// The server had too little time or memory for the tile.
    TooMuch(String),
}

/// An answer that cannot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// The server failed, and says so.
    Failed(String),
    /// It is not of the documented form.
    Unreadable(String),
}

#[derive(Deserialize)]
struct Body {
    elements: Option<Vec<Element>>,
    remark: Option<String>,
}

/// A node, way or relation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Element {
    #[serde(rename = "type")]
    kind: String,
    id: i64,
    lat: Option<f64>,
    lon: Option<f64>,
    center: Option<Center>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
struct Center {
    lat: f64,
    lon: f64,
}

impl Element {
    /// As every reader of OpenStreetMap's data calls it: `node/5`.
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }

    /// The same, smaller.
    pub(super) fn key(&self) -> (u8, i64) {
        (self.kind.bytes().next().unwrap_or_default(), self.id)
    }

    /// Latitude and longitude of a node, or of the middle of a way or relation.
    pub(super) fn point(&self) -> Option<(f64, f64)> {
        self.lat.zip(self.lon).or_else(|| self.center.map(|center| (center.lat, center.lon)))
    }
}

/// Reads the body of an answer of status 200, which a failure may have too: its remark says so.
pub(super) fn read(body: &[u8]) -> Result<Reply, Unusable> {
    let read = serde_json::from_slice::<Body>(body);
    let Body { elements, remark } = read.map_err(|error| Unusable::Unreadable(unreadable(body, &error)))?;
    if let Some(remark) = remark.filter(|remark| remark.contains("runtime error")) {
        let is_too_much = remark.contains("timed out") || remark.contains("out of memory");
        let remark = shortened(&remark, SAID);
        return if is_too_much { Ok(Reply::TooMuch(remark)) } else { Err(Unusable::Failed(remark)) };
    }
    let missing = || Unusable::Unreadable("it has no elements".to_owned());
    elements.map(Reply::Elements).ok_or_else(missing)
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> String {
    if body.trim_ascii_start().starts_with(b"<") {
        return format!("it is a page: {}", crate::remote::said(body));
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(body: &str) -> Vec<Element> {
        match read(body.as_bytes()) {
            Ok(Reply::Elements(elements)) => elements,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nodes_and_middles_have_a_place() {
        let found = elements(
            r#"{"version":0.6,"generator":"Overpass API","osm3s":{"timestamp_osm_base":"2026-05-04T09:30:00Z"},"elements":[
            {"type":"node","id":1,"lat":60.1,"lon":24.9,"tags":{"name":"A"}},
            {"type":"way","id":2,"center":{"lat":60.2,"lon":24.8},"nodes":[1,2],"tags":{"name":"B"}},
            {"type":"relation","id":3,"tags":{"name":"C"}},
            {"type":"node","id":4,"lat":60.1,"lon":24.9}]}"#,
        );
        let told: Vec<_> = found.iter().map(|element| (element.id(), element.point())).collect();
        assert_eq!(told[0], ("node/1".to_owned(), Some((60.1, 24.9))));
        assert_eq!(told[1], ("way/2".to_owned(), Some((60.2, 24.8))));
        assert_eq!(told[2], ("relation/3".to_owned(), None));
        assert!(found[3].tags.is_empty());
        assert_ne!(found[0].key(), found[1].key());
    }

    #[test]
    fn a_failure_hides_in_a_remark() {
        let remark = |text: &str| format!(r#"{{"elements":[],"remark":"{text}"}}"#);
        let slow = remark("runtime error: Query timed out in \\\"query\\\" at line 4 after 2 seconds.");
        assert!(
            matches!(read(slow.as_bytes()), Ok(Reply::TooMuch(reason)) if reason.contains("after 2 seconds"))
        );
        let big = remark("runtime error: Query run out of memory using about 64 MB of RAM.");
        assert!(matches!(read(big.as_bytes()), Ok(Reply::TooMuch(_))));
        let busy = remark("runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::1");
        assert!(matches!(read(busy.as_bytes()), Err(Unusable::Failed(_))));
        assert_eq!(elements(&remark("runtime remark: all is well")), []);
    }

    #[test]
    fn what_is_no_answer_says_what_it_is() {
        let check = |body: &str, expect: &str| match read(body.as_bytes()) {
            Err(Unusable::Unreadable(reason)) => assert!(reason.contains(expect), "{reason}"),
            other => panic!("{body}: {other:?}"),
        };
        check("<html><body>Come back <b>later</b></body></html>", "it is a page: Come back later");
        check(r#"{"elements":[{"type":"node","id":1"#, "EOF");
        check("{}", "no elements");
        check("", "EOF");
    }
}
