//! A real site on loopback, read politely and written to a real store.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod certificates;
mod guard;
mod http2;
mod kept;
mod numbers;
mod pace;
mod patience;
mod trouble;
mod undiscovered;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use contract::{EmailStatus, EnrichmentStatus, EventPayload, JobKind};
use enrichment::address::Guard;
use enrichment::crawl::{Reading, crawl};
use enrichment::verify::{Exchange, Resolve, ResolveError, Verifier};
use enrichment::{FetchError, Fetcher, FetcherConfig, Outcome, Tools, enrich, enrich_batch};
use store::{NewBusiness, NewJob, Store, test_support};
use tokio_util::sync::CancellationToken;

/// Status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
struct Site {
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    log: Arc<Mutex<Vec<(Instant, String, String)>>>,
}

struct Running {
    site: Site,
    address: SocketAddr,
}

impl Running {
    async fn start() -> Self {
        let site = Site::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(serve).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { site, address }
    }

    fn page(self, path: &str, html: &str) -> Self {
        self.answer(path, 200, &[("content-type", "text/html; charset=utf-8")], html)
    }

    fn answer(self, path: &str, status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.site.answers.lock().unwrap().insert(path.to_owned(), (status, headers, body.to_owned()));
        self
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn fetcher(&self) -> Fetcher {
        let mut config = FetcherConfig::new("https://letip.example/crawler");
        config.guard = Guard::allowing([self.address]);
        config.spacing = Duration::from_millis(20);
        config.timeout = Duration::from_secs(2);
        Fetcher::new(config).unwrap()
    }

    fn paths(&self) -> Vec<String> {
        self.site.log.lock().unwrap().iter().map(|(_, path, _)| path.clone()).collect()
    }

    async fn read(&self) -> Reading {
        crawl(&self.fetcher(), &self.url(), Some("US"), &CancellationToken::new()).await
    }
}

async fn serve(State(site): State<Site>, request: Request) -> Response<Body> {
    let agent = request.headers().get("user-agent").map(|value| value.to_str().unwrap().to_owned());
    let path = request.uri().path().to_owned();
    site.log.lock().unwrap().push((Instant::now(), path.clone(), agent.unwrap_or_default()));
    let answer = site.answers.lock().unwrap().get(&path).cloned();
    let (status, headers, body) = answer.unwrap_or((404, Vec::new(), "nothing here".to_owned()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

const HOME: &str =
    "<h1>Acme</h1><a href='/blog'>Blog</a><a href='/contact'>Contact</a><a href='/about'>About</a>";

#[tokio::test]
async fn the_contact_page_is_found_and_read_politely() {
    let running = Running::start().await.page("/", HOME).page("/contact", "<p>info@acme.example</p>").page(
        "/about",
        "<script type='application/ld+json'>{\"@type\":\"Person\",\"name\":\"Jane Roe\",\"jobTitle\":\"Owner\"}</script>",
    );
    let Reading::Read(findings) = running.read().await else { panic!("not read") };
    assert_eq!(findings.emails[0].value, "info@acme.example");
    assert_eq!(findings.people[0].title.as_deref(), Some("Owner"));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/contact", "/about"]);
    let log = running.site.log.lock().unwrap();
    assert!(log.iter().all(|(_, _, agent)| agent.starts_with("letip/") && agent.contains("letip.example")));
    assert!(log.windows(2).all(|pair| pair[1].0 - pair[0].0 >= Duration::from_millis(20)));
}

#[tokio::test]
async fn robots_txt_is_obeyed_page_by_page_and_as_a_whole() {
    let rules = "User-agent: *\nDisallow: /contact\n";
    let running = Running::start().await.page("/", HOME).answer("/robots.txt", 200, &[], rules);
    assert!(matches!(running.read().await, Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/about"]);
    let running = Running::start().await.page("/", HOME).answer("/robots.txt", 503, &[], "");
    assert!(matches!(running.read().await, Reading::BlockedByRobots));
    assert_eq!(running.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_never_into_a_private_network() {
    let to = |target: &str| vec![("location", target.to_owned())];
    let set = |running: &Running, path: &str, target: &str| {
        let answer = (302, to(target), String::new());
        running.site.answers.lock().unwrap().insert(path.to_owned(), answer);
    };
    let running = Running::start().await.page("/home", "<p>info@acme.example</p>");
    set(&running, "/", "/home");
    assert!(matches!(running.read().await, Reading::Read(_)));
    let running = Running::start().await;
    set(&running, "/", "/");
    assert!(matches!(running.read().await, Reading::Unreachable(FetchError::TooManyRedirects(5))));
    for target in [
        "http://169.254.169.254/latest/",
        "http://127.0.0.1:1/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
    ] {
        let running = Running::start().await;
        set(&running, "/", target);
        let reading = running.read().await;
        assert!(matches!(reading, Reading::Unreachable(FetchError::Refused(_))), "{target}: {reading:?}");
    }
}

#[tokio::test]
async fn outcomes_are_told_apart() {
    let parked = Running::start().await.page("/", "<h1>This domain is for sale</h1>");
    assert!(matches!(parked.read().await, Reading::Parked));
    let gone = Running::start().await.answer("/", 500, &[], "");
    assert!(matches!(gone.read().await, Reading::Unreachable(FetchError::Status(500))));
    let pdf = Running::start().await.answer("/", 200, &[("content-type", "application/pdf")], "%PDF");
    assert!(
        matches!(pdf.read().await, Reading::Unreachable(FetchError::NotHtml(kind)) if kind == "application/pdf")
    );
    let running = Running::start().await;
    let nobody = Running { site: Site::default(), address: free_address().await };
    assert!(matches!(nobody.read().await, Reading::Unreachable(FetchError::Closed(_))));
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let reading = crawl(&running.fetcher(), &running.url(), None, &cancelled).await;
    assert!(matches!(reading, Reading::Cancelled));
}

async fn free_address() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_huge_page_is_cut_off() {
    let body = format!("<p>info@acme.example</p>{}", "x".repeat(5 * 1024 * 1024));
    let running = Running::start().await.page("/", &body);
    let Reading::Read(findings) = running.read().await else { panic!("not read") };
    assert_eq!(findings.emails[0].value, "info@acme.example");
}

async fn business(store: &Store, website: Option<String>) -> contract::BusinessId {
    let mut new = NewBusiness::named("Acme", "acme");
    new.business.website = website;
    new.business.country = Some("US".to_owned());
    let mut tx = store.begin().await.unwrap();
    let id = tx.insert_businesses(vec![new]).await.unwrap()[0].id;
    tx.commit().await.unwrap();
    id
}

async fn lease(store: &Store, kind: JobKind) -> store::ClaimedJob {
    store.enqueue_job(NewJob::new(kind, serde_json::Value::Null)).await.unwrap();
    let now = contract::Timestamp::from_millis(i64::MAX / 2);
    store.claim_job("test", &[kind], Duration::from_secs(60), now).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_enriched_business_has_its_evidence_its_contact_and_its_events() {
    let running = Running::start().await.page(
        "/",
        "<p>Write to acme.plumbing@gmail.com</p><script type='application/ld+json'>
         {\"@type\":\"Person\",\"name\":\"Jane Roe\",\"jobTitle\":\"Owner\"}</script>",
    );
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let claimed = lease(store, JobKind::Enrich).await;
    let cancel = CancellationToken::new();
    let ended = enrich(store, &running.fetcher(), &claimed.lease, id, &cancel).await.unwrap();
    assert_eq!((ended.outcome, ended.cause), (Outcome::Enriched, None));
    let detail = store.get_business(id).await.unwrap().unwrap();
    assert_eq!(detail.business.email.as_deref(), Some("acme.plumbing@gmail.com"));
    assert_eq!(detail.business.enrichment_status, EnrichmentStatus::Enriched);
    assert_eq!((detail.contacts.len(), detail.business.contact_count), (1, 1));
    assert!(detail.contacts[0].is_primary);
    let log = store.enrichment_log(id, 10).await.unwrap();
    assert_eq!(log[0].fields_written, ["email", "contacts"]);
    assert_eq!(log[0].evidence[0].snippet.as_deref(), Some("Write to acme.plumbing@gmail.com"));
    let events = store.events_since(0, 100).await.unwrap().events;
    let last_update = events.iter().rev().find_map(|event| match &event.payload {
        EventPayload::BusinessUpdated(business) => Some((**business).clone()),
        _ => None,
    });
    assert_eq!(last_update.unwrap(), detail.business, "the event shows the row as it is stored");
}

#[tokio::test]
async fn a_profile_that_a_business_has_no_field_for_is_kept_as_evidence() {
    let html =
        "<p>acme.plumbing@gmail.com</p><p>We are on <a href='https://nextdoor.com/pages/acme/'>Nextdoor</a></p>
        <a href='https://g.page/acme?share'>Map</a>";
    let running = Running::start().await.page("/", html);
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let claimed = lease(store, JobKind::Enrich).await;
    enrich(store, &running.fetcher(), &claimed.lease, id, &CancellationToken::new()).await.unwrap();
    let log = store.enrichment_log(id, 1).await.unwrap().remove(0);
    assert_eq!(log.fields_written, ["email"]);
    let profiles: Vec<_> = log.evidence.iter().filter(|one| one.field.starts_with("profiles.")).collect();
    let told: Vec<_> = profiles.iter().map(|one| (one.field.as_str(), one.value.as_str())).collect();
    let expect = [
        ("profiles.nextdoor", "https://nextdoor.com/pages/acme/"),
        ("profiles.googleMaps", "https://g.page/acme"),
    ];
    assert_eq!(told, expect);
    assert!(profiles[0].snippet.as_deref().unwrap().starts_with("We are on Nextdoor"));
}

/// Names that are told by heart: two domains take mail, one cannot be found out, others do not exist.
#[derive(Debug)]
struct Names;

#[async_trait::async_trait]
impl Resolve for Names {
    async fn mx(&self, domain: &str) -> Result<Vec<Exchange>, ResolveError> {
        match domain {
            "acme.example" | "gmail.com" => {
                Ok(vec![Exchange { preference: 10, host: "mx.acme.example".to_owned() }])
            }
            "yahoo.com" => Err(ResolveError::Failed("out of order".to_owned())),
            _ => Err(ResolveError::NoSuchName),
        }
    }

    async fn addresses(&self, _host: &str) -> Result<Vec<std::net::IpAddr>, ResolveError> {
        Ok(vec!["192.0.2.1".parse().unwrap()])
    }
}

/// Enriches a business from a page, with its addresses verified by those names.
async fn enriched_and_verified(store: &Store, html: &str) -> (Outcome, contract::BusinessDetail) {
    let running = Running::start().await.page("/", html);
    let (fetcher, verifier) = (running.fetcher(), Verifier::new(Arc::new(Names)));
    let id = business(store, Some(running.url())).await;
    let claimed = lease(store, JobKind::Enrich).await;
    let tools = Tools { verifier: Some(&verifier), ..Tools::from(&fetcher) };
    let ended = enrich(store, tools, &claimed.lease, id, &CancellationToken::new()).await.unwrap();
    (ended.outcome, store.get_business(id).await.unwrap().unwrap())
}

fn card(name: &str, email: &str) -> String {
    format!(
        "<script type='application/ld+json'>{{\"@type\":\"Person\",\"name\":\"{name}\",\"jobTitle\":\"Owner\",
         \"email\":\"{email}\"}}</script>"
    )
}

#[tokio::test]
async fn what_verification_says_of_an_address_is_stored_with_its_contact_and_as_evidence() {
    let db = test_support::sqlite().await;
    let store = db.store();
    let page = "<p>Write to acme@hotmail.com or acme@gmail.com</p>".to_owned()
        + &card("Jane Roe", "jane@gone.example")
        + &card("John Smith", "info@acme.example");
    let (outcome, detail) = enriched_and_verified(store, &page).await;
    assert_eq!(outcome, Outcome::Enriched);
    assert_eq!(detail.business.email.as_deref(), Some("acme@gmail.com"), "mail to the other cannot arrive");
    let mut contacts: Vec<_> = detail
        .contacts
        .iter()
        .map(|contact| (contact.email.as_deref().unwrap(), contact.email_status))
        .collect();
    contacts.sort_unstable();
    let expect = [("info@acme.example", EmailStatus::Risky), ("jane@gone.example", EmailStatus::Invalid)];
    assert_eq!(contacts, expect);
    let log = store.enrichment_log(detail.business.id, 1).await.unwrap().remove(0);
    let mut verified: Vec<_> =
        log.evidence.iter().filter(|evidence| evidence.field == "email.verification").collect();
    verified.sort_by(|one, other| one.value.cmp(&other.value));
    let told = verified.iter().map(|evidence| {
        let told: serde_json::Value = serde_json::from_str(evidence.snippet.as_deref().unwrap()).unwrap();
        (evidence.value.as_str(), told)
    });
    let told: Vec<_> = told.collect();
    let reasons = serde_json::json!(["role", "mailboxNotChecked"]);
    let addresses: Vec<_> = told.iter().map(|(address, _)| *address).collect();
    assert_eq!(addresses, ["acme@gmail.com", "acme@hotmail.com", "info@acme.example", "jane@gone.example"]);
    assert_eq!(
        (&told[2].1["reasons"], &told[2].1["mx"]),
        (&reasons, &serde_json::json!(["mx.acme.example"]))
    );
    assert_eq!(told[3].1["verdict"], "invalid");
}

#[tokio::test]
async fn a_resolver_that_fails_fails_no_enrichment() {
    let db = test_support::sqlite().await;
    let page = "<p>Write to acme@yahoo.com</p>".to_owned() + &card("Jane Roe", "jane@yahoo.com");
    let (outcome, detail) = enriched_and_verified(db.store(), &page).await;
    assert_eq!(outcome, Outcome::Enriched);
    assert_eq!(detail.business.email.as_deref(), Some("acme@yahoo.com"));
    assert_eq!(detail.contacts[0].email_status, EmailStatus::Unknown);
}

#[tokio::test]
async fn what_is_known_stays_and_no_website_is_no_failure() {
    let running = Running::start().await.page("/", "<p>Write to info@acme.example</p>");
    let db = test_support::sqlite().await;
    let store = db.store();
    let known = business(store, Some(running.url())).await;
    let mut tx = store.begin().await.unwrap();
    let mut row = tx.businesses_by_id(&[known]).await.unwrap().remove(0);
    row.business.email = Some("typed@acme.example".to_owned());
    tx.update_businesses(vec![row]).await.unwrap();
    tx.commit().await.unwrap();
    let without = business(store, None).await;
    let claimed = lease(store, JobKind::BatchEnrich).await;
    let cancel = CancellationToken::new();
    let fetcher = running.fetcher();
    let ids = [known, without, contract::BusinessId(999)];
    let batch = enrich_batch(store, &fetcher, &claimed.lease, &ids, None, &cancel).await.unwrap();
    let outcomes: Vec<_> = batch.items.iter().map(|item| item.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::NothingFound), Some(Outcome::NoWebsite), None]);
    let row = store.get_business(known).await.unwrap().unwrap().business;
    assert_eq!(row.email.as_deref(), Some("typed@acme.example"));
    let row = store.get_business(without).await.unwrap().unwrap().business;
    assert_eq!(row.enrichment_status, EnrichmentStatus::Enriched);
    assert!(row.enrichment_error.unwrap().contains("no website"));
}

#[tokio::test]
async fn a_batch_goes_on_where_it_was_left() {
    let running = Running::start().await.page("/", "<p>info@acme.example</p>");
    let db = test_support::sqlite().await;
    let store = db.store();
    let ids = [business(store, Some(running.url())).await, business(store, None).await];
    let claimed = lease(store, JobKind::BatchEnrich).await;
    let cancel = CancellationToken::new();
    let fetcher = running.fetcher();
    enrich_batch(store, &fetcher, &claimed.lease, &ids[..1], None, &cancel).await.unwrap();
    let done = serde_json::json!({ "items": [{ "businessId": ids[0], "outcome": "enriched" }] });
    let before = running.paths().len();
    let batch = enrich_batch(store, &fetcher, &claimed.lease, &ids, Some(done), &cancel).await.unwrap();
    assert_eq!(batch.items.len(), 2);
    assert_eq!(running.paths().len(), before, "the first site is not read again");
    let job = store.get_job(claimed.job.job_id).await.unwrap().unwrap();
    assert_eq!((job.progress.done, job.progress.total), (2, Some(2)));
}
