use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{TestApp, business, seed};

const PATH: &str = "/api/businesses/export";

async fn with_rows(count: usize) -> TestApp {
    let app = TestApp::new().await;
    let rows = (0..count).map(|n| {
        let mut new = business(&format!("Cafe {n}"), if n % 2 == 0 { "Helsinki" } else { "Espoo" });
        new.business.sources = vec![contract::SourceRef {
            source: "openstreetmap".to_owned(),
            source_id: format!("node/{n}"),
            fetched_at: contract::Timestamp::from_millis(0),
            licence: Some("ODbL-1.0".to_owned()),
        }];
        new
    });
    seed(app.store(), rows.collect()).await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_gets_it_compressed_and_whole() {
    let app = with_rows(500).await;
    for encoding in ["br", "gzip"] {
        let request = Request::get(format!("{PATH}?format=csv")).header("accept-encoding", encoding);
        // Reading an answer to its end fails where the server gave it up.
        let answer = app.ask(request).await;
        assert_eq!(answer.header("content-encoding"), Some(encoding));
        assert!(answer.bytes.len() > 1_000, "{encoding}: {} bytes", answer.bytes.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_holds_the_businesses_of_the_filter_with_attribution() {
    let app = with_rows(5).await;
    let check = async |format: &str, media_type: &str, ending: &str| {
        let answer = app.get(&format!("{PATH}?format={format}&city=Helsinki")).await;
        assert_eq!(answer.status.as_u16(), 200, "{format}");
        assert!(answer.header("content-type").unwrap().starts_with(media_type), "{format}");
        let disposition = answer.header("content-disposition").unwrap();
        assert!(disposition.starts_with("attachment; filename=\"businesses-"), "{disposition}");
        assert!(disposition.ends_with(&format!(".{ending}\"")), "{disposition}");
        answer
    };
    let csv = check("csv", "text/csv", "csv").await;
    assert_eq!(csv.text().lines().count(), 4);
    assert!(csv.text().contains("© OpenStreetMap contributors (ODbL-1.0)"));
    let json: Value = check("json", "application/json", "json").await.json();
    assert_eq!((&json["count"], &json["attribution"][0]["licence"]), (&3.into(), &"ODbL-1.0".into()));
    let geojson = check("geojson", "application/geo+json", "geojson").await.json();
    assert_eq!(geojson["features"].as_array().unwrap().len(), 3);
    let cards = check("vcard", "text/vcard", "vcf").await;
    assert_eq!(cards.text().matches("BEGIN:VCARD").count(), 3);
    assert!(cards.text().contains("Source: © OpenStreetMap contributors"));
    let book = check("xlsx", "application/vnd.openxmlformats", "xlsx").await;
    assert!(book.bytes.starts_with(b"PK\x03\x04") && book.bytes.len() > 2000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_holds_the_contacts_of_each() {
    let app = with_rows(3).await;
    let listed = app.get("/api/businesses?search=Cafe%201").await.json();
    let contacts = format!("/api/businesses/{}/contacts", listed["data"][0]["id"]);
    let fax = app.post(&contacts, json!({ "title": "Fax", "phone": "+358 9 310 1692" })).await;
    assert_eq!(fax.status.as_u16(), 201, "{}", fax.text());
    let maija =
        json!({ "name": "Maija", "title": "Owner", "email": "maija@example.fi", "phone": "+358 9 310 1691" });
    assert_eq!(app.post(&contacts, maija).await.status.as_u16(), 201);
    // Who was removed is in no file either.
    let matti = app.post(&contacts, json!({ "name": "Matti" })).await.json();
    let gone = app.delete(&format!("{contacts}/{}", matti["contact"]["id"]), 4).await;
    assert_eq!(gone.status.as_u16(), 200, "{}", gone.text());
    let shown = app.get(&contacts).await.json()["data"].clone();

    let get = async |query: &str| app.get(&format!("{PATH}?sort=name&{query}")).await;
    let json = get("format=json").await.json();
    assert_eq!(json["businesses"][1]["contacts"], shown, "as the page has them");
    assert_eq!(json["businesses"][0]["contacts"], json!([]));
    let geojson = get("format=geojson").await.json();
    assert_eq!(geojson["features"][1]["properties"]["contacts"], shown);
    let csv = get("format=csv").await;
    assert!(
        csv.text().contains(
            ",Maija,Owner,maija@example.fi,unknown,+35893101691,\"Fax, +35893101692; Maija, Owner, maija@example.fi, +35893101691\",2,"
        ),
        "{}",
        csv.text()
    );
    assert!(!csv.text().contains("Matti"));
    let cards = get("format=vcard").await;
    assert_eq!(cards.text().matches("BEGIN:VCARD").count(), 4);
    assert!(cards.text().contains("TEL;VALUE=uri;TYPE=fax,work:tel:+35893101692\r\n"), "{}", cards.text());
    assert!(cards.text().contains("KIND:individual\r\nFN:Maija\r\nTITLE:Owner\r\nORG:Cafe 1\r\n"));
    let chosen = get("format=csv&columns=city").await;
    assert!(!chosen.text().contains("Maija"), "{}", chosen.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_has_the_columns_that_the_list_shows() {
    let app = with_rows(2).await;
    let csv = app.get(&format!("{PATH}?format=csv&city=Helsinki&columns=city%2Ctags")).await;
    let expect = "name,city,tags,sources,licences,attribution\n\
        Cafe 0,Helsinki,,openstreetmap node/0,ODbL-1.0,© OpenStreetMap contributors (ODbL-1.0)\n";
    assert_eq!(csv.text(), expect);
    let cards = app.get(&format!("{PATH}?format=vcard&columns=city")).await;
    assert_eq!(cards.text().matches("BEGIN:VCARD").count(), 2);
    let wrong = app.get(&format!("{PATH}?format=csv&columns=colour")).await;
    assert_eq!(wrong.status.as_u16(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_in_the_order_of_the_list() {
    let app = with_rows(5).await;
    let names = async |query: &str| {
        let exported = app.get(&format!("{PATH}?format=json&{query}")).await.json();
        let listed = app.get(&format!("/api/businesses?{query}")).await.json();
        let of = |rows: &Value| {
            let rows = rows.as_array().unwrap().iter();
            rows.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let exported = of(&exported["businesses"]);
        assert_eq!(exported, of(&listed["data"]), "{query}");
        exported.concat()
    };
    assert_eq!(names("sort=-name").await, "Cafe 4Cafe 3Cafe 2Cafe 1Cafe 0");
    assert_eq!(names("sort=city,-name").await, "Cafe 3Cafe 1Cafe 4Cafe 2Cafe 0");
    assert_eq!(names("sort=name&city=Espoo").await, "Cafe 1Cafe 3");
    names("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_come_whole() {
    let app = with_rows(3000).await;
    let csv = app.get(&format!("{PATH}?format=csv")).await;
    assert_eq!(csv.text().lines().count(), 3001);
    let none = app.get(&format!("{PATH}?format=json&city=Nowhere")).await.json();
    assert_eq!(none["businesses"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_leaves_frees_its_place() {
    let app = TestApp::with(|config| config.limits.concurrent_downloads = 1).await;
    let rows = (0..20_000).map(|n| business(&format!("Cafe {n}"), "Helsinki"));
    seed(app.store(), rows.collect()).await;
    let request = || {
        let builder = axum::http::Request::get(format!("{PATH}?format=json")).header("host", "localhost");
        builder.body(axum::body::Body::empty()).unwrap()
    };
    let open = tower::ServiceExt::oneshot(app.router.clone(), request()).await.unwrap();
    let busy = app.get(&format!("{PATH}?format=json")).await;
    assert_eq!((busy.status.as_u16(), busy.header("retry-after")), (503, Some("5")));
    drop(open);
    crate::support::eventually("the place to be free", || async {
        let answer = tower::ServiceExt::oneshot(app.router.clone(), request()).await.unwrap();
        (answer.status().as_u16() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = with_rows(0).await;
    let check = async |query: &str, status: u16, field: &str| {
        let answer = app.get(&format!("{PATH}?{query}")).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
            (status, Some(field)),
            "{query}: {told}"
        );
    };
    check("", 422, "format").await;
    check("format=pdf", 400, "format").await;
    check("format=", 400, "format").await;
    check("format=csv&page=2", 400, "page").await;
    check("format=csv&limit=5", 400, "limit").await;
    check("format=csv&sort=colour", 400, "sort").await;
    check("format=csv&sort=distance", 422, "near").await;
    check("format=csv&town=x", 400, "town").await;
    check("format=csv&hasPhone=maybe", 400, "hasPhone").await;
    check("format=csv&near=1,1&radiusKm=0", 422, "radiusKm").await;
}
