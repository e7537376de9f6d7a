//! What Google is asked, for a tile.
//!
//! Shapes of <https://developers.google.com/maps/documentation/places/web-service/text-search> and `nearby-search`, read on
//! 2026-11-29. Text Search takes a restriction to a rectangle only, and gives pages of 20, 60 places at most. Nearby Search
//! takes a circle of at most 50 km, and gives 20 places at most, without pages.

use contract::GeoPoint;
use serde_json::{Value, json};

use super::kinds;
use crate::source::SearchArea;
use crate::source::tiles::Tile;

/// Places of one page.
pub(super) const PAGE: usize = 20;
/// Pages of one Text Search.
const PAGES: usize = 3;
/// The greatest radius of a circle, in metres.
const MOST_METRES: f64 = 50_000.0;

/// What is needed of a place. Phone and website make a request one of the SKU "Enterprise"; without `nextPageToken` there
/// is no second page.
const FIELDS: [&str; 9] = [
    "id",
    "displayName",
    "primaryType",
    "types",
    "addressComponents",
    "location",
    "businessStatus",
    "internationalPhoneNumber",
    "websiteUri",
];

/// How places are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Query {
    /// By words, perhaps of one type alone.
    Text { words: String, kind: Option<&'static str> },
    /// Whatever is there.
    Nearby,
}

impl Query {
    pub(super) fn of(area: &SearchArea) -> Self {
        let kind = area.category().and_then(kinds::type_of);
        match area.wording() {
            None => Self::Nearby,
            Some(words) => Self::Text { words, kind },
        }
    }

    /// Kilometres of the edge of the tiles that a search begins with: as many as one request can be about.
    pub(super) fn edge_km(&self) -> f64 {
        match self {
            Self::Text { .. } => 1_000.0,
            Self::Nearby => 60.0,
        }
    }

    /// Pages of one tile.
    pub(super) fn pages(&self) -> usize {
        match self {
            Self::Text { .. } => PAGES,
            Self::Nearby => 1,
        }
    }

    /// As the ledger writes it.
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::Text { .. } => "searchText",
            Self::Nearby => "searchNearby",
        }
    }

    pub(super) fn field_mask(&self) -> String {
        let mut mask = FIELDS.map(|field| format!("places.{field}")).join(",");
        if matches!(self, Self::Text { .. }) {
            mask.push_str(",nextPageToken");
        }
        mask
    }

    /// The body of the request for the first page of a tile. Those for later pages differ by their token alone.
    pub(super) fn body(&self, tile: Tile) -> Value {
        let Tile { south, west, north, east } = tile;
        match self {
            Self::Text { words, kind } => {
                let corner =
                    |latitude: f64, longitude: f64| json!({ "latitude": latitude, "longitude": longitude });
                let rectangle = json!({ "low": corner(south, west), "high": corner(north, east) });
                let mut body = json!({
                    "textQuery": words,
                    "pageSize": PAGE,
                    "languageCode": "en",
                    "locationRestriction": { "rectangle": rectangle },
                });
                if let Some(kind) = kind {
                    body["includedType"] = json!(kind);
                    body["strictTypeFiltering"] = json!(true);
                }
                body
            }
            Self::Nearby => {
                let (latitude, longitude) = (f64::midpoint(south, north), f64::midpoint(west, east));
                let circle = json!({
                    "center": { "latitude": latitude, "longitude": longitude },
                    "radius": around(tile, latitude, longitude),
                });
                json!({
                    "maxResultCount": PAGE,
                    "rankPreference": "DISTANCE",
                    "languageCode": "en",
                    "locationRestriction": { "circle": circle },
                })
            }
        }
    }
}

/// Metres from the middle of a tile to its farthest corner, rounded up.
fn around(tile: Tile, latitude: f64, longitude: f64) -> f64 {
    let corner = |latitude| GeoPoint::new(latitude, tile.west);
    let middle = GeoPoint::new(latitude, longitude);
    let km = [corner(tile.south), corner(tile.north)]
        .into_iter()
        .flatten()
        .filter_map(|corner| Some(corner.distance_km(middle?)))
        .fold(0.0, f64::max);
    (km * 1_000.0).ceil().clamp(1.0, MOST_METRES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILE: Tile = Tile { south: 40.0, west: -74.5, north: 40.5, east: -74.0 };

    #[test]
    fn a_category_is_asked_for_by_its_type_and_anything_by_a_circle() {
        let center = GeoPoint::new(40.26, -74.27).unwrap();
        let area = SearchArea::around(center, 5.0);
        let plumber = area.clone().of(Some(crate::taxonomy::resolve("plumber").unwrap()));
        let body = Query::of(&plumber).body(TILE);
        assert_eq!((&body["textQuery"], &body["includedType"]), (&json!("Plumber"), &json!("plumber")));
        assert_eq!(body["strictTypeFiltering"], true);
        let sweep = area.clone().of(Some(crate::taxonomy::resolve("chimney sweep").unwrap()));
        assert_eq!(Query::of(&sweep).body(TILE)["includedType"], Value::Null);
        let named = plumber.named(&["acme".to_owned(), "drains".to_owned()]);
        let body = Query::of(&named).body(TILE);
        assert_eq!((&body["textQuery"], &body["includedType"]), (&json!("acme drains"), &json!("plumber")));
        assert_eq!(Query::of(&area), Query::Nearby);
    }

    #[test]
    fn a_circle_covers_its_tile_and_is_none_that_google_refuses() {
        let circle = &Query::Nearby.body(TILE)["locationRestriction"]["circle"];
        let radius = circle["radius"].as_f64().unwrap();
        assert!((34_000.0..36_000.0).contains(&radius), "{radius}");
        let wide = Tile { south: 0.0, north: 40.0, ..TILE };
        assert_eq!(Query::Nearby.body(wide)["locationRestriction"]["circle"]["radius"], 50_000.0);
    }
}
