use contract::GeoPoint;

use super::*;
use crate::matching::Description;

fn value(name: &str, one: &Description<'_>, other: &Description<'_>) -> f64 {
    let at = FEATURES.iter().position(|feature| feature.name == name).unwrap();
    compare(&Profile::new(one), &Profile::new(other), &Frequencies::known())[at]
}

fn named(name: &str) -> Description<'_> {
    Description { name, country: Some("US"), ..Description::default() }
}

fn phone<'t>(name: &'t str, phone: &'t str) -> Description<'t> {
    Description { phones: vec![phone], ..named(name) }
}

fn on(street: &str) -> Description<'_> {
    Description { street: Some(street), ..named("Joe's") }
}

fn close(found: f64, expect: f64) {
    assert!(
        (found - expect).abs() < 1e-6 || (found.is_nan() && expect.is_nan()),
        "{found} instead of {expect}"
    );
}

#[test]
fn names_of_the_same_words_are_similar() {
    close(value("nameSimilarity", &named("Zant Leopoldine"), &named("Leopoldine Zant")), 1.0);
    close(value("nameSimilarity", &named("Joe's Diner LLC"), &named("JOES DINER")), 1.0);
    close(value("nameSimilarity", &named("Quartz"), &named("Zebra")), 0.0);
    assert!(value("nameLetters", &named("SweetEasy"), &named("Sweet Easy")) > 0.99);
}

#[test]
fn words_that_only_one_name_has_are_told_apart() {
    let (plain, trade) = (named("Brookshire"), named("Brookshire Pharmacy"));
    assert!(value("nameTradeExtra", &plain, &trade) > 0.2);
    close(value("nameOneExtra", &plain, &trade), 0.0);
    let two = (named("Benjamin Barnes"), named("Benjamin Saunders"));
    assert!(value("nameBothExtra", &two.0, &two.1) > 0.5);
    let there = Description { city: Some("Kerrville"), ..named("Caring") };
    close(value("nameOneExtra", &there, &named("Caring Kerrville")), 0.0);
}

#[test]
fn phones_are_equal_with_and_without_their_country() {
    close(value("phone", &phone("A", "+1 732 462 1234"), &phone("A", "(732) 462-1234")), 1.0);
    close(value("phone", &phone("A", "732 462 1234"), &phone("A", "732 462 1235")), 0.0);
    close(value("phone", &phone("A", "800 555 0199"), &phone("A", "1-800-555-0199")), 0.5);
    close(value("phone", &phone("A", "800 555 0199"), &phone("A", "732 462 1235")), f64::NAN);
    close(value("phone", &phone("A", ""), &phone("A", "732 462 1235")), f64::NAN);
    close(value("phonePrefix", &phone("A", "732 462 1234"), &phone("A", "732 462 1235")), 8.0 / 9.0);
}

#[test]
fn pages_on_one_domain_are_compared_and_platforms_are_not_domains() {
    let with = |url: &'static str| Description { websites: vec![url], ..named("A") };
    close(value("domain", &with("https://a.com/x"), &with("http://www.a.com")), 1.0);
    close(value("page", &with("https://a.com/x"), &with("http://www.a.com")), f64::NAN);
    close(value("page", &with("https://a.com/x"), &with("http://www.a.com/x/")), 1.0);
    close(value("domain", &with("https://a.com"), &with("https://b.com")), 0.0);
    close(value("domain", &with("https://facebook.com/a"), &with("https://facebook.com/b")), f64::NAN);
    close(value("profile", &with("https://facebook.com/a"), &with("https://www.facebook.com/A/")), 1.0);
}

#[test]
fn addresses_are_compared_part_by_part() {
    let (one, other) = (on("401 E Chestnut St Unit 790"), on("401 East Chestnut Street #510"));
    close(value("houseNumber", &one, &other), 1.0);
    close(value("street", &one, &other), 1.0);
    close(value("unit", &one, &other), 0.0);
    close(value("unitMissing", &one, &on("401 E Chestnut St")), 1.0);
    close(value("houseNumber", &on("Main St"), &one), f64::NAN);
    assert!(value("houseNumberDifference", &one, &on("405 E Chestnut St")) > 1.0);
}

#[test]
fn distance_is_missing_unless_both_places_are_known() {
    let at = |latitude| Description { point: GeoPoint::new(latitude, 25.0), ..named("A") };
    close(value("distanceKm", &named("A"), &at(60.0)), f64::NAN);
    close(value("distanceKm", &at(60.0), &at(60.0)), 0.0);
}
