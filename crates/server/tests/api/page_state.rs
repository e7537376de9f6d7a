//! The data that a page carries: all that its first render reads, and each entity once.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::Request;
use client::ApiClient;
use contract::JobId;
use dashboard::routes::Route;
use enrichment::address::Guard;
use enrichment::{Fetcher, FetcherConfig};
use leptos::prelude::RenderHtml;
use requery::runtime::TokioRuntime;
use requery::{DehydrateOptions, DehydratedQuery, QueryClient};
use requery_leptos::{dehydrated_script, hydrate_from_json};
use serde_json::{Value, json};
use store::JobOutcome;

use crate::client::Routed;
use crate::support::{TestApp, business, seed};

/// Many leads, one of them with contacts; a search that runs, one that failed, one that waits; a batch. Gives the search that runs.
async fn busy() -> (TestApp, JobId) {
    let config = FetcherConfig {
        guard: Guard::allowing(["127.0.0.1:9".parse().unwrap()]),
        ..FetcherConfig::new("https://leads.example/about")
    };
    let app = TestApp::with(|server| server.fetcher = Some(Fetcher::new(config).unwrap())).await;
    let leads = (0..30).map(|number| business(&format!("Kahvila number {number}"), "Helsinki"));
    let first = seed(app.store(), leads.collect()).await[0].id;
    for name in ["Maija", "Matti"] {
        let path = format!("/api/businesses/{first}/contacts");
        assert_eq!(app.post(&path, json!({ "name": name })).await.status.as_u16(), 201);
    }
    let [running, failed, _waiting] = [search(&app).await, search(&app).await, search(&app).await];
    let batch = app.post("/api/enrichment/batch", json!({ "count": 3 })).await;
    assert_eq!(batch.status.as_u16(), 202, "{}", batch.text());
    claim(&app, running).await;
    let lease = claim(&app, failed).await;
    let error = "the file ended in the middle of a record; fetch it again".to_owned();
    let mut tx = app.store().begin().await.unwrap();
    tx.finish_job(&lease, JobOutcome::Failed { error, retry_at: None }).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    (app, running)
}

async fn search(app: &TestApp) -> JobId {
    let body = json!({ "location": "Helsinki", "category": "restaurant", "radiusKm": 3 });
    app.post("/api/scraper/scrape", body).await.json()["jobId"].as_str().unwrap().parse().unwrap()
}

async fn claim(app: &TestApp, id: JobId) -> store::JobLease {
    let due = app.store().get_job(id).await.unwrap().unwrap().created_at;
    let lease = Duration::from_secs(600);
    app.store().claim_job_by_id(id, "test", lease, due).await.unwrap().unwrap().lease
}

/// The entities that stand in the JSON, each with how often: jobs, businesses and contacts, by what only they have.
fn entities(json: &Value, found: &mut BTreeMap<String, u32>) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| entities(item, found)),
        Value::Object(fields) => {
            let id = |name: &str, id: &str| fields.get(name).map(|_| format!("{name} {}", fields[id]));
            let entity = id("maxAttempts", "jobId").or(id("isPrimary", "id")).or(id("contactCount", "id"));
            if let Some(entity) = entity {
                *found.entry(entity).or_default() += 1;
            }
            fields.values().for_each(|value| entities(value, found));
        }
        _ => {}
    }
}

/// What a document carries: its data with numbers in the places of what stands there again, and that.
struct Carried {
    state: String,
    again: String,
}

impl Carried {
    /// None where the document carries nothing.
    fn of(html: &str) -> Option<Self> {
        let content = |id: &str| {
            let (_, rest) = html.split_once(&format!("id=\"{id}\""))?;
            Some(rest.split_once('>')?.1.split_once("</script>")?.0.to_owned())
        };
        Some(Self { state: content("requery-state")?, again: content("requery-once").unwrap_or_default() })
    }

    /// The entities in it, each with how often.
    fn entities(&self) -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for json in std::iter::once(self.state.as_str()).chain(self.again.lines()) {
            entities(&serde_json::from_str(json).unwrap(), &mut found);
        }
        found
    }

    /// What the script of the document makes of it.
    fn whole(&self) -> String {
        let lines = self.again.lines().enumerate();
        lines.fold(self.state.clone(), |json, (at, object)| json.replace(&format!("{{\"=\":{at}}}"), object))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_entity_stands_in_a_page_once_and_the_browser_reads_all_that_was_fetched() {
    let (app, running) = busy().await;
    let pages = [
        ("/".to_owned(), 8 + 4),
        ("/find".to_owned(), 3),
        ("/jobs".to_owned(), 4),
        (format!("/jobs/{running}"), 1),
        ("/enrichment".to_owned(), 1),
        ("/leads".to_owned(), 30),
        ("/leads?sort=-updatedAt&page=2&limit=10".to_owned(), 10),
        ("/leads?view=map".to_owned(), 0),
        ("/leads/1".to_owned(), 1 + 2),
    ];
    for (path, expected) in pages {
        assert!(Route::parse(&path).is_some_and(|route| !route.is_plain()), "{path} carries a state");
        let api = ApiClient::new(Routed::of(&app.router));
        let server = QueryClient::server(TokioRuntime::current());
        assert_eq!(dashboard::prefetch(&path, &server, &api).await, 200, "{path}");
        let carried = Carried::of(&dehydrated_script(&server, None).to_html()).unwrap();
        let found = carried.entities();
        let twice: Vec<_> = found.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{path}: {twice:?}");
        assert!(found.len() >= expected, "{path}: {found:?}");
        // Of these, several queries hold the same: what they would be without its being taken apart.
        let whole = Carried { state: carried.whole(), again: String::new() }.entities();
        let is_shared = whole.values().any(|times| *times > 1);
        assert_eq!(is_shared, ["/", "/enrichment"].contains(&path.as_str()), "{path}: {whole:?}");
        // The document itself carries it where the program was built with the page's files.
        let document = app.ask(Request::get(&path).header("accept", "text/html")).await;
        assert!(Carried::of(document.text()).is_none_or(|sent| sent.entities() == found), "{path}");

        let browser = QueryClient::new(TokioRuntime::current());
        hydrate_from_json(&browser, &carried.whole()).unwrap();
        let both = [&server, &browser].map(|cache| cache.dehydrate(&DehydrateOptions::default()).queries);
        let [sent, read] = both.map(|queries| -> BTreeMap<_, _> {
            let fetched = |query: DehydratedQuery| (query.data_updated_at, query.data);
            queries.into_iter().map(|query| (query.query_key.to_string(), fetched(query))).collect()
        });
        assert_eq!(read, sent, "{path}");
    }
}
