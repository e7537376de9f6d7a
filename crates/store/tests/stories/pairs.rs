//! Pairs of businesses that may be one, and records that a program merged.

use contract::duplicates::{MOST_PAIRS, PairQuery};
use contract::{Business, BusinessId};
use store::provenance::{Provenance, Term};
use store::test_support::TestStore;
use store::{FoundPair, MergedRecord, NewBusiness, PairEvidence, StoreError, StoredPair, Unmerged};

use crate::support::*;

fn pair(one: BusinessId, other: BusinessId, score: f64) -> FoundPair {
    let evidence = PairEvidence { feature: "phone".to_owned(), value: 1.0, effect: 2.5 };
    FoundPair { ids: (one, other), score, features: vec![evidence] }
}

async fn keep(db: &TestStore, pairs: &[FoundPair]) {
    let mut tx = db.store().begin_at(at(3)).await.unwrap();
    tx.keep_pairs(pairs).await.unwrap();
    tx.commit().await.unwrap();
}

async fn apart(db: &TestStore, one: BusinessId, other: BusinessId) {
    let mut tx = db.store().begin_at(at(7)).await.unwrap();
    tx.keep_apart(one, other).await.unwrap();
    tx.commit().await.unwrap();
}

async fn page(db: &TestStore, query: PairQuery) -> (u64, Vec<StoredPair>) {
    let page = db.store().list_pairs(&query).await.unwrap();
    (page.meta.total, page.data)
}

/// The names of the pairs that wait, or of those that are two.
async fn listed(db: &TestStore, is_apart: bool) -> Vec<(String, String)> {
    let (total, pairs) = page(db, PairQuery { apart: Some(is_apart), ..PairQuery::default() }).await;
    assert_eq!(total, pairs.len() as u64);
    pairs.into_iter().map(|pair| (pair.one.name, pair.other.name)).collect()
}

