//! Header injection: line breaks where a value becomes part of an answer's head, and heads that are none.

use axum::http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::guarded::{Guarded, nobody};
use crate::support::{Listening, TestApp, open_config};

const BREAK: &str = "%0d%0aSet-Cookie:%20letip=planted%0d%0aX-Planted:%201";

/// Where somebody is sent after signing in, or to sign in, is a path of this server on one line.
#[tokio::test]
async fn where_one_is_sent_is_a_path_of_this_server_on_one_line() {
    let app = Guarded::new().await;
    let returns = [
        BREAK.to_owned(),
        format!("/leads{BREAK}"),
        "//evil.example".to_owned(),
        "/%09/evil.example".to_owned(),
        "/%5cevil.example".to_owned(),
        "https://evil.example".to_owned(),
        "javascript:alert(1)".to_owned(),
        "%2F%2Fevil.example".to_owned(),
    ];
    for to in returns {
        let answer = app.get(&app.admin, &format!("/sign-in?return={to}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/")), "{to}");
        let form = format!("email=root%40example.org&password=wrong&return={to}");
        let page = app.submit(&nobody(), "/sign-in", &form).await;
        assert!(page.text().contains("name=\"return\" value=\"/\""), "{to}: {}", page.text());
    }
    for path in [format!("/leads?city={BREAK}"), format!("/nothing{BREAK}"), format!("/jobs/1{BREAK}")] {
        let answer = app.get(&nobody(), &path).await;
        assert!(answer.header("location").unwrap().starts_with("/sign-in?return=%2F"), "{path}");
        assert!(answer.header("set-cookie").is_none() && answer.header("x-planted").is_none(), "{path}");
    }
}

#[tokio::test]
async fn what_a_request_says_does_not_become_a_header_of_its_answer() {
    let app = TestApp::new().await;
    for path in [
        format!("/api/businesses/export?format=csv&search={BREAK}"),
        format!("/api/jobs/{BREAK}"),
        format!("/assets/{BREAK}"),
        format!("/problems/{BREAK}"),
        format!("/leads/1/enrich{BREAK}"),
    ] {
        let answer = app.get(&path).await;
        assert!(answer.header("set-cookie").is_none() && answer.header("x-planted").is_none(), "{path}");
    }
    let request = Request::get("/api/businesses").header("x-request-id", "planted value with spaces");
    let id = app.ask(request).await.header("x-request-id").unwrap().to_owned();
    assert!(!id.contains("planted"), "{id}");
}

/// Two requests in the clothes of one, and heads that are none: the connection is refused or closed, and never answered
/// as something else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_are_none_are_refused_on_the_wire() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(open_config(db.store())).await;
    let host = format!("Host: {}\r\n", server.address);
    let heads = [
        format!("GET /livez HTTP/1.1\r\n{host}X-A: a\rSet-Cookie: x\r\n\r\n"),
        format!("GET /livez HTTP/1.1\r\n{host} folded: value\r\n\r\n"),
        format!("GET /livez HTTP/1.1\r\n{host}Bad Name: x\r\n\r\n"),
        format!("GET /livez\u{0} HTTP/1.1\r\n{host}\r\n"),
        format!("GET /livez HTTP/1.1\r\n{host}X-Long: {}\r\n\r\n", "x".repeat(1_000_000)),
        format!("GET /{} HTTP/1.1\r\n{host}\r\n", "x".repeat(1_000_000)),
        format!("GET /livez HTTP/1.1\r\n{host}{}\r\n", "x: y\r\n".repeat(5000)),
        format!(
            "POST /api/jobs/retry-failed HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{{}}"
        ),
        format!("POST /api/jobs/retry-failed HTTP/1.1\r\n{host}Content-Length: +2\r\n\r\n{{}}"),
        format!(
            "POST /api/jobs/retry-failed HTTP/1.1\r\n{host}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n"
        ),
    ];
    for head in heads {
        let answer = talk(server.address, head.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or("closed").to_owned();
        let shown = head.chars().take(90).collect::<String>();
        assert!(["400", "414", "431", "closed"].contains(&status.as_str()), "{shown}: {answer}");
        assert!(!answer.to_lowercase().contains("set-cookie"), "{shown}: {answer}");
    }
    let well =
        talk(server.address, format!("GET /livez HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes())
            .await;
    assert!(well.starts_with("HTTP/1.1 200"), "{well}");
    server.stop().await;
}

/// Sends the bytes and reads to the end of the connection.
async fn talk(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that has seen enough closes before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
