use std::collections::HashMap;

use super::data::TABLES;
use super::words::spelling;
use super::*;

#[test]
fn there_are_many_categories_in_many_industries() {
    assert!(all().len() >= 250, "{}", all().len());
    let industries: std::collections::HashSet<_> = all().iter().map(|category| category.industry).collect();
    assert!(industries.len() >= 15, "{industries:?}");
}

#[test]
fn slugs_are_well_formed_and_unique() {
    let mut seen = HashMap::new();
    for category in all() {
        assert!(category.slug.parse::<contract::business::CategorySlug>().is_ok(), "{}", category.slug);
        assert_eq!(seen.insert(category.slug, category.label), None, "{}", category.slug);
        assert!(!category.label.is_empty() && !category.industry.is_empty(), "{}", category.slug);
    }
}

#[test]
fn no_word_means_two_categories() {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for category in all() {
        let words = [category.slug, category.label].into_iter().chain(category.synonyms.iter().copied());
        for word in words {
            let before = seen.insert(spelling(word), category.slug);
            assert!(
                before.is_none_or(|slug| slug == category.slug),
                "{word}: {before:?} and {}",
                category.slug
            );
        }
    }
}

#[test]
fn every_tag_and_every_overture_id_maps_once() {
    let (mut tags, mut ids) = (HashMap::new(), HashMap::new());
    for category in all() {
        for tag in &category.osm {
            assert!(tag.iter().all(|(key, value)| !key.is_empty() && !value.is_empty()), "{tag:?}");
            assert_eq!(tags.insert(tag.clone(), category.slug), None, "{tag:?}");
        }
        for id in &category.overture {
            assert_eq!(ids.insert(*id, category.slug), None, "{id}");
        }
        assert!(
            !category.osm.is_empty() || !category.overture.is_empty(),
            "{} is never found",
            category.slug
        );
    }
    assert_eq!(TABLES.tags.len() + TABLES.combinations.len(), tags.len());
}

#[test]
fn words_for_one_thing_meet() {
    let check = |words: &[&str], slug: &str| {
        for word in words {
            assert_eq!(resolve(word).map(|category| category.slug), Ok(slug), "{word}");
        }
    };
    check(
        &["barber", "Hairdresser", "hair salon", "BARBERS", "shop=hairdresser".trim_start_matches("shop=")],
        "hairdresser",
    );
    check(&["plumbers", "Plumber", "plumbing"], "plumber");
    check(&["Attorney", "lawyer", "law firm", "attorneys", "Solicitors"], "lawyer");
    check(&["restaurant", "Restaurants", "ravintola"], "restaurant");
    check(&["café", "cafe", "Coffee Shop", "coffee-shop"], "cafe");
    check(&["car_repair", "auto repair", "mechanic"], "car_repair");
    check(&["vet", "Veterinarian"], "veterinarian");
    check(&["mortgage", "mortgage broker"], "mortgage_broker");
    check(&["b&b", "bed and breakfast"], "guest_house");
}

#[test]
fn an_unknown_word_gives_the_nearest() {
    let unknown = resolve("resturant").unwrap_err();
    assert_eq!(unknown.suggestions.first().map(String::as_str), Some("Restaurant"));
    for suggestion in &unknown.suggestions {
        assert!(resolve(suggestion).is_ok(), "{suggestion}");
    }
    assert_eq!(resolve("xqzxqz").unwrap_err().suggestions, [""; 0]);
    assert!(resolve("").is_err());
}

/// The seats of a business network, with a tag and an Overture id for each.
#[test]
fn every_seat_has_a_category() {
    let seats = [
        "accountant",
        "attorney",
        "bank",
        "chiropractor",
        "dentist",
        "electrician",
        "financial advisor",
        "florist",
        "hvac",
        "insurance",
        "landscaper",
        "locksmith",
        "mortgage",
        "mover",
        "optometrist",
        "painter",
        "pest control",
        "photographer",
        "plumber",
        "printer",
        "signs",
        "real estate",
        "caterer",
        "restaurant",
        "roofer",
        "travel agent",
        "veterinarian",
        "web design",
        "graphic design",
        "auto repair",
        "cleaning service",
        "gym",
        "hair salon",
        "jeweler",
        "it",
        "physical therapy",
        "massage",
        "security service",
        "funeral home",
        "flooring",
        "kitchens",
        "contractor",
        "handyman",
        "tutor",
        "marketing",
        "event planner",
    ];
    for seat in seats {
        assert!(resolve(seat).is_ok(), "{seat}");
    }
}
