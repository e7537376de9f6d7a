//! A server with something of every kind, so that every operation has something to be done to.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use contract::{Business, BusinessId, JobId, JobKind, Role, SourceRef, Timestamp};
use enrichment::{Fetcher, FetcherConfig};
use serde_json::{Value, json};
use server::RateLimits;
use store::test_support::{TestStore, Witness};
use store::{JobOutcome, NewEnrichmentEntry, NewJob};

use crate::support::guarded::{Guarded, PASSWORD};
use crate::support::{Answer, business, seed};

/// The ids and texts that requests name.
pub(super) struct World {
    pub(super) app: Guarded,
    pub(super) witness: Witness,
    /// In the order of their making: the first has contacts and what was merged into it, the fourth; the seventh was changed
    /// often; the eighth is what a filter of every field selects. The others are there to be changed.
    pub(super) businesses: Vec<BusinessId>,
    pub(super) contacts: Vec<String>,
    /// A job of each sort that operations need.
    pub(super) pending: String,
    pub(super) failed: String,
    pub(super) batch: String,
    pub(super) import: String,
    pub(super) views: Vec<String>,
    pub(super) user: String,
    pub(super) session: String,
    pub(super) token: String,
    pub(super) suppression: String,
    /// Of lists of businesses by name, of jobs, of failed jobs and of what enrichment did, one a page.
    pub(super) cursors: [String; 4],
    // Files that come in.
    _uploads: tempfile::TempDir,
}

impl World {
    pub(super) async fn on(db: TestStore) -> Self {
        let witness = db.witness().await;
        let uploads = tempfile::tempdir().unwrap();
        let folder = uploads.path().to_owned();
        let app = Guarded::on(db, |config| {
            config.limits.rates = RateLimits { reads: None, writes: None, heavy: None };
            // Nothing is fetched: no job runs.
            config.fetcher = Some(Fetcher::new(FetcherConfig::new("https://leads.example/about")).unwrap());
            config.uploads = folder;
        })
        .await;
        let businesses = leads(&app).await;
        let one = format!("/api/businesses/{}", businesses[0]);
        let mut contacts = Vec::new();
        for name in ["Ada Alder", "Ben Birch"] {
            let added = made(&app, &format!("{one}/contacts"), json!({ "name": name })).await;
            contacts.push(added["contact"]["id"].to_string());
        }
        made(&app, &format!("{one}/merge"), json!({ "otherId": businesses[3] })).await;
        change_often(&app, businesses[6]).await;
        let mut views = Vec::new();
        for name in ["Mine", "To be deleted"] {
            views.push(id(&made(&app, "/api/views", json!({ "name": name })).await));
        }
        let (user, _) = app.person("vi@example.org", Role::Viewer).await;
        app.login("root@example.org", PASSWORD).await;
        let sessions = app.get(&app.admin, "/api/auth/sessions").await.json();
        let other = sessions.as_array().unwrap().iter().find(|session| session["current"] == false);
        let session = id(other.unwrap());
        let token = json!({ "name": "reports", "role": "viewer" });
        let token = id(&made(&app, "/api/auth/tokens", token).await["token"]);
        let suppressed = made(&app, "/api/suppressions", json!({ "email": "gone@example.org" })).await;
        let suppression = id(&suppressed["suppression"]);
        let (pending, batch) = (job(&app, JobKind::Scrape).await, job(&app, JobKind::BatchEnrich).await);
        let import = job(&app, JobKind::Import).await;
        failed(&app, "nobody answered").await;
        let failed = failed(&app, "somebody answered").await;
        enriched_twice(&app, businesses[0]).await;
        let history = format!("businesses/{}/enrichment-history?limit=1", businesses[0]);
        let lists = ["businesses?sort=name&limit=1", "jobs?limit=1", "jobs/failed?limit=1", &history];
        let mut cursors = [const { String::new() }; 4];
        for (cursor, list) in cursors.iter_mut().zip(lists) {
            let page = app.get(&app.admin, &format!("/api/{list}")).await.json();
            *cursor =
                page["meta"]["nextCursor"].as_str().unwrap_or_else(|| panic!("{list}: {page}")).to_owned();
        }
        let (pending, batch, import) = (pending.to_string(), batch.to_string(), import.to_string());
        Self {
            app,
            witness,
            businesses,
            contacts,
            pending,
            failed,
            batch,
            import,
            views,
            user,
            session,
            token,
            suppression,
            cursors,
            _uploads: uploads,
        }
    }

