//! A business that another run has stored under another spelling is found by how it is reached.

use std::fmt::Write as _;

use contract::duplicates::PairQuery;
use contract::suppression::SuppressionReason;
use contract::{Business, JobKind, ScrapeRequest};
use discovery::import::{ImportOptions, ImportRequest};
use discovery::source::FileSource;
use discovery::{Outcome, SourceRegistry, import};
use serde_json::json;
use store::suppression::Subject;
use store::test_support::TestStore;
use store::{Store, Unmerged};

use crate::support::{
    around_helsinki, assert_adds_up, businesses, claimed, file, import_file, run_of, search_in,
};

store::stories!(
    it_is_merged_by_its_phone_number,
    it_is_merged_by_its_domain,
    a_platform_is_no_domain_of_anybody,
    what_is_doubtful_is_stored_and_told_with_its_score,
    what_is_doubtful_within_a_batch_is_a_pair_too,
    what_was_merged_becomes_two_again_and_stays_two,
    records_of_a_new_business_in_one_batch_are_kept_too,
    a_search_finds_it_too,
    a_load_finds_it_too,
    a_number_that_many_share_merges_nobody,
    outlets_of_a_source_that_has_each_once_stay_apart_from_run_to_run,
    a_suppressed_address_is_left_out_of_what_is_merged,
);

const HEADER: &str = "name,category,street,city,zip,country,phone,email,website,latitude,longitude\n";
const PHONE: &str = "+358 9 1234567";

/// A row of a table of cafés that lie in one house.
fn row(name: &str, phone: &str, email: &str, website: &str) -> String {
    format!("{name},cafe,Bulevardi 1,Helsinki,00120,FI,{phone},{email},{website},60.1650,24.9400\n")
}

/// Imports a table of that name and those rows.
async fn imported(store: &Store, name: &str, rows: &str) -> Outcome {
    let (_folder, path) = file(name, format!("{HEADER}{rows}"));
    let outcome = import_file(store, &path).await.0.unwrap();
    assert_adds_up(&outcome);
    outcome
}

async fn it_is_merged_by_its_phone_number(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", PHONE, "", "")).await;
    let second = imported(store, "second.csv", &row("Aurinko Kahvila", "09 1234567", "", "")).await;
    assert_eq!((second.counts.saved, second.counts.merged), (0, 1), "{second:?}");
    let note = &second.merges[0];
    assert_eq!((note.name.as_str(), note.into.as_str()), ("Aurinko Kahvila", "Kahvila Aurinko"));
    assert!(note.reason.contains("same phone number") && note.score > Some(0.9), "{note:?}");
    let all = businesses(store).await;
    let sources: Vec<_> = all[0].sources.iter().map(|one| one.source.as_str()).collect();
    assert_eq!((all.len(), sources), (1, vec!["file:first", "file:second"]));
    let again = imported(store, "second.csv", &row("Aurinko Kahvila", "09 1234567", "", "")).await;
    assert_eq!(again.counts.merged, 1);
    assert_eq!(businesses(store).await, all, "what brings nothing new changes nothing");
}

async fn it_is_merged_by_its_domain(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", "", "", "https://www.aurinko.fi/")).await;
    let second = imported(store, "second.csv", &row("Aurinko Kahvila", PHONE, "", "http://aurinko.fi")).await;
    assert_eq!((second.counts.saved, second.counts.merged), (0, 1), "{second:?}");
    let all = businesses(store).await;
    assert_eq!((all[0].name.as_str(), all[0].phone.as_deref()), ("Kahvila Aurinko", Some("+35891234567")));
    // By the number that it has from the second.
    let third = imported(store, "third.csv", &row("Aurinko Kahvila ja Leipomo", PHONE, "", "")).await;
    assert_eq!((third.counts.merged + third.reviews.len() as u64, third.counts.found), (1, 1), "{third:?}");
}

