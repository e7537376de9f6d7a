use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use contract::Job;
use serde_json::Value;
use store::{ClaimedJob, JobLease, JobOutcome, LeaseState, StoreError};
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::runner::{Settings, committed};
use crate::{JobContext, JobError, JobHandler, StopReason, StopSignal};

/// The least time between two looks at whether a running job was cancelled.
const CANCEL_SPACING: Duration = Duration::from_millis(100);
/// How long to wait before an outcome that could not be written is written again.
const FINISH_PAUSE: Duration = Duration::from_millis(200);

/// Runs one claimed job until its handler ends, and writes what follows from that.
pub(crate) async fn run_attempt(settings: &Settings, claimed: ClaimedJob, shutdown: &CancellationToken) {
    let job = &claimed.job;
    let span = tracing::info_span!("job", job_id = %job.job_id, kind = %job.kind, attempt = job.attempt);
    supervise(settings, claimed, shutdown).instrument(span).await;
}

async fn supervise(settings: &Settings, claimed: ClaimedJob, shutdown: &CancellationToken) {
    let ClaimedJob { job, lease, checkpoint } = claimed;
    let started = Instant::now();
    tracing::info!(resumed = checkpoint.is_some(), "started");
    let outcome = match settings.handlers.get(&job.kind) {
        Some(handler) => {
            let stop = StopSignal::new();
            let ctx = JobContext {
                job: job.clone(),
                lease: lease.clone(),
                checkpoint,
                store: settings.store.clone(),
                stop: stop.clone(),
            };
            let end = run_handler(settings, Arc::clone(handler), ctx, shutdown).await;
            outcome_of(settings, &job, end, stop.reason())
        }
        None => Some(JobOutcome::Released),
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Some(outcome) => {
            log_outcome(&outcome, duration_ms);
            finish(settings, &lease, &outcome).await;
        }
        None => tracing::warn!(duration_ms, "lost the lease; another runner goes on"),
    }
}

/// How a handler ended.
enum End {
    /// By itself.
    Returned(Result<Value, JobError>),
    /// By a panic, with its message.
    Panicked(String),
    /// It did not stop when it was asked to.
    Aborted,
}

/// Runs the handler in its own task while the lease is renewed and the reasons to stop are watched.
async fn run_handler(
    settings: &Settings,
    handler: Arc<dyn JobHandler>,
    ctx: JobContext,
    shutdown: &CancellationToken,
) -> End {
    let stop = ctx.stop.clone();
    let (job_id, lease) = (ctx.job.job_id, ctx.lease.clone());
    let work = async move { handler.run(ctx).await }.in_current_span();
    let mut task = AbortOnDropHandle::new(tokio::spawn(work));
    tokio::select! {
        joined = &mut task => ended(joined),
        never = keep_lease(settings, &lease, &stop) => match never {},
        never = watch_cancel(settings, job_id, &stop) => match never {},
        never = watch_shutdown(shutdown, &stop) => match never {},
        () = overdue(settings, &stop) => {
            tracing::warn!(grace_ms = settings.grace.as_millis(), "the handler did not stop, aborting it");
            task.abort();
            ended(task.await)
        }
    }
}

fn ended(joined: Result<Result<Value, JobError>, JoinError>) -> End {
    match joined {
        Ok(result) => End::Returned(result),
        Err(error) => {
            error.try_into_panic().map_or(End::Aborted, |panic| End::Panicked(panic_message(&*panic)))
        }
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the job panicked: {}", text.unwrap_or("no message"))
}

/// Renews the lease every third of it; gives the signal when the store says that it is lost. Never returns.
///
/// A renewal that comes late, because the database is busy or away, ends nothing by itself: as long as nobody
/// else has claimed the job, the fence lets this attempt go on.
async fn keep_lease(settings: &Settings, lease: &JobLease, stop: &StopSignal) -> Infallible {
    loop {
        tokio::time::sleep(settings.lease / 3).await;
        match settings.store.renew_lease(lease, settings.lease, settings.clock.now()).await {
            Ok(LeaseState::Held) => {}
            Ok(LeaseState::CancelRequested) => stop.request(StopReason::Cancelled),
            Ok(LeaseState::Lost) => break,
            Err(error) => tracing::warn!(%error, "failed to renew the lease, trying again"),
        }
    }
    stop.request(StopReason::LeaseLost);
    std::future::pending().await
}

/// Gives the signal when somebody cancelled the job. Never returns.
async fn watch_cancel(settings: &Settings, job: contract::JobId, stop: &StopSignal) -> Infallible {
    let mut commits = settings.store.subscribe();
    while !stop.is_requested() {
        tokio::select! {
            () = committed(&mut commits) => {}
            () = tokio::time::sleep(settings.poll_interval) => {}
        }
        match settings.store.get_job(job).await {
            Ok(Some(job)) if job.cancel_requested => stop.request(StopReason::Cancelled),
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "failed to look for a cancel"),
        }
        tokio::time::sleep(CANCEL_SPACING.min(settings.poll_interval)).await;
    }
    std::future::pending().await
}

