//! The client: its queries, its event stream, what it was shown.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use client::transport::ReqwestTransport;
use client::{ApiClient, ApiError, Connection, EventStream, Follower, Update, queries};
use contract::{Business, BusinessId, BusinessQuery, EventPayload};
use requery::runtime::TokioRuntime;
use requery::{
    Holds, QueryClient, QueryFilters, QueryObserver, QueryOptions, RefetchOptions, Row, Subscription,
};
use socketio_client::{Options, Reconnection, Socket};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::findings::Findings;

/// What a page does in seconds, for runs of less than a second.
const QUICK: Duration = Duration::from_millis(20);

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
    gone: HashMap<BusinessId, u64>,
}

impl Page {
    /// Opens a page at that address that knows all up to the event `since`.
    pub(crate) fn open(url: &str, since: u64) -> Result<Self> {
        let transport = ReqwestTransport::new(url).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let (api, connection) = (ApiClient::new(transport), Connection::new());
        let cache = QueryClient::new(TokioRuntime::current());
        let quick = queries::defaults().retry_delay_fn(|_, _: &ApiError| QUICK).retry_jitter(false);
        cache.set_default_options(quick);
        cache.mount();
        let reconnection = Reconnection { base_delay: QUICK, max_delay: QUICK, ..Reconnection::default() };
        let options =
            Options::new(url).reconnection(reconnection).connect_timeout(Duration::from_millis(400));
        let (socket, stream) =
            EventStream::open(options, Some(since)).context("failed to open the stream")?;
        let log = Arc::new(Mutex::new(Log { last: since, ..Log::default() }));
        let (reached, seen) = watch::channel(since);
        let follower = Follower::new(cache.clone(), api.clone(), connection.clone());
        let task = tokio::spawn(follow(stream, follower, Arc::clone(&log), reached));
        let (subscriptions, _stream) = (Vec::new(), AbortOnDropHandle::new(task));
        Ok(Self { cache, api, connection, socket, log, seen, subscriptions, _stream })
    }

    /// Watches a query that shows businesses.
    pub(crate) fn watch<T>(&mut self, options: QueryOptions<T, ApiError>)
    where
        T: Holds<Business> + PartialEq + Debug + Send + Sync + 'static,
    {
        let log = Arc::clone(&self.log);
        let shown: Mutex<HashMap<BusinessId, u64>> = Mutex::default();
        let subscription = QueryObserver::new(&self.cache, options).subscribe(move |result| {
            let Some(data) = &result.data else { return };
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            data.visit(&mut |row: Row<'_, Business>| lock(&log).show(&mut shown, &row));
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

    /// What was found so far.
    pub(crate) fn findings(&self) -> Findings {
        lock(&self.log).findings.clone()
    }
}

async fn follow(
    mut stream: EventStream,
    follower: Follower,
    log: Arc<Mutex<Log>>,
    reached: watch::Sender<u64>,
) {
    while let Some(update) = stream.next().await {
        let gone = lock(&log).note(&update);
        if let Some(rest) = follower.take(update) {
            tokio::spawn(rest);
        }
        let mut log = lock(&log);
        log.gone.extend(gone);
        reached.send_replace(log.last);
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

    fn show(&mut self, shown: &mut HashMap<BusinessId, u64>, row: &Business) {
        let before = shown.insert(row.id, row.version).unwrap_or_default();
        let gone = self.gone.get(&row.id).copied().unwrap_or_default();
        let newest = before.max(gone);
        if row.version < newest {
            self.findings.older += 1;
            let note = format!("business {} was shown at {} after {newest}", row.id, row.version);
            self.findings.notes.push(note);
        }
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
