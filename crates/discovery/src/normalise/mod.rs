//! Brings the values of a record into the contract's form.

pub mod emails;
pub mod phones;
pub mod websites;

use contract::{GeoPoint, OperatingStatus, Socials};

use crate::geocoder;
use crate::matching;
use crate::place::{Place, RawPlace, Record, Rejected};
use crate::text::non_empty;

const LONGEST_NAME: usize = 300;
const LONGEST_TEXT: usize = 4000;

/// The record normalised, or rejected with the reason; `raw` is the record as the reader read it.
pub fn record(raw_place: RawPlace, raw: impl FnOnce() -> String) -> Record {
    let (line, source_id, name) = (raw_place.line, raw_place.source_id.clone(), raw_place.name.clone());
    match place(raw_place) {
        Ok(place) => Record::Place(Box::new(place)),
        Err(reason) => Record::Rejected(Box::new(Rejected {
            line,
            source_id: non_empty(&source_id).map(str::to_owned),
            name: non_empty(&name).map(|name| crate::text::shortened(name, LONGEST_NAME)),
            reason,
            raw: crate::text::shortened(&raw(), crate::place::RAW_LIMIT),
        })),
    }
}

/// The place that the record tells of.
///
/// # Errors
/// What is wrong with the record, in words.
pub fn place(raw: RawPlace) -> Result<Place, String> {
    let name = checked_name(&raw.name)?;
    let point = checked_point(raw.coordinates)?;
    let country = raw.country.as_deref().and_then(geocoder::country_code);
    let state = raw.state.as_deref().and_then(|state| checked_state(state, country));
    let phone = phones::first_valid(&raw.phones, country, point);
    let mut socials = Socials::default();
    for (network, profile) in &raw.profiles {
        websites::add_profile(*network, profile, &mut socials);
    }
    let website = websites::own_site(&raw.websites, &mut socials);
    let mut place = Place {
        name_key: matching::name_key(&name),
        domain: website.as_deref().and_then(matching::domain),
        source: raw.source,
        source_id: raw.source_id,
        line: raw.line,
        name,
        categories: raw.categories,
        point,
        street: text(raw.street.as_deref()),
        city: town(raw.city.as_deref()),
        state,
        postal_code: text(raw.postal_code.as_deref()),
        country: country.map(str::to_owned),
        phone,
        numbers: raw
            .phones
            .iter()
            .flat_map(|text| text.split([';', '\n']))
            .filter_map(|one| text(Some(one)))
            .collect(),
        email: emails::first_valid(&raw.emails),
        website,
        socials,
        opening_hours: text(raw.opening_hours.as_deref()),
        description: text(raw.description.as_deref()),
        employee_count: raw.employee_count,
        year_founded: raw.year_founded.filter(|year| (1000..=2200).contains(year)),
        chain: raw.chain,
        status: raw.status.unwrap_or(OperatingStatus::Open),
        confidence: raw.confidence.filter(|confidence| (0.0..=1.0).contains(confidence)),
        tags: raw.tags.iter().filter_map(|tag| text(Some(tag))).collect(),
        notes: text(raw.notes.as_deref()),
        lead: raw.lead,
    };
    if let Some(lead) = &place.lead {
        lead.main().1.clone_into(&mut place.source_id);
    }
    if place.source_id.is_empty() {
        place.source_id = content_id(&place);
    }
    Ok(place)
}

/// A digest of what identifies a business, of 64 bits, so that a million records hardly collide.
fn content_id(place: &Place) -> String {
    let point = place.point.map(|point| point.to_string());
    let phone = place.phone.as_ref().map(|phone| &phone.e164);
    let parts = [
        Some(&place.name),
        place.street.as_ref(),
        place.city.as_ref(),
        place.postal_code.as_ref(),
        point.as_ref(),
        phone,
        place.website.as_ref(),
        place.email.as_ref(),
    ];
    let digest = crate::text::digest(parts.into_iter().map(|part| part.map_or("", String::as_str)));
    format!("content:{digest:016x}")
}

fn checked_name(name: &str) -> Result<String, String> {
    let name = one_line(name);
    if !name.chars().any(char::is_alphanumeric) {
        return Err("it has no name; every record needs one".to_owned());
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("its name is longer than {LONGEST_NAME} characters; columns may have slipped"));
    }
    Ok(name)
}

/// Coordinates of nought and nought stand for none in the exports of many programs.
fn checked_point(coordinates: Option<(f64, f64)>) -> Result<Option<GeoPoint>, String> {
    let Some((latitude, longitude)) = coordinates.filter(|both| *both != (0.0, 0.0)) else { return Ok(None) };
    GeoPoint::new(latitude, longitude).map(Some).ok_or_else(|| {
        format!(
            "{latitude},{longitude} is no point on Earth; latitude goes from -90 to 90 and longitude from -180 to 180"
        )
    })
}

