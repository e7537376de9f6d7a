//! What an Overpass server is asked, and what is made of its answers.

use discovery::PlaceSource as _;
use discovery::source::SearchArea;
use discovery::taxonomy::Category;
use serde_json::json;

use crate::server::{Reply, Server};
use crate::support::*;

#[tokio::test]
async fn places_are_asked_for_in_somebodys_name_and_become_records() {
    let server = Server::start(|_, _| {
        let tags = |name: &str| json!({"name": name, "amenity": "cafe;bar", "phone": "+358 9 1234567"});
        elements(&[
            node(1, 60.17, 24.94, "Kahvila"),
            json!({"type": "way", "id": 2, "center": {"lat": 60.171, "lon": 24.941}, "nodes": [7, 8], "tags": tags("Talo")}),
            json!({"type": "relation", "id": 3, "center": {"lat": 60.172, "lon": 24.942}, "tags": tags("Kortteli")}),
            json!({"type": "relation", "id": 4, "tags": tags("Nowhere")}),
            json!({"type": "node", "id": 5, "lat": 60.17, "lon": 24.94, "tags": {"amenity": "cafe"}}),
            json!({"type": "node", "id": 6, "lat": 60.17, "lon": 24.94}),
            json!({"type": "node", "id": 7, "lat": 95.0, "lon": 24.94, "tags": tags("Off the Earth")}),
            json!({"type": "node", "id": 8, "lat": 60.9, "lon": 24.94, "tags": tags("Far away")}),
        ])
    })
    .await;
    let told = told(&overpass(&server), &cafes(2.0)).await.unwrap();
    assert_eq!(told.ids(), ["node/1", "relation/3", "way/2"]);
    let house = told.places.iter().find(|place| place.source_id == "way/2").unwrap();
    assert_eq!((house.source, house.categories[0].slug), (Some("openstreetmap"), "cafe"));
    assert_eq!(house.phone.as_ref().unwrap().e164, "+35891234567");
    assert_eq!(told.progress.last(), Some(&(1, Some(1))));

    let [asked] = server.asked().try_into().unwrap();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/interpreter"));
    assert_eq!(asked.kind, "application/x-www-form-urlencoded");
    assert!(
        asked.agent.starts_with("letip/") && asked.agent.ends_with(&format!("(+{CONTACT})")),
        "{asked:?}"
    );
    let query = asked.field("data").unwrap();
    for part in
        ["[out:json]", "[timeout:3]", "[maxsize:67108864]", r#"["amenity"~"^ *(cafe|"#, "out center tags qt;"]
    {
        assert!(query.contains(part), "{part}: {query}");
    }
    let [south, west, north, east] = bbox(&asked);
    assert!(south < 60.153 && north > 60.187 && west < 24.905 && east > 24.975, "{query}");
}

#[tokio::test]
async fn a_tile_that_is_too_much_is_asked_for_in_quarters_and_nothing_comes_twice() {
    let edge = 60.17;
    let all: Vec<_> = (0_u32..200)
        .map(|n| {
            // Some lie on the line where tiles meet.
            let latitude = if n % 10 == 0 { edge } else { 60.09 + f64::from(n) * 0.0008 };
            node(u64::from(n), latitude, 24.80 + f64::from(n % 14) * 0.02, "Kahvila")
        })
        .collect();
    let expected = all.len();
    let server = Server::start(move |asked, _| {
        let [south, _, north, _] = bbox(asked);
        if north - south > 0.06 { remark(TIMED_OUT) } else { elements(&within(asked, &all)) }
    })
    .await;
    let told = told(&overpass(&server), &cafes(10.0)).await.unwrap();
    let mut ids = told.ids();
    ids.dedup();
    assert_eq!((ids.len(), told.places.len()), (expected, expected));
    assert_eq!(server.asked().len(), 21, "one, four, and sixteen");
    assert_eq!(told.progress.last(), Some(&(16, Some(16))));
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_too_much_as_well() {
    let server = Server::start(|asked, before| {
        let page = || " ".repeat(17 << 20);
        if before == 0 {
            Reply::status(200, page())
        } else {
            elements(&within(asked, &[node(1, 60.16, 24.93, "A")]))
        }
    })
    .await;
    assert_eq!(told(&overpass(&server), &cafes(5.0)).await.unwrap().ids(), ["node/1"]);
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn an_area_that_stays_too_much_ends_with_what_to_do() {
    let server =
        Server::start(|_, _| remark("runtime error: Query run out of memory using about 64 MB of RAM."))
            .await;
    let error = told(&overpass(&server), &cafes(50.0)).await.unwrap_err().to_string();
    assert!(error.contains("64 MB") && error.contains("smaller radius"), "{error}");
    assert!(server.asked().len() <= 64, "{}", server.asked().len());
    let everything = SearchArea::around(contract::GeoPoint::new(60.17, 24.94).unwrap(), 50.0);
    let error = told(&overpass(&server), &everything).await.unwrap_err().to_string();
    assert!(error.contains("name a category"), "{error}");
}

#[tokio::test]
async fn what_no_tag_stands_for_is_not_asked_for() {
    let server = Server::start(|_, _| elements(&[])).await;
    let source = overpass(&server);
    let without: &'static Category = Box::leak(Box::new(Category {
        slug: "tutor",
        label: "Tutor",
        industry: "education",
        industry_label: "Education",
        synonyms: Vec::new(),
        osm: Vec::new(),
        overture: Vec::new(),
    }));
    let error = told(&source, &cafes(5.0).of(Some(without))).await.unwrap_err().to_string();
    assert!(error.contains(without.label), "{error}");
    assert!(told(&source, &SearchArea::everywhere()).await.unwrap_err().to_string().contains("whole world"));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn searches_at_the_same_time_ask_one_after_the_other() {
    let server = Server::start(|_, before| elements(&[node(before as u64, 60.17, 24.94, "A")])).await;
    let source = overpass(&server);
    let search = || async { told(&source, &cafes(5.0)).await.unwrap().places.len() };
    assert_eq!(tokio::join!(search(), search(), search()), (1, 1, 1));
    assert_eq!((server.asked().len(), server.most_at_once()), (3, 1));
}

#[tokio::test]
async fn it_tells_its_terms_before_it_is_asked() {
    let server = Server::start(|_, _| elements(&[])).await;
    let info = overpass(&server).info();
    assert_eq!((info.source.as_str(), info.licence.as_str()), ("overpass", "ODbL-1.0"));
    assert_eq!(info.attribution, "© OpenStreetMap contributors");
    assert!(
        info.cost.contains("free") && info.cost.contains("127.0.0.1") && info.cost.contains("commercial")
    );
    assert!(server.asked().is_empty());
}