async fn a_platform_is_no_domain_of_anybody(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", "", "", "https://aurinko.wordpress.com")).await;
    let second = row("Aurinko Kahvila", "", "", "https://kahvila.wordpress.com");
    let second = imported(store, "second.csv", &second).await;
    assert_eq!((second.counts.saved, second.counts.merged, second.reviews.len()), (1, 0, 0), "{second:?}");
}

async fn what_is_doubtful_is_stored_and_told_with_its_score(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", PHONE, "", "")).await;
    let second = imported(store, "second.csv", &row("Ravintola Kuutamo", PHONE, "", "")).await;
    assert_eq!((second.counts.saved, second.counts.merged), (1, 0), "{second:?}");
    let [review] = second.reviews.as_slice() else { panic!("{:?}", second.reviews) };
    assert_eq!((review.name.as_str(), review.perhaps.as_str()), ("Ravintola Kuutamo", "Kahvila Aurinko"));
    assert!((0.2..0.9).contains(&review.score), "{review:?}");
    assert!(review.features.iter().any(|told| told.feature == "phone"), "{review:?}");
    let again = imported(store, "second.csv", &row("Ravintola Kuutamo", PHONE, "", "")).await;
    assert_eq!(again.reviews, [], "what is known is no longer doubtful");
    let pairs = store.list_pairs(&PairQuery::default()).await.unwrap().data;
    let [pair] = pairs.as_slice() else { panic!("{pairs:?}") };
    assert_eq!((pair.one.name.as_str(), pair.other.name.as_str()), ("Kahvila Aurinko", "Ravintola Kuutamo"));
    let told: Vec<_> = review.features.iter().map(|told| (told.feature.as_str(), told.effect)).collect();
    let kept: Vec<_> = pair.features.iter().map(|kept| (kept.feature.as_str(), kept.effect)).collect();
    assert_eq!((pair.score, kept), (Some(review.score), told));
}

async fn what_is_doubtful_within_a_batch_is_a_pair_too(db: TestStore) {
    let store = db.store();
    let rows = [row("Kahvila Aurinko", PHONE, "", ""), row("Ravintola Kuutamo", PHONE, "", "")];
    imported(store, "both.csv", &rows.concat()).await;
    let pairs = store.list_pairs(&PairQuery::default()).await.unwrap().data;
    let ids: Vec<_> = pairs.iter().map(|pair| (pair.one.id, pair.other.id)).collect();
    let all = businesses(store).await;
    assert_eq!(ids, [(all[0].id, all[1].id)]);
}

