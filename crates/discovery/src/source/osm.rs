//! OpenStreetMap's tags to a record.

use contract::{GeoPoint, OperatingStatus};

use crate::place::{Network, RawPlace};
use crate::{chains, taxonomy};

/// Slug of the source of OpenStreetMap's records.
pub(crate) const SOURCE: &str = "openstreetmap";
/// Licence of OpenStreetMap's data.
pub(crate) const LICENCE: &str = "ODbL-1.0";
/// What must be shown beside it.
pub(crate) const ATTRIBUTION: &str = "© OpenStreetMap contributors";
/// Where its licence is explained.
pub(crate) const LICENCE_URL: &str = "https://www.openstreetmap.org/copyright";
/// A rule of its mappers: one feature is one element (<https://wiki.openstreetmap.org/wiki/One_feature,_one_OSM_element>).
/// What bears one name and stands side by side are mostly outlets of a chain, each with a phone of its own.
pub(crate) const LISTS_ONCE: bool = true;

/// Reads one tag of an object.
pub(crate) trait Tags {
    /// Value of the tag with that key.
    fn get(&self, key: &str) -> Option<&str>;
}

impl<V: AsRef<str>> Tags for std::collections::BTreeMap<String, V> {
    fn get(&self, key: &str) -> Option<&str> {
        std::collections::BTreeMap::get(self, key).map(AsRef::as_ref)
    }
}

impl Tags for [(&str, &str)] {
    fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == key).map(|(_, value)| *value)
    }
}

/// Whether the object is a place with a name, which alone are of use.
pub(crate) fn is_named_place<T: Tags + ?Sized>(tags: &T) -> bool {
    tags.get("name").is_some_and(|name| !name.trim().is_empty()) && taxonomy::is_place(|key| tags.get(key))
}

/// The record that the tags tell; `today` (`2026-05-04`) decides whether an `end_date` has passed.
pub(crate) fn raw_place<T: Tags + ?Sized>(
    source_id: String,
    tags: &T,
    point: Option<GeoPoint>,
    today: &str,
) -> RawPlace {
    let get = |key: &str| tags.get(key);
    let text = |keys: &[&str]| keys.iter().find_map(|key| get(key)).map(str::to_owned);
    let all = |keys: &[&str]| keys.iter().filter_map(|key| get(key)).map(str::to_owned).collect();
    RawPlace {
        source: is_object_id(&source_id).then_some(SOURCE),
        source_id,
        name: text(&["name"]).unwrap_or_default(),
        categories: taxonomy::from_osm_tags(get),
        coordinates: point.map(|point| (point.latitude, point.longitude)),
        street: street(tags),
        city: text(&["addr:city", "addr:suburb", "addr:hamlet"]),
        state: text(&["addr:state", "addr:province"]),
        postal_code: text(&["addr:postcode"]),
        country: text(&["addr:country"]),
        phones: all(&["phone", "contact:phone", "contact:mobile", "mobile", "phone:mobile"]),
        emails: all(&["email", "contact:email"]),
        websites: all(&["website", "contact:website", "url", "website:en", "brand:website"]),
        profiles: profiles(tags),
        opening_hours: text(&["opening_hours"]),
        description: text(&["description", "description:en"]),
        year_founded: text(&["start_date"]).as_deref().and_then(year),
        chain: chains::by_osm_tags(get),
        status: status(tags, today),
        ..RawPlace::default()
    }
}

