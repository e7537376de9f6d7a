//! The embedded cities, in the order of the spelling that they are looked up by.

use std::collections::HashMap;
use std::sync::LazyLock;

use contract::GeoPoint;

use super::areas::{self, rows};
use super::columns::Table;
use crate::text::{fold, letters};

static CITIES: &[u8] = include_bytes!("../../data/cities.bin.zst");

/// Columns of the table, as `examples/gazetteer.rs` writes them.
const NAMES: usize = 0;
const KEYS: usize = 2;
const AREA: usize = 4;
const LATITUDE: usize = 5;
const LONGITUDE: usize = 6;
const AREAS: usize = 7;

/// Country, region and part of the region that a city lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area<'g> {
    pub(super) country: &'g str,
    pub(super) region: &'g str,
    pub(super) part: &'g str,
}

/// Every city, ordered by key.
#[derive(Debug)]
pub(super) struct Gazetteer {
    table: Table,
    /// Indices of cities by latitude.
    by_latitude: LazyLock<Vec<u32>>,
    pub(super) prominent: Prominent,
}

/// What `data/prominent.psv` says, by index of the city.
#[derive(Debug, Default)]
pub(super) struct Prominent {
    /// Cities that win over others of their name, with their place in the list.
    pub(super) ranks: HashMap<usize, usize>,
    /// Names to show where the gazetteer's is plain ASCII.
    display: HashMap<usize, &'static str>,
    /// Key of another name, and the city; ordered.
    pub(super) aliases: Vec<(String, usize)>,
}

pub(super) static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut gazetteer = Gazetteer {
        table: Table::unpack(CITIES),
        by_latitude: LazyLock::new(latitude_order),
        prominent: Prominent::default(),
    };
    gazetteer.prominent = gazetteer.read_prominent();
    gazetteer
});

/// The spelling that names are compared in: folded, `ae`, `oe` and `ue` as one vowel (the gazetteer writes
/// `Jyvaeskylae`, people `Jyväskylä` or `Jyvaskyla`), `saint` as `st`.
#[must_use]
pub fn key(name: &str) -> String {
    let folded = fold(name);
    let mut key = String::with_capacity(folded.len());
    for word in folded.split(' ') {
        if !key.is_empty() {
            key.push(' ');
        }
        match word {
            "saint" => key.push_str("st"),
            "mount" => key.push_str("mt"),
            "fort" => key.push_str("ft"),
            _ => push_loosely(word, &mut key),
        }
    }
    key
}

fn push_loosely(word: &str, key: &mut String) {
    let mut before = ' ';
    for c in word.chars() {
        if c != 'e' || !matches!(before, 'a' | 'o' | 'u') {
            key.push(c);
        }
        before = c;
    }
}

impl Gazetteer {
    fn read_prominent(&self) -> Prominent {
        let mut prominent = Prominent::default();
        for (rank, [name, country, region, display, aliases]) in
            rows::<5>(include_str!("../../data/prominent.psv")).enumerate()
        {
            let is_meant = |&city: &usize| {
                let area = self.area(city);
                self.plain_name(city) == name
                    && area.country == country
                    && (region.is_empty() || area.region == region)
            };
            let Some(city) = self.named(&key(name)).find(is_meant) else { continue };
            prominent.ranks.insert(city, rank);
            if !display.is_empty() {
                prominent.display.insert(city, display);
            }
            let others = aliases.split(';').chain([display]).filter(|other| !other.is_empty());
            prominent.aliases.extend(others.map(|other| (key(other), city)));
        }
        prominent.aliases.sort();
        prominent
    }

    pub(super) fn len(&self) -> usize {
        self.table.texts(NAMES)
    }

