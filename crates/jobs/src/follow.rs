use contract::{Job, JobId, JobKind};
use store::{ClaimedJob, NewJob};
use tokio_util::sync::CancellationToken;

use crate::JobsError;
use crate::attempt::run_attempt;
use crate::runner::{Settings, wait_for_work};

/// A job that this process put into the queue and holds, to be [`run`](Self::run) at once.
#[derive(Debug)]
pub struct Reservation {
    settings: Settings,
    job: Job,
    claimed: Option<ClaimedJob>,
}

impl Reservation {
    /// The job as it stands in the queue.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Runs the job to its end, as [`RunnerBuilder::run_one`](crate::RunnerBuilder::run_one) does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn run(self, shutdown: CancellationToken) -> Result<Job, JobsError> {
        if let Some(claimed) = self.claimed {
            run_attempt(&self.settings, claimed, &shutdown).await;
        }
        follow(&self.settings, self.job.job_id, &shutdown).await
    }
}

/// Enqueues the job and claims it at once.
pub(crate) async fn reserve(settings: Settings, job: NewJob) -> Result<Reservation, JobsError> {
    handled(&settings, job.kind)?;
    let job = settings.store.enqueue_job(job).await?;
    let now = settings.clock.now();
    let claimed = settings.store.claim_job_by_id(job.job_id, &settings.owner, settings.lease, now).await?;
    Ok(Reservation { settings, job, claimed })
}

/// Runs one job to its end, or watches the runner that holds it do so.
pub(crate) async fn follow(
    settings: &Settings,
    id: JobId,
    shutdown: &CancellationToken,
) -> Result<Job, JobsError> {
    let mut commits = settings.store.subscribe();
    loop {
        commits.borrow_and_update();
        let job = settings.store.get_job(id).await?.ok_or(JobsError::UnknownJob(id))?;
        if job.status.is_finished() || shutdown.is_cancelled() {
            return Ok(job);
        }
        handled(settings, job.kind)?;
        let now = settings.clock.now();
        match settings.store.claim_job_by_id(id, &settings.owner, settings.lease, now).await? {
            Some(claimed) => run_attempt(settings, claimed, shutdown).await,
            None => wait_for_work(&mut commits, settings.poll_interval, shutdown).await,
        }
    }
}

fn handled(settings: &Settings, kind: JobKind) -> Result<(), JobsError> {
    if settings.handlers.contains_key(&kind) { Ok(()) } else { Err(JobsError::NoHandler(kind)) }
}
