//! The client: its queries, its event stream, what it was shown.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use client::transport::ReqwestTransport;
use client::{ApiClient, ApiError, Connection, EventStream, Follower, Update, queries};
use contract::{Business, BusinessId, BusinessQuery, EventPayload};
use requery::{
    Holds, QueryClient, QueryFilters, QueryKey, QueryObserver, QueryOptions, RefetchOptions, Row,
    Subscription, query_key,
};
use socketio_client::{Options, Reconnection, Socket};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::findings::Findings;

/// What a page does in seconds, for runs of less than a second.
const QUICK: Duration = Duration::from_millis(20);

/// Businesses that are remembered, the latest of them: a page may live longer than memory lasts.
const REMEMBERED: usize = 2_000;

/// A client at work. It ends with this value.
pub(crate) struct Page {
    pub(crate) cache: QueryClient,
    pub(crate) api: ApiClient,
    pub(crate) connection: Connection,
    socket: Socket,
    log: Arc<Mutex<Log>>,
    seen: watch::Receiver<u64>,
    subscriptions: Vec<Subscription>,
    _stream: AbortOnDropHandle<()>,
}

/// What it was told and shown.
#[derive(Debug, Default)]
struct Log {
    findings: Findings,
    /// The last event.
    last: u64,
    /// Businesses that it knows to be gone, and their last versions.
    gone: Versions,
}

type Versions = BTreeMap<BusinessId, u64>;

/// What a query shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    List,
    One,
}

/// What an observer was shown.
#[derive(Debug)]
struct Sight {
    shows: Shows,
    /// The newest version of each business.
    newest: Versions,
    /// The businesses of the last result.
    last: HashSet<BusinessId>,
}

impl Page {
    /// Opens a page with that cache at that address that knows all up to the event `since`. An attempt to connect may
    /// take as long as `connect`.
    pub(crate) fn open(url: &str, since: u64, connect: Duration, cache: QueryClient) -> Result<Self> {
        let transport = ReqwestTransport::new(url).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let (api, connection) = (ApiClient::new(transport), Connection::new());
        let quick = queries::defaults().retry_delay_fn(|_, _: &ApiError| QUICK).retry_jitter(false);
        cache.set_default_options(quick);
        cache.mount();
        let reconnection = Reconnection { base_delay: QUICK, max_delay: QUICK, ..Reconnection::default() };
        let options = Options::new(url).reconnection(reconnection).connect_timeout(connect);
        let (socket, stream) =
            EventStream::open(options, Some(since)).context("failed to open the stream")?;
        let log = Arc::new(Mutex::new(Log { last: since, ..Log::default() }));
        let (reached, seen) = watch::channel(since);
        let follower = Follower::new(cache.clone(), api.clone(), connection.clone());
        let known = Arc::clone(&log);
        let options = QueryOptions::<(BusinessId, u64), ApiError>::observe_only(last_gone());
        let gone = QueryObserver::new(&cache, options).subscribe(move |result| {
            if let Some(gone) = &result.data {
                remember(&mut lock(&known).gone, gone.0, gone.1);
            }
        });
        let task = tokio::spawn(follow(stream, follower, cache.clone(), Arc::clone(&log), reached));
        let (subscriptions, _stream) = (vec![gone], AbortOnDropHandle::new(task));
        Ok(Self { cache, api, connection, socket, log, seen, subscriptions, _stream })
    }

