//! `letip scrape LOCATION`.

use contract::JobKind;
use enrichment::providers::Providers;

use crate::cli::ScrapeArgs;
use crate::data;
use crate::output::{self, Failure, Outcome};
use crate::work::{self, OnInterrupt, Watch};

/// Finds places and stores them, through the same queue and handlers as a server.
pub(crate) async fn run(args: ScrapeArgs, verbose: u8) -> Result<(), Failure> {
    let sources = work::sources(&args.places)?;
    let request = args.request();
    let resolved = discovery::scrape::resolve_request(&request, &sources)
        .map_err(|errors| Failure::fields(&errors, option))?;

    let store = data::open(&args.data).await?;
    let watch = Watch::new(OnInterrupt::Cancel, verbose);
    let job = work::new_job(JobKind::Scrape, &discovery::scrape::job_request(&request, &resolved))?;
    let reserved =
        work::runner(&store, &sources, None, None, &Providers::default(), &args.worker).reserve(job).await?;
    let id = reserved.job().job_id;
    let ended = work::run_to_end(&store, id, &watch, |shutdown| reserved.run(shutdown)).await?;
    work::verdict(&ended.job)?;
    output::print_outcome(&Outcome::new(&ended.job, ended.duration), args.json)
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
