//! Locations that are not known offline.

use std::time::Duration;

use contract::{FieldError, ScrapeRequest};
use discovery::geocoder::Nominatim;
use discovery::remote::{AnswerCache, ServiceConfig};
use discovery::scrape::{ResolvedScrape, resolve_request_online};
use discovery::{SourceRegistry, geocoder};
use serde_json::{Value, json};

use crate::server::{Reply, Server};
use crate::support::{CONTACT, TIMING, gap};

const STREET: &str = "Elm Grove Lane 5, Freehold Township";

fn entry(name: &str, latitude: &str, longitude: &str, importance: f64) -> Value {
    json!({
        "place_id": 17_862_553, "licence": "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright",
        "osm_type": "way", "osm_id": 90_394_420, "lat": latitude, "lon": longitude, "category": "place",
        "type": "house", "place_rank": 30, "importance": importance, "addresstype": "place", "name": "",
        "display_name": name,
        "address": {"house_number": "5", "state": "New Jersey", "ISO3166-2-lvl4": "US-NJ", "country_code": "us"},
        "boundingbox": ["40.2", "40.3", "-74.3", "-74.2"],
    })
}

fn found() -> Reply {
    Reply::json(&json!([entry(
        "5, Elm Grove Lane, Freehold Township, New Jersey, USA",
        "40.2212",
        "-74.2531",
        0.2
    )]))
}

fn config(server: &Server) -> ServiceConfig {
    ServiceConfig::new(server.url("/search"), CONTACT, TIMING)
}

async fn resolved(nominatim: Option<&Nominatim>, location: &str) -> Result<ResolvedScrape, Vec<FieldError>> {
    let request = ScrapeRequest { location: location.to_owned(), ..ScrapeRequest::default() };
    resolve_request_online(&request, &SourceRegistry::bundled(), nominatim).await
}

/// The one error of a request for the street.
async fn refused(nominatim: &Nominatim) -> FieldError {
    let [error] = resolved(Some(nominatim), STREET).await.unwrap_err().try_into().unwrap();
    error
}

#[tokio::test]
async fn an_address_is_found_as_the_documentation_says() {
    let server = Server::start(|_, _| found()).await;
    let nominatim = Nominatim::new(&config(&server)).unwrap();
    let resolved = resolved(Some(&nominatim), STREET).await.unwrap();
    let location = &resolved.location;
    assert_eq!(
        location.label,
        "5, Elm Grove Lane, Freehold Township, New Jersey, USA (40.221200, -74.253100)"
    );
    assert_eq!((location.country.as_deref(), location.region.as_deref()), (Some("US"), Some("NJ")));
    assert!(
        resolved.to_json()["locationAttribution"].as_str().unwrap().contains("ODbL"),
        "it is kept with the job"
    );
    assert_eq!(geocoder::resolve(&location.label).unwrap().point, location.point);
    let [asked] = server.asked().try_into().unwrap();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("GET", "/search"));
    let field = |name: &str| asked.field(name);
    assert_eq!((field("q").as_deref(), field("format").as_deref()), (Some(STREET), Some("jsonv2")));
    assert!(asked.agent.contains(CONTACT), "{asked:?}");
}

#[tokio::test]
async fn nobody_is_asked_for_what_is_known_or_where_more_is_wrong() {
    let server = Server::start(|_, _| found()).await;
    let nominatim = Nominatim::new(&config(&server)).unwrap();
    for known in ["Helsinki", "07728", "60.17,24.94"] {
        assert!(resolved(Some(&nominatim), known).await.is_ok(), "{known}");
    }
    assert_eq!(resolved(Some(&nominatim), "Springfield").await.unwrap_err()[0].code, "ambiguous");
    assert_eq!(resolved(Some(&nominatim), "").await.unwrap_err()[0].code, "required");
    let wrong = ScrapeRequest {
        location: STREET.to_owned(),
        category: Some("xyzzy".into()),
        ..ScrapeRequest::default()
    };
    let errors =
        resolve_request_online(&wrong, &SourceRegistry::bundled(), Some(&nominatim)).await.unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(resolved(None, STREET).await.is_err());
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

#[tokio::test]
async fn an_answer_is_kept_also_after_a_restart_and_one_of_nothing_too() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::start(
            |asked, _| {
                if asked.field("q").unwrap() == STREET { found() } else { Reply::json(&json!([])) }
            },
        )
        .await;
    for _ in 0..2 {
        let config = config(&server).kept_in(AnswerCache::new(folder.path()));
        let nominatim = Nominatim::new(&config).unwrap();
        assert!(resolved(Some(&nominatim), STREET).await.is_ok());
        let [error] = resolved(Some(&nominatim), "Qwghlmshire").await.unwrap_err().try_into().unwrap();
        assert_eq!((error.field.as_str(), error.code.as_str()), ("location", "unknown"));
    }
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn questions_keep_their_distance_whoever_asks() {
    let server = Server::start(|_, _| found()).await;
    let mut config = config(&server);
    config.timing.spacing = Duration::from_millis(150);
    let nominatim = Nominatim::new(&config).unwrap();
    let ask = |text: &'static str| {
        let nominatim = nominatim.clone();
        async move { nominatim.locate(text).await.unwrap() }
    };
    tokio::join!(ask("Elm Lane 1"), ask("Elm Lane 2"), ask("Elm Lane 3"));
    let asked = server.asked();
    assert_eq!((asked.len(), server.most_at_once()), (3, 1));
    for pair in asked.windows(2) {
        // The server sees a request a little after it was sent.
        assert!(gap(&pair[0], &pair[1]) >= Duration::from_millis(120), "{asked:?}");
    }
}

#[tokio::test]
async fn a_name_of_several_places_lists_them() {
    let server = Server::start(|_, _| {
        Reply::json(&json!([
            entry("Elm Grove, New Jersey, USA", "40.2", "-74.2", 0.4),
            entry("Elm Grove, Wisconsin, USA", "43.0", "-88.0", 0.35),
            entry("Elm Grove, Missouri, USA", "38.0", "-92.0", 0.1),
        ]))
    })
    .await;
    let error = refused(&Nominatim::new(&config(&server)).unwrap()).await;
    assert_eq!((error.code.as_str(), error.suggestions.len()), ("ambiguous", 2));
    assert!(geocoder::resolve(&error.suggestions[1]).is_ok(), "{error:?}");
}

#[tokio::test]
async fn a_service_that_gives_no_answer_leaves_the_place_unknown_and_says_why() {
    let check = async |reply: Reply, requests: usize, part: &str| {
        let server = Server::start(move |_, _| reply.clone()).await;
        let error = refused(&Nominatim::new(&config(&server)).unwrap()).await;
        assert_eq!((error.field.as_str(), error.code.as_str()), ("location", "unknown"));
        assert!(error.message.contains(part), "{part}: {}", error.message);
        assert_eq!(server.asked().len(), requests, "{}", error.message);
    };
    check(Reply::status(429, "").with("retry-after", "600"), 1, "in 600 s").await;
    check(Reply::status(403, "<h1>Access blocked</h1>"), 1, "Access blocked").await;
    check(Reply::status(400, r#"{"error":{"code":400,"message":"Bad q."}}"#), 1, "Bad q.").await;
    check(Reply::status(302, "").with("location", "https://b.example/"), 1, "https://b.example/").await;
    check(Reply::status(502, ""), 3, "busy").await;
    check(Reply::status(200, "<html>hello</html>"), 3, "not of the documented form").await;
    check(found().cut(), 3, "gave no answer").await;
}
