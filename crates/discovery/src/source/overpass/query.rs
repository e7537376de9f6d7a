//! What an Overpass server is asked, in its language.
//! <https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL>

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use url::form_urlencoded;

use crate::source::tiles::Tile;
use crate::taxonomy::{self, Category};

/// The most bytes of memory that the server may use; a query that says less waits less.
const MAX_SIZE: u32 = 64 * 1024 * 1024;

/// The statements that find named places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    statements: String,
}

impl Query {
    /// Asks for places of the category, or of any; `None` where no tag stands for it.
    pub(super) fn of(category: Option<&Category>) -> Option<Self> {
        let mut statements = String::new();
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let (any, combinations) = match category {
            Some(category) => (&[][..], category.osm.clone()),
            None => (taxonomy::place_keys(), taxonomy::place_tags().map(|tag| vec![tag]).collect()),
        };
        for combination in &combinations {
            match combination.as_slice() {
                [(key, value)] => values.entry(key).or_default().push(value),
                tags => {
                    let filters: String = tags.iter().map(|(key, value)| one_of(key, &[value])).collect();
                    let _ = write!(statements, "nwr{filters}[\"name\"];");
                }
            }
        }
        for key in any {
            let _ = write!(statements, "nwr[\"{key}\"][\"name\"];");
        }
        for (key, mut values) in values {
            values.sort_unstable();
            let _ = write!(statements, "nwr{}[\"name\"];", one_of(key, &values));
        }
        (!statements.is_empty()).then_some(Self { statements })
    }

    /// The whole query for a tile. The server has less time than the exchange, so that it says itself that it had too
    /// little.
    pub(super) fn text(&self, tile: Tile, timeout: Duration) -> String {
        let Tile { south, west, north, east } = tile;
        let seconds = (timeout.as_secs() * 2 / 3).max(1);
        format!(
            "[out:json][timeout:{seconds}][maxsize:{MAX_SIZE}][bbox:{south:.6},{west:.6},{north:.6},{east:.6}];({});out center tags qt;",
            self.statements
        )
    }
}

/// The first of several values counts, as everywhere else in this program: `bar;restaurant` is a bar.
fn one_of(key: &str, values: &[&str]) -> String {
    format!("[\"{key}\"~\"^ *({}) *(;|$)\"]", values.join("|"))
}

/// The body of the request.
pub(super) fn form(text: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("data", text).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(category: &str) -> String {
        Query::of(taxonomy::find(category)).unwrap().statements
    }

    #[test]
    fn a_category_is_asked_for_by_its_tags() {
        assert_eq!(statements("restaurant"), r#"nwr["amenity"~"^ *(restaurant) *(;|$)"]["name"];"#);
        assert_eq!(
            statements("caterer"),
            r#"nwr["craft"~"^ *(caterer) *(;|$)"]["name"];nwr["shop"~"^ *(catering) *(;|$)"]["name"];"#
        );
        let chiropractor = statements("chiropractor");
        assert!(
            chiropractor.contains(
                r#"nwr["healthcare"~"^ *(alternative) *(;|$)"]["healthcare:speciality"~"^ *(chiropractic) *(;|$)"]["name"];"#
            ),
            "{chiropractor}"
        );
    }

    #[test]
    fn anything_is_asked_for_by_the_keys_of_places() {
        let all = Query::of(None).unwrap().statements;
        for part in [r#"nwr["amenity"]["name"];"#, r#"nwr["club"]["name"];"#, r#"nwr["emergency"~"#] {
            assert!(all.contains(part), "{part}: {all}");
        }
        assert!(!all.contains(r#"nwr["building""#), "{all}");
    }

    #[test]
    fn no_tag_needs_to_be_escaped() {
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:-".contains(&b));
        for category in taxonomy::all() {
            for (key, value) in category.osm.iter().flatten() {
                assert!(is_plain(key) && is_plain(value), "{key}={value} of {}", category.slug);
            }
        }
    }

    #[test]
    fn the_settings_stand_before_the_statements() {
        let tile = Tile { south: 60.0, west: 24.0, north: 60.5, east: 25.25 };
        let query = Query { statements: "nwr;".to_owned() };
        assert_eq!(
            query.text(tile, Duration::from_secs(90)),
            "[out:json][timeout:60][maxsize:67108864][bbox:60.000000,24.000000,60.500000,25.250000];(nwr;);out center tags qt;"
        );
        assert_eq!(form("a b;"), "data=a+b%3B");
    }
}