fn named_pairs(names: &[(&str, &str)]) -> Vec<(String, String)> {
    names.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

async fn the_likeliest_come_first_a_page_at_a_time(db: TestStore) {
    let rows = insert_named(&db, &["A", "B", "C"]).await;
    let id = |n: usize| rows[n].id;
    keep(&db, &[pair(id(1), id(0), 0.4), pair(id(1), id(2), 0.8), pair(id(0), id(2), 0.6)]).await;
    keep(&db, &[pair(id(0), id(1), 0.9)]).await;
    let (total, first) = page(&db, PairQuery { limit: Some(2), ..PairQuery::default() }).await;
    let scores: Vec<_> = first.iter().map(|pair| pair.score.unwrap()).collect();
    assert_eq!((total, scores.as_slice()), (3, [0.8, 0.6].as_slice()));
    assert_eq!((&first[0].one, &first[0].other), (&rows[1], &rows[2]));
    assert_eq!((first[0].features[0].effect, first[0].found_at, first[0].apart_since), (2.5, at(3), None));
    let (_, second) = page(&db, PairQuery { limit: Some(2), page: Some(2), ..PairQuery::default() }).await;
    assert_eq!((second[0].score, second.len()), (Some(0.4), 1), "what was found first stays");
}

async fn what_is_said_to_be_two_is_not_found_again(db: TestStore) {
    let rows = insert_named(&db, &["Alpha", "Alpha", "Alpha"]).await;
    let id = |n: usize| rows[n].id;
    keep(&db, &[pair(id(0), id(1), 0.4)]).await;
    apart(&db, id(1), id(0)).await;
    apart(&db, id(1), id(2)).await;
    keep(&db, &[pair(id(0), id(1), 0.5)]).await;
    assert_eq!((listed(&db, false).await.len(), listed(&db, true).await.len()), (0, 2));
    let similar = db.store().similar_businesses(id(1)).await.unwrap().unwrap();
    assert_eq!(similar.others, []);
    let similar = db.store().similar_businesses(id(0)).await.unwrap().unwrap();
    assert_eq!(similar.others.len(), 1, "of the others nobody said so");

    for (one, other) in [(0, 1), (2, 1)] {
        let mut tx = db.store().begin().await.unwrap();
        tx.forget_apart(id(one), id(other)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(listed(&db, true).await, []);
    let (_, pairs) = page(&db, PairQuery::default()).await;
    assert_eq!((pairs.len(), pairs[0].score), (1, Some(0.4)), "only one of them was ever found");
    let mut tx = db.store().begin().await.unwrap();
    let again = tx.forget_apart(id(0), id(1)).await.unwrap_err();
    assert!(matches!(again, StoreError::NotFound { .. }), "{again}");
}

async fn only_two_that_are_there_can_be_two(db: TestStore) {
    let rows = insert_named(&db, &["A"]).await;
    for (other, is_conflict) in [(rows[0].id, true), (BusinessId(77), false)] {
        let mut tx = db.store().begin().await.unwrap();
        let error = tx.keep_apart(rows[0].id, other).await.unwrap_err();
        assert_eq!(matches!(error, StoreError::Conflict(_)), is_conflict, "{error}");
    }
}

async fn pairs_of_what_is_gone_are_left_out_and_come_back_with_it(db: TestStore) {
    let rows = insert_named(&db, &["A", "B", "C", "D"]).await;
    let id = |n: usize| rows[n].id;
    keep(&db, &[pair(id(0), id(1), 0.8), pair(id(1), id(2), 0.6)]).await;
    apart(&db, id(1), id(3)).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.merge_businesses(id(0), id(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((listed(&db, false).await, listed(&db, true).await), (Vec::new(), Vec::new()));
    let mut tx = db.store().begin().await.unwrap();
    tx.unmerge_business(id(0), None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(listed(&db, false).await, named_pairs(&[("A", "B"), ("B", "C")]));
    assert_eq!(
        listed(&db, true).await,
        named_pairs(&[("B", "D")]),
        "a merge by hand that was undone is no word on it"
    );

    let mut tx = db.store().begin().await.unwrap();
    tx.merge_businesses(id(0), id(1)).await.unwrap();
    tx.delete_businesses(&[id(0)]).await.unwrap();
    tx.commit().await.unwrap();
    let left = db.store().execute_for_test("DELETE FROM business_pairs").await.unwrap();
    assert_eq!(left, 0, "nothing is remembered of what is deleted, and of what was merged into it");
}

async fn the_least_likely_go_where_too_many_wait(db: TestStore) {
    let rows = insert_named(&db, &["A", "B"]).await;
    apart(&db, rows[0].id, rows[1].id).await;
    // Of businesses that need not be there to be counted.
    let most = i64::from(MOST_PAIRS);
    let score = |n: i64| if n % 2 == 0 { 0.7 } else { 0.3 };
    let found: Vec<_> =
        (0..most + 100).map(|n| pair(BusinessId(1000 + n), BusinessId(2_000_000), score(n))).collect();
    keep(&db, &found).await;
    let count = async |condition: &str| {
        let sql = format!("UPDATE business_pairs SET found_at = 0 WHERE {condition}");
        db.store().execute_for_test(&sql).await.unwrap()
    };
    assert_eq!(count("apart_at IS NULL").await, u64::from(MOST_PAIRS));
    assert_eq!(count("score > 0.5").await, u64::from(MOST_PAIRS / 2 + 50));
    assert_eq!(count("apart_at IS NOT NULL").await, 1, "what people said stays");
}

/// What a record of a source says of Alpha.
fn record(id: &str) -> NewBusiness {
    let new = with("Alpha Oy", |row| {
        row.sources = vec![source("overture", id)];
        row.phone = Some("+358222".into());
        row.phone_display = Some("0222".into());
        row.email = Some("a@example.org".into());
        row.website = Some("https://alpha.example/".into());
        row.socials.x = Some("https://x.com/alpha".into());
        row.city = Some("Oulu".into());
        row.tags = vec!["a".into(), "b".into()];
    });
    NewBusiness { domain: Some("alpha.example".into()), ..new }
}

const FILLED: [&str; 5] = ["phone", "phoneDisplay", "email", "website", "socials.x"];

/// Alpha, which knew its town and a label, after a record was merged into it as an import does.
async fn merged(db: &TestStore, is_limited: bool) -> Business {
    let alpha = with("Alpha", |row| {
        row.sources = vec![source("osm", "node/1")];
        row.city = Some("Helsinki".into());
        row.tags = vec!["a".into()];
    });
    let before = insert(db.store(), vec![alpha]).await.remove(0);
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let mut known = tx.businesses_by_id(&[before.id]).await.unwrap().remove(0);
    let NewBusiness { business: says, domain, .. } = record("x");
    let row = &mut known.business;
    (row.phone, row.phone_display) = (says.phone.clone(), says.phone_display.clone());
    (row.email, row.website) = (says.email.clone(), says.website.clone());
    row.socials.x.clone_from(&says.socials.x);
    row.tags.push("b".into());
    row.sources.extend(says.sources.clone());
    known.domain = domain;
    let after = tx.update_businesses(vec![known]).await.unwrap().remove(0);
    let kept = MergedRecord::new(&record("x"), &FILLED, vec!["b".into()], is_limited).unwrap();
    if is_limited {
        let mut provenance = Provenance::default();
        provenance.limited(("overture", "x"), Some(&before), &after, &record("x").business);
        tx.note_provenance(&provenance).await.unwrap();
    }
    tx.keep_merged(&[(before.id, kept)]).await.unwrap();
    tx.commit().await.unwrap();
    after
}

async fn separate(db: &TestStore, kept: BusinessId, second: i64) -> Option<Unmerged> {
    let mut tx = db.store().begin_at(at(second)).await.unwrap();
    let unmerged = tx.unmerge_business(kept, None).await.unwrap();
    tx.commit().await.unwrap();
    unmerged
}

async fn a_merged_record_becomes_a_business_of_its_own(db: TestStore) {
    let alpha = merged(&db, false).await;
    let listed_merges = db.store().list_merges(alpha.id).await.unwrap();
    assert_eq!(
        (listed_merges.len(), listed_merges[0].automatic, listed_merges[0].merged_at),
        (1, true, at(5))
    );
    assert_eq!(listed_merges[0].business.name, "Alpha Oy");

    let Unmerged { kept, restored } = separate(&db, alpha.id, 9).await.unwrap();
    assert_eq!((kept.city.as_deref(), &kept.phone, &kept.phone_display), (Some("Helsinki"), &None, &None));
    assert_eq!((&kept.email, &kept.website, &kept.socials.x), (&None, &None, &None));
    assert_eq!((kept.tags.as_slice(), kept.sources.len()), (["a".to_owned()].as_slice(), 1));
    assert_eq!(kept.version, alpha.version + 1);
    let said = record("x").business;
    assert_eq!(restored.id, listed_merges[0].other_id);
    let expect = Business { id: restored.id, version: 1, created_at: at(9), updated_at: at(9), ..said };
    assert_eq!(restored, expect);
    assert_eq!(db.store().get_business(restored.id).await.unwrap().unwrap().business, restored);
    assert_eq!(names(&db, serde_json::json!({ "source": "overture" })).await, ["Alpha Oy"]);
    assert_eq!(names(&db, serde_json::json!({ "search": "oulu" })).await, ["Alpha Oy"]);
    assert_eq!(listed(&db, true).await, named_pairs(&[("Alpha", "Alpha Oy")]), "the two are two from now on");
    assert_eq!(db.store().list_merges(alpha.id).await.unwrap(), []);
    assert_eq!(separate(&db, alpha.id, 10).await, None);
    let mut tx = db.store().begin().await.unwrap();
    let known = tx.businesses_by_id(&[alpha.id, restored.id]).await.unwrap();
    assert_eq!([known[0].domain.as_deref(), known[1].domain.as_deref()], [None, Some("alpha.example")]);
    tx.rollback().await.unwrap();
}

async fn what_changed_since_a_record_was_merged_stays(db: TestStore) {
    let alpha = merged(&db, false).await;
    let mut tx = db.store().begin().await.unwrap();
    let mut known = tx.lock_business(alpha.id).await.unwrap().unwrap();
    known.business.phone = Some("+358999".into());
    tx.edit_business(known, &["phone"]).await.unwrap();
    let known = tx.lock_business(alpha.id).await.unwrap().unwrap();
    tx.edit_business(known, &["email", "tags"]).await.unwrap();
    tx.commit().await.unwrap();
    let kept = separate(&db, alpha.id, 9).await.unwrap().kept;
    assert_eq!((kept.phone.as_deref(), kept.phone_display.as_deref()), (Some("+358999"), Some("0222")));
    assert_eq!(kept.email.as_deref(), Some("a@example.org"), "a person said that it is so");
    assert_eq!((kept.tags.len(), kept.website), (2, None));
}

async fn what_a_source_lends_is_forgotten_in_time_with_what_was_merged(db: TestStore) {
    let expire = async |before: i64| {
        let term = Term { source: "overture".to_owned(), fetched_before: at(before) };
        db.store().expire_values(&[term], at(1000)).await.unwrap();
    };
    let alpha = merged(&db, true).await;
    expire(5).await;
    let restored = separate(&db, alpha.id, 9).await.unwrap().restored;
    let says = async || {
        let now = db.store().get_business(restored.id).await.unwrap().unwrap().business;
        [Some(now.name).filter(|name| name == "Alpha Oy"), now.phone, now.email, now.city]
    };
    expire(5).await;
    assert!(says().await.iter().all(Option::is_some), "the while began when the record came");
    expire(6).await;
    assert_eq!(says().await, [None, None, None, None]);
}

async fn what_a_source_lends_cannot_be_separated_after_its_while(db: TestStore) {
    let alpha = merged(&db, true).await;
    let term = Term { source: "overture".to_owned(), fetched_before: at(6) };
    db.store().expire_values(&[term], at(1000)).await.unwrap();
    assert_eq!(db.store().list_merges(alpha.id).await.unwrap(), []);
    assert_eq!(separate(&db, alpha.id, 9).await, None);
    let left = db.store().execute_for_test("DELETE FROM merge_records").await.unwrap();
    assert_eq!(left, 0, "nor is noted where a copy of it was");
}

async fn a_merged_record_goes_and_comes_with_its_business(db: TestStore) {
    let alpha = merged(&db, false).await;
    let other = insert_named(&db, &["Beta"]).await.remove(0);
    let mut tx = db.store().begin().await.unwrap();
    tx.merge_businesses(other.id, alpha.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(separate(&db, other.id, 8).await.unwrap().restored.id, alpha.id);
    assert_eq!(separate(&db, alpha.id, 9).await.unwrap().restored.name, "Alpha Oy");
}

store::stories!(
    the_likeliest_come_first_a_page_at_a_time,
    what_is_said_to_be_two_is_not_found_again,
    only_two_that_are_there_can_be_two,
    pairs_of_what_is_gone_are_left_out_and_come_back_with_it,
    the_least_likely_go_where_too_many_wait,
    a_merged_record_becomes_a_business_of_its_own,
    what_changed_since_a_record_was_merged_stays,
    what_a_source_lends_is_forgotten_in_time_with_what_was_merged,
    what_a_source_lends_cannot_be_separated_after_its_while,
    a_merged_record_goes_and_comes_with_its_business,
);
