//! One run.

use std::time::Duration;

use anyhow::{Result, bail};
use client::ApiClient;
use client::transport::ReqwestTransport;
use contract::BusinessQuery;
use fastrand::Rng;
use requery::runtime::TokioRuntime;
use requery::{QueryClient, QueryFilters};
use server::SocketLimits;
use store::Store;
use store::test_support::sqlite;

use crate::compare::Shown;
use crate::findings::Findings;
use crate::page::Page;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::weather::{Spell, Weather};
use crate::writers;

/// How long the weather is bad.
const STORM: Duration = Duration::from_millis(500);
/// Changes of each writer in the storm, and in the calm behind it.
const CHANGES: (u32, u32) = (25, 8);
/// How long a client may take to recover. A machine that does much else is slow.
pub(crate) const RECOVERY: Duration = Duration::from_secs(30);
pub(crate) const LOOK: Duration = Duration::from_millis(10);
/// How long an attempt to connect may take.
const CONNECT: Duration = Duration::from_millis(400);

/// Makes a run with the decisions that follow from the seed.
pub(crate) async fn run(seed: u64) -> Result<Findings> {
    let mut rng = Rng::with_seed(seed);
    let db = sqlite().await;
    let store = db.store().clone();
    writers::begin(&store, &mut rng).await?;
    let server = Server::start(&store, hasty()).await?;
    let proxy = Proxy::start(server.address).await?;
    let cache = QueryClient::new(TokioRuntime::current());
    let url = format!("http://{}", proxy.address);
    let mut page = Page::open(&url, store.latest_seq().await?, CONNECT, cache)?;
    let shown = first_shown(&store).await?;
    shown.open(&mut page);

    let mut findings = Findings { runs: 1, ..Findings::default() };
    findings.commits += storm(&store, &proxy, &page, &mut rng).await?;
    proxy.set(Weather::Clear);
    proxy.cut();
    page.reconnect();
    findings.commits += write(&store, &mut rng, CHANGES.1).await?;
    let direct = format!("http://{}", server.address);
    recover(&store, &mut page, &shown, &direct, &mut findings).await?;
    (findings.connections, findings.broken) = proxy.counts();
    findings += page.findings();
    drop(page);
    server.stop().await?;
    for note in &mut findings.notes {
        note.insert_str(0, &format!("seed {seed}: "));
    }
    Ok(findings)
}

/// Lists, and the details of the newest businesses.
pub(crate) async fn first_shown(store: &Store) -> Result<Shown> {
    let first = BusinessQuery { limit: Some(4), ..BusinessQuery::default() };
    let details = store.list_businesses(&first).await?.data.iter().map(|row| row.id).collect();
    Shown::new(details)
}

/// Buffers so small that sockets are reset, and a heartbeat so short that losses are noticed within a run.
fn hasty() -> SocketLimits {
    SocketLimits {
        recent_events: 20,
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        ..SocketLimits::default()
    }
}

/// Bad weather while writers write and the client fetches.
async fn storm(store: &Store, proxy: &Proxy, page: &Page, rng: &mut Rng) -> Result<u64> {
    let (mut weather_rng, mut page_rng) = (rng.fork(), rng.fork());
    let weather = async {
        loop {
            let spell = Spell::random(&mut weather_rng);
            proxy.set(spell.weather);
            if spell.cuts {
                proxy.cut();
            }
            tokio::time::sleep(spell.lasts).await;
        }
    };
    let person = async {
        loop {
            tokio::time::sleep(Duration::from_millis(page_rng.u64(3..40))).await;
            page.act(&mut page_rng);
        }
    };
    let lasts = tokio::time::sleep(STORM);
    let writing = async {
        let (commits, ()) = tokio::join!(write(store, rng, CHANGES.0), lasts);
        commits
    };
    tokio::select! {
        commits = writing => commits,
        () = weather => bail!("the weather ended"),
        () = person => bail!("the person left"),
    }
}

/// Two writers at once.
async fn write(store: &Store, rng: &mut Rng, changes: u32) -> Result<u64> {
    let (one, other) = (rng.fork(), rng.fork());
    let one = writers::write(store.clone(), one, changes, 25);
    let other = writers::write(store.clone(), other, changes, 25);
    let (one, other) = tokio::join!(one, other);
    Ok(one? + other?)
}

/// Waits for the client to be where the server is, and notes where it does not get there.
pub(crate) async fn recover(
    store: &Store,
    page: &mut Page,
    shown: &Shown,
    server: &str,
    findings: &mut Findings,
) -> Result<()> {
    let latest = store.latest_seq().await?;
    if tokio::time::timeout(RECOVERY, page.reach(latest)).await.is_err() {
        findings.lost += latest.saturating_sub(page.last());
        findings.notes.push(format!("the stream stood at {} of {latest}", page.last()));
        return Ok(());
    }
    let transport = ReqwestTransport::new(server).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let direct = ApiClient::new(transport);
    let mut differences = Vec::new();
    let settled = tokio::time::timeout(RECOVERY, async {
        loop {
            page.cache.settle_lists();
            if page.cache.is_fetching(QueryFilters::all()) == 0 {
                differences = shown.differences(&page.cache, &direct).await?;
                if differences.is_empty() {
                    return anyhow::Ok(());
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    match settled.await {
        Ok(outcome) => outcome?,
        Err(_late) if differences.is_empty() => bail!("the client did not come to rest"),
        Err(_late) => {
            findings.different += differences.len() as u64;
            findings.notes.append(&mut differences);
        }
    }
    Ok(())
}
