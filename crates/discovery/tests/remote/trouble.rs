//! A server that is busy, broken, or something else than it should be.

use std::time::{Duration, Instant};

use crate::server::{Reply, Server};
use crate::support::*;

const BUSY_PAGE: &str = "<html><body><p><strong>Error</strong>: runtime error: open64: 0 Success. The server is probably too busy.</p></body></html>";

fn one() -> Reply {
    elements(&[node(1, 60.17, 24.94, "Kahvila")])
}

/// A server whose first answers are these; all later ones are right.
async fn server(first: Vec<Reply>) -> Server {
    Server::start(move |asked, before| {
        if asked.path == "/api/status" {
            return Reply::status(
                200,
                "Rate limit: 2\nSlot available after: 2026-05-04T09:30:00Z, in 0 seconds.\n",
            );
        }
        first.get(before).cloned().unwrap_or_else(one)
    })
    .await
}

#[tokio::test]
async fn a_wait_that_the_server_names_is_kept_and_told() {
    let server = server(vec![Reply::status(429, "").with("retry-after", "1")]).await;
    let told = told(&overpass(&server), &cafes(5.0)).await.unwrap();
    assert_eq!(told.ids(), ["node/1"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(gap(&asked[0], &asked[1]) >= Duration::from_secs(1), "{asked:?}");
    assert!(told.notes.iter().any(|note| note.contains("127.0.0.1 asks to wait")), "{:?}", told.notes);
}

#[tokio::test]
async fn without_a_named_wait_the_status_is_asked_and_the_least_wait_is_kept() {
    let server = server(vec![Reply::status(429, "rate_limited")]).await;
    assert_eq!(told(&overpass(&server), &cafes(5.0)).await.unwrap().ids(), ["node/1"]);
    let asked = server.asked();
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(paths, ["/api/interpreter", "/api/status", "/api/interpreter"]);
    assert!(gap(&asked[1], &asked[2]) >= TIMING.limited, "{asked:?}");
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_the_search_and_is_kept_by_the_next() {
    let server = server(vec![Reply::status(429, "").with("retry-after", "3600")]).await;
    let source = overpass(&server);
    let error = failure(&source).await;
    assert!(error.contains("takes no more requests") && error.contains("in 3600 s"), "{error}");
    let error = failure(&source).await;
    assert!(error.contains("try again in 3"), "{error}");
    assert_eq!(server.asked().len(), 1, "it wants to be left alone");
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() {
    let busy = vec![
        vec![Reply::status(504, BUSY_PAGE), Reply::status(503, "")],
        vec![one().cut()],
        vec![Reply::status(200, BUSY_PAGE).with("content-type", "text/html")],
        vec![Reply::status(200, r#"{"elements":[{"type":"node","id":1,"lat":60"#)],
        vec![remark(
            "runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::timeout",
        )],
    ];
    for first in busy {
        let expected = first.len() + 1;
        let (what, server) = (format!("{first:?}"), server(first).await);
        assert_eq!(told(&overpass(&server), &cafes(5.0)).await.unwrap().ids(), ["node/1"], "{what}");
        assert_eq!(server.asked().len(), expected, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_recover_is_left_alone_after_some_attempts() {
    let check = async |reply: Reply, parts: &[&str]| {
        let server = server(vec![reply; 9]).await;
        let error = failure(&overpass(&server)).await;
        parts.iter().for_each(|part| assert!(error.contains(part), "{part}: {error}"));
        assert_eq!(server.asked().len(), TIMING.attempts as usize, "{error}");
    };
    check(Reply::status(504, BUSY_PAGE), &["is busy", "status 504", "later"]).await;
    check(one().cut(), &["gave no answer"]).await;
    check(Reply::status(200, BUSY_PAGE), &["it is a page", "too busy"]).await;
    check(Reply::status(200, "[]"), &["not of the documented form", "check its address"]).await;
}

#[tokio::test]
async fn what_would_be_refused_again_is_not_asked_again() {
    let check = async |reply: Reply, parts: &[&str]| {
        let server = server(vec![reply; 9]).await;
        let error = failure(&overpass(&server)).await;
        parts.iter().for_each(|part| assert!(error.contains(part), "{part}: {error}"));
        assert_eq!(server.asked().len(), 1, "{error}");
    };
    let page = "<html><body><p>The data is from osm.</p><p><strong style=\"color:#FF0000\">Error</strong>: line 1: parse error</p></body></html>";
    check(Reply::status(400, page), &["status 400", "Error: line 1: parse error"]).await;
    check(Reply::status(406, "Not Acceptable"), &["refuses", "406", "--contact-url"]).await;
    check(Reply::status(403, ""), &["refuses", "no message"]).await;
    check(Reply::status(404, "<h1>Not Found</h1>"), &["Not Found", "check its address"]).await;
    let moved = Reply::status(301, "").with("location", "https://elsewhere.example/api/");
    check(moved, &["https://elsewhere.example/api/", "instead"]).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = url::Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let config = discovery::remote::ServiceConfig::new(base, CONTACT, TIMING);
    let error = failure(&discovery::source::Overpass::new(&config).unwrap()).await;
    assert!(error.contains("127.0.0.1 gave no answer") && error.contains("refused"), "{error}");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up_in_time() {
    let server = server(vec![one().endless(); 9]).await;
    let mut config = config(&server);
    config.timing.timeout = Duration::from_millis(100);
    let started = Instant::now();
    let error = failure(&discovery::source::Overpass::new(&config).unwrap()).await;
    assert!(error.contains("took too long"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_stream_that_nobody_reads_stops_asking() {
    let server = server(vec![Reply::status(504, ""); 9]).await;
    let mut config = config(&server);
    config.timing.backoff = Duration::from_millis(300);
    let source = discovery::source::Overpass::new(&config).unwrap();
    let mut stream = discovery::PlaceSource::places(&source, &cafes(5.0)).unwrap();
    assert!(stream.next_chunk().await.unwrap().is_ok(), "it says that it begins");
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    // The turn is free again at once, though the first search would wait for long.
    let next = tokio::time::timeout(Duration::from_secs(5), told(&source, &cafes(5.0))).await.unwrap();
    assert!(next.unwrap_err().to_string().contains("busy"));
    assert_eq!(server.asked().len(), 1 + TIMING.attempts as usize);
}

#[tokio::test]
async fn a_contact_or_address_that_cannot_be_used_is_told_at_once() {
    let server = server(Vec::new()).await;
    let refused = |contact: &str, base: &str| {
        let config = discovery::remote::ServiceConfig::new(url::Url::parse(base).unwrap(), contact, TIMING);
        discovery::source::Overpass::new(&config).unwrap_err().to_string()
    };
    for contact in ["", "  ", "mailto:ada@example.org\nx: y"] {
        assert!(refused(contact, "http://a.example/").contains("contact"), "{contact:?}");
    }
    assert!(refused(CONTACT, "file:///places").contains("no address of a service"));
    assert!(server.asked().is_empty());
}
