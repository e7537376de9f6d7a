//! Lists of businesses: filters, order, pages, figures.

use contract::stats::Count;
use contract::{BusinessId, BusinessQuery, EnrichmentStatus, OperatingStatus, Socials};
use futures::TryStreamExt;
use serde_json::json;
use store::test_support::TestStore;
use store::{NewBusiness, StoreError};

use crate::support::*;

async fn everything_that_was_stored_comes_back(db: TestStore) {
    let full = with("Kahvila Ääni", |row| {
        row.category = Some("cafe".to_owned());
        row.industry = Some("food".to_owned());
        row.street = Some("Katu 1 \"A\"".to_owned());
        row.city = Some("Helsinki".to_owned());
        row.state = Some("Uusimaa".to_owned());
        row.postal_code = Some("00100".to_owned());
        row.country = Some("FI".to_owned());
        row.latitude = Some(60.169_912_345_678_9);
        row.longitude = Some(-24.938_412_345_678_9);
        row.phone = Some("+358912345678".to_owned());
        row.phone_display = Some("09 1234 5678".to_owned());
        row.email = Some("a@example.org".to_owned());
        row.website = Some("https://example.org/?q='x'".to_owned());
        row.socials = Socials { x: Some("https://x.com/a".to_owned()), ..Socials::default() };
        row.opening_hours = Some("Mo-Fr 08:00-17:00".to_owned());
        row.employee_count = Some(u32::MAX);
        row.year_founded = Some(-44);
        row.description = Some("line\nline\u{1F600}".to_owned());
        row.chain = true;
        row.operating_status = OperatingStatus::TemporarilyClosed;
        row.confidence = Some(0.1 + 0.2);
        row.sources = vec![source("openstreetmap", "node/1"), source("overture", "abc")];
        row.enrichment_status = EnrichmentStatus::Failed;
        row.enrichment_error = Some("no website".to_owned());
        row.tags = vec!["hot".to_owned(), "a,b".to_owned()];
        row.notes = Some("called; \0 is not text".replace('\0', ""));
    });
    let stored = insert_at(db.store(), at(5), vec![full.clone(), named("Bare")]).await;

    let mut expect = full.business;
    (expect.id, expect.version) = (stored[0].id, 1);
    (expect.created_at, expect.updated_at) = (at(5), at(5));
    assert_eq!(stored[0], expect);
    let detail = db.store().get_business(stored[0].id).await.unwrap().unwrap();
    assert_eq!((detail.business, detail.contacts), (expect.clone(), vec![]));
    let both = db.store().businesses_by_id(&[stored[1].id, BusinessId(999), stored[0].id]).await.unwrap();
    assert_eq!(both, stored);
    let listed = list(&db, json!({"sort": "-name"})).await.data;
    assert_eq!(listed, [expect, stored[1].clone()]);
}

async fn an_unknown_business_is_none(db: TestStore) {
    assert_eq!(db.store().get_business(BusinessId(1)).await.unwrap(), None);
    assert_eq!(db.store().businesses_by_id(&[]).await.unwrap(), []);
}

async fn each_filter_selects_what_it_says(db: TestStore) {
    insert_at(
        db.store(),
        at(0),
        vec![
            with("A", |row| {
                row.city = Some("Åbo".to_owned());
                row.state = Some("NJ".to_owned());
                row.industry = Some("food".to_owned());
                row.category = Some("cafe".to_owned());
                row.sources = vec![source("openstreetmap", "1"), source("overture", "1")];
                row.tags = vec!["hot".to_owned(), "hot".to_owned(), "100%".to_owned()];
                row.website = Some("https://example.org".to_owned());
            }),
            with("B", |row| {
                row.city = Some("HELSINKI".to_owned());
                row.enrichment_status = EnrichmentStatus::Enriched;
                row.email = Some("b@example.org".to_owned());
                row.chain = true;
                row.sources = vec![source("over", "2")];
            }),
        ],
    )
    .await;
    insert_at(
        db.store(),
        at(10),
        vec![with("C", |row| {
            row.city = Some("helsinki".to_owned());
            row.phone = Some("+1".to_owned());
        })],
    )
    .await;

    let check = async |filter: serde_json::Value, expect: &str| {
        let mut filter = filter;
        filter["sort"] = json!("name");
        assert_eq!(names(&db, filter.clone()).await.concat(), expect, "{filter}");
    };
    check(json!({}), "ABC").await;
    check(json!({"ids": "1,3,99"}), "AC").await;
    check(json!({"ids": "1,3", "city": "helsinki"}), "C").await;
    check(json!({"city": "abo"}), "A").await;
    check(json!({"city": "Helsinki"}), "BC").await;
    check(json!({"city": "Hel"}), "").await;
    check(json!({"state": "nj"}), "A").await;
    check(json!({"industry": "food"}), "A").await;
    check(json!({"category": "cafe"}), "A").await;
    check(json!({"category": "Cafe"}), "").await;
    check(json!({"enrichmentStatus": "enriched"}), "B").await;
    check(json!({"source": "overture"}), "A").await;
    check(json!({"source": "over"}), "B").await;
    check(json!({"source": "%"}), "").await;
    check(json!({"source": "over_ure"}), "").await;
    check(json!({"tag": "hot"}), "A").await;
    check(json!({"tag": "100%"}), "A").await;
    check(json!({"tag": "1"}), "").await;
    check(json!({"hasWebsite": true}), "A").await;
    check(json!({"hasWebsite": false}), "BC").await;
    check(json!({"hasEmail": true}), "B").await;
    check(json!({"hasPhone": true}), "C").await;
    check(json!({"chain": true}), "B").await;
    check(json!({"chain": false}), "AC").await;
    check(json!({"createdAfter": at(10)}), "C").await;
    check(json!({"createdBefore": at(10)}), "AB").await;
    check(json!({"city": "helsinki", "hasPhone": true}), "C").await;
    check(json!({"city": "' OR 1=1 --"}), "").await;
}

