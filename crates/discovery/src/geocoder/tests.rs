use super::*;

fn label(text: &str) -> String {
    resolve(text).unwrap_or_else(|error| panic!("{text}: {error}")).label
}

fn is_near(text: &str, latitude: f64, longitude: f64) {
    let found = resolve(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let away = found.point.distance_km(GeoPoint { latitude, longitude });
    assert!(away < 10.0, "{text} is {found:?}, {away} km away");
}

#[test]
fn cities_are_found_by_name_and_by_what_they_lie_in() {
    for text in [
        "Helsinki",
        "helsinki",
        "Helsinki, Finland",
        "Helsinki Finland",
        "Helsingfors",
        "Helsinki, FI",
        " Helsinki ,Suomi",
    ] {
        is_near(text, 60.1695, 24.9354);
    }
    for text in
        ["Freehold, NJ", "Freehold NJ", "freehold, new jersey", "Freehold, NJ, USA", "Freehold, Monmouth, NJ"]
    {
        is_near(text, 40.2601, -74.2738);
    }
    assert_eq!(resolve("Freehold, NJ").unwrap().region.as_deref(), Some("NJ"));
    assert_eq!(resolve("Helsinki").unwrap().country.as_deref(), Some("FI"));
}

#[test]
fn names_are_found_in_every_spelling() {
    for text in ["München", "Munich", "Munchen", "muenchen"] {
        is_near(text, 48.1374, 11.5755);
    }
    for text in ["Jyväskylä", "Jyvaskyla", "Jyvaeskylae"] {
        is_near(text, 62.2415, 25.7209);
    }
    is_near("Järvenpää", 60.4737, 25.0899);
    is_near("Köln", 50.9333, 6.95);
    is_near("Saint Louis, MO", 38.6273, -90.1979);
    is_near("New York", 40.7143, -74.006);
    is_near("Washington DC", 38.8951, -77.0364);
    assert_eq!(label("jyvaskyla"), "Jyväskylä, Central Finland, Finland");
}

#[test]
fn postal_codes_are_found() {
    for text in
        ["07728", "07728-1234", "Freehold, NJ 07728", "NJ 07728", "07728, USA", "Freehold NJ 07728 US"]
    {
        is_near(text, 40.2419, -74.2777);
        assert_eq!(resolve(text).unwrap().region.as_deref(), Some("NJ"), "{text}");
    }
    let GeocodeError::Unknown { suggestions, .. } = resolve("00100").unwrap_err() else {
        panic!("00100 is known")
    };
    assert!(suggestions.iter().all(|label| resolve(label).is_ok()), "{suggestions:?}");
    assert!(resolve("Miami 07728").is_err(), "a code elsewhere is not the city that was asked for");
}

#[test]
fn coordinates_are_taken_as_they_are() {
    for text in
        ["60.17, 24.94", "60.17,24.94", "60.17 24.94", "60.17;24.94", "60.17N 24.94E", "60.17°N, 24.94°E"]
    {
        assert_eq!(resolve(text).unwrap().point, GeoPoint { latitude: 60.17, longitude: 24.94 }, "{text}");
    }
    is_near("33.9S, 151.2E", -33.9, 151.2);
    for text in ["91, 0", "0, 181", "1e9 1"] {
        assert!(matches!(resolve(text), Err(GeocodeError::OutOfRange { .. })), "{text}");
    }
    assert!(matches!(resolve("60.17"), Err(GeocodeError::Unknown { .. })));
}

#[test]
fn an_ambiguous_name_lists_its_candidates() {
    let GeocodeError::Ambiguous { candidates, .. } = resolve("Springfield").unwrap_err() else {
        panic!("Springfield is taken for one place")
    };
    assert!(candidates.len() >= 20, "{}", candidates.len());
    let regions: Vec<_> = candidates.iter().filter_map(|one| one.region.as_deref()).collect();
    for state in ["IL", "MA", "MO", "OH", "Queensland"] {
        assert!(
            regions.contains(&state) || state == "Queensland" && regions.contains(&"QLD"),
            "{state}: {regions:?}"
        );
    }
    assert_eq!(regions[0], "IL", "the one with the most ZIP codes comes first");
    for candidate in &candidates {
        assert_eq!(resolve(&candidate.label).unwrap().point, candidate.point, "{}", candidate.label);
    }
    assert!(matches!(resolve("Birmingham"), Err(GeocodeError::Ambiguous { .. })));
}

#[test]
fn one_that_dominates_is_meant() {
    assert_eq!(resolve("Paris").unwrap().country.as_deref(), Some("FR"));
    assert_eq!(resolve("Paris, TX").unwrap().region.as_deref(), Some("TX"));
    assert_eq!(resolve("London").unwrap().country.as_deref(), Some("GB"));
    assert_eq!(resolve("London, Ontario").unwrap().region.as_deref(), Some("ON"));
    assert_eq!(resolve("Freehold").unwrap().region.as_deref(), Some("NJ"));
}

#[test]
fn a_code_of_a_state_and_of_a_country_means_either() {
    assert_eq!(resolve("Dover, DE").unwrap().region.as_deref(), Some("DE"));
    assert_eq!(resolve("Munich, DE").unwrap().country.as_deref(), Some("DE"));
}

#[test]
fn an_unknown_name_gives_the_nearest() {
    for (text, expect) in [("Helsinky", "Helsinki, Uusimaa, Finland"), ("Freehlod", "Freehold, NJ, USA")] {
        let GeocodeError::Unknown { suggestions, .. } = resolve(text).unwrap_err() else {
            panic!("{text} is known")
        };
        assert!(suggestions.iter().any(|label| label == expect), "{text}: {suggestions:?}");
    }
    for text in ["", "   ", ",", "xqzxqzxqz", "Helsinki, Atlantis"] {
        assert!(matches!(resolve(text), Err(GeocodeError::Unknown { .. })), "{text:?}");
    }
}

#[test]
fn typing_finds_the_best_known_first() {
    let first = |text: &str| suggest(text, 5).first().map(|one| one.label.clone()).unwrap_or_default();
    assert_eq!(first("hels"), "Helsinki, Uusimaa, Finland");
    assert_eq!(first("lon"), "London, England, United Kingdom");
    assert_eq!(first("freeho"), "Freehold, NJ, USA");
    assert_eq!(first("spri, il"), "Springfield, IL, USA");
    assert_eq!(first("jyväs"), "Jyväskylä, Central Finland, Finland");
    assert!(suggest("077", 50).iter().all(|one| one.label.contains(" 077")));
    assert_eq!(suggest("", 7).len(), 7);
    assert_eq!(suggest("xqzxqz", 7), []);
}

#[test]
fn every_label_leads_back_to_its_place() {
    for city in (0..GAZETTEER.len()).step_by(211) {
        let label = candidates::label(city);
        let found = resolve(&label).unwrap_or_else(|error| panic!("{label}: {error}"));
        assert!(found.point.distance_km(GAZETTEER.point(city)) < 0.001, "{label}: {found:?}");
    }
}

#[test]
fn a_point_has_a_country() {
    assert_eq!(nearest_country(GeoPoint { latitude: 60.17, longitude: 24.94 }), Some("FI"));
    assert_eq!(nearest_country(GeoPoint { latitude: -60.0, longitude: -140.0 }), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_breaks_it(text in ".{0,40}") {
        let _ = resolve(&text);
        let _ = suggest(&text, 3);
    }
}
