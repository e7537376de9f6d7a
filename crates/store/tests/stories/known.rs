//! Finding what is known already.

use contract::{Business, EventPayload};
use store::test_support::TestStore;
use store::{LookupKey, MOST_OF_A_CONTACT, NewBusiness, Store};

use crate::support::*;

fn key(source_id: &str, name_key: &str, place: Option<(f64, f64)>) -> LookupKey {
    LookupKey {
        source: "osm".to_owned(),
        source_id: source_id.to_owned(),
        name_key: name_key.to_owned(),
        location: place.map(|(latitude, longitude)| point(latitude, longitude)),
        phones: Vec::new(),
        domain: None,
    }
}

fn reached_by(phones: &[&str], domain: Option<&str>) -> LookupKey {
    LookupKey {
        phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
        domain: domain.map(str::to_owned),
        ..key("-", "", None)
    }
}

fn reached(name: &str, phone: Option<&str>, domain: Option<&str>) -> NewBusiness {
    let new = with(name, |row| row.phone = phone.map(str::to_owned));
    NewBusiness { domain: domain.map(str::to_owned), ..new }
}

async fn found(db: &TestStore, keys: &[LookupKey]) -> Vec<String> {
    let mut tx = db.store().begin().await.unwrap();
    let known = tx.known_businesses(keys).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(known.is_sorted_by_key(|one| one.business.id));
    known.into_iter().map(|one| one.business.name).collect()
}

fn from_source(name: &str, id: &str) -> NewBusiness {
    with(name, |row| row.sources = vec![source("osm", id), source("other", id)])
}

async fn the_same_source_record_is_known(db: TestStore) {
    let mut new = from_source("A", "node/1");
    new.domain = Some("example.org".to_owned());
    insert(db.store(), vec![new, from_source("B", "node/2"), from_source("C", "node/3")]).await;
    let keys = [key("node/3", "x", None), key("node/1", "y", Some((1.0, 1.0))), key("node/9", "z", None)];
    assert_eq!(found(&db, &keys).await, ["A", "C"]);
    let mut tx = db.store().begin().await.unwrap();
    let known = tx.known_businesses(&keys[1..2]).await.unwrap();
    assert_eq!((known[0].name_key.as_str(), known[0].domain.as_deref()), ("a", Some("example.org")));
    assert_eq!(known[0].business.sources.len(), 2);
}

async fn the_same_name_is_known_nearby_or_where_no_place_is_told(db: TestStore) {
    let rows = [("near", Some((60.0, 24.0))), ("far", Some((61.0, 24.0))), ("nowhere", None)];
    let rows = rows.map(|(name, place)| {
        let mut new = NewBusiness::named(name, "same name");
        (new.business.latitude, new.business.longitude) =
            place.map_or((None, None), |(latitude, longitude)| (Some(latitude), Some(longitude)));
        new
    });
    insert(db.store(), rows.to_vec()).await;
    let check = async |name: &str, place: Option<(f64, f64)>, expect: &[&str]| {
        assert_eq!(found(&db, &[key("-", name, place)]).await, expect, "{name} {place:?}");
    };
    check("same name", Some((60.1, 24.1)), &["near", "nowhere"]).await;
    check("same name", Some((60.0, 24.3)), &["nowhere"]).await;
    check("same name", None, &["near", "far", "nowhere"]).await;
    check("other", None, &[]).await;
    check("", None, &[]).await;
}

async fn a_name_is_nearby_across_the_antimeridian(db: TestStore) {
    let mut new = placed("Fiji Bar", -17.0, -179.95);
    new.name_key = "fiji bar".to_owned();
    insert(db.store(), vec![new]).await;
    assert_eq!(found(&db, &[key("-", "fiji bar", Some((-17.0, 179.95)))]).await, ["Fiji Bar"]);
    assert_eq!(found(&db, &[key("-", "fiji bar", Some((-17.0, 179.5)))]).await, Vec::<String>::new());
}

