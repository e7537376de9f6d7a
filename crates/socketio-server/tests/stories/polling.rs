//! HTTP long-polling, by hand.

use std::time::Duration;

use http::{Method, StatusCode};
use socketio_server::Config;

use crate::support::{Scene, number, patiently};

fn numbers(body: &str) -> Vec<u64> {
    body.split('\u{1e}').filter_map(number).collect()
}

#[tokio::test]
async fn numbers_come_in_their_order_with_whatever_request_asks_next() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let mut heard = Vec::new();
    for count in [1, 2, 300, 4] {
        scene.numbers.tell(count);
        let until = heard.len() as u64 + count;
        while (heard.len() as u64) < until {
            let some = numbers(&scene.take(&sid).await.1);
            assert!((1..=16).contains(&some.len()), "more than every client reads: {}", some.len());
            heard.extend(some);
        }
    }
    assert_eq!(heard, (0..307).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_request_waits_for_what_comes() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let tell = async {
        tokio::task::yield_now().await;
        scene.numbers.tell(1);
    };
    let ((_, body), ()) = tokio::join!(scene.take(&sid), tell);
    assert_eq!(numbers(&body), [0]);
}

#[tokio::test]
async fn two_requests_that_wait_end_the_session() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let ((first, _), (second, why)) = tokio::join!(scene.take(&sid), scene.take(&sid));
    assert_eq!((first, second), (StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST));
    assert!(why.contains("one at a time"), "{why}");
    let (status, why) = scene.take(&sid).await;
    assert!(status == StatusCode::BAD_REQUEST && why.contains("open another"), "{why}");
}

#[tokio::test]
async fn what_cannot_be_read_ends_the_session_with_the_reason() {
    let scene = Scene::new();
    for body in ["", "!", "b?", "40\u{1e}", "0{}"] {
        let sid = scene.join().await;
        let (status, why) = scene.put(&sid, body).await;
        assert!(status == StatusCode::BAD_REQUEST && why.contains("cannot be read"), "{body}: {why}");
        assert_eq!(scene.take(&sid).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn what_is_out_of_turn_ends_the_session() {
    let scene = Scene::new();
    for body in [r#"40{"from":1}"#, "41/other,", "2", "5", "bAAAA", "451-[\"a\"]\u{1e}41"] {
        let sid = scene.join().await;
        assert_eq!(scene.put(&sid, body).await.0, StatusCode::OK, "{body}");
        loop {
            let (status, packets) = scene.take(&sid).await;
            if status == StatusCode::BAD_REQUEST || packets == "1" {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_what_may_be() {
    let scene = Scene::with(Config { max_payload: 100, ..Config::default() }, 0);
    let sid = scene.join().await;
    let (status, why) = scene.put(&sid, &format!("4{}", "2".repeat(100))).await;
    assert!(status == StatusCode::PAYLOAD_TOO_LARGE && why.contains("at most 100 bytes"), "{why}");
}

#[tokio::test]
async fn whoever_leaves_may_join_again() {
    let scene = Scene::new();
    let sid = scene.join().await;
    scene.put(&sid, "41\u{1e}40{\"from\":7}").await;
    let (_, joined) = scene.take(&sid).await;
    assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
    scene.numbers.tell(9);
    assert_eq!(numbers(&scene.take(&sid).await.1), [7, 8]);
}

#[tokio::test]
async fn a_refusal_says_why_and_another_try_is_free() {
    let scene = Scene::new();
    let sid = scene.open().await;
    scene.put(&sid, "40").await;
    assert_eq!(scene.take(&sid).await.1, r#"44{"message":"send {\"from\": a number}"}"#);
    scene.put(&sid, "40/admin,{}").await;
    assert_eq!(scene.take(&sid).await.1, r#"44/admin,{"message":"Invalid namespace"}"#);
    scene.put(&sid, r#"40{"from":0}"#).await;
    assert!(scene.take(&sid).await.1.starts_with("40{"));
}

#[tokio::test]
async fn a_feed_that_ends_disconnects_its_socket() {
    let scene = Scene::new();
    let sid = scene.join().await;
    scene.numbers.end();
    let mut heard = String::new();
    loop {
        let (status, body) = scene.take(&sid).await;
        if status != StatusCode::OK {
            break;
        }
        heard += &body;
    }
    assert_eq!(heard, "411");
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_join_or_answer_is_forgotten() {
    let config = Config { join_timeout: Duration::from_secs(15), ..Config::default() };
    let scene = Scene::with(config, 0);
    let silent = scene.open().await;
    let (_, packets) = scene.take(&silent).await;
    assert_eq!(packets, "1");
    let deaf = scene.join().await;
    assert_eq!(scene.take(&deaf).await.1, "2");
    assert_eq!(scene.take(&deaf).await.1, "1");
    let alive = scene.join().await;
    for _ in 0..3 {
        assert_eq!(scene.take(&alive).await.1, "2");
        scene.put(&alive, "3").await;
    }
}

#[tokio::test]
async fn a_server_that_closes_ends_requests_that_wait() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let close = async {
        tokio::task::yield_now().await;
        scene.server.close().await;
    };
    let ((status, _), ()) = patiently(async { tokio::join!(scene.take(&sid), close) }).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_session_that_there_is_not_is_refused() {
    let scene = Scene::new();
    for method in [Method::GET, Method::POST] {
        let (status, why) = scene.ask(method, "transport=polling&sid=nobody", "2").await;
        assert!(status == StatusCode::BAD_REQUEST && why.contains(r#""code":1"#), "{why}");
    }
}
