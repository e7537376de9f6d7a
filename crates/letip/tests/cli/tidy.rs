//! What may be kept for a while only goes, whether a server ever runs or not.

use contract::{Business, BusinessId, SourceRef, Timestamp};
use store::provenance::Provenance;
use store::{NewBusiness, Store, StoreConfig};

use crate::support::Home;

/// What Google Places said of a business.
fn record(number: usize) -> NewBusiness {
    let id = format!("place-{number}");
    let mut new = NewBusiness::named("Limited Plumbing", "limited plumbing");
    new.business.phone = Some("+17325550123".to_owned());
    new.business.sources = vec![SourceRef {
        source: "googlePlaces".to_owned(),
        source_id: id,
        fetched_at: days_ago(40),
        licence: Some("Google Maps".to_owned()),
    }];
    new
}

fn days_ago(days: u64) -> Timestamp {
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(days * 24 * 60 * 60);
    let since_1970 = then.duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap())
}

/// A home in which a search of so many days ago has found so many places.
fn with_old_search(days: u64, places: usize) -> Home {
    let home = Home::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&StoreConfig::sqlite(home.data())).await.unwrap();
        let mut tx = store.begin_at(days_ago(days)).await.unwrap();
        let records: Vec<NewBusiness> = (0..places).map(record).collect();
        let says: Vec<Business> = records.iter().map(|record| record.business.clone()).collect();
        let mut provenance = Provenance::default();
        for (saved, says) in tx.insert_businesses(records).await.unwrap().iter().zip(&says) {
            assert!(saved.id > BusinessId(0));
            provenance.limited(("googlePlaces", &says.sources[0].source_id), None, saved, says);
        }
        tx.note_provenance(&provenance).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await.unwrap();
    });
    home
}

fn names(home: &Home) -> Vec<String> {
    home.exported().iter().map(|row| row.iter().collect::<Vec<_>>().join(",")).collect()
}

#[test]
fn every_command_that_writes_takes_away_what_is_due() {
    let contact = ["--contact-url", "https://example.org/about-us"];
    for command in [
        vec!["import", "own.csv"],
        vec!["scrape", "60.1699,24.9384", "--category", "restaurant", "--radius-km", "0.3", "--max", "1"],
        [&["enrich", "--count", "1"], contact.as_slice()].concat(),
        [&["jobs", "work"], contact.as_slice()].concat(),
    ] {
        let home = with_old_search(31, 3);
        home.file("own.csv", "name,city\nOwn,Espoo\n");
        assert_eq!(names(&home).len(), 3);
        let ran = home.run(&command);
        assert!(ran.stderr.contains("0 businesses changed, 3 deleted"), "{command:?}: {ran:?}");
        assert!(!names(&home).iter().any(|row| row.contains("Limited")), "{command:?}");
    }
}

#[test]
fn what_is_not_due_stays_and_nothing_is_said() {
    let home = with_old_search(29, 3);
    home.file("own.csv", "name,city\nOwn,Espoo\n");
    let ran = home.run(&["import", "own.csv"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(names(&home).len(), 4);
}

#[test]
fn tidy_takes_all_of_it_away_and_says_so() {
    let home = with_old_search(31, 2500);
    home.file("own.csv", "name,city\nOwn,Espoo\n");
    let ran = home.run(&["import", "own.csv"]);
    assert!(ran.stderr.contains("2000 deleted") && ran.stderr.contains("letip tidy"), "{ran:?}");
    let tidied = home.json(&["tidy", "--json"]);
    assert_eq!(
        (tidied["businessesDeleted"].as_u64(), tidied["businessesChanged"].as_u64()),
        (Some(500), Some(0))
    );
    assert_eq!(names(&home).len(), 1);
    let again = home.run(&["tidy"]);
    assert!(again.stdout.contains("deleted: 0"), "{again:?}");
}