/// Gives the signal when the runner shuts down. Never returns.
async fn watch_shutdown(shutdown: &CancellationToken, stop: &StopSignal) -> Infallible {
    shutdown.cancelled().await;
    stop.request(StopReason::Shutdown);
    std::future::pending().await
}

/// Returns when the handler was asked to stop and its grace has passed.
async fn overdue(settings: &Settings, stop: &StopSignal) {
    stop.requested().await;
    tokio::time::sleep(settings.grace).await;
}

/// What to write for the job; nothing once the lease is lost.
fn outcome_of(settings: &Settings, job: &Job, end: End, reason: Option<StopReason>) -> Option<JobOutcome> {
    match (end, reason) {
        (End::Returned(Ok(result)), _) => Some(JobOutcome::Completed { result }),
        (_, Some(StopReason::LeaseLost)) | (End::Returned(Err(JobError::LeaseLost)), _) => None,
        (_, Some(StopReason::Cancelled)) => Some(JobOutcome::Cancelled),
        (End::Returned(Err(JobError::Fatal(error))), _) => Some(JobOutcome::Failed { error, retry_at: None }),
        (_, Some(StopReason::Shutdown)) => Some(JobOutcome::Released),
        (End::Returned(Err(JobError::Stopped)), None) => Some(JobOutcome::Cancelled),
        (End::Returned(Err(JobError::Retry(error))) | End::Panicked(error), None) => {
            Some(failed(settings, job, error))
        }
        (End::Aborted, None) => Some(failed(settings, job, "the job was aborted".to_owned())),
    }
}

fn failed(settings: &Settings, job: &Job, error: String) -> JobOutcome {
    let retry_at = (job.attempt < job.max_attempts).then(|| {
        let delay = settings.backoff.delay(job.attempt);
        let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        contract::Timestamp::from_millis(settings.clock.now().as_millis().saturating_add(delay_ms))
    });
    JobOutcome::Failed { error, retry_at }
}

fn log_outcome(outcome: &JobOutcome, duration_ms: u64) {
    match outcome {
        JobOutcome::Completed { .. } => tracing::info!(duration_ms, "completed"),
        JobOutcome::Failed { error, retry_at: Some(at) } => {
            tracing::warn!(duration_ms, error, retry_at = %at, "failed, will be tried again");
        }
        JobOutcome::Failed { error, retry_at: None } => {
            tracing::error!(target: "jobs::failed", duration_ms, error, "failed");
        }
        JobOutcome::Cancelled => tracing::info!(duration_ms, "cancelled"),
        JobOutcome::Released => tracing::info!(duration_ms, "put back into the queue"),
    }
}

/// Writes the outcome, again and again for as long as the lease may hold. If that fails as well, the lease
/// runs out and the job is run again from its checkpoint.
async fn finish(settings: &Settings, lease: &JobLease, outcome: &JobOutcome) {
    let give_up = Instant::now() + settings.lease;
    loop {
        match try_finish(settings, lease, outcome.clone()).await {
            Ok(()) => return,
            Err(StoreError::LeaseLost) => {
                return tracing::warn!("the lease was lost before the outcome was written");
            }
            Err(error) if Instant::now() >= give_up => {
                return tracing::error!(%error, "failed to write the outcome; the job will run again");
            }
            Err(error) => tracing::warn!(%error, "failed to write the outcome, trying again"),
        }
        tokio::time::sleep(FINISH_PAUSE.min(settings.lease / 3)).await;
    }
}

async fn try_finish(settings: &Settings, lease: &JobLease, outcome: JobOutcome) -> Result<(), StoreError> {
    let mut tx = settings.store.begin_at(settings.clock.now()).await?;
    match tx.finish_job(lease, outcome).await? {
        Some(_) => tx.commit().await.map(|_| ()),
        None => Err(StoreError::LeaseLost),
    }
}
