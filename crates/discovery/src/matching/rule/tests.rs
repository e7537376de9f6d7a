use contract::SourceRef;
use store::NewBusiness;

use super::*;
use crate::matching::merge::new_business;
use crate::normalise;
use crate::place::RawPlace;

const HERE: (f64, f64) = (60.1699, 24.9384);
/// About 220 metres north.
const FURTHER: (f64, f64) = (60.1719, 24.9384);
/// About 4 kilometres north.
const FAR: (f64, f64) = (60.2059, 24.9384);

fn raw(name: &str) -> RawPlace {
    RawPlace { name: name.into(), source_id: "1".into(), ..RawPlace::default() }
}

fn candidate(raw: RawPlace) -> Candidate {
    Candidate::new("a", normalise::place(raw).unwrap())
}

fn known(raw: RawPlace) -> KnownBusiness {
    let candidate = Candidate::new("b", normalise::place(raw).unwrap());
    let source = SourceRef {
        source: "b".into(),
        source_id: candidate.place.source_id.clone(),
        fetched_at: contract::Timestamp::default(),
        licence: None,
    };
    let NewBusiness { business, name_key, domain } = new_business(candidate.place, vec![source]);
    KnownBusiness { business, name_key, domain }
}

fn check(one: RawPlace, other: RawPlace, expect: Option<&str>) {
    let reason = is_same(&candidate(one.clone()), &known(other.clone())).map(|reason| reason.to_string());
    match (expect, &reason) {
        (None, None) => {}
        (Some(part), Some(reason)) if reason.contains(part) => {}
        _ => panic!("{one:?}\n{other:?}\n{reason:?} instead of {expect:?}"),
    }
}

fn at(point: (f64, f64), raw: RawPlace) -> RawPlace {
    RawPlace { coordinates: Some(point), ..raw }
}

fn phone(number: &str, raw: RawPlace) -> RawPlace {
    RawPlace { phones: vec![number.into()], ..raw }
}

fn site(url: &str, raw: RawPlace) -> RawPlace {
    RawPlace { websites: vec![url.into()], ..raw }
}

fn of(slug: &str, raw: RawPlace) -> RawPlace {
    RawPlace { categories: vec![taxonomy::by_slug(slug).unwrap()], ..raw }
}

fn address(street: &str, code: &str, raw: RawPlace) -> RawPlace {
    RawPlace { street: Some(street.into()), postal_code: Some(code.into()), ..raw }
}

#[test]
fn the_same_record_is_the_same_whatever_it_says() {
    let mut candidate = candidate(raw("New Name"));
    candidate.source = "b".into();
    assert_eq!(is_same(&candidate, &known(raw("Old Name"))), Some(MatchReason::SameRecord));
    candidate.place.source_id = String::new();
    assert_eq!(is_same(&candidate, &known(RawPlace { source_id: String::new(), ..raw("Old Name") })), None);
}

#[test]
fn a_name_alone_is_not_enough_and_another_name_never_is() {
    check(raw("Joe's"), raw("Joe's"), None);
    let full = |name: &str| phone("+358 9 1234567", site("https://joe.fi", at(HERE, raw(name))));
    check(full("Joe's"), full("Ann's"), None);
    check(full("Joe's"), full("JOE’S Oy"), Some("phone number"));
}

#[test]
fn a_phone_counts_unless_businesses_share_it() {
    let with = |number: &str, point| phone(number, at(point, raw("Joe's")));
    check(with("+358 9 1234567", HERE), with("09 7654321", FAR), None);
    check(with("+358 9 1234567", HERE), with("09 1234567", FAR), Some("phone number 09 1234567"));
    check(with("+358 9 1234567", HERE), with("+35891234567", FAR), Some("phone number 09 1234567"));
    check(with("+1 800 555 0199", HERE), with("+1 800 555 0199", FAR), None);
    check(with("+358 20 123456", HERE), with("+358 20 123456", FAR), None);
}

#[test]
fn what_is_near_is_the_same_unless_it_trades_in_something_else() {
    check(at(HERE, raw("Savoy")), at(HERE, raw("Savoy")), Some("0 metres"));
    check(at(HERE, raw("Savoy")), at(FURTHER, raw("Savoy")), None);
    check(of("restaurant", at(HERE, raw("Savoy"))), of("theatre", at(HERE, raw("Savoy"))), None);
    check(of("restaurant", at(HERE, raw("Savoy"))), of("cafe", at(HERE, raw("Savoy"))), Some("metres"));
    check(
        of("restaurant", at(HERE, raw("Savoy"))),
        of("retail_store", at(HERE, raw("Savoy"))),
        Some("metres"),
    );
    let limit = |metres: f64| (HERE.0 + metres / 111_195.0, HERE.1);
    check(at(HERE, raw("Savoy")), at(limit(149.0), raw("Savoy")), Some("149 metres"));
    check(at(HERE, raw("Savoy")), at(limit(151.0), raw("Savoy")), None);
}

#[test]
fn a_domain_counts_unless_it_is_shared_or_they_are_outlets() {
    let with = |url: &str, point| site(url, at(point, raw("Joe's")));
    check(with("https://joe.fi/a", HERE), with("http://www.joe.fi/b", FURTHER), Some("website joe.fi"));
    check(with("https://joe.fi", HERE), with("https://joe.fi", FAR), None);
    check(with("https://joe.wordpress.com", HERE), with("https://ann.wordpress.com", FURTHER), None);
    let branch = |point| RawPlace { chain: true, ..with("https://joe.fi", point) };
    check(branch(HERE), with("https://joe.fi", FURTHER), None);
    check(branch(HERE), branch(HERE), Some("metres"));
    check(site("https://joe.fi", raw("Joe's")), with("https://joe.fi", FAR), Some("website"));
    let on = |street: &str, point| address(street, "00100", with("https://joe.fi", point));
    check(on("Katu 1", HERE), on("Katu 2", FURTHER), None);
    check(on("Katu 1", HERE), on("KATU 1", FURTHER), Some("website"));
}

#[test]
fn what_is_equal_in_name_phone_and_address_is_surely_the_same() {
    let full = |name: &str, number: &str, street: &str| phone(number, address(street, "00100", raw(name)));
    let surely = |one: RawPlace, other: RawPlace| is_surely_same(&candidate(one), &known(other));
    let here = || full("Joe's", "+358 9 1234567", "Katu 1");
    assert!(surely(here(), full("JOE’S Oy", "+358 (0)9 123 4567", "KATU 1")));
    for other in [
        full("Ann's", "+358 9 1234567", "Katu 1"),
        full("Joe's", "+358 9 7654321", "Katu 1"),
        full("Joe's", "+358 9 1234567", "Katu 2"),
        phone("+358 9 1234567", raw("Joe's")),
        address("Katu 1", "00100", raw("Joe's")),
    ] {
        assert!(!surely(here(), other.clone()), "{other:?}");
    }
    let hotline = || full("Joe's", "+358 20 123456", "Katu 1");
    assert!(!surely(hotline(), hotline()), "a number that many may have");
}

#[test]
fn an_address_counts_where_the_place_is_not_known() {
    let on = |street: &str, code: &str| address(street, code, raw("Joe's"));
    check(on("1 Main St", "07728-1234"), on("1 Main St.", "07728"), Some("address 1 Main St"));
    check(on("1 Main St", "07728"), on("2 Main St", "07728"), None);
    check(on("1 Main St", "07728"), on("1 Main St", "07729"), None);
    check(at(HERE, on("1 Main St", "07728")), at(FAR, on("1 Main St", "07728")), None);
}