async fn what_was_merged_becomes_two_again_and_stays_two(db: TestStore) {
    let store = db.store();
    let (first, second) = (
        row("Kahvila Aurinko", PHONE, "", ""),
        row("Aurinko Kahvila", "09 1234567", "info@aurinko.fi", "https://aurinko.fi"),
    );
    imported(store, "first.csv", &first).await;
    let before = businesses(store).await.remove(0);
    assert_eq!(imported(store, "second.csv", &second).await.counts.merged, 1);
    let merged = businesses(store).await.remove(0);
    assert_eq!(merged.email.as_deref(), Some("info@aurinko.fi"));
    assert_eq!(imported(store, "second.csv", &second).await.counts.merged, 1);
    assert_eq!(store.list_merges(before.id).await.unwrap().len(), 1, "a record is kept once");

    let mut tx = store.begin().await.unwrap();
    let Unmerged { kept, restored } = tx.unmerge_business(before.id, None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let as_before = Business { version: kept.version, updated_at: kept.updated_at, ..before };
    assert_eq!(kept, as_before, "nothing is left of the record");
    assert_eq!(
        (restored.name.as_str(), restored.phone.as_deref()),
        ("Aurinko Kahvila", Some("+35891234567"))
    );
    assert_eq!(restored.sources[0].source, "file:second");

    let all = businesses(store).await;
    for (name, rows) in [("second.csv", &second), ("first.csv", &first)] {
        let again = imported(store, name, rows).await;
        assert_eq!((again.counts.saved, again.counts.merged, again.reviews.len()), (0, 1, 0), "{name}");
    }
    assert_eq!(businesses(store).await, all);
    let pairs = PairQuery { apart: Some(true), ..PairQuery::default() };
    assert_eq!(store.list_pairs(&pairs).await.unwrap().meta.total, 1);
}

async fn records_of_a_new_business_in_one_batch_are_kept_too(db: TestStore) {
    let store = db.store();
    let rows = [row("Kahvila Aurinko", PHONE, "", ""), row("Aurinko Kahvila", "09 1234567", "", "")];
    assert_eq!(imported(store, "both.csv", &rows.concat()).await.counts.merged, 1);
    let all = businesses(store).await;
    let merges = store.list_merges(all[0].id).await.unwrap();
    assert_eq!((all.len(), merges[0].automatic), (1, true));
    assert_eq!(merges[0].business.name, "Aurinko Kahvila");
}

async fn a_search_finds_it_too(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", PHONE, "", "")).await;
    let (_folder, path) =
        file("second.csv", format!("{HEADER}{}", row("Aurinko Kahvila", PHONE, "a@aurinko.fi", "")));
    let registry = SourceRegistry::bundled().with(FileSource::open(&path).unwrap());
    let request = ScrapeRequest { source: Some("file:second".into()), ..around_helsinki("cafe", 2.0) };
    let outcome = search_in(store, &request, &registry).await;
    assert_eq!((outcome.counts.found, outcome.counts.merged), (1, 1), "{outcome:?}");
    let all = businesses(store).await;
    assert_eq!((all.len(), all[0].email.as_deref()), (1, Some("a@aurinko.fi")));
}

async fn a_load_finds_it_too(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", PHONE, "", "")).await;
    let rows = (0..1000).map(|number| match number {
        10 => row("Aurinko Kahvila", PHONE, "", ""),
        20 => row("Kukka Kauppa", "", "", "https://kukka.fi"),
        700 => row("Aurinko Kahvila", PHONE, "a@aurinko.fi", ""),
        800 => row("Kauppa Kukka", "", "", "https://kukka.fi"),
        _ => format!("Yritys {number},,,,,,,,,,\n"),
    });
    let (_folder, path) = file("second.csv", format!("{HEADER}{}", rows.collect::<String>()));
    let request = ImportRequest::new(&path);
    let claimed = claimed(store, JobKind::Import, json!(request)).await;
    // Batches of a load, each decided on while the one before is written.
    let options = ImportOptions { batch_size: 100, load_from: 1 };
    let outcome = import::run(run_of(store, &claimed), &request, &options).await.unwrap();
    let into: Vec<_> = outcome.merges.iter().map(|note| note.into.as_str()).collect();
    assert_eq!(into, ["Kahvila Aurinko", "Kahvila Aurinko", "Kukka Kauppa"]);
    assert_eq!((outcome.counts.found, outcome.counts.saved), (1000, 997));
    let email = businesses(store).await[0].email.clone();
    assert_eq!(email.as_deref(), Some("a@aurinko.fi"));
}

/// Tenants of one answering service, each of its own name at its own place.
fn tenants() -> String {
    let first =
        ["Golden", "Harbor", "Maple", "Quartz", "Velvet", "Zebra", "Lucky", "Northern", "Olive", "Ivory"];
    let second = ["Dental", "Plumbing", "Bakery", "Law", "Optician", "Roofing"];
    let mut rows = String::new();
    for (number, (first, second)) in (0..).zip(first.iter().flat_map(|one| second.map(|two| (one, two)))) {
        let latitude = 60.0 + 0.02 * f64::from(number);
        let street = format!("{} {first} Street", 1 + 7 * number);
        writeln!(rows, "{first} {second},,{street},Espoo,02{number:03},FI,{PHONE},,,{latitude:.4},24.7")
            .unwrap();
    }
    rows
}

async fn a_number_that_many_share_merges_nobody(db: TestStore) {
    let store = db.store();
    let first = imported(store, "first.csv", &tenants()).await;
    assert_eq!((first.counts.saved, first.counts.merged), (60, 0), "{:?}", first.merges);
    let other = "Dental Golden,,9 Golden Street,Espoo,02000,FI,+358 9 1234567,,,60.03,24.7\n";
    let second = imported(store, "second.csv", other).await;
    assert_eq!((second.counts.saved, second.counts.merged), (1, 0), "{second:?}");
    assert!(second.reviews.is_empty(), "such a number finds nobody: {:?}", second.reviews);
    // What has the name as well is found by that.
    let third = imported(store, "third.csv", &other.replace("Dental Golden", "Golden Dental Ltd")).await;
    assert_eq!((third.counts.saved, third.merges[0].into.as_str()), (0, "Golden Dental"), "{third:?}");
}

async fn outlets_of_a_source_that_has_each_once_stay_apart_from_run_to_run(db: TestStore) {
    let store = db.store();
    let outlet = |id: u32, name: &str, phone: &str, street: &str| {
        let properties = format!(
            r#""@id":"node/{id}","name":"{name}","shop":"clothes","addr:street":"{street}","addr:city":"Helsinki","addr:country":"FI","phone":"{phone}""#
        );
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[24.94,60.165]}},"properties":{{{properties}}}}}"#
        )
    };
    let run = async |features: &[String]| {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        let (_folder, path) = file("places.geojson", text);
        let outcome = import_file(store, &path).await.0.unwrap();
        assert_adds_up(&outcome);
        outcome
    };
    let ground = outlet(1, "Vaate", "+358 9 1234567", "Katu 1");
    let upstairs = outlet(2, "Vaate", "+358 9 7654321", "Katu 1");
    let at_once = run(&[ground.clone(), upstairs.clone()]).await;
    assert_eq!((at_once.counts.saved, at_once.counts.merged), (2, 0), "{at_once:?}");
    let again = run(&[upstairs, ground]).await;
    assert_eq!((again.counts.saved, again.counts.merged), (0, 2), "each is known by its record");
    // Drawn anew, under an id of its own: name, phone and address are surely those of the one.
    let anew = run(&[outlet(3, "Vaate", "+358 9 1234567", "Katu 1")]).await;
    assert_eq!((anew.counts.saved, anew.counts.merged), (0, 1), "{anew:?}");
    let other = run(&[outlet(4, "Vaate", "+358 9 1234567", "Katu 3")]).await;
    assert_eq!((other.counts.saved, other.reviews.len()), (1, 1), "{other:?}");
    // Another source's record is of the likeliest of them.
    let own = imported(store, "own.csv", "Vaate,,Katu 1,Helsinki,,FI,+358 9 7654321,,,60.165,24.94\n").await;
    assert_eq!(own.counts.merged, 1, "{own:?}");
    let all = businesses(store).await;
    let of_file = all.iter().find(|one| one.sources.iter().any(|source| source.source == "file:own"));
    assert_eq!(of_file.unwrap().phone.as_deref(), Some("+35897654321"));
}

async fn a_suppressed_address_is_left_out_of_what_is_merged(db: TestStore) {
    let store = db.store();
    imported(store, "first.csv", &row("Kahvila Aurinko", PHONE, "", "")).await;
    let mut tx = store.begin().await.unwrap();
    let owner = Subject::email("omistaja@aurinko.fi").unwrap();
    tx.suppress(&owner, SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    let second = row("Aurinko Kahvila", PHONE, "omistaja@aurinko.fi", "https://aurinko.fi");
    let second = imported(store, "second.csv", &second).await;
    assert_eq!((second.counts.merged, second.counts.suppressed), (1, 1), "{second:?}");
    let [known] = businesses(store).await.try_into().unwrap();
    assert_eq!((known.email.as_deref(), known.website.as_deref()), (None, Some("https://aurinko.fi/")));
}