async fn the_same_phone_or_domain_is_known_whatever_the_name_and_place(db: TestStore) {
    let mut far = reached("C", Some("+1666"), Some("anns.com"));
    (far.business.latitude, far.business.longitude) = (Some(-60.0), Some(-24.0));
    let rows = vec![reached("A", Some("+1555"), None), reached("B", None, Some("joes.com")), far, named("D")];
    insert(db.store(), rows).await;
    let check = async |phones: &[&str], domain: Option<&str>, expect: &[&str]| {
        let key = LookupKey { location: Some(point(60.0, 24.0)), ..reached_by(phones, domain) };
        assert_eq!(found(&db, &[key]).await, expect, "{phones:?} {domain:?}");
    };
    check(&["+1666", "+1555"], None, &["A", "C"]).await;
    check(&[], Some("joes.com"), &["B"]).await;
    check(&["+1555"], Some("anns.com"), &["A", "C"]).await;
    check(&["+155", "1555"], Some("oes.com"), &[]).await;
    let keys = [reached_by(&["+1555"], None), key("-", "d", None), reached_by(&[], Some("joes.com"))];
    assert_eq!(found(&db, &keys).await, ["A", "B", "D"]);
}

/// `n0`, `n1` and so on, which one phone number and one domain belong to.
fn sharing(numbers: std::ops::Range<usize>) -> Vec<NewBusiness> {
    numbers.map(|number| reached(&format!("n{number}"), Some("+1555"), Some("mall.com"))).collect()
}

fn names_of_first(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("n{number}")).collect()
}

async fn of_a_number_or_domain_that_many_have_the_first_are_known(db: TestStore) {
    insert(db.store(), sharing(0..60)).await;
    let first = names_of_first(MOST_OF_A_CONTACT + 1);
    assert_eq!(found(&db, &[reached_by(&["+1555"], None)]).await, first);
    assert_eq!(found(&db, &[reached_by(&[], Some("mall.com"))]).await, first);
    let keys = [reached_by(&["+1555"], Some("mall.com")), key("-", "n59", None)];
    assert_eq!(found(&db, &keys).await, [first.as_slice(), &["n59".to_owned()]].concat(), "by its name");
}

async fn those_that_were_there_before_are_the_first(db: TestStore) {
    insert(db.store(), sharing(0..10)).await;
    let keys = [reached_by(&["+1555"], Some("mall.com"))];
    let mut tx = db.store().begin().await.unwrap();
    let numbered = tx.number_businesses(sharing(10..40)).await.unwrap();
    let mut known = tx.known_businesses(&keys).await.unwrap();
    known.extend(numbered.found_by(&keys, &known));
    tx.insert_numbered(&numbered).await.unwrap();
    assert_eq!(known, tx.known_businesses(&keys).await.unwrap());
    assert_eq!(known.len(), MOST_OF_A_CONTACT + 1);
    tx.commit().await.unwrap();
}

async fn what_a_database_of_before_holds_is_found_by_phone_and_domain(db: TestStore) {
    insert(db.store(), vec![reached("A", Some("+1555"), None), reached("B", None, Some("joes.com"))]).await;
    let as_before = async || {
        for index in ["businesses_by_phone", "businesses_by_domain"] {
            // Fails where there is none.
            db.store().execute_for_test(&format!("DROP INDEX {index}")).await.unwrap();
        }
        let forget = "DELETE FROM seaql_migrations WHERE version = 'm0015_contact_keys'";
        assert_eq!(db.store().execute_for_test(forget).await.unwrap(), 1);
    };
    as_before().await;
    let later = Store::open(db.config()).await.unwrap();
    let mut tx = later.begin().await.unwrap();
    let known = tx.known_businesses(&[reached_by(&["+1555"], Some("joes.com"))]).await.unwrap();
    assert_eq!(known.len(), 2);
    tx.rollback().await.unwrap();
    later.close().await.unwrap();
    as_before().await;
}

async fn a_large_batch_is_looked_up_whole(db: TestStore) {
    let row = |number: usize| NewBusiness {
        domain: Some(format!("{number}.com")),
        ..with(&format!("n{number}"), |row| {
            row.phone = Some(format!("+{number}"));
            row.sources = vec![source("osm", &number.to_string())];
        })
    };
    insert(db.store(), (0..1000).map(row).collect()).await;
    let keys: Vec<_> = (0..1500)
        .map(|number| key(&number.to_string(), &format!("n{}", number + 500), Some((1.0, 1.0))))
        .collect();
    assert_eq!(found(&db, &keys).await.len(), 1000);
    let keys = (0..1500).map(|number| reached_by(&[&format!("+{number}")], None));
    assert_eq!(found(&db, &keys.collect::<Vec<_>>()).await.len(), 1000);
    let keys = (0..1500).map(|number| reached_by(&[], Some(&format!("{number}.com"))));
    assert_eq!(found(&db, &keys.collect::<Vec<_>>()).await.len(), 1000);
    assert_eq!(found(&db, &[]).await.len(), 0);
}

