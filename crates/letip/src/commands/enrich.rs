//! `letip enrich ID..|--filter QUERY|--count N`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contract::enrichment::{BatchItem, EnrichmentBatch};
use contract::{Job, JobStatus, Problem};
use discovery::SourceRegistry;
use futures::{StreamExt, TryStreamExt};
use jobs::{JobsError, RunnerBuilder};
use serde::Serialize;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::cli::EnrichCommandArgs;
use crate::output::{self, Failure};
use crate::work::{self, OnInterrupt, Watch};
use crate::{data, table};

/// Enriches the businesses as a batch, through the same queue and handlers as a server.
pub(crate) async fn run(args: EnrichCommandArgs, verbose: u8) -> Result<(), Failure> {
    let request = args.request()?;
    let Some(fetcher) = work::reader(&args.enrich, &args.websites)? else {
        return Err(Failure::usage("websites are told who reads them, and nobody is named")
            .hint("give --contact-url URL, a page about you or a mailto: address"));
    };
    let verifier = work::verifier(Some(&fetcher), &args.websites);
    let providers = work::providers(&args.providers, &args.budget)?;
    let store = data::open_to_write(&args.data).await?;
    let watch = Watch::new(OnInterrupt::Cancel, verbose);
    let batch = server::enqueue_enrichment(&store, &request, work::of_command_line).await.map_err(refused)?;
    let sources = Arc::new(SourceRegistry::bundled());
    let runner =
        || work::runner(&store, &sources, Some(&fetcher), verifier.as_ref(), &providers, &args.worker);
    let members = |shutdown| run_members(&store, &batch, runner, args.concurrency.into(), shutdown);
    let ended = work::run_to_end(&store, batch.job_id, &watch, members).await?;
    let batch = server::enrichment_batch(&store, ended.job).await?;
    print(&Enriched::new(&batch, ended.duration), args.json)?;
    verdict(&batch.job)
}

/// Runs the jobs of a batch to their ends, so many at once; answers the batch.
async fn run_members(
    store: &Store,
    batch: &Job,
    runner: impl Fn() -> RunnerBuilder,
    at_once: usize,
    shutdown: CancellationToken,
) -> Result<Job, JobsError> {
    let members = store.batch_members(batch.job_id).await?;
    futures::stream::iter(
        members.into_iter().map(|member| runner().run_one(member.job_id, shutdown.clone())),
    )
    .buffer_unordered(at_once)
    .try_for_each(|_| async { Ok(()) })
    .await?;
    let batch = store.get_job(batch.job_id).await?.ok_or(JobsError::UnknownJob(batch.job_id))?;
    Ok(batch)
}

/// What the queue says of a request that it does not take.
fn refused(problem: Problem) -> Failure {
    if problem.errors.is_empty() {
        Failure::failed(problem.detail)
    } else {
        Failure::fields(&problem.errors, option)
    }
}

/// How the command line calls a field of the request.
fn option(field: &str) -> String {
    match field {
        "businessIds" => "ID".to_owned(),
        other => format!("--{other}"),
    }
}

/// What enrichment came to, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Enriched<'a> {
    #[serde(rename = "jobId")]
    id: contract::JobId,
    status: JobStatus,
    total: usize,
    failed: u64,
    /// How many ended in which way.
    outcomes: BTreeMap<&'a str, u64>,
    items: &'a [BatchItem],
    duration_ms: u64,
}

impl<'a> Enriched<'a> {
    fn new(batch: &'a EnrichmentBatch, duration: Duration) -> Self {
        let mut outcomes = BTreeMap::new();
        for item in &batch.items {
            *outcomes.entry(ending(item)).or_default() += 1;
        }
        Self {
            id: batch.job.job_id,
            status: batch.job.status,
            total: batch.items.len(),
            failed: batch.job.counts.failed,
            outcomes,
            items: &batch.items,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// How it ended for a business: its outcome, or why there is none.
fn ending(item: &BatchItem) -> &str {
    item.outcome.as_deref().unwrap_or(item.status.as_str())
}

fn print(enriched: &Enriched<'_>, json: bool) -> Result<(), Failure> {
    if json {
        return output::print_json(enriched);
    }
    let rows: Vec<[String; 4]> = enriched.items.iter().map(row).collect();
    output::print(&table::render(["ID", "BUSINESS", "OUTCOME", "WHY"], &rows))?;
    let outcomes: Vec<String> =
        enriched.outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let seconds = Duration::from_millis(enriched.duration_ms).as_secs_f64();
    output::print_line(&format!("{} done: {} ({seconds:.1} s)", enriched.total, outcomes.join(", ")))
}

fn row(item: &BatchItem) -> [String; 4] {
    let (name, why) = (item.name.clone(), item.error.clone());
    [item.business_id.to_string(), name.unwrap_or_default(), ending(item).to_owned(), why.unwrap_or_default()]
}

/// Whether the batch came to what it was to do. Where some failed and others did not, the command did not fail: they can be
/// tried again by themselves.
fn verdict(batch: &Job) -> Result<(), Failure> {
    let counts = &batch.counts;
    let again = format!(
        "try those that failed again with: letip jobs retry {} && letip jobs work --contact-url URL",
        batch.job_id
    );
    match batch.status {
        JobStatus::Completed => {
            if counts.failed > 0 {
                output::note(&format!("hint: {again}"));
            }
            Ok(())
        }
        JobStatus::Failed => Err(Failure::failed("no business could be enriched").hint(again)),
        JobStatus::Cancelled => Err(Failure::failed(format!(
            "the batch was cancelled; what was stored until then stays ({} enriched, {} failed)",
            counts.saved, counts.failed
        ))),
        JobStatus::Pending | JobStatus::Running => work::verdict(batch),
    }
}
