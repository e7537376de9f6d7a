//! A long life of one client: many events over connections that break, and what it still holds afterwards.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use client::queries;
use contract::Timestamp;
use fastrand::Rng;
use requery::{QueryClient, QueryFilters};
use server::SocketLimits;
use store::Store;
use store::test_support::sqlite;

use crate::clock::Compressed;
use crate::compare::Shown;
use crate::findings::Findings;
use crate::herd::{self, Herd};
use crate::page::Page;
use crate::proxy::Proxy;
use crate::run::{LOOK, RECOVERY, first_shown, recover};
use crate::server::Server;
use crate::weather::{Spell, Weather};

/// What passes for the page with each transaction.
const STEP: Duration = Duration::from_secs(30);
/// Transactions from one broken connection to the next.
const CALM: u64 = 4;
/// Events that the writer may be ahead of the client.
const AHEAD: u64 = 1_000;
/// Events that the server remembers.
const KEPT_EVENTS: u64 = 5_000;
/// Jobs that a page shows.
const JOBS: usize = 20;
/// Transactions after which the cache has forgotten what nobody shows: it remembers for five minutes, and looks every five.
const FORGOTTEN_AFTER: usize = 20;
/// Events that a server keeps in memory.
const RECENT: usize = 2_000;
/// Businesses and jobs at most that a page comes to know in a transaction beside those that are made.
const VISITED: usize = 3;
/// How long an attempt to connect may take; the weather ends it earlier.
const CONNECT: Duration = Duration::from_secs(10);
/// Longer than anything is kept that nobody looks at.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// How much more the program may hold on average in the second half of the events than in the first, in bytes.
const GROWTH: usize = 1 << 20;
/// Of fewer events, the first half is over before everything that is kept in memory for a while is full.
const MANY: u64 = 100_000;

/// What a client went through, and what it holds.
#[derive(Debug, Default)]
pub(crate) struct Endured {
    pub(crate) findings: Findings,
    /// Connections of the stream that were broken, each while events were written.
    pub(crate) breaks: u64,
    /// What the page believes to have lived.
    pub(crate) lived: Duration,
    /// Entities of the cache at most, and how many there may be.
    pub(crate) entities: Most,
    /// Queries of the cache at most, and how many there may be.
    pub(crate) queries: Most,
    /// Bytes in use by the whole program in the first half and in the second.
    pub(crate) heap: (Mean, Mean),
    /// Entities, queries in the end, when everything that nobody shows has been forgotten.
    pub(crate) left: (Most, Most),
    /// Whether the bytes say anything.
    is_long: bool,
}

/// A figure at its highest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Most {
    pub(crate) seen: usize,
    pub(crate) allowed: usize,
}

impl Most {
    fn up_to(allowed: usize) -> Self {
        Self { seen: 0, allowed }
    }

    fn see(&mut self, figure: usize) {
        self.seen = self.seen.max(figure);
    }

    fn is_kept(self) -> bool {
        self.seen <= self.allowed
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.seen, self.allowed)
    }
}

/// A figure on average.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mean {
    sum: usize,
    count: usize,
}

impl Mean {
    fn see(&mut self, figure: usize) {
        self.sum += figure;
        self.count += 1;
    }

    fn figure(self) -> usize {
        self.sum / self.count.max(1)
    }
}

impl Endured {
    pub(crate) fn is_clean(&self) -> bool {
        let bounds = [self.entities, self.queries, self.left.0, self.left.1];
        let (first, second) = self.heap;
        let is_flat = !self.is_long || second.figure() <= first.figure() + GROWTH;
        self.findings.is_clean() && bounds.into_iter().all(Most::is_kept) && is_flat
    }
}

impl fmt::Display for Endured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { findings, breaks, lived, entities, queries, heap, left, .. } = self;
        write!(
            f,
            "{} events over {breaks} broken connections in {} h of the page, {} resumed, {} resets, {} results shown; \
             {} lost, {} doubled, {} older, {} different; at most, of what is allowed: {entities} entities, {queries} \
             queries; in the end {} entities, {} queries; on average {} bytes in the first half, {} in the second",
            findings.events,
            lived.as_secs() / 3600,
            findings.resumed,
            findings.resets,
            findings.results,
            findings.lost,
            findings.doubled,
            findings.older,
            findings.different,
            left.0,
            left.1,
            heap.0.figure(),
            heap.1.figure(),
        )
    }
}

/// Lets one client take so many events. `heap` tells the bytes in use.
pub(crate) async fn soak(seed: u64, events: u64, heap: fn() -> usize) -> Result<Endured> {
    let mut rng = Rng::with_seed(seed);
    let db = sqlite().await;
    let store = db.store().clone();
    let herd = Herd::new(&store, rng.fork()).await?;
    let sockets = SocketLimits { recent_events: RECENT, ..SocketLimits::default() };
    let server = Server::start(&store, sockets).await?;
    let proxy = Proxy::start(server.address).await?;
    let clock = Compressed::current();
    let cache = QueryClient::new(clock.clone());
    let mut page =
        Page::open(&format!("http://{}", proxy.address), store.latest_seq().await?, CONNECT, cache)?;
    let shown = first_shown(&store).await?;
    shown.open(&mut page);

    let mut endured = Endured {
        entities: Most::up_to(shown_at_most(&shown) + FORGOTTEN_AFTER * (herd::RENEWED + VISITED)),
        // A page looks at one more list or business every few transactions, and keeps it for at most half an hour.
        queries: Most::up_to(page.watched() + 3 + 30),
        is_long: events >= MANY,
        ..Endured::default()
    };
    let mut life = Life { store, herd, proxy, clock, page, rng, heap };
    life.live(events, &mut endured).await?;
    life.settle(&shown, &server, &mut endured).await?;
    (endured.findings.connections, endured.findings.broken) = life.proxy.counts();
    endured.findings += life.page.findings();
    drop(life);
    server.stop().await?;
    Ok(endured)
}