async fn what_is_numbered_is_found_as_if_it_were_stored(db: TestStore) {
    let places = [None, Some((60.0, 24.0)), Some((60.2, 24.2)), Some((0.0, 179.9)), Some((0.0, -179.9))];
    let names = ["", "same", "other"];
    let pairs = || names.iter().flat_map(|name| places.iter().map(move |place| (*name, *place)));
    let rows = pairs().enumerate().map(|(number, (name, place))| {
        let mut new = from_source(&number.to_string(), &number.to_string());
        new.name_key = name.to_owned();
        (new.business.latitude, new.business.longitude) = place.unzip();
        new.business.phone = (number % 3 > 0).then(|| format!("+{}", number % 3));
        new.domain = (number % 4 > 0).then(|| format!("{}.com", number % 4));
        new
    });
    let mut tx = db.store().begin().await.unwrap();
    let numbered = tx.number_businesses(rows.collect()).await.unwrap();
    let keys: Vec<_> = pairs().map(|(name, place)| vec![key("-", name, place)]).collect();
    let more = [
        vec![key("3", "", None), key("-", "same", None)],
        vec![key("7", "other", Some((60.3, 24.0)))],
        vec![reached_by(&["+1", "+9"], None)],
        vec![reached_by(&["+2"], Some("3.com")), key("0", "", None)],
    ];
    let asked: Vec<_> = keys.into_iter().chain(more).collect();
    let foreseen: Vec<_> = asked.iter().map(|keys| numbered.found_by(keys, &[])).collect();
    tx.insert_numbered(&numbered).await.unwrap();
    for (keys, foreseen) in asked.iter().zip(foreseen) {
        assert_eq!(foreseen, tx.known_businesses(keys).await.unwrap(), "{keys:?}");
    }
    tx.commit().await.unwrap();
}

async fn what_others_change_is_told_from_ones_own(db: TestStore) {
    let update = |row: Business| EventPayload::BusinessUpdated(Box::new(row));
    let rows = insert_named(&db, &["a", "b"]).await;
    let since = db.store().latest_seq().await.unwrap();
    let changed = async |own: std::ops::Range<u64>| {
        let mut tx = db.store().begin().await.unwrap();
        tx.businesses_changed(since, own).await.unwrap()
    };
    let commit = async |events: Vec<EventPayload>| {
        let mut tx = db.store().begin().await.unwrap();
        tx.append_events(events);
        tx.commit().await.unwrap().events
    };
    assert!(!changed(0..0).await);
    commit(vec![EventPayload::StatsUpdated {}]).await;
    assert!(!changed(0..0).await, "no business changed");
    let own = commit(vec![EventPayload::StatsUpdated {}, update(rows[0].clone())]).await;
    assert!(changed(0..0).await);
    assert!(!changed(own.clone()).await);
    let deleted = contract::event::BusinessDeleted { id: rows[1].id, version: 2 };
    commit(vec![EventPayload::BusinessDeleted(deleted)]).await;
    assert!(changed(own).await);
}

async fn two_runs_at_once_store_a_business_once(db: TestStore) {
    let runs = (0..6).map(|_| {
        let store = db.store().clone();
        tokio::spawn(async move {
            let mut saved = 0;
            for number in 0..20 {
                let id = number.to_string();
                let mut tx = store.begin().await.unwrap();
                if tx.known_businesses(&[key(&id, "n", None)]).await.unwrap().is_empty() {
                    let mut new = from_source("N", &id);
                    new.name_key = format!("n{number}");
                    saved += tx.insert_businesses(vec![new]).await.unwrap().len();
                }
                tx.commit().await.unwrap();
            }
            saved
        })
    });
    let saved: usize = futures::future::join_all(runs).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(saved, 20);
}

store::stories!(
    the_same_source_record_is_known,
    the_same_name_is_known_nearby_or_where_no_place_is_told,
    a_name_is_nearby_across_the_antimeridian,
    the_same_phone_or_domain_is_known_whatever_the_name_and_place,
    of_a_number_or_domain_that_many_have_the_first_are_known,
    those_that_were_there_before_are_the_first,
    what_a_database_of_before_holds_is_found_by_phone_and_domain,
    a_large_batch_is_looked_up_whole,
    what_is_numbered_is_found_as_if_it_were_stored,
    what_others_change_is_told_from_ones_own,
    two_runs_at_once_store_a_business_once,
);