async fn each_order_is_kept_with_ties_by_id(db: TestStore) {
    let rows =
        [("beta", Some("Oulu")), ("Älpha", None), ("alpha", Some("äänekoski")), ("Gamma", Some("oulu"))];
    for (second, (name, city)) in rows.into_iter().enumerate() {
        let new = with(name, |row| {
            row.city = city.map(str::to_owned);
            row.category = Some(if second < 2 { "b" } else { "a" }.to_owned());
        });
        insert_at(db.store(), at(second as i64 / 2), vec![new]).await;
    }
    let check = async |sort: &str, expect: &[&str]| {
        let sort = json!({"sort": sort});
        assert_eq!(names(&db, sort.clone()).await, expect, "{sort}");
    };
    check("name", &["Älpha", "alpha", "beta", "Gamma"].map(|n| n)).await;
    check("-name", &["Gamma", "beta", "Älpha", "alpha"]).await;
    check("city", &["alpha", "beta", "Gamma", "Älpha"]).await;
    check("-city", &["Älpha", "beta", "Gamma", "alpha"]).await;
    check("category,-name", &["Gamma", "alpha", "beta", "Älpha"]).await;
    check("createdAt", &["beta", "Älpha", "alpha", "Gamma"]).await;
    check("-createdAt", &["alpha", "Gamma", "beta", "Älpha"]).await;
    check("updatedAt,-category,-city", &["Älpha", "beta", "Gamma", "alpha"]).await;
    assert_eq!(names(&db, json!({})).await, ["alpha", "Gamma", "beta", "Älpha"], "the newest first");
}

async fn pages_and_cursors_tell_the_same_list(db: TestStore) {
    let rows = (0..57).map(|number| {
        with(&format!("Name {}", number % 7), |row| {
            row.city = (number % 3 > 0).then(|| format!("City {}", number % 4));
            row.notes = Some(format!("row {number}"));
            (row.latitude, row.longitude) = (Some(60.0 + f64::from(number % 5)), Some(24.0));
        })
    });
    let rows: Vec<_> = rows.collect();
    for (second, batch) in rows.chunks(10).enumerate() {
        insert_at(db.store(), at(second as i64), batch.to_vec()).await;
    }
    for sort in
        ["name", "-name", "city,-name", "-city,createdAt", "-createdAt", "updatedAt", "distance,-name"]
    {
        let query = BusinessQuery {
            sort: Some(sort.parse().unwrap()),
            near: Some(point(60.0, 24.0)),
            limit: Some(10),
            ..BusinessQuery::default()
        };
        let by_page = names_by_page(&db, query.clone()).await;
        assert_eq!(by_page.len(), 57, "{sort}");
        assert_eq!(names_by_cursor(&db, query.clone()).await, by_page, "{sort}");
        let page = db.store().list_businesses(&query).await.unwrap();
        assert_eq!((page.meta.total, page.meta.total_pages, page.meta.page), (57, 6, 1), "{sort}");
    }
}

async fn a_cursor_goes_on_where_rows_came_and_went(db: TestStore) {
    let stored = insert_named(&db, &["a", "c", "e", "g"]).await;
    let first = list(&db, json!({"sort": "name", "limit": 2})).await;
    assert_eq!(names_of(&first), ["a", "c"]);
    insert_named(&db, &["b", "d"]).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.delete_business(stored[1].id, None).await.unwrap();
    tx.commit().await.unwrap();
    let cursor = first.meta.next_cursor.unwrap();
    let next = list(&db, json!({"sort": "name", "limit": 2, "cursor": cursor})).await;
    assert_eq!(names_of(&next), ["d", "e"]);
}

