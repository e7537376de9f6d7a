//! Layers around a real connection: in which order they see what is asked and answered, and what the ready-made ones do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::interceptor::{Bearer, Interceptor, Next, RequestLog, Retry};
use client::transport::TransportFuture;
use client::{ApiClient, IdempotencyKey, Request, Response, TransportError};
use contract::{BusinessQuery, ScrapeRequest, Stats};
use tracing::subscriber::DefaultGuard;

use crate::loopback::{Does, Loopback};

const TOKEN: &str = "wX3_d-2.secret";

/// Writes down what passes it.
struct Note(&'static str, Arc<Mutex<Vec<String>>>);

impl Interceptor for Note {
    fn intercept<'a>(
        &'a self,
        mut request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        let Self(name, notes) = self;
        notes.lock().unwrap().push(format!("{name} asks"));
        request.headers.push(("x-seen-by".to_owned(), (*name).to_owned()));
        Box::pin(async move {
            let outcome = next.run(request).await;
            let status = outcome.as_ref().map(|answer| answer.status);
            notes.lock().unwrap().push(format!("{name} is answered {}", status.unwrap_or(0)));
            outcome
        })
    }
}

/// Answers in the server's place.
struct Shut;

impl Interceptor for Shut {
    fn intercept<'a>(
        &'a self,
        _: Request,
        _: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        Box::pin(async { Ok(Response { status: 403, ..Response::default() }) })
    }
}

/// What is logged on this thread while it lives, at every level.
struct Log {
    written: Written,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn begin() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self { written, _guard: tracing::subscriber::set_default(subscriber) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of the layer.
    fn lines(&self) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(" client: ")).map(str::to_owned).collect()
    }
}

fn stats() -> Does {
    Does::json(200, &Stats::default())
}

fn bearer() -> Bearer {
    Bearer::new(TOKEN).unwrap()
}

/// As a program has it: a line of the log for each attempt.
fn program(server: &Loopback) -> ApiClient {
    server.api().with(Retry::times(2)).with(RequestLog).with(bearer())
}

#[tokio::test]
async fn the_layer_that_was_added_first_sees_the_request_first_and_the_answer_last() {
    let server = Loopback::that([stats(), stats()]).await;
    let notes = Arc::new(Mutex::new(Vec::new()));
    let plain = server.api();
    let api = plain.with(Note("outer", Arc::clone(&notes))).with(Note("inner", Arc::clone(&notes)));
    api.stats().await.unwrap();
    assert_eq!(
        *notes.lock().unwrap(),
        ["outer asks", "inner asks", "inner is answered 200", "outer is answered 200"]
    );
    plain.stats().await.unwrap();
    let [layered, bare] = server.asked().try_into().unwrap();
    assert_eq!((layered.header("x-seen-by"), bare.header("x-seen-by")), (Some("outer"), None));
    assert_eq!(notes.lock().unwrap().len(), 4, "the client without the layers has none");
}

#[tokio::test]
async fn a_layer_may_answer_in_the_servers_place_and_those_behind_it_see_nothing() {
    let server = Loopback::that([]).await;
    let notes = Arc::new(Mutex::new(Vec::new()));
    let before = Note("before", Arc::clone(&notes));
    let api = server.api().with(before).with(Shut).with(Note("behind", Arc::clone(&notes)));
    let error = api.stats().await.unwrap_err();
    assert_eq!((error.status, error.request_id().map(str::len)), (Some(403), Some(36)));
    assert_eq!(*notes.lock().unwrap(), ["before asks", "before is answered 403"]);
    assert!(server.asked().is_empty());
}

/// Signs in as somebody else.
struct Other;

impl Interceptor for Other {
    fn intercept<'a>(
        &'a self,
        mut request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        request.headers.push(("authorization".to_owned(), "Bearer other".to_owned()));
        next.run(request)
    }
}

