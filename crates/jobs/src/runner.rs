use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use contract::{Job, JobId, JobKind};
use store::{ClaimedJob, NewJob, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::attempt::run_attempt;
use crate::follow::{Reservation, follow, reserve};
use crate::{Backoff, Clock, JobHandler, JobsError};

/// The least time between two claims that commits of this process set off: a running scrape commits often.
const CLAIM_SPACING: Duration = Duration::from_millis(50);

/// What every attempt of a runner shares.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) store: Store,
    pub(crate) handlers: BTreeMap<JobKind, Arc<dyn JobHandler>>,
    pub(crate) owner: String,
    pub(crate) concurrency: usize,
    pub(crate) lease: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) grace: Duration,
    pub(crate) backoff: Backoff,
    pub(crate) clock: Clock,
}

/// Says what a runner runs and how; then [`start`](Self::start) or [`run_one`](Self::run_one).
#[derive(Debug)]
pub struct RunnerBuilder {
    settings: Settings,
}

impl RunnerBuilder {
    /// A runner of no kind of job yet, with one job at a time, a lease of 15 s, a poll every second, a grace
    /// of 10 s and the default back-off.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let owner = format!("{}-{}", std::process::id(), uuid::Uuid::now_v7());
        Self {
            settings: Settings {
                store,
                handlers: BTreeMap::new(),
                owner,
                concurrency: 1,
                lease: Duration::from_secs(15),
                poll_interval: Duration::from_secs(1),
                grace: Duration::from_secs(10),
                backoff: Backoff::default(),
                clock: Clock::system(),
            },
        }
    }

    /// Runs the jobs of the handler's kind; a second handler of one kind replaces the first.
    #[must_use]
    pub fn handler(mut self, handler: Arc<dyn JobHandler>) -> Self {
        self.settings.handlers.insert(handler.kind(), handler);
        self
    }

    /// As [`handler`](Self::handler), for several.
    #[must_use]
    pub fn handlers(self, handlers: impl IntoIterator<Item = Arc<dyn JobHandler>>) -> Self {
        handlers.into_iter().fold(self, Self::handler)
    }

    /// At most so many jobs at once; at least one.
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.settings.concurrency = jobs.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a job is held without a sign of life. It is renewed every third of that.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// How often to look for jobs, and for cancels, that another process wrote.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// How long a handler that was asked to stop may take, before it is aborted.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// How long a failed job waits before its next attempt.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.settings.backoff = backoff;
        self
    }

    /// Where `now` comes from for leases and back-offs. All runners of one database must agree on it.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Starts to claim and run jobs in the background.
    #[must_use = "dropping the handle stops the runner without waiting for it"]
    pub fn start(self) -> RunnerHandle {
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(claim_loop(Arc::new(self.settings), shutdown.clone()));
        RunnerHandle { stop: shutdown.drop_guard(), task }
    }

    /// Puts a job into the queue, claimed at once: no other runner takes it before this one, as it might with
    /// [`Store::enqueue_job`]. If this process vanishes in between, the job is due for others after a lease.
    ///
    /// # Errors
    /// The database failed, or no handler fits the job.
    pub async fn reserve(self, job: NewJob) -> Result<Reservation, JobsError> {
        reserve(self.settings, job).await
    }

    /// Runs the job `id` to its end and returns it finished: completed, failed or cancelled.
    ///
    /// Attempts that fail are run again after their back-off. While another runner holds the job, this waits
    /// for it, and takes over when that runner vanishes. When `shutdown` is cancelled, a running attempt is
    /// released and the job is returned as it then stands. [`Store::cancel_job`] ends it as cancelled.
    ///
    /// # Errors
    /// The database failed, the job is unknown, or no handler fits it.
    pub async fn run_one(self, id: JobId, shutdown: CancellationToken) -> Result<Job, JobsError> {
        follow(&self.settings, id, &shutdown).await
    }
}

/// A running runner.
pub struct RunnerHandle {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl RunnerHandle {
    /// Stops claiming, asks running handlers to stop, puts their jobs back into the queue and waits for all of
    /// that: at most the grace, and the time that the database takes.
    pub async fn shutdown(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the job runner ended early");
        }
    }
}

impl fmt::Debug for RunnerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RunnerHandle")
    }
}

async fn claim_loop(settings: Arc<Settings>, shutdown: CancellationToken) {
    let permits = Arc::new(Semaphore::new(settings.concurrency));
    let attempts = TaskTracker::new();
    let mut commits = settings.store.subscribe();
    let mut failures = 0;
    while let Some(permit) = free_permit(&permits, &shutdown).await {
        commits.borrow_and_update();
        match claim(&settings).await {
            Ok(Some(claimed)) => {
                failures = 0;
                attempts.spawn(attempt(Arc::clone(&settings), claimed, shutdown.clone(), permit));
            }
            Ok(None) => {
                failures = 0;
                drop(permit);
                wait_for_work(&mut commits, settings.poll_interval, &shutdown).await;
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, failures, "failed to claim a job, trying again");
                pause(settings.poll_interval * failures.min(30), &shutdown).await;
            }
        }
    }
    attempts.close();
    attempts.wait().await;
}

/// A permit to run one more job; none once the runner shuts down.
async fn free_permit(permits: &Arc<Semaphore>, shutdown: &CancellationToken) -> Option<OwnedSemaphorePermit> {
    tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        permit = Arc::clone(permits).acquire_owned() => permit.ok(),
    }
}

async fn claim(settings: &Settings) -> Result<Option<ClaimedJob>, JobsError> {
    let kinds: Vec<JobKind> = settings.handlers.keys().copied().collect();
    let now = settings.clock.now();
    Ok(settings.store.claim_job(&settings.owner, &kinds, settings.lease, now).await?)
}

async fn attempt(
    settings: Arc<Settings>,
    claimed: ClaimedJob,
    shutdown: CancellationToken,
    permit: OwnedSemaphorePermit,
) {
    run_attempt(&settings, claimed, &shutdown).await;
    drop(permit);
}

/// Waits for a commit of this process, but not less than [`CLAIM_SPACING`]; for the poll; or for the shutdown.
pub(crate) async fn wait_for_work(
    commits: &mut watch::Receiver<u64>,
    poll_interval: Duration,
    shutdown: &CancellationToken,
) {
    pause(CLAIM_SPACING.min(poll_interval), shutdown).await;
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = committed(commits) => {}
        () = tokio::time::sleep(poll_interval) => {}
    }
}

/// Waits for a commit of this process; for ever once the store is closed.
pub(crate) async fn committed(commits: &mut watch::Receiver<u64>) {
    if commits.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn pause(duration: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = tokio::time::sleep(duration) => {}
    }
}