async fn a_foreign_cursor_is_refused(db: TestStore) {
    insert_named(&db, &["a", "b"]).await;
    let cursor = list(&db, json!({"sort": "name", "limit": 1})).await.meta.next_cursor.unwrap();
    for other in [
        json!({"sort": "-name", "limit": 1, "cursor": cursor}),
        json!({"sort": "name", "city": "x", "cursor": cursor}),
        json!({"sort": "name", "cursor": "nonsense"}),
        json!({"sort": "name", "cursor": format!("{cursor}x")}),
    ] {
        let error = db.store().list_businesses(&query(other.clone())).await.unwrap_err();
        assert!(matches!(error, StoreError::BadCursor), "{other}: {error}");
        assert!(error.to_string().contains("without a cursor"));
    }
}

async fn a_page_beyond_the_end_is_empty_with_the_right_total(db: TestStore) {
    insert_named(&db, &["a", "b", "c"]).await;
    for sort in ["name", "distance"] {
        let page = list(&db, json!({"sort": sort, "near": "0,0", "page": 9, "limit": 2})).await;
        assert_eq!((page.data.len(), page.meta.total, page.meta.total_pages), (0, 3, 2));
        assert_eq!(page.meta.next_cursor, None);
    }
}

async fn a_stream_gives_every_match_once(db: TestStore) {
    let rows = (0..2500).map(|number| {
        let north = 60.0 + f64::from(number % 2);
        let mut new = placed(&format!("n{number}"), north, 24.0);
        new.business.chain = number % 5 == 0;
        new
    });
    insert(db.store(), rows.collect()).await;
    let count = async |filter: serde_json::Value| {
        let rows: Vec<_> = db.store().business_stream(&query(filter)).try_collect().await.unwrap();
        let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        assert!(ids.is_sorted());
        ids.dedup();
        assert_eq!(ids.len(), rows.len());
        ids.len()
    };
    assert_eq!(count(json!({})).await, 2500);
    assert_eq!(count(json!({"chain": true})).await, 500);
    assert_eq!(count(json!({"near": "60,24", "radiusKm": 50})).await, 1250);
    assert_eq!(count(json!({"near": "10,24", "radiusKm": 50})).await, 0);
}

async fn a_stream_in_order_is_the_list_as_a_whole(db: TestStore) {
    let rows = (0..2500).map(|number| {
        let mut new = placed(&format!("Name {}", number % 700), 60.0 + f64::from(number % 50) / 1000.0, 24.0);
        new.business.city = (number % 3 > 0).then(|| format!("City {}", number % 4));
        new
    });
    insert(db.store(), rows.collect()).await;
    let check = async |filter: serde_json::Value, total: usize| {
        let query = query(filter.clone());
        let mut listed = Vec::new();
        for page in 1.. {
            let asked = BusinessQuery { page: Some(page), limit: Some(200), ..query.clone() };
            let rows = db.store().list_businesses(&asked).await.unwrap().data;
            if rows.is_empty() {
                break;
            }
            listed.extend(rows);
        }
        assert_eq!(listed.len(), total, "{filter}");
        let streamed: Vec<_> = db.store().businesses_in_order(&query).try_collect().await.unwrap();
        assert!(streamed == listed, "{filter}");
    };
    check(json!({}), 2500).await;
    check(json!({"sort": "-name"}), 2500).await;
    check(json!({"sort": "city,-updatedAt,name"}), 2500).await;
    check(json!({"sort": "name", "search": "name 7"}), 44).await;
    check(json!({"near": "60,24"}), 2500).await;
    check(json!({"near": "60,24", "radiusKm": 2}), 900).await;
    check(json!({"near": "60,24", "radiusKm": 2, "sort": "-city"}), 900).await;
    check(json!({"city": "nowhere", "sort": "name"}), 0).await;
}

fn counted(city: &str, category: &str, sources: &[&str], id: usize) -> NewBusiness {
    with(&format!("{city} {id}"), |row| {
        row.city = Some(city.to_owned()).filter(|city| !city.is_empty());
        row.category = Some(category.to_owned());
        row.sources = sources.iter().map(|name| source(name, &id.to_string())).collect();
        (row.latitude, row.longitude) = (Some(60.0 + id as f64), Some(24.0));
    })
}

fn tagged(mut new: NewBusiness, tags: &[&str]) -> NewBusiness {
    new.business.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    new
}

