//! Full text: the same answer on both databases.

use serde_json::json;
use store::test_support::TestStore;

use crate::support::*;

async fn hits(db: &TestStore, search: &str) -> Vec<String> {
    names(db, json!({"search": search, "sort": "name"})).await
}

async fn case_and_accents_do_not_matter(db: TestStore) {
    insert_named(&db, &["Café Kahvila", "CAFE\u{301} Ole", "Kahvila Café Äänekoski", "Łódź Bar", "Straße"])
        .await;
    let check = async |search: &str, expect: &[&str]| assert_eq!(hits(&db, search).await, expect, "{search}");
    check("kahvila cafe", &["Café Kahvila", "Kahvila Café Äänekoski"]).await;
    check("CAFÉ", &["Café Kahvila", "CAFE\u{301} Ole", "Kahvila Café Äänekoski"]).await;
    check("aanekoski", &["Kahvila Café Äänekoski"]).await;
    check("ÄÄNE", &["Kahvila Café Äänekoski"]).await;
    check("lodz", &["Łódź Bar"]).await;
    check("strasse", &["Straße"]).await;
    check("STRASSE", &["Straße"]).await;
}

async fn every_word_must_occur_and_the_last_may_be_unfinished(db: TestStore) {
    insert_named(&db, &["Red Apple", "Red Apricot", "Green Apple"]).await;
    let check = async |search: &str, expect: &[&str]| assert_eq!(hits(&db, search).await, expect, "{search}");
    check("red ap", &["Red Apple", "Red Apricot"]).await;
    check("apple red", &["Red Apple"]).await;
    check("re apple", &[]).await;
    check("apple r", &["Red Apple"]).await;
    check("pple", &[]).await;
    check("red apple", &["Red Apple"]).await;
    check("red blue", &[]).await;
}

async fn name_address_category_and_notes_are_searched(db: TestStore) {
    let row = with("Alpha", |row| {
        row.street = Some("Broad Street 12-14".to_owned());
        row.city = Some("Freehold".to_owned());
        row.state = Some("NJ".to_owned());
        row.postal_code = Some("07728".to_owned());
        row.category = Some("fast_food".to_owned());
        row.industry = Some("hospitality".to_owned());
        row.notes = Some("Joe's friend".to_owned());
        row.description = Some("unsearchable".to_owned());
    });
    insert(db.store(), vec![row, named("Beta")]).await;
    for search in ["broad", "14 broad", "freehold nj", "0772", "food fast", "hospital", "joes", "joe's fri"] {
        assert_eq!(hits(&db, search).await, ["Alpha"], "{search}");
    }
    assert_eq!(hits(&db, "unsearchable").await, Vec::<String>::new());
}

async fn a_change_is_searched_anew(db: TestStore) {
    let mut row = insert_named(&db, &["Oldname", "Other"]).await.remove(0);
    row.name = "Newname".to_owned();
    let mut tx = db.store().begin().await.unwrap();
    let known = store::KnownBusiness { business: row.clone(), name_key: "new".to_owned(), domain: None };
    tx.update_businesses(vec![known]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(hits(&db, "oldname").await, Vec::<String>::new());
    assert_eq!(hits(&db, "newname").await, ["Newname"]);
    let mut tx = db.store().begin().await.unwrap();
    tx.delete_business(row.id, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(hits(&db, "newname").await, Vec::<String>::new());
    assert_eq!(hits(&db, "other").await, ["Other"]);
}

async fn no_text_is_taken_for_grammar(db: TestStore) {
    insert_named(&db, &["Plain", "Near Or And Not"]).await;
    let odd = [
        "\"",
        "\"plain",
        "plain\"",
        "plain*",
        "*",
        "plain OR x",
        "NEAR(plain)",
        "name:plain",
        "-plain",
        "^plain",
        "plain & !x",
        "'",
        "plain'",
        "\\",
        "plain\\",
        "plain:*",
        "(",
        "plain) OR (1=1",
        "{a}",
        "+",
        "💥",
        "%",
        "_",
        "; DROP TABLE businesses",
        "plain\u{0}x",
        "plain <-> x",
    ];
    for search in odd {
        // What matters is that it is answered, and as words.
        let found = db.store().list_businesses(&query(json!({"search": search}))).await;
        assert!(found.is_ok(), "{search}: {found:?}");
    }
    assert_eq!(hits(&db, "near or").await, ["Near Or And Not"]);
    assert_eq!(hits(&db, "\"plain\"").await, ["Plain"]);
    assert_eq!(hits(&db, "!!!").await.len(), 2, "a search without a word selects nothing away");
}

async fn a_search_is_joined_with_filters_and_counted(db: TestStore) {
    let rows = (0..30).map(|number| with(&format!("Common {number}"), |row| row.chain = number % 3 == 0));
    insert(db.store(), rows.collect()).await;
    insert_named(&db, &["Rare"]).await;
    let page = list(&db, json!({"search": "comm", "limit": 7, "page": 2, "sort": "-name"})).await;
    assert_eq!((page.data.len(), page.meta.total), (7, 30));
    let page = list(&db, json!({"search": "comm", "chain": true, "limit": 4})).await;
    assert_eq!((page.data.len(), page.meta.total), (4, 10));
}

store::stories!(
    case_and_accents_do_not_matter,
    every_word_must_occur_and_the_last_may_be_unfinished,
    name_address_category_and_notes_are_searched,
    a_change_is_searched_anew,
    no_text_is_taken_for_grammar,
    a_search_is_joined_with_filters_and_counted,
);