    /// Watches a query that shows businesses.
    pub(crate) fn watch<T>(&mut self, shows: Shows, options: QueryOptions<T, ApiError>)
    where
        T: Holds<Business> + PartialEq + Debug + Send + Sync + 'static,
    {
        let log = Arc::clone(&self.log);
        let sight = Mutex::new(Sight { shows, newest: Versions::new(), last: HashSet::new() });
        let subscription = QueryObserver::new(&self.cache, options).subscribe(move |result| {
            let Some(data) = &result.data else { return };
            let mut sight = sight.lock().unwrap_or_else(PoisonError::into_inner);
            let mut now = HashSet::new();
            data.visit(&mut |row: Row<'_, Business>| {
                now.insert(row.id);
                lock(&log).show(&mut sight, &row);
            });
            sight.last = now;
            lock(&log).findings.results += 1;
        });
        self.subscriptions.push(subscription);
    }

    /// Watches a query of anything else.
    pub(crate) fn keep<T>(&mut self, options: QueryOptions<T, ApiError>)
    where
        T: PartialEq + Send + Sync + 'static,
    {
        self.subscriptions.push(QueryObserver::new(&self.cache, options).subscribe(|_| {}));
    }

    /// Does at random what a person and the cache's own timers do.
    pub(crate) fn act(&self, rng: &mut fastrand::Rng) {
        let refetch = |filters| drop(self.cache.refetch_queries(filters, RefetchOptions::default()));
        match rng.u8(0..4) {
            0 => refetch(QueryFilters::prefix(["businesses"]).active()),
            1 => refetch(QueryFilters::prefix(["business"]).active()),
            2 => drop(self.cache.invalidate_queries(QueryFilters::prefix(["businesses"]))),
            _ => {
                let next =
                    BusinessQuery { page: Some(rng.u32(1..4)), limit: Some(5), ..BusinessQuery::default() };
                let options = queries::business_list(&self.api, &self.connection, next);
                drop(self.cache.prefetch_query(&options));
            }
        }
    }

    /// Tries to connect now.
    pub(crate) fn reconnect(&self) {
        self.socket.reconnect();
    }

    /// Waits until that event was taken over.
    pub(crate) async fn reach(&mut self, seq: u64) -> Result<()> {
        self.seen.wait_for(|seen| *seen >= seq).await.context("the stream ended")?;
        Ok(())
    }

    pub(crate) fn last(&self) -> u64 {
        *self.seen.borrow()
    }

    /// Queries that it has on screen, and one that says what is gone.
    pub(crate) fn watched(&self) -> usize {
        self.subscriptions.len()
    }

    /// Events that it took over, and how often its stream was resumed.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let log = lock(&self.log);
        (log.findings.events, log.findings.resumed)
    }

    /// What was found so far.
    pub(crate) fn findings(&self) -> Findings {
        lock(&self.log).findings.clone()
    }
}

/// Holds what was deleted last. The cache tells observers in the order of its changes, but not before it returns: another
/// thread may be telling them of earlier ones. Whoever observes this hears of a deletion when all that was shown before
/// it was shown.
fn last_gone() -> QueryKey {
    query_key!["last gone"]
}

async fn follow(
    mut stream: EventStream,
    follower: Follower,
    cache: QueryClient,
    log: Arc<Mutex<Log>>,
    reached: watch::Sender<u64>,
) {
    while let Some(update) = stream.next().await {
        let gone = lock(&log).note(&update);
        if let Some(rest) = follower.take(update) {
            tokio::spawn(rest);
        }
        if let Some(gone) = gone {
            cache.set_query_data(last_gone(), gone);
        }
        reached.send_replace(lock(&log).last);
    }
}

impl Log {
    /// Checks the order of events. Gives what is gone once the cache knows of it.
    fn note(&mut self, update: &Update) -> Option<(BusinessId, u64)> {
        match update {
            Update::Event(event) => {
                let expected = self.last + 1;
                if event.seq > expected {
                    self.findings.lost += event.seq - expected;
                    self.findings.notes.push(format!("event {} came after {}", event.seq, self.last));
                } else if event.seq < expected {
                    self.findings.doubled += 1;
                    self.findings.notes.push(format!("event {} came again after {}", event.seq, self.last));
                }
                self.findings.events += 1;
                self.last = event.seq;
                if let EventPayload::BusinessDeleted(deleted) = event.payload {
                    return Some((deleted.id, deleted.version));
                }
            }
            Update::Reset { seq, .. } => {
                self.findings.resets += 1;
                self.last = *seq;
            }
            Update::Live => self.findings.resumed += 1,
            Update::Lost | Update::OutOfReach => {}
            Update::Refused(why) => self.findings.notes.push(format!("refused: {why}")),
        }
        None
    }

    /// Checks what an observer is shown. What was on screen when it was deleted may stay there until the observer is told
    /// why; it must not come back. Who asks for one business alone may be given it for the first time by an answer that was
    /// on its way when it was deleted: there is nothing to be shown in its place.
    fn show(&mut self, sight: &mut Sight, row: &Business) {
        let before = sight.newest.get(&row.id).copied().unwrap_or_default();
        let is_first = sight.shows == Shows::One && !sight.newest.contains_key(&row.id);
        let is_back = !is_first && !sight.last.contains(&row.id);
        let gone = self.gone.get(&row.id).filter(|_| is_back).copied();
        let newest = before.max(gone.unwrap_or_default());
        if row.version < newest {
            self.findings.older += 1;
            let note = format!("business {} was shown at {} after {newest}", row.id, row.version);
            self.findings.notes.push(note);
        }
        remember(&mut sight.newest, row.id, row.version);
    }
}

fn remember(versions: &mut Versions, id: BusinessId, version: u64) {
    versions.insert(id, version);
    while versions.len() > REMEMBERED {
        versions.pop_first();
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
