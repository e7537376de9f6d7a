//! How the list of leads is shown, as a table or as a map: parameters of its address beside those of `BusinessQuery`.

use contract::map::MapQuery;
use contract::{BoundingBox, BusinessQuery};

use crate::leads_url;

/// The parameter that says how the list is shown, and the word for a map.
const VIEW: &str = "view";
const MAP: &str = "map";
/// The parameter of the part of the earth that a map shows.
const WITHIN: &str = "within";

/// Cells across a map: a spot is as large as a finger on a phone.
const ACROSS: u32 = 12;

/// How the list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As a table; the address says nothing of it.
    Table,
    /// As a map.
    Map,
}

/// How the list at that address is shown; `search` is what stands behind its question mark.
#[must_use]
pub fn of(search: &str) -> Look {
    match parameter(search, VIEW).as_deref() {
        Some(MAP) => Look::Map,
        _ => Look::Table,
    }
}

fn parameter(search: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(search.trim_start_matches('?').as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// The map in `search`. As everywhere, what cannot be read is dropped.
#[must_use]
pub fn parse_map(search: &str) -> MapQuery {
    let within = parameter(search, WITHIN).and_then(|text| text.parse().ok());
    MapQuery { within, across: Some(ACROSS), filters: leads_url::parse(search) }
}

impl Look {
    /// The parameters of the list's address. A map has no pages.
    #[must_use]
    pub fn pairs(self, query: &BusinessQuery) -> Vec<(&'static str, String)> {
        match self {
            Self::Table => leads_url::pairs(query),
            Self::Map => {
                let mut pairs = leads_url::pairs(&leads_url::at_page(query, 1));
                pairs.push((VIEW, MAP.to_owned()));
                pairs
            }
        }
    }

    /// The address of the list; a map begins with all that it has.
    #[must_use]
    pub fn url(self, query: &BusinessQuery) -> String {
        leads_url::with_parameters("/leads", self.pairs(query))
    }
}

/// The address of the map of that part of the earth.
#[must_use]
pub fn map_url(query: &BusinessQuery, within: BoundingBox) -> String {
    let mut pairs = Look::Map.pairs(query);
    pairs.push((WITHIN, within.to_string()));
    leads_url::with_parameters("/leads", pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_how_the_list_is_shown() {
        assert_eq!([of(""), of("view=table")], [Look::Table; 2]);
        assert_eq!([of("view=map"), of("?city=Espoo&view=map")], [Look::Map; 2]);
        let query = leads_url::parse("page=3&sort=name&city=Espoo");
        assert_eq!(Look::Table.url(&query), "/leads?page=3&sort=name&city=Espoo");
        assert_eq!(Look::Map.url(&query), "/leads?sort=name&city=Espoo&view=map");
    }

    #[test]
    fn a_map_comes_back_as_it_went() {
        let within = BoundingBox { west: 24.0, south: 60.0, east: 25.5, north: 61.0 };
        let query = leads_url::parse("sort=name&city=Espoo");
        let url = map_url(&query, within);
        assert_eq!(url, "/leads?sort=name&city=Espoo&view=map&within=24%2C60%2C25.5%2C61");
        let map = parse_map(&url["/leads".len()..]);
        assert_eq!(map, MapQuery { within: Some(within), across: Some(ACROSS), filters: query });
        assert_eq!(parse_map("view=map&within=here").within, None);
    }
}
