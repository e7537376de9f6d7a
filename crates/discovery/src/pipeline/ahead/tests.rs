use contract::{Business, BusinessQuery};
use futures::TryStreamExt as _;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use store::Store;
use store::test_support::TestStore;

use super::*;
use crate::normalise;
use crate::place::RawPlace;

store::stories!(
    what_is_foreseen_is_what_would_be_found_after,
    a_load_foresees_the_same,
    what_others_add_during_a_load_counts,
    what_others_change_in_between_counts,
    what_others_add_in_between_counts,
);

fn now() -> Timestamp {
    Timestamp::from_millis(1_780_000_000_000)
}

fn raw(id: &str, name: &str, latitude: Option<f64>) -> RawPlace {
    RawPlace {
        source_id: id.into(),
        name: name.into(),
        coordinates: latitude.map(|latitude| (latitude, 25.0)),
        ..RawPlace::default()
    }
}

fn candidate(id: &str, name: &str, latitude: Option<f64>) -> Candidate {
    Candidate::new("a", normalise::place(raw(id, name, latitude)).unwrap())
}

/// Few names, records, places, phone numbers and domains, so that batches have much in common; records of a source that has
/// each business once, and of one that does not.
fn batches() -> impl Strategy<Value = Vec<Vec<Candidate>>> {
    let latitude = prop_oneof![Just(None), (0_u8..4).prop_map(|step| Some(60.0 + 0.12 * f64::from(step)))];
    let phone = prop_oneof![Just(None), (0_u8..2).prop_map(|last| Some(format!("+358 9 123456{last}")))];
    let site =
        prop_oneof![Just(None), Just(Some("https://liike.fi".to_owned())), Just(Some("joe.fi".to_owned()))];
    let names = prop_oneof!["Joe's Diner", "Ann's", "Liike [1-3]", "[A-Z][a-z]{5} [A-Z][a-z]{5}"];
    let one = (0_u8..40, names, latitude, phone, site, prop_oneof!["a", "openstreetmap"]);
    let one = one.prop_map(|(id, name, latitude, phone, site, source)| {
        let (phones, websites) = (phone.into_iter().collect(), site.into_iter().collect());
        let raw = RawPlace { phones, websites, ..raw(&id.to_string(), &name, latitude) };
        Candidate::new(&source, normalise::place(raw).unwrap())
    });
    prop::collection::vec(prop::collection::vec(one, 1..6), 2..6)
}

/// Decides on the batch, writes it, and decides on the next one meanwhile.
async fn written(
    store: &Store,
    batch: &Arc<Vec<Candidate>>,
    ahead: Option<Ahead>,
    next: &Arc<Vec<Candidate>>,
) -> Ahead {
    let mut tx = store.begin_at(now()).await.unwrap();
    let (Decided { new, changed, .. }, loaded) = decided(&mut tx, Arc::clone(batch), ahead).await.unwrap();
    let created = Arc::new(tx.number_businesses(new).await.unwrap());
    let loaded = with_keys_of(loaded, &changed, &created);
    let changed = tx.update_businesses(changed).await.unwrap();
    let ahead = Ahead::begin(&mut tx, next, &created, loaded).await.unwrap();
    tx.insert_numbered(&created).await.unwrap();
    let all = created.iter().chain(&changed).cloned();
    tx.append_events(all.map(|one| contract::EventPayload::BusinessUpdated(Box::new(one))));
    ahead.after(tx.commit().await.unwrap().events)
}

async fn what_is_foreseen_is_what_would_be_found_after(db: TestStore) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..24 {
        assert_foreseen(db.store(), &mut runner, None).await;
    }
}

async fn a_load_foresees_the_same(db: TestStore) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..24 {
        let loaded = db.store().prepare_load(1_000_000).await.unwrap();
        assert_foreseen(db.store(), &mut runner, loaded.map(Ahead::load)).await;
        db.store().finish_load().await.unwrap();
    }
}

/// Decides on random batches ahead, and on the same ones when those before are written.
async fn assert_foreseen(store: &Store, runner: &mut TestRunner, mut ahead: Option<Ahead>) {
    let batches = batches().new_tree(runner).unwrap().current();
    let batches: Vec<_> = batches.into_iter().map(Arc::new).collect();
    let loads = ahead.is_some();
    for pair in batches.windows(2) {
        let Ahead { deciding, loaded, since, own } = written(store, &pair[0], ahead, &pair[1]).await;
        let foreseen = deciding.unwrap().await.unwrap();
        assert_eq!(loaded.is_some(), loads, "nobody else has changed anything");
        let mut tx = store.begin_at(now()).await.unwrap();
        let known = tx.known_businesses(&lookup_keys(&pair[1])).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(foreseen, decide(&pair[1], known, now()));
        ahead = Some(Ahead { deciding: Some(tokio::spawn(async { foreseen })), loaded, since, own });
    }
}

#[test]
fn what_many_may_have_is_not_asked_for() {
    let key = |phones: &[&str], site: &str| {
        let phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
        let raw = RawPlace { phones, websites: vec![site.to_owned()], ..raw("1", "Joe's", None) };
        lookup_keys(&[Candidate::new("a", normalise::place(raw).unwrap())]).remove(0)
    };
    let own = key(&["+1 800 555 0199", "+358 9 1234567", "+358 9 7654321"], "https://www.joe.fi/menu");
    assert_eq!(own.phones, ["+35891234567", "+35897654321"]);
    assert_eq!(own.domain.as_deref(), Some("joe.fi"));
    let shared = key(&["+358 20 123456"], "https://joe.wordpress.com");
    assert_eq!((shared.phones.len(), shared.domain), (0, None));
}

async fn businesses(store: &Store) -> Vec<Business> {
    store.business_stream(&BusinessQuery::default()).try_collect().await.unwrap()
}

async fn what_others_change_in_between_counts(db: TestStore) {
    let store = db.store();
    let batches = ["1", "2"].map(|id| Arc::new(vec![candidate(id, "Joe's Diner", Some(60.0))]));
    let ahead = written(store, &batches[0], None, &batches[1]).await;
    let mut tx = store.begin().await.unwrap();
    let deleted = tx.delete_business(businesses(store).await[0].id, None).await.unwrap();
    tx.append_events([contract::EventPayload::BusinessDeleted(deleted)]);
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let (decided, _) = decided(&mut tx, Arc::clone(&batches[1]), Some(ahead)).await.unwrap();
    assert_eq!((decided.new.len(), decided.merged), (1, 0), "what it would have been merged with is gone");
}

async fn what_others_add_in_between_counts(db: TestStore) {
    assert_others_count(db.store(), None).await;
}

async fn what_others_add_during_a_load_counts(db: TestStore) {
    let loaded = db.store().prepare_load(1_000_000).await.unwrap();
    assert_others_count(db.store(), loaded.map(Ahead::load)).await;
}

async fn assert_others_count(store: &Store, ahead: Option<Ahead>) {
    let batch = |id, name| Arc::new(vec![candidate(id, name, Some(60.0))]);
    let (first, second, third) = (batch("1", "Ann's"), batch("2", "Joe's Diner"), batch("3", "Zoe's"));
    let ahead = written(store, &first, ahead, &second).await;
    let other = written(store, &batch("4", "Joe's Diner"), None, &third).await;
    let mut tx = store.begin().await.unwrap();
    let (decided, loaded) = decided(&mut tx, second, Some(ahead)).await.unwrap();
    assert_eq!((decided.new.len(), decided.merged), (0, 1));
    assert!(loaded.is_none(), "what was loaded before no longer tells of all");
    other.deciding.unwrap().await.unwrap();
}
