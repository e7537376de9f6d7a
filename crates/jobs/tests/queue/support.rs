//! Handlers, clocks and waits that the stories share.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{Job, JobCounts, JobId, JobKind, JobProgress, JobStatus, Timestamp};
use jobs::{Clock, JobContext, JobError, JobHandler, RunnerBuilder};
use serde_json::{Value, json};
use store::{JobUpdate, NewBusiness, NewJob, Store};

/// How long a condition may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

type Running = Pin<Box<dyn Future<Output = Result<Value, JobError>> + Send>>;

/// A handler of scrape jobs made of a function.
pub(crate) struct Handler(Box<dyn Fn(JobContext) -> Running + Send + Sync>);

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

#[async_trait::async_trait]
impl JobHandler for Handler {
    fn kind(&self) -> JobKind {
        JobKind::Scrape
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        (self.0)(ctx).await
    }
}

/// A handler that runs `work`.
pub(crate) fn handler<F>(work: impl Fn(JobContext) -> F + Send + Sync + 'static) -> Arc<dyn JobHandler>
where
    F: Future<Output = Result<Value, JobError>> + Send + 'static,
{
    Arc::new(Handler(Box::new(move |ctx| Box::pin(work(ctx)))))
}

/// A handler that writes `rows` businesses, `batch` in one transaction with the checkpoint.
pub(crate) fn row_writer(rows: u64, batch: u64) -> Arc<dyn JobHandler> {
    handler(move |ctx| async move {
        let mut done = ctx.checkpoint.as_ref().and_then(Value::as_u64).unwrap_or(0);
        while done < rows {
            if ctx.stop.is_requested() {
                return Err(JobError::Stopped);
            }
            done = write_rows(&ctx, done, batch.min(rows - done)).await?;
        }
        Ok(json!({ "rows": rows }))
    })
}

/// Writes `count` rows after the first `done` and records that; answers how many there are then.
pub(crate) async fn write_rows(ctx: &JobContext, done: u64, count: u64) -> Result<u64, JobError> {
    let mut tx = ctx.store.begin().await?;
    tx.insert_businesses((done..done + count).map(row).collect()).await?;
    let done = done + count;
    let update = JobUpdate {
        progress: JobProgress { done, ..JobProgress::default() },
        counts: JobCounts { found: done, saved: done, ..JobCounts::default() },
        checkpoint: Some(json!(done)),
    };
    tx.record_job(&ctx.lease, update).await?;
    tx.commit().await?;
    Ok(done)
}

fn row(number: u64) -> NewBusiness {
    NewBusiness::named(&format!("Row {number}"), &format!("row {number}"))
}

/// A runner that looks for work often.
pub(crate) fn runner(store: &Store) -> RunnerBuilder {
    RunnerBuilder::new(store.clone()).poll_interval(Duration::from_millis(20))
}

/// Enqueues a scrape with `attempts` attempts allowed.
pub(crate) async fn enqueue(store: &Store, attempts: u32) -> JobId {
    let job =
        NewJob { max_attempts: attempts, ..NewJob::new(JobKind::Scrape, json!({ "location": "here" })) };
    store.enqueue_job(job).await.unwrap().job_id
}

/// The job.
pub(crate) async fn job(store: &Store, id: JobId) -> Job {
    store.get_job(id).await.unwrap().unwrap()
}

/// Waits until the job stands at `status`.
pub(crate) async fn wait_for_status(store: &Store, id: JobId, status: JobStatus) -> Job {
    wait_for(store, id, |job| job.status == status).await
}

/// Waits until the job is as `wanted` says.
pub(crate) async fn wait_for(store: &Store, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let job = job(store, id).await;
        if wanted(&job) {
            return job;
        }
        assert!(tokio::time::Instant::now() < deadline, "the job stays at {job:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for `future`, but not for ever.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("takes too long")
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    /// A clock that starts a minute after the system's time: what the store stamps meanwhile with the system's is due,
    /// however slow the machine.
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(Clock::system().now().as_millis() + 60_000)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let hand = self.clone();
        Clock::from_fn(move || hand.now())
    }
}

/// What handlers told, in order.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub(crate) fn tell(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