    /// Indices of the cities whose key is exactly that.
    pub(super) fn named<'a>(&'a self, key: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.starting_at(key).take_while(move |&city| self.key(city) == key)
    }

    /// Indices of the cities whose key begins with that, in order of the key.
    pub(super) fn beginning<'a>(&'a self, key: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.starting_at(key).take_while(move |&city| self.key(city).starts_with(key))
    }

    fn starting_at(&self, key: &str) -> impl Iterator<Item = usize> + use<'_> {
        Table::partition_point(self.len(), |city| self.key(city) < key)..self.len()
    }

    pub(super) fn key(&self, city: usize) -> &str {
        self.table.text(KEYS, city)
    }

    /// The name as the gazetteer writes it, in ASCII.
    pub(super) fn plain_name(&self, city: usize) -> &str {
        self.table.text(NAMES, city)
    }

    /// The name to show.
    pub(super) fn name(&self, city: usize) -> &str {
        self.prominent.display.get(&city).copied().unwrap_or_else(|| self.plain_name(city))
    }

    pub(super) fn area(&self, city: usize) -> Area<'_> {
        self.area_at(usize::from(self.table.u16(AREA, city)))
    }

    fn area_at(&self, index: usize) -> Area<'_> {
        let mut parts = self.table.text(AREAS, index).split('\t');
        let mut part = || parts.next().unwrap_or_default();
        Area { country: part(), region: part(), part: part() }
    }

    pub(super) fn point(&self, city: usize) -> GeoPoint {
        let degrees = |column| f64::from(self.table.i32(column, city)) / 1000.0;
        GeoPoint { latitude: degrees(LATITUDE), longitude: degrees(LONGITUDE) }
    }

    /// Code of the region where it has one, else its name.
    pub(super) fn region(&self, city: usize) -> &str {
        let area = self.area(city);
        areas::region(area.country, area.region).map_or(area.region, |(code, _)| code)
    }

    /// Cities whose key is nearly that, with the number of edits.
    pub(super) fn near<'a>(&'a self, key: &'a str, most: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        let wanted = letters(key.as_bytes());
        (0..self.len()).filter_map(move |city| {
            let other = self.key(city);
            let differing = (letters(other.as_bytes()) ^ wanted).count_ones() as usize;
            if other.len().abs_diff(key.len()) > most || differing > 2 * most {
                return None;
            }
            Some((crate::text::edit_distance(key.as_bytes(), other.as_bytes(), most)?, city))
        })
    }

    /// The city nearest to the point, at most about a hundred kilometres away.
    pub(super) fn nearest(&self, point: GeoPoint) -> Option<usize> {
        let order = &*self.by_latitude;
        let latitude = |index: &u32| self.point(*index as usize).latitude;
        let start = order.partition_point(|index| latitude(index) < point.latitude - 0.9);
        let near = order[start..].iter().take_while(|index| latitude(index) <= point.latitude + 0.9);
        near.map(|&index| index as usize)
            .filter(|&city| {
                let away = (self.point(city).longitude - point.longitude).abs();
                away.min(360.0 - away) * point.latitude.to_radians().cos() < 0.9
            })
            .map(|city| (self.point(city).distance_km(point), city))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, city)| city)
    }
}

fn latitude_order() -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(GAZETTEER.len()).unwrap_or(0)).collect();
    order.sort_by_key(|&city| GAZETTEER.table.i32(LATITUDE, city as usize));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_cities_are_all_there() {
        assert_eq!(GAZETTEER.len(), 144_563);
        let listed = rows::<5>(include_str!("../../data/prominent.psv")).count();
        assert_eq!(GAZETTEER.prominent.ranks.len(), listed, "every prominent city is in the gazetteer");
        for area in (0..GAZETTEER.table.texts(AREAS)).map(|index| GAZETTEER.area_at(index)) {
            assert!(areas::country_name(area.country).is_some(), "{area:?}");
        }
        let is_ordered = (1..GAZETTEER.len()).all(|city| GAZETTEER.key(city - 1) <= GAZETTEER.key(city));
        assert!(is_ordered, "the table was made with another spelling of keys; make it again");
    }

    #[test]
    fn keys_of_one_name_meet() {
        for (a, b) in [
            ("Jyväskylä", "Jyvaeskylae"),
            ("St. Louis", "Saint Louis"),
            ("Köln", "koln"),
            ("Örebro", "OErebro"),
        ] {
            assert_eq!(key(a), key(b));
        }
    }

    #[test]
    fn the_nearest_city_is_found() {
        let name = |latitude, longitude| {
            GAZETTEER.nearest(GeoPoint { latitude, longitude }).map(|city| GAZETTEER.plain_name(city))
        };
        assert_eq!(name(60.1699, 24.9384), Some("Helsinki"));
        assert_eq!(name(40.26, -74.27), Some("Freehold"));
        assert_eq!(name(-60.0, -140.0), None);
    }
}
