//! `letip scrape LOCATION`.

use contract::JobKind;
use discovery::SourceRegistry;
use discovery::scrape::{self, ResolvedScrape};
use enrichment::providers::Providers;
use serde_json::Value;

use crate::cli::ScrapeArgs;
use crate::data;
use crate::output::{self, Failure, Outcome};
use crate::work::{self, OnInterrupt, Watch};

/// Finds places and stores them, through the same queue and handlers as a server.
pub(crate) async fn run(args: ScrapeArgs, verbose: u8) -> Result<(), Failure> {
    let sources = work::sources(&args.places, &args.remote, &args.enrich, &args.data)?;
    let geocoder = work::geocoder(&args.geocoder, &args.enrich, &args.data)?;
    let request = args.request();
    let resolved = scrape::resolve_request_online(&request, &sources, geocoder.as_ref())
        .await
        .map_err(|errors| Failure::fields(&errors, option))?;
    tell_terms(&args, &sources, &resolved);

    let store = data::open_to_write(&args.data).await?;
    let watch = Watch::new(OnInterrupt::Cancel, verbose);
    let job = work::new_job(JobKind::Scrape, &scrape::job_request(&request, &resolved))?;
    let reserved =
        work::runner(&store, &sources, None, None, &Providers::default(), &args.worker).reserve(job).await?;
    let id = reserved.job().job_id;
    let ended = work::run_to_end(&store, id, &watch, |shutdown| reserved.run(shutdown)).await?;
    work::verdict(&ended.job)?;
    for remark in ended.job.result.iter().flat_map(remarks) {
        output::note(&format!("note: {remark}"));
    }
    output::print_outcome(&Outcome::new(&ended.job, ended.duration), args.json)
}

/// Whoever names a source learns before it is asked under which terms it is, and where a place was found for them.
fn tell_terms(args: &ScrapeArgs, sources: &SourceRegistry, resolved: &ResolvedScrape) {
    if let Some(attribution) = &resolved.location.attribution {
        output::note(&format!("location: {} ({attribution})", resolved.location.label));
    }
    if let Some(source) = args.source.as_deref().and_then(|slug| sources.get(Some(slug))) {
        let info = source.info();
        output::note(&format!("source: {} ({}, {})", info.name, info.attribution, info.licence));
        output::note(&format!("cost: {}", info.cost));
        if let Some(days) = info.retention_days {
            output::note(&format!(
                "kept: {days} days, then only its identifiers; letip serve and every search, import and enrichment takes the rest away"
            ));
        }
        if let Some(most) = source.most_cost(&resolved.area()) {
            output::note(&format!("this search: {most} at most"));
        }
    }
}

/// What is not whole about a search's places.
fn remarks(result: &Value) -> impl Iterator<Item = &str> {
    result["remarks"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// How the command line calls a field of the request.
fn option(field: &str) -> String {
    match field {
        "location" => "LOCATION".to_owned(),
        "radiusKm" => "--radius-km".to_owned(),
        "maxResults" => "--max".to_owned(),
        other => format!("--{other}"),
    }
}
