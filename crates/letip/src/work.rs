//! A job run to its end in this process, shown while it runs and reported when it has ended.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Job, JobId, JobKind, JobStatus};
use discovery::SourceRegistry;
use discovery::geocoder::Nominatim;
use discovery::remote::{AnswerCache, ServiceConfig, Timing};
use discovery::source::{
    Apify, ApifyConfig, FileSource, GooglePlaces, GooglePlacesConfig, Overpass, OvertureRelease,
};
use enrichment::providers::{
    AbstractApi, AbstractApiConfig, Hunter, HunterConfig, ProviderError, Providers, Usd,
};
use enrichment::verify::{DnsConfig, DnsResolver, SmtpConfig, Verifier};
use enrichment::{Fetcher, FetcherConfig};
use jobs::{JobsError, RunnerBuilder};
use serde::Serialize;
use store::{NewJob, Store};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::cli::{
    BudgetArgs, DataArgs, EnrichArgs, GeocoderArgs, PaidSourceArgs, ProviderArgs, RemoteArgs, WebsiteArgs,
    WorkerArgs,
};
use crate::data;
use crate::output::{self, Failure};
use crate::{progress, signals};

/// Attempts allowed: a process that is killed takes one with it, and few kills must not end a job.
const MAX_ATTEMPTS: u32 = 10;

/// A job of a command of this program.
pub(crate) fn new_job(kind: JobKind, request: &impl Serialize) -> Result<NewJob, Failure> {
    Ok(of_command_line(NewJob::new(kind, serde_json::to_value(request)?)))
}

/// The job as one that a command asks for.
pub(crate) fn of_command_line(job: NewJob) -> NewJob {
    NewJob { created_by: Some("command line".to_owned()), max_attempts: MAX_ATTEMPTS, ..job }
}

/// What the first Ctrl-C does to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnInterrupt {
    /// The job is cancelled: whoever started it no longer wants it.
    Cancel,
    /// The job goes back into the queue for another process.
    Release,
}

/// A job after its run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) job: Job,
    /// How long this process took.
    pub(crate) duration: Duration,
}

/// The bundled source, one for each file, and the services whose addresses are given.
pub(crate) fn sources(
    files: &[PathBuf],
    remote: &RemoteArgs,
    who: &EnrichArgs,
    data: &DataArgs,
) -> Result<Arc<SourceRegistry>, Failure> {
    let mut registry = SourceRegistry::bundled();
    for file in files {
        registry = registry.with(FileSource::open(file)?);
    }
    if let Some(config) = service(remote.overpass_url.as_ref(), Overpass::TIMING, who, data)? {
        registry = registry.with(Overpass::new(&config)?);
    }
    if let Some(config) = service(remote.overture.overture_url.as_ref(), OvertureRelease::TIMING, who, data)?
    {
        registry = registry.with(OvertureRelease::new(&config, remote.overture.overture_release.as_deref())?);
    }
    Ok(Arc::new(paid_sources(registry, &remote.paid, remote.budget.monthly_budget.unwrap_or_default())?))
}

/// The same with the paid sources whose keys are given, within the budget that is given with them.
fn paid_sources(
    mut registry: SourceRegistry,
    args: &PaidSourceArgs,
    budget: Usd,
) -> Result<SourceRegistry, Failure> {
    if let Some((key, price)) = args.google_places_key.clone().zip(args.google_places_request_price) {
        let config = GooglePlacesConfig::new(key, price, budget);
        let source = GooglePlaces::new(config).map_err(|error| bad_key("google-places-key", &error))?;
        registry = registry.with(source);
    }
    if let Some((token, price)) = args.apify_token.clone().zip(args.apify_place_price) {
        let config =
            ApifyConfig { actor: args.apify_actor.clone(), ..ApifyConfig::new(token, price, budget) };
        registry = registry.with(Apify::new(config).map_err(|error| bad_key("apify-token", &error))?);
    }
    Ok(registry)
}

/// Finds locations that are not known offline; nothing does without an address.
pub(crate) fn geocoder(
    args: &GeocoderArgs,
    who: &EnrichArgs,
    data: &DataArgs,
) -> Result<Option<Nominatim>, Failure> {
    let config = service(args.nominatim_url.as_ref(), Nominatim::TIMING, who, data)?;
    Ok(config.as_ref().map(Nominatim::new).transpose()?)
}

/// A service at that address, asked in the name of who is given as the contact.
fn service(
    url: Option<&Url>,
    timing: Timing,
    who: &EnrichArgs,
    data: &DataArgs,
) -> Result<Option<ServiceConfig>, Failure> {
    let Some((url, contact)) = url.zip(who.contact_url.as_ref()) else { return Ok(None) };
    let cache = AnswerCache::new(data::answers(data)?);
    Ok(Some(ServiceConfig::new(url.clone(), contact, timing).kept_in(cache)))
}

/// Reads websites in the name of who is given as the contact; nobody does without one.
pub(crate) fn fetcher(args: &EnrichArgs) -> Result<Option<Fetcher>, Failure> {
    Ok(args.contact_url.as_ref().map(FetcherConfig::new).map(Fetcher::new).transpose()?)
}