async fn facets_count_what_the_filter_selects(db: TestStore) {
    insert(
        db.store(),
        vec![
            tagged(counted("Espoo", "cafe", &["a", "b"], 0), &["warm", "south"]),
            tagged(counted("espoo", "cafe", &["a"], 1), &["warm"]),
            counted("Vantaa", "bar", &["b"], 2),
            counted("", "bar", &["c"], 3),
        ],
    )
    .await;
    let count = |value: &str, count| Count { value: value.to_owned(), count };
    let facets = db.store().facets(&BusinessQuery::default()).await.unwrap();
    assert_eq!(facets.city, [count("Espoo", 2), count("Vantaa", 1)]);
    assert_eq!(facets.category, [count("bar", 2), count("cafe", 2)]);
    assert_eq!(facets.source, [count("a", 2), count("b", 2), count("c", 1)]);
    assert_eq!(facets.enrichment_status, [count("pending", 4)]);
    assert_eq!(facets.industry, []);
    assert_eq!(facets.tag, [count("warm", 2), count("south", 1)]);
    let south = db.store().facets(&query(json!({"tag": "south"}))).await.unwrap();
    assert_eq!((south.tag, south.city), (vec![count("south", 1), count("warm", 1)], vec![count("Espoo", 1)]));
    let cafes = db.store().facets(&query(json!({"category": "cafe"}))).await.unwrap();
    assert_eq!((cafes.city, cafes.category), (vec![count("Espoo", 2)], vec![count("cafe", 2)]));
    let near = db.store().facets(&query(json!({"near": "60,24", "radiusKm": 120}))).await.unwrap();
    assert_eq!((near.city, near.source), (vec![count("Espoo", 2)], vec![count("a", 2), count("b", 1)]));
    assert_eq!(near.tag, [count("warm", 2), count("south", 1)]);
    let at_one = db.store().facets(&query(json!({"near": "60,24", "radiusKm": 1}))).await.unwrap();
    assert_eq!(at_one.tag, [count("south", 1), count("warm", 1)]);
}

async fn figures_are_counted(db: TestStore) {
    let today = at(0);
    let day = |days: i64| contract::Timestamp::from_millis(today.as_millis() - days * 86_400_000);
    insert_at(db.store(), day(30), vec![with("too old", |row| row.email = Some("a".to_owned()))]).await;
    insert_at(db.store(), day(29), vec![with("old", |row| row.phone = Some("1".to_owned()))]).await;
    let new = insert_at(
        db.store(),
        today,
        vec![
            counted("Espoo", "cafe", &["a"], 1),
            with("b", |row| row.enrichment_status = EnrichmentStatus::Enriched),
            with("c", |row| row.enrichment_status = EnrichmentStatus::Failed),
            with("d", |row| {
                row.enrichment_status = EnrichmentStatus::Enriching;
                row.website = Some("https://example.org".to_owned());
            }),
        ],
    )
    .await;
    crate::contacts::add(db.store(), new[0].id, 3).await;

    let stats = db.store().stats(today).await.unwrap();
    assert_eq!((stats.total, stats.pending, stats.enriching, stats.enriched, stats.failed), (6, 3, 1, 1, 1));
    assert_eq!((stats.with_email, stats.with_phone, stats.with_website, stats.total_contacts), (1, 1, 1, 3));
    assert_eq!((stats.by_city[0].value.as_str(), stats.by_category[0].count), ("Espoo", 1));
    assert_eq!(stats.created_per_day.len(), 30);
    let days: Vec<_> = stats.created_per_day.iter().map(|day| day.count).collect();
    assert_eq!((days[0], days[1], days[29]), (1, 0, 4));
    assert_eq!(stats.created_per_day[29].date, today.date());
    assert_eq!(stats.created_per_day[0].date, day(29).date());
}

async fn figures_of_nothing_are_zero(db: TestStore) {
    let stats = db.store().stats(at(0)).await.unwrap();
    assert_eq!((stats.total, stats.by_city.len(), stats.created_per_day.len()), (0, 0, 30));
}

store::stories!(
    everything_that_was_stored_comes_back,
    an_unknown_business_is_none,
    each_filter_selects_what_it_says,
    each_order_is_kept_with_ties_by_id,
    pages_and_cursors_tell_the_same_list,
    a_cursor_goes_on_where_rows_came_and_went,
    a_foreign_cursor_is_refused,
    a_page_beyond_the_end_is_empty_with_the_right_total,
    a_stream_gives_every_match_once,
    a_stream_in_order_is_the_list_as_a_whole,
    facets_count_what_the_filter_selects,
    figures_are_counted,
    figures_of_nothing_are_zero,
);