#[tokio::test]
async fn a_token_goes_with_each_request_and_is_shown_nowhere() {
    let log = Log::begin();
    let server = Loopback::that([stats(), Does::HangsUp, stats()]).await;
    let api = program(&server);
    api.stats().await.unwrap();
    let key = IdempotencyKey::of("press-1");
    let no_retry = server.api().with(RequestLog).with(bearer());
    let error = no_retry.start_scrape(&ScrapeRequest::default(), key).await.unwrap_err();
    server.api().with(Other).with(bearer()).stats().await.unwrap();
    let [read, write, other] = server.asked().try_into().unwrap();
    let sent = format!("Bearer {TOKEN}");
    assert_eq!([&read, &write].map(|asked| asked.header("authorization")), [Some(sent.as_str()); 2]);
    assert_eq!(other.header("authorization"), Some("Bearer other"), "who says who asks is left");
    let request = Request {
        method: "GET",
        path: "/api/stats".to_owned(),
        headers: vec![("authorization".to_owned(), sent)],
        body: None,
    };
    let shown = format!("{:?} {api:?} {error:?} {request:?} {}", bearer(), log.text());
    assert!(shown.contains("authorization") && shown.contains("/api/scraper/scrape"), "{shown}");
    assert!(!shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn the_log_has_what_became_of_each_request_and_nothing_that_was_typed() {
    let log = Log::begin();
    let does = [stats(), Does::problem(404, "none"), Does::html(502), Does::HangsUp];
    let server = Loopback::that(does).await;
    let api = server.api().with(RequestLog);
    api.stats().await.unwrap();
    let query =
        BusinessQuery { search: Some("Maija".into()), city: Some("Espoo".into()), ..Default::default() };
    let refused = api.list_businesses(&query).await.unwrap_err();
    api.stats().await.unwrap_err();
    api.stats().await.unwrap_err();
    let lines = log.lines();
    let ids: Vec<_> =
        server.asked().iter().map(|asked| asked.header("x-request-id").unwrap().to_owned()).collect();
    for (line, id) in lines.iter().zip(&ids) {
        assert!(
            line.contains(id.as_str()) && line.contains("duration_ms=") && line.contains("method=\"GET\""),
            "{line}"
        );
    }
    let said = [
        ["DEBUG", "request answered", "path=\"/api/businesses/stats\"", "status=200"],
        ["WARN", "request refused", "path=\"/api/businesses?city&search\"", "status=404"],
        ["ERROR", "request failed", "path=\"/api/businesses/stats\"", "status=502"],
        ["ERROR", "server out of reach", "path=\"/api/businesses/stats\"", "reason="],
    ];
    assert_eq!(lines.len(), said.len(), "{lines:#?}");
    for (line, words) in lines.iter().zip(said) {
        assert!(words.iter().all(|word| line.contains(word)), "{words:?}: {line}");
    }
    assert!(!log.text().contains("Maija") && !log.text().contains("Espoo"), "{}", log.text());
    assert_eq!(refused.request_id(), Some("r-1"), "the server's own word counts");
}

/// One call, one id; a line for each attempt where the log is inside of the retries, and one for all where it is outside.
#[tokio::test]
async fn what_is_repeated_is_one_request_and_the_log_stands_where_it_was_put() {
    for (inside, lines) in [(true, 3), (false, 1)] {
        let log = Log::begin();
        let server = Loopback::that([Does::Busy(0), Does::Busy(0), stats()]).await;
        let api = server.api();
        let api = if inside {
            api.with(Retry::times(2)).with(RequestLog)
        } else {
            api.with(RequestLog).with(Retry::times(2))
        };
        api.stats().await.unwrap();
        assert_eq!(log.lines().len(), lines, "{}", log.text());
        let [first, second, third] = server.asked().try_into().unwrap();
        assert_eq!((&first, &second), (&second, &third));
    }
}

#[tokio::test]
async fn a_write_is_repeated_under_its_key_or_not_at_all() {
    let refused = Does::problem(422, "no such place");
    let server = Loopback::that([Does::Busy(0), refused, Does::Busy(0)]).await;
    let api = server.api().with(Retry::times(2));
    let key = IdempotencyKey::of("press-1");
    assert_eq!(api.start_scrape(&ScrapeRequest::default(), key).await.unwrap_err().status, Some(422));
    let [first, again] = server.asked().try_into().unwrap();
    assert_eq!((first.header("idempotency-key"), &first), (Some("press-1"), &again));
    let error = api.revoke_other_sessions().await.unwrap_err();
    assert_eq!((error.status, server.asked().len()), (Some(503), 3), "it has no key: {error}");
}

#[tokio::test]
async fn a_server_that_stays_busy_is_told_with_its_own_word_in_the_end() {
    let does = [Does::Busy(0), Does::Busy(0), Does::problem(503, "imports run; try again later")];
    let server = Loopback::that(does).await;
    let error = program(&server).stats().await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.request_id()),
        ("imports run; try again later", Some("r-1"))
    );
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_hung_up_through_all_layers() {
    for does in [Does::Waits, Does::WaitsAfterTheHead] {
        let log = Log::begin();
        let server = Loopback::that([does.clone()]).await;
        let asking = tokio::spawn(program(&server).stats());
        server.arrived().await;
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        server.hung_up().await;
        let lines = log.lines();
        assert!(
            lines.len() == 1 && lines[0].contains("request dropped before its answer"),
            "{does:?}: {lines:?}"
        );
        assert_eq!(server.asked().len(), 1, "{does:?}");
    }
}

/// Between two attempts there is nothing to hang up on: no other one follows.
#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_is_not_sent_again() {
    let log = Log::begin();
    let server = Loopback::that([Does::Busy(20)]).await;
    let asking = tokio::spawn(program(&server).stats());
    while log.lines().is_empty() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(server.asked().len(), 1);
}
