//! A thousand people at once: nobody is shown what is another's, whatever threads their pages are rendered on.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::views::NewView;
use contract::{Role, Timestamp};
use futures::future::join_all;
use server::{Access, ServerConfig};
use sha2::{Digest, Sha256};
use store::{NewAccount, NewSession, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Listening, TestApp, business, open_config, seed};

const PEOPLE: usize = 1000;

/// What only person `number` may be shown: their name on every page, and their saved view. No name begins another.
fn marks(number: usize) -> [String; 2] {
    [format!("Person<{number:04}>"), format!("View<{number:04}>")]
}

fn secret(number: usize) -> String {
    format!("the secret of person {number:04}").replace(' ', "-")
}

/// People who have signed in, each with a saved view. What a browser proves itself with is stored as its SHA-256.
async fn sign_in_all(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for number in 0..PEOPLE {
        let [name, view] = marks(number);
        let account = NewAccount {
            email: format!("person-{number:04}@example.org"),
            name,
            role: [Role::Viewer, Role::Member, Role::Admin][number % 3],
            password_hash: "$argon2id$nobody-signs-in-with-it".to_owned(),
        };
        let user = tx.insert_user(account).await.unwrap();
        let session = NewSession {
            digest: URL_SAFE_NO_PAD.encode(Sha256::digest(secret(number))),
            user_id: user.id,
            user_agent: None,
            expires_at: Timestamp::from_millis(4_000_000_000_000),
        };
        tx.open_session(session).await.unwrap();
        tx.insert_view(Some(user.id), NewView { name: view, query: String::new() }).await.unwrap();
    }
    tx.commit().await.unwrap();
    seed(store, (0..20).map(|n| business(&format!("Lead {n}"), "Espoo")).collect()).await;
}

fn guard(config: &mut ServerConfig) {
    config.access = Access::SignedIn { tls: false };
    // They wait for each other, all but the first few hundred in the queue.
    config.limits.waiting_time = Duration::from_secs(600);
    config.limits.request_time = Duration::from_secs(600);
}

/// Pages of the application, documents of forms, and the API.
fn path(number: usize) -> &'static str {
    ["/", "/leads", "/account", "/leads/views", "/api/auth/me", "/jobs", "/api/views"][number % 7]
}

/// The answer belongs to that person, and holds nothing of another.
fn check(number: usize, answer: &str) {
    let path = path(number);
    let text = answer.replace("&lt;", "<").replace("\\u003c", "<").replace("&gt;", ">");
    let mine = marks(number);
    assert!(mine.iter().any(|mark| text.contains(mark)), "{path} is not of {number}: {text}");
    for kind in ["Person<", "View<"] {
        for found in text.match_indices(kind).map(|(at, _)| &text[at..]) {
            let own = mine.iter().any(|mark| found.starts_with(mark.as_str()));
            assert!(own, "{path} of {number} shows {}", found.chars().take(12).collect::<String>());
        }
    }
}

fn cookie(number: usize) -> String {
    format!("letip={}", secret(number))
}

async fn all_at_once() {
    let app = Arc::new(TestApp::with(guard).await);
    sign_in_all(app.store()).await;
    let asking = (0..PEOPLE).map(|number| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let request = Request::get(path(number)).header(header::HOST, "localhost:3030");
            let request = request.header(header::COOKIE, cookie(number)).body(Body::empty()).unwrap();
            let answer = app.send(request).await;
            assert_eq!(answer.status.as_u16(), 200, "{number}: {}", answer.text());
            check(number, answer.text());
        })
    });
    for asked in join_all(asking).await {
        asked.unwrap();
    }
}

#[tokio::test]
async fn a_thousand_people_are_each_shown_their_own_on_one_thread() {
    all_at_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_thousand_people_are_each_shown_their_own_on_many_threads() {
    all_at_once().await;
}

/// Over connections, as browsers have them: each is kept, and used by one person after another, as behind a proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_thousand_people_are_each_shown_their_own_over_shared_connections() {
    const CONNECTIONS: usize = 200;
    let db = store::test_support::sqlite().await;
    sign_in_all(db.store()).await;
    let mut config = ServerConfig { job_concurrency: 0, ..open_config(db.store()) };
    guard(&mut config);
    let server = Listening::start(config).await;
    let address = server.address;
    let asking = (0..CONNECTIONS).map(|first| {
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            for number in (first..PEOPLE).step_by(CONNECTIONS) {
                check(number, &get(&mut stream, number).await);
            }
        })
    });
    for asked in join_all(asking).await {
        asked.unwrap();
    }
    server.stop().await;
}

/// One answer with its length in its head, or in chunks.
async fn get(stream: &mut TcpStream, number: usize) -> String {
    let head =
        format!("GET {} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n", path(number), cookie(number));
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    loop {
        assert!(stream.read_buf(&mut read).await.unwrap() > 0, "{number}: the connection was closed");
        if is_whole(&read) {
            let answer = String::from_utf8(read).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
            return answer;
        }
    }
}

fn is_whole(read: &[u8]) -> bool {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.map_or_else(|| read.ends_with(b"0\r\n\r\n"), |length| read.len() >= end + 4 + length)
}