/// `US-NJ`, `New Jersey` and `NJ` are `NJ`.
fn checked_state(state: &str, country: Option<&str>) -> Option<String> {
    let known = country.and_then(|country| geocoder::region(country, state)).map(|(code, _)| code.to_owned());
    known.or_else(|| {
        let own = country.and_then(|country| state.trim().strip_prefix(country)?.strip_prefix('-'));
        text(Some(own.unwrap_or(state)))
    })
}

/// Without control characters and runs of spaces.
fn one_line(text: &str) -> String {
    let text = text.trim();
    if is_one_line(text) {
        return text.to_owned();
    }
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Most texts are as they should be.
fn is_one_line(text: &str) -> bool {
    let strange = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    !text.contains("  ") && !text.contains(strange)
}

fn text(text: Option<&str>) -> Option<String> {
    let line = one_line(text?);
    let is_short = line.len() <= LONGEST_TEXT;
    (!line.is_empty()).then(|| if is_short { line } else { crate::text::shortened(&line, LONGEST_TEXT) })
}

/// The town. A number alone is a house number or a district that slipped into its field, and would be a town of its own in
/// every list.
fn town(city: Option<&str>) -> Option<String> {
    text(city).filter(|city| city.contains(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> RawPlace {
        RawPlace { name: name.to_owned(), ..RawPlace::default() }
    }

    #[test]
    fn a_name_is_brought_onto_one_line_or_refused() {
        assert_eq!(place(named("  Joe's \n\t Diner\u{7} ")).unwrap().name, "Joe's Diner");
        for name in ["", "  ", "--", "\u{0}"] {
            assert!(place(named(name)).unwrap_err().contains("no name"), "{name:?}");
        }
        assert!(place(named(&"x".repeat(301))).unwrap_err().contains("300"));
    }

    #[test]
    fn texts_lose_what_no_line_has() {
        let check = |text: &str, expect: &str| assert_eq!(one_line(text), expect, "{text:?}");
        check("1 Main St", "1 Main St");
        check(" 1  Main\u{a0}St\r\n", "1 Main St");
        check("a\u{85}b\tc", "a b c");
        check(" ", "");
    }

    #[test]
    fn coordinates_are_checked() {
        let at =
            |latitude, longitude| place(RawPlace { coordinates: Some((latitude, longitude)), ..named("A") });
        assert_eq!(at(60.0, 25.0).unwrap().point, GeoPoint::new(60.0, 25.0));
        assert_eq!(at(0.0, 0.0).unwrap().point, None);
        for (latitude, longitude) in [(91.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(
                at(latitude, longitude).unwrap_err().contains("no point on Earth"),
                "{latitude} {longitude}"
            );
        }
    }

    #[test]
    fn states_have_their_code() {
        let check = |country: Option<&str>, state: &str, expect: &str| {
            let raw =
                RawPlace { country: country.map(str::to_owned), state: Some(state.to_owned()), ..named("A") };
            assert_eq!(place(raw).unwrap().state.as_deref(), Some(expect), "{country:?} {state}");
        };
        check(Some("US"), "US-NJ", "NJ");
        check(Some("United States"), "New Jersey", "NJ");
        check(Some("US"), "nj", "NJ");
        check(Some("FI"), "FI-18", "18");
        check(None, "Uusimaa", "Uusimaa");
    }

    #[test]
    fn a_town_has_letters() {
        let town = |city: &str| place(RawPlace { city: Some(city.to_owned()), ..named("A") }).unwrap().city;
        assert_eq!((town(" Espoo "), town("7"), town("00 100")), (Some("Espoo".into()), None, None));
    }

    #[test]
    fn a_record_without_an_id_is_known_by_its_content() {
        let id = |name: &str, city: &str| {
            place(RawPlace { city: Some(city.to_owned()), ..named(name) }).unwrap().source_id
        };
        assert_eq!(id("A", "X"), id(" A ", "X"));
        assert_ne!(id("A", "X"), id("A", "Y"));
        assert_ne!(id("AB", "C"), id("A", "BC"));
        assert_eq!(place(RawPlace { source_id: "5".into(), ..named("A") }).unwrap().source_id, "5");
    }

    #[test]
    fn a_rejected_record_tells_what_is_known_of_it() {
        let raw =
            RawPlace { source_id: "7".into(), line: Some(3), coordinates: Some((99.0, 0.0)), ..named("A") };
        let Record::Rejected(rejected) = record(raw, || "7,A,99,0".into()) else { panic!("it was taken") };
        assert_eq!((rejected.line, rejected.source_id.as_deref()), (Some(3), Some("7")));
        assert_eq!((rejected.name.as_deref(), rejected.raw.as_str()), (Some("A"), "7,A,99,0"));
    }
}