/// `node/5`, `way/5` or `relation/5`.
fn is_object_id(id: &str) -> bool {
    id.split_once('/').is_some_and(|(kind, number)| {
        matches!(kind, "node" | "way" | "relation")
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// House number first where English is written, street first elsewhere.
fn street<T: Tags + ?Sized>(tags: &T) -> Option<String> {
    let street = tags.get("addr:street").or_else(|| tags.get("addr:place"));
    let Some(street) = street else { return tags.get("addr:full").map(str::to_owned) };
    let Some(number) = tags.get("addr:housenumber") else { return Some(street.to_owned()) };
    let number_first = tags.get("addr:country").is_some_and(number_first) || tags.get("addr:state").is_some();
    Some(if number_first { format!("{number} {street}") } else { format!("{street} {number}") })
}

/// Whether the number of a house comes before its street in that country.
pub(crate) fn number_first(country: &str) -> bool {
    matches!(country, "US" | "CA" | "GB" | "IE" | "AU" | "NZ")
}

fn profiles<T: Tags + ?Sized>(tags: &T) -> Vec<(Option<Network>, String)> {
    let networks = [
        ("facebook", Network::Facebook),
        ("instagram", Network::Instagram),
        ("linkedin", Network::Linkedin),
        ("twitter", Network::X),
        ("youtube", Network::Youtube),
        ("tiktok", Network::Tiktok),
        ("yelp", Network::Yelp),
    ];
    let value = |name: &str| tags.get(&format!("contact:{name}")).or_else(|| tags.get(name));
    networks.iter().filter_map(|(name, network)| Some((Some(*network), value(name)?.to_owned()))).collect()
}

fn year(date: &str) -> Option<i32> {
    date.get(..4)?.parse().ok()
}

fn status<T: Tags + ?Sized>(tags: &T, today: &str) -> Option<OperatingStatus> {
    let is = |key: &str, values: &[&str]| tags.get(key).is_some_and(|value| values.contains(&value.trim()));
    let has_ended = tags.get("end_date").is_some_and(|date| is_past(date, today));
    let is_gone = is("disused", &["yes"])
        || is("abandoned", &["yes"])
        || is("operational_status", &["closed", "abandoned", "permanently_closed"]);
    if has_ended || is_gone {
        return Some(OperatingStatus::PermanentlyClosed);
    }
    let pauses = is("opening_hours", &["closed", "off"]) || is("operational_status", &["temporarily_closed"]);
    pauses.then_some(OperatingStatus::TemporarilyClosed)
}

/// Whether a date of ISO 8601, a month or a year, lies before today; what is none of these does not.
fn is_past(date: &str, today: &str) -> bool {
    let is_date = date.len() >= 4
        && date.len() <= today.len()
        && date
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    is_date && today.get(..date.len()).is_some_and(|same_length| date < same_length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-05-04";

    fn raw(tags: &[(&str, &str)]) -> RawPlace {
        raw_place("node/1".to_owned(), tags, GeoPoint::new(60.0, 25.0), TODAY)
    }

    #[test]
    fn tags_become_fields() {
        let place = raw(&[
            ("name", "Kahvila"),
            ("amenity", "cafe"),
            ("addr:street", "Katu"),
            ("addr:housenumber", "5"),
            ("addr:city", "Helsinki"),
            ("addr:postcode", "00100"),
            ("contact:phone", "+358 9 1"),
            ("phone", "+358 9 2"),
            ("contact:website", "kahvila.fi"),
            ("contact:instagram", "@kahvila"),
            ("start_date", "1952-07"),
        ]);
        assert_eq!(place.categories[0].slug, "cafe");
        assert_eq!(place.street.as_deref(), Some("Katu 5"));
        assert_eq!(place.phones, ["+358 9 2", "+358 9 1"]);
        assert_eq!(place.profiles, [(Some(Network::Instagram), "@kahvila".to_owned())]);
        assert_eq!((place.year_founded, place.status, place.chain), (Some(1952), None, false));
    }

    #[test]
    fn the_number_comes_first_in_english() {
        let place = raw(&[("addr:street", "Main St"), ("addr:housenumber", "5"), ("addr:state", "NJ")]);
        assert_eq!(place.street.as_deref(), Some("5 Main St"));
    }

    #[test]
    fn closed_places_are_told_from_open_ones() {
        let check = |key: &str, value: &str, expect: Option<OperatingStatus>| {
            assert_eq!(raw(&[("name", "A"), (key, value)]).status, expect, "{key}={value}");
        };
        check("end_date", "2013", Some(OperatingStatus::PermanentlyClosed));
        check("end_date", "2026-05-03", Some(OperatingStatus::PermanentlyClosed));
        check("end_date", "2026-05-04", None);
        check("end_date", "2026", None);
        check("end_date", "soon", None);
        check("operational_status", "closed", Some(OperatingStatus::PermanentlyClosed));
        check("disused", "yes", Some(OperatingStatus::PermanentlyClosed));
        check("opening_hours", "closed", Some(OperatingStatus::TemporarilyClosed));
        check("opening_hours", "Mo-Fr 8-16; Sa off", None);
    }

    #[test]
    fn only_named_places_are_of_use_and_lifecycle_prefixes_make_none() {
        let check =
            |tags: &[(&str, &str)], expect: bool| assert_eq!(is_named_place(tags), expect, "{tags:?}");
        check(&[("name", "A"), ("shop", "whatever")], true);
        check(&[("name", " "), ("shop", "shoes")], false);
        check(&[("shop", "shoes")], false);
        check(&[("name", "A"), ("disused:shop", "shoes")], false);
        check(&[("name", "A"), ("was:amenity", "restaurant"), ("end_date", "2013")], false);
        check(&[("name", "A"), ("highway", "residential")], false);
    }
}