/// Businesses that are there or that a detail still shows, and jobs.
fn shown_at_most(shown: &Shown) -> usize {
    herd::SIZE + shown.details.len() + JOBS
}

/// Entities and queries of the cache.
fn held(page: &Page) -> (usize, usize) {
    (page.cache.entity_count(), page.cache.queries(QueryFilters::all()).len())
}

/// A client, its server's writer, and what is between them.
struct Life {
    store: Store,
    herd: Herd,
    proxy: Proxy,
    clock: Compressed,
    page: Page,
    rng: Rng,
    heap: fn() -> usize,
}

impl Life {
    /// Until the client has taken so many events.
    async fn live(&mut self, events: u64, endured: &mut Endured) -> Result<()> {
        let (mut transactions, mut tenths) = (0, 0);
        loop {
            let (taken, _) = self.page.progress();
            if taken >= events {
                return Ok(());
            }
            let seq = self.write(endured).await?;
            transactions += 1;
            self.page_reaches(seq.saturating_sub(AHEAD)).await?;
            if transactions % CALM == 0 {
                self.break_connection(endured).await?;
                self.store.prune_events(Timestamp::from_millis(0), KEPT_EVENTS).await?;
                self.visit()?;
            }
            self.look(taken * 2 >= events, endured);
            if taken * 10 / events > tenths {
                tenths = taken * 10 / events;
                println!("{}", self.state(taken));
            }
        }
    }

    async fn write(&mut self, endured: &mut Endured) -> Result<u64> {
        let seq = self.herd.change().await?;
        endured.findings.commits += 1;
        endured.lived += STEP;
        self.clock.advance(STEP);
        Ok(seq)
    }

    /// Breaks what is open, lets events be written in bad weather, and waits until the stream has caught up.
    async fn break_connection(&mut self, endured: &mut Endured) -> Result<()> {
        let (_, resumed) = self.page.progress();
        let Spell { weather, lasts, .. } = Spell::random(&mut self.rng);
        self.proxy.set(weather);
        self.proxy.cut();
        endured.breaks += 1;
        self.write(endured).await?;
        tokio::time::sleep(lasts).await;
        self.proxy.set(Weather::Clear);
        let is_back = async {
            while self.page.progress().1 == resumed {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(RECOVERY, is_back).await.context("the stream did not come back")
    }

    async fn page_reaches(&mut self, seq: u64) -> Result<()> {
        tokio::time::timeout(RECOVERY, self.page.reach(seq)).await.context("the stream stands still")?
    }

    /// Looks at another list, and at a business that may soon be gone.
    fn visit(&mut self) -> Result<()> {
        self.page.act(&mut self.rng);
        let detail = queries::business_detail(&self.page.api, self.herd.any()?.id);
        drop(self.page.cache.prefetch_query(&detail));
        Ok(())
    }

    fn look(&self, is_second_half: bool, endured: &mut Endured) {
        let (entities, queries) = held(&self.page);
        endured.entities.see(entities);
        endured.queries.see(queries);
        let half = if is_second_half { &mut endured.heap.1 } else { &mut endured.heap.0 };
        half.see((self.heap)());
    }

    fn state(&self, taken: u64) -> String {
        let (entities, queries) = held(&self.page);
        format!("{taken} events: {entities} entities, {queries} queries, {} bytes", (self.heap)())
    }

    /// Compares with the server, then lets time pass until only what is shown is left.
    async fn settle(&mut self, shown: &Shown, server: &Server, endured: &mut Endured) -> Result<()> {
        let direct = format!("http://{}", server.address);
        let ticking = self.clock.clone();
        let ticks = async {
            loop {
                tokio::time::sleep(LOOK).await;
                ticking.advance(Duration::from_secs(1));
            }
        };
        tokio::select! {
            outcome = recover(&self.store, &mut self.page, shown, &direct, &mut endured.findings) => outcome?,
            () = ticks => bail!("time stood still"),
        }
        let entities = shown_at_most(shown);
        let queries = self.page.watched();
        let forgetting = async {
            loop {
                let held = held(&self.page);
                if held.0 <= entities && held.1 <= queries {
                    return;
                }
                self.clock.advance(A_DAY);
                tokio::time::sleep(LOOK).await;
            }
        };
        // What is still there after that is told.
        let _ = tokio::time::timeout(RECOVERY, forgetting).await;
        let (left_entities, left_queries) = held(&self.page);
        endured.left.0 = Most { seen: left_entities, allowed: entities };
        endured.left.1 = Most { seen: left_queries, allowed: queries };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_client_that_lives_long_loses_nothing_and_holds_no_more_than_it_shows() {
        let endured = soak(1, 5_000, crate::bytes_in_use).await.unwrap();
        assert!(endured.is_clean(), "{endured}\n{}", endured.findings.notes.join("\n"));
        assert!(endured.findings.events >= 5_000, "{endured}");
        assert!(endured.breaks >= 5 && endured.findings.resumed > endured.breaks, "{endured}");
        assert!(endured.queries.seen > endured.left.1.seen, "nothing had to be forgotten: {endured}");
    }
}