    /// Sends a request as the admin, or as nobody where somebody signs in: it ends the sign-in of before.
    pub(super) async fn send(&self, mut request: Request<Body>) -> Answer {
        if ["/api/auth/login", "/api/auth/setup"].contains(&request.uri().path()) {
            return self.app.app.send(request).await;
        }
        let (name, value) = (self.app.admin.0, self.app.admin.1.parse().unwrap());
        request.headers_mut().insert(name, value);
        self.app.app.send(request).await
    }

    /// The version that a business or a view has now.
    pub(super) async fn version(&self, path: &str) -> u64 {
        let views = path.strip_prefix("/api/views/");
        let list = if views.is_some() { "/api/views" } else { path };
        let found = self.app.get(&self.app.admin, list).await.json();
        let row = match views {
            Some(id) => found.as_array().unwrap().iter().find(|view| view["id"] == id).unwrap().clone(),
            None => found,
        };
        row["version"].as_u64().unwrap_or_else(|| panic!("{path} has no version: {row}"))
    }
}

/// Nine of them.
async fn leads(app: &Guarded) -> Vec<BusinessId> {
    let named = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota"];
    let mut new = named.map(|name| business(name, "Espoo")).to_vec();
    let eighth = &mut new[7].business;
    (eighth.state, eighth.industry) = (Some("Uusimaa".to_owned()), Some("food".to_owned()));
    (eighth.latitude, eighth.longitude) = (Some(60.2), Some(24.6));
    eighth.website = Some("https://theta.example/".to_owned());
    eighth.email = Some("hello@theta.example".to_owned());
    eighth.phone = Some("+35891234567".to_owned());
    eighth.tags = vec!["kept".to_owned()];
    let (source, source_id) = ("openstreetmap".to_owned(), "node/8".to_owned());
    eighth.sources = vec![SourceRef { source, source_id, fetched_at: Timestamp::default(), licence: None }];
    seed(app.app.store(), new).await.iter().map(|business: &Business| business.id).collect()
}

async fn change_often(app: &Guarded, id: BusinessId) {
    for version in 1..12 {
        let request = Request::patch(format!("/api/businesses/{id}")).header(header::HOST, "localhost:3030");
        let request =
            request.header(app.admin.0, &app.admin.1).header(header::IF_MATCH, format!("\"{version}\""));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = Body::from(json!({ "notes": version.to_string() }).to_string());
        let changed = app.app.send(request.body(body).unwrap()).await;
        assert_eq!(changed.status.as_u16(), 200, "{}", changed.text());
    }
}

async fn made(app: &Guarded, path: &str, body: Value) -> Value {
    let answer = app.post(&app.admin, path, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    answer.json()
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap_or_else(|| panic!("no id: {of}")).to_owned()
}

async fn job(app: &Guarded, kind: JobKind) -> JobId {
    let request = json!({ "location": "Helsinki" });
    app.app.store().enqueue_job(NewJob::new(kind, request)).await.unwrap().job_id
}

async fn enriched_twice(app: &Guarded, business_id: BusinessId) {
    let mut tx = app.app.store().begin().await.unwrap();
    for duration_ms in [1, 2] {
        let entry = NewEnrichmentEntry {
            business_id,
            provider: "website".to_owned(),
            status: "nothingFound".to_owned(),
            fields_written: Vec::new(),
            cost_minor: 0,
            currency: "EUR".to_owned(),
            started_at: Timestamp::default(),
            duration_ms,
            error: None,
            evidence: Vec::new(),
        };
        tx.log_enrichment(entry).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A job that was given up.
async fn failed(app: &Guarded, error: &str) -> String {
    let (store, id) = (app.app.store(), job(app, JobKind::Scrape).await);
    let lease = Duration::from_secs(60);
    let now = store.get_job(id).await.unwrap().unwrap().created_at;
    let claimed = store.claim_job_by_id(id, "a worker", lease, now).await.unwrap().unwrap();
    let mut tx = store.begin().await.unwrap();
    let outcome = JobOutcome::Failed { error: error.to_owned(), retry_at: None };
    tx.finish_job(&claimed.lease, outcome).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}