/// The same for the websites of businesses, whose pages are kept for a while.
pub(crate) fn reader(who: &EnrichArgs, how: &WebsiteArgs) -> Result<Option<Fetcher>, Failure> {
    let config = |url: &String| FetcherConfig { kept_for: how.kept_for(), ..FetcherConfig::new(url) };
    Ok(who.contact_url.as_ref().map(config).map(Fetcher::new).transpose()?)
}

/// Verifies what the fetcher brings by the name servers of this machine, up to the MX records or, where that is asked for, to
/// the mailbox; nothing does where the machine names no server.
pub(crate) fn verifier(fetcher: Option<&Fetcher>, how: &WebsiteArgs) -> Option<Verifier> {
    fetcher?;
    let verifier = match DnsResolver::system(DnsConfig::default()) {
        Ok(resolver) => Verifier::new(Arc::new(resolver)),
        Err(error) => {
            tracing::warn!(%error, "addresses are not verified");
            return None;
        }
    };
    if !how.smtp {
        return Some(verifier);
    }
    Some(verifier.with_smtp(SmtpConfig { sender: how.smtp_sender.clone(), ..SmtpConfig::default() }))
}

/// The providers whose keys are given, within the budget that is given with them.
pub(crate) fn providers(args: &ProviderArgs, budget: &BudgetArgs) -> Result<Providers, Failure> {
    let mut providers = Providers::new(budget.monthly_budget.unwrap_or_default());
    if let Some((key, price)) = args.hunter_key.clone().zip(args.hunter_credit_price) {
        let hunter =
            Hunter::new(HunterConfig::new(key, price)).map_err(|error| bad_key("hunter-key", &error))?;
        providers = providers.with(hunter);
    }
    if let Some((key, price)) = args.abstractapi_key.clone().zip(args.abstractapi_request_price) {
        let config = AbstractApiConfig::new(key, price);
        let provider = AbstractApi::new(config).map_err(|error| bad_key("abstractapi-key", &error))?;
        providers = providers.with(provider);
    }
    Ok(providers)
}

fn bad_key(option: &str, error: &ProviderError) -> Failure {
    let variable = format!("LETIP_{}", option.to_uppercase().replace('-', "_"));
    Failure::usage(format!("--{option}: {error}"))
        .hint(format!("set {variable} to the key, or unset it to do without the service"))
}

/// A runner of every kind of job that the server runs; of enrichment only with a `fetcher`, which verifies addresses only
/// with a `verifier`.
pub(crate) fn runner(
    store: &Store,
    sources: &Arc<SourceRegistry>,
    fetcher: Option<&Fetcher>,
    verifier: Option<&Verifier>,
    providers: &Providers,
    args: &WorkerArgs,
) -> RunnerBuilder {
    let handlers = server::job_handlers(sources, fetcher, verifier, providers);
    RunnerBuilder::new(store.clone()).handlers(handlers).lease(args.job_lease)
}

/// How a run is watched and stopped.
#[derive(Debug)]
pub(crate) struct Watch {
    interruption: CancellationToken,
    on_interrupt: OnInterrupt,
    draw: bool,
}

impl Watch {
    /// Listens for Ctrl-C from now on; `verbose` decides whether progress is drawn.
    pub(crate) fn new(on_interrupt: OnInterrupt, verbose: u8) -> Self {
        Self { interruption: signals::interruption(), on_interrupt, draw: progress::is_wanted(verbose) }
    }
}

/// Waits for a job that `run` runs until the token that it is given is cancelled.
pub(crate) async fn run_to_end<F>(
    store: &Store,
    id: JobId,
    watch: &Watch,
    run: impl FnOnce(CancellationToken) -> F,
) -> Result<Ended, Failure>
where
    F: Future<Output = Result<Job, JobsError>>,
{
    let started = Instant::now();
    let shutdown = CancellationToken::new();
    let job = tokio::select! {
        job = run(shutdown.clone()) => job?,
        failure = obey(store, id, watch, &shutdown) => return Err(failure),
        never = progress::show(store, id, watch.draw) => match never {},
    };
    Ok(Ended { job, duration: started.elapsed() })
}

/// Does what an interruption asks for, once; returns only if that fails.
async fn obey(store: &Store, id: JobId, watch: &Watch, shutdown: &CancellationToken) -> Failure {
    watch.interruption.cancelled().await;
    match watch.on_interrupt {
        OnInterrupt::Release => shutdown.cancel(),
        OnInterrupt::Cancel => {
            output::note("stopping; press Ctrl-C again to leave at once");
            if let Err(error) = store.cancel_job(id).await {
                return error.into();
            }
        }
    }
    std::future::pending().await
}

/// Whether the job came to what it was to do.
pub(crate) fn verdict(job: &Job) -> Result<(), Failure> {
    let id = job.job_id;
    match job.status {
        JobStatus::Completed => Ok(()),
        JobStatus::Failed => {
            let error = job.error.as_deref().unwrap_or("it told no reason");
            Err(Failure::failed(format!("the job failed: {error}")).hint(format!(
                "when the cause is gone, go on with: letip jobs retry {id} && letip jobs work"
            )))
        }
        JobStatus::Cancelled => Err(Failure::failed(format!(
            "the job was cancelled; what it had stored until then stays ({} new, {} merged)",
            job.counts.saved, job.counts.merged
        ))),
        JobStatus::Pending | JobStatus::Running => {
            Err(Failure::failed(format!("job {id} is not finished; it is back in the queue"))
                .hint("finish it with: letip jobs work"))
        }
    }
}
