//! `letip jobs list|show|cancel|retry|work`.

use contract::job::JobQuery;
use contract::{Job, JobId, JobStatus};
use store::{CancelResult, RetryResult, Store};

use crate::cli::{JobArgs, JobsArgs, JobsCommand, JobsListArgs, JobsShowArgs, JobsWorkArgs};
use crate::output::{self, Failure};
use crate::work::{self, OnInterrupt, Watch};
use crate::{data, rejected, table};

/// Runs the subcommand; without one, lists.
pub(crate) async fn run(args: JobsArgs, verbose: u8) -> Result<(), Failure> {
    match args.command.unwrap_or(JobsCommand::List(args.list)) {
        JobsCommand::List(args) => list(&args).await,
        JobsCommand::Show(args) => show(&args).await,
        JobsCommand::Cancel(args) => cancel(&args).await,
        JobsCommand::Retry(args) => retry(&args).await,
        JobsCommand::Work(args) => work(&args, verbose).await,
    }
}

async fn list(args: &JobsListArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let status = args.failed.then_some(JobStatus::Failed).or(args.status);
    let query = JobQuery { kind: args.kind, status, limit: Some(args.limit), ..JobQuery::default() };
    let page = store.list_jobs(&query).await?;
    if args.json {
        return output::print_json(&page.data);
    }
    if page.data.is_empty() {
        return output::print_line("no jobs");
    }
    let rows: Vec<[String; 6]> = page.data.iter().map(row).collect();
    output::print(&table::render(["JOB", "KIND", "STATUS", "ATTEMPT", "CREATED", "PROGRESS"], &rows))?;
    let shown = u64::try_from(page.data.len()).unwrap_or(u64::MAX);
    if shown < page.meta.total {
        output::note(&format!("{shown} of {}; see more with --limit", page.meta.total));
    }
    Ok(())
}

fn row(job: &Job) -> [String; 6] {
    [
        job.job_id.to_string(),
        job.kind.to_string(),
        status(job),
        format!("{}/{}", job.attempt, job.max_attempts),
        job.created_at.to_string(),
        job.error.clone().filter(|_| job.status != JobStatus::Completed).unwrap_or_else(|| counted(job)),
    ]
}

fn status(job: &Job) -> String {
    match (job.status, job.cancel_requested) {
        (JobStatus::Running, true) => "stopping".to_owned(),
        (status, _) => status.to_string(),
    }
}

fn counted(job: &Job) -> String {
    let counts = &job.counts;
    format!("{} found, {} new, {} already known", counts.found, counts.saved, counts.merged)
}

async fn show(args: &JobsShowArgs) -> Result<(), Failure> {
    let store = data::open(&args.job.data).await?;
    let job = store.get_job(args.job.id).await?.ok_or_else(|| unknown(args.job.id))?;
    if let Some(file) = &args.rejected {
        let rows = rejected::write(&store, job.job_id, file).await?;
        output::note(&format!("wrote {rows} rejected rows to {}", file.display()));
    }
    print_job(&job, args.job.json)
}

async fn cancel(args: &JobArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    known(&store, args.id).await?;
    match store.cancel_job(args.id).await? {
        CancelResult::Cancelled(job) | CancelResult::Requested(job) => print_job(&job, args.json),
        CancelResult::AlreadyFinished(job) => Err(Failure::failed(format!(
            "job {} is {} already and cannot be cancelled",
            job.job_id, job.status
        ))),
    }
}

async fn retry(args: &JobArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    known(&store, args.id).await?;
    match store.retry_job(args.id).await? {
        RetryResult::Retried(job) => {
            output::note(&format!("job {} waits; letip serve or letip jobs work runs it", job.job_id));
            print_job(&job, args.json)
        }
        RetryResult::NotRetryable(job) => Err(Failure::failed(format!(
            "job {} is {}; only failed and cancelled jobs can be run again",
            job.job_id, job.status
        ))),
    }
}

/// Runs every unfinished job to its end, the oldest first. A job that another process holds is waited for,
/// and taken over if that process vanishes.
async fn work(args: &JobsWorkArgs, verbose: u8) -> Result<(), Failure> {
    let sources = work::sources(&args.places, &args.remote, &args.enrich, &args.data)?;
    let fetcher = work::reader(&args.enrich, &args.websites)?;
    let verifier = work::verifier(fetcher.as_ref(), &args.websites);
    let providers = work::providers(&args.providers, &args.remote.budget)?;
    let store = data::open_to_write(&args.data).await?;
    let watch = Watch::new(OnInterrupt::Release, verbose);
    let mut failed = 0;
    while let Some(id) = store.oldest_unfinished_job().await? {
        let runner =
            work::runner(&store, &sources, fetcher.as_ref(), verifier.as_ref(), &providers, &args.worker);
        let ended = work::run_to_end(&store, id, &watch, |shutdown| runner.run_one(id, shutdown)).await?;
        if !ended.job.status.is_finished() {
            return work::verdict(&ended.job);
        }
        failed += u32::from(ended.job.status == JobStatus::Failed);
        print_ended(&ended.job, args.json)?;
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::failed("1 job failed").hint("see why with: letip jobs --failed")),
        several => {
            Err(Failure::failed(format!("{several} jobs failed")).hint("see why with: letip jobs --failed"))
        }
    }
}

fn print_ended(job: &Job, json: bool) -> Result<(), Failure> {
    if json {
        return output::print_json(job);
    }
    let what = job.error.clone().filter(|_| job.status == JobStatus::Failed).unwrap_or_else(|| counted(job));
    output::print_line(&format!("{} {} {}: {what}", job.job_id, job.kind, job.status))
}

fn print_job(job: &Job, json: bool) -> Result<(), Failure> {
    if json {
        return output::print_json(job);
    }
    let moment = |time: Option<contract::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let lines = [
        ("job", job.job_id.to_string()),
        ("kind", job.kind.to_string()),
        ("status", status(job)),
        ("request", job.request.to_string()),
        ("counts", counts(job)),
        ("attempt", format!("{} of {}", job.attempt, job.max_attempts)),
        ("error", job.error.clone().unwrap_or_default()),
        ("created", job.created_at.to_string()),
        ("started", moment(job.started_at)),
        ("finished", moment(job.finished_at)),
    ];
    let told = lines.iter().filter(|(_, value)| !value.is_empty());
    output::print(&told.map(|(name, value)| format!("{name:9} {value}\n")).collect::<String>())
}

fn counts(job: &Job) -> String {
    let counts = &job.counts;
    format!(
        "{} found, {} saved, {} merged, {} rejected, {} closed, {} with an address left out",
        counts.found, counts.saved, counts.merged, counts.rejected, counts.closed, counts.suppressed
    )
}

async fn known(store: &Store, id: JobId) -> Result<(), Failure> {
    store.get_job(id).await?.map(drop).ok_or_else(|| unknown(id))
}

fn unknown(id: JobId) -> Failure {
    Failure::failed(format!("there is no job {id}")).hint("list the jobs with: letip jobs")
}
