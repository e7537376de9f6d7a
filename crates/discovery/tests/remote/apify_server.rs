//! A server that answers as Apify's API does, with runs that go on from request to request.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use discovery::source::{Apify, ApifyConfig};
use metered::ApiKey;
use serde_json::{Value, json};

use crate::ledger::{KEY, TIMING, freehold, usd};
use crate::server::{Asked, Reply, Server};

/// A run at Apify.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    input: Value,
    pub(crate) status: String,
    /// Items that it has found.
    found: usize,
}

/// Apify with one actor. A run finds `step` items between two requests about it.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) runs: Vec<Run>,
    pub(crate) items: Vec<Value>,
    pub(crate) step: usize,
    /// How a run ends that found everything.
    pub(crate) ends_as: &'static str,
    /// It forgets its runs and their data.
    pub(crate) forgetful: bool,
}

pub(crate) type Shared = Arc<Mutex<Platform>>;

pub(crate) fn item(id: usize) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a test has few")]
    let latitude = freehold().latitude + id as f64 * 0.0001;
    json!({
        "placeId": format!("P{id:04}"), "title": format!("Acme {id}"), "categoryName": "Plumber",
        "categories": ["Plumber"], "street": "12 Main St", "city": "Freehold", "state": "New Jersey",
        "postalCode": "07728", "countryCode": "US", "location": { "lat": latitude, "lng": freehold().longitude },
        "phone": "(732) 555-0142", "website": format!("https://acme{id}.example/"),
        "permanentlyClosed": false, "temporarilyClosed": false,
    })
}

pub(crate) fn platform(count: usize, step: usize) -> Shared {
    let items = (0..count).map(item).collect();
    let (runs, ends_as, forgetful) = (Vec::new(), "SUCCEEDED", false);
    Arc::new(Mutex::new(Platform { runs, items, step, ends_as, forgetful }))
}

pub(crate) fn problem(status: u16, kind: &str, message: &str) -> Reply {
    Reply::status(status, json!({ "error": { "type": kind, "message": message } }).to_string())
}

impl Platform {
    pub(crate) fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return problem(401, "token-not-valid", "Authentication token is not valid.");
        }
        let path: Vec<&str> = asked.path.trim_start_matches("/v2/").split('/').collect();
        let missing = || problem(404, "record-not-found", "Actor run was not found");
        if self.forgetful && path[0] != "acts" {
            return missing();
        }
        match (asked.method.as_str(), &path[..]) {
            ("POST", ["acts", "compass~crawler-google-places", "runs"]) => self.start(asked.json()),
            ("GET", ["acts", _, "runs"]) => {
                let runs: Vec<Value> = self.runs.iter().rev().map(|run| self.told(run)).collect();
                Reply::json(
                    &json!({ "data": { "total": runs.len(), "offset": 0, "limit": 20, "desc": true, "count": runs.len(), "items": runs } }),
                )
            }
            ("GET", ["actor-runs", id]) => self.advance(id).map_or_else(missing, |run| self.one(&run, 200)),
            ("POST", ["actor-runs", id, "abort"]) => {
                let Some(run) = self.runs.iter_mut().find(|run| run.id == *id) else { return missing() };
                run.status = "ABORTING".to_owned();
                let run = run.clone();
                self.one(&run, 200)
            }
            ("GET", ["datasets", id, "items"]) => self.page(id, asked),
            ("GET", ["key-value-stores", id, "records", "INPUT"]) => {
                let run = self.runs.iter().find(|run| format!("kv-{}", run.id) == *id);
                run.map_or_else(missing, |run| Reply::json(&run.input))
            }
            _ => problem(404, "page-not-found", "no such page"),
        }
    }

    fn start(&mut self, input: Value) -> Reply {
        let run = Run { id: format!("run{}", self.runs.len()), input, status: "READY".to_owned(), found: 0 };
        self.runs.push(run.clone());
        self.one(&run, 201)
    }

    /// What a run did since it was looked at last.
    fn advance(&mut self, id: &str) -> Option<Run> {
        let (all, step, end) = (self.items.len(), self.step, self.ends_as);
        let run = self.runs.iter_mut().find(|run| run.id == id)?;
        match run.status.as_str() {
            "READY" => run.status = "RUNNING".to_owned(),
            "RUNNING" => {
                run.found = (run.found + step).min(all);
                if run.found == all && step > 0 {
                    run.status = end.to_owned();
                }
            }
            "ABORTING" => run.status = "ABORTED".to_owned(),
            _ => {}
        }
        Some(run.clone())
    }

    fn page(&self, id: &str, asked: &Asked) -> Reply {
        let run = self.runs.iter().find(|run| format!("data-{}", run.id) == id).unwrap();
        let number = |name: &str| asked.field(name).unwrap().parse::<usize>().unwrap();
        let (offset, limit) = (number("offset"), number("limit"));
        let found = &self.items[..run.found];
        Reply::json(&json!(found.iter().skip(offset).take(limit).collect::<Vec<_>>()))
    }

    fn one(&self, run: &Run, status: u16) -> Reply {
        Reply::status(status, json!({ "data": self.told(run) }).to_string())
    }

    fn told(&self, run: &Run) -> Value {
        json!({
            "id": run.id, "actId": "nwua9Gu5YrADL7ZDj", "status": run.status, "statusMessage": format!("{} found", run.found),
            "startedAt": crate::jobs::now(), "finishedAt": null,
            "defaultDatasetId": format!("data-{}", run.id), "defaultKeyValueStoreId": format!("kv-{}", run.id),
            "chargedEventCounts": { "actor-start": 1, "place-scraped": run.found },
            "pricingInfo": { "pricingModel": "PAY_PER_EVENT", "pricingPerEvent": { "actorChargeEvents": {
                "actor-start": { "eventPriceUsd": 0.01, "eventTitle": "Start" },
                "place-scraped": { "eventPriceUsd": 0.003, "eventTitle": "Place" },
            } } },
        })
    }
}

pub(crate) async fn serving(platform: &Shared) -> Server {
    let platform = Arc::clone(platform);
    Server::start(move |asked, _| platform.lock().unwrap().answer(asked)).await
}

pub(crate) fn config(server: &Server, budget: &str) -> ApifyConfig {
    let whole = ApifyConfig::new(ApiKey::from(KEY), usd("0.004"), usd(budget));
    let base_url = server.url("/v2/").to_string();
    ApifyConfig { base_url, timing: TIMING, wait: Duration::from_secs(1), settling: Duration::ZERO, ..whole }
}

pub(crate) fn apify(server: &Server, budget: &str) -> Apify {
    Apify::new(config(server, budget)).unwrap()
}

/// How often a run was started.
pub(crate) fn starts(server: &Server) -> usize {
    server.asked().iter().filter(|asked| asked.method == "POST" && asked.path.ends_with("/runs")).count()
}
