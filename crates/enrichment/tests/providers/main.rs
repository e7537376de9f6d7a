//! Paid providers against real servers on loopback that answer with the documented shapes, and a real store.

#![cfg(test)]

mod abstract_api;
mod budget;
mod hunter;
mod lies;
mod secrets;
mod server;
mod trouble;

use std::time::Duration;

use contract::enrichment::EnrichmentLogEntry;
use contract::{BusinessDetail, BusinessId, JobKind};
use enrichment::address::Guard;
use enrichment::providers::{ApiKey, Hunter, HunterConfig, Providers, Timing, Usd};
use enrichment::{Fetcher, FetcherConfig, Outcome, Tools, enrich};
use store::{NewBusiness, NewJob, Store};
use tokio_util::sync::CancellationToken;

use crate::server::Server;

const KEY: &str = "k3y-that-nobody-may-see";

/// Waits of a test: none that it does not ask for.
fn timing() -> Timing {
    let moment = Duration::from_millis(1);
    Timing { timeout: Duration::from_millis(500), spacing: moment, backoff: moment }
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

/// Hunter at that server, asked for no more than the domain.
fn config(server: &Server) -> HunterConfig {
    let key = ApiKey::from(KEY);
    let base_url = format!("{}v2/", server.url());
    let whole = HunterConfig::new(key, usd("0.0245"));
    HunterConfig { base_url, people: 0, verifications: 0, timing: timing(), ..whole }
}

fn providers(config: HunterConfig, budget: &str) -> Providers {
    Providers::new(usd(budget)).with(Hunter::new(config).unwrap())
}

/// Stores a business whose website is that server's.
async fn business(store: &Store, site: &Server, change: impl FnOnce(&mut contract::Business)) -> BusinessId {
    let mut new = NewBusiness::named("Acme Plumbing", "acme plumbing");
    new.business.website = Some(site.site_url());
    new.business.country = Some("US".to_owned());
    change(&mut new.business);
    let mut tx = store.begin().await.unwrap();
    let id = tx.insert_businesses(vec![new]).await.unwrap()[0].id;
    tx.commit().await.unwrap();
    id
}

fn fetcher(site: &Server) -> Fetcher {
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([site.address()]);
    config.spacing = Duration::from_millis(1);
    config.timeout = Duration::from_secs(2);
    Fetcher::new(config).unwrap()
}

/// Enriches a business and tells how it ended, what is stored, and the log, the newest entry first.
async fn enriched(
    store: &Store,
    site: &Server,
    providers: &Providers,
    id: BusinessId,
) -> (Outcome, BusinessDetail, Vec<EnrichmentLogEntry>) {
    store.enqueue_job(NewJob::new(JobKind::Enrich, serde_json::Value::Null)).await.unwrap();
    let now = contract::Timestamp::from_millis(i64::MAX / 2);
    let claimed =
        store.claim_job("test", &[JobKind::Enrich], Duration::from_secs(60), now).await.unwrap().unwrap();
    let fetcher = fetcher(site);
    let tools = Tools { providers: Some(providers), ..Tools::from(&fetcher) };
    let ended = enrich(store, tools, &claimed.lease, id, &CancellationToken::new()).await.unwrap();
    let detail = store.get_business(id).await.unwrap().unwrap();
    (ended.outcome, detail, store.enrichment_log(id, 10).await.unwrap())
}

/// What Hunter did for a business, the newest first.
fn of_hunter(log: &[EnrichmentLogEntry]) -> &EnrichmentLogEntry {
    log.iter().find(|entry| entry.provider == "hunter").unwrap()
}

/// What the month has cost by now.
async fn spent(store: &Store) -> Usd {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let now = contract::Timestamp::from_millis(i64::try_from(now).unwrap());
    let spending = store.provider_spending(now).await.unwrap();
    Usd::from_millionths(spending.iter().map(|one| one.committed).sum())
}
