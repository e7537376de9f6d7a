//! The arguments of `letip enrich`.

use clap::Args;
use contract::enrichment::BatchEnrichmentRequest;
use contract::{BusinessId, BusinessQuery};

use super::{BudgetArgs, DataArgs, EnrichArgs, FilterArgs, ProviderArgs, WebsiteArgs, WorkerArgs};
use crate::output::Failure;

/// Read the websites of stored businesses and store how to reach them
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip enrich 12 15 --contact-url https://example.org/about-us
  letip enrich --count 100 --contact-url mailto:me@example.org --json
  letip enrich --category plumber --has-website --contact-url https://example.org/about-us
  letip enrich --filter 'city=Freehold&hasEmail=false' --contact-url https://example.org/about-us

Ctrl-C cancels what is not done yet. What a crash has left is finished by letip serve or letip jobs work, and what has
failed is tried again with letip jobs retry JOB && letip jobs work.")]
pub(crate) struct EnrichCommandArgs {
    /// The businesses, by id
    #[arg(value_name = "ID", value_parser = id)]
    pub(crate) ids: Vec<BusinessId>,
    /// So many of those that were never enriched, the oldest first, 1 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) count: Option<u32>,
    /// Those of a list, as its address has it: city=Freehold&hasWebsite=true; or one by one, as below
    #[arg(long, value_name = "QUERY")]
    pub(crate) filter: Option<String>,
    /// Businesses enriched at once; each website is still asked one page at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) concurrency: u8,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) websites: WebsiteArgs,
    #[command(flatten)]
    pub(crate) providers: ProviderArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

impl EnrichCommandArgs {
    /// The request that the arguments make.
    pub(crate) fn request(&self) -> Result<BatchEnrichmentRequest, Failure> {
        let ids = Some(self.ids.clone()).filter(|ids| !ids.is_empty());
        let flags = Some(self.filters.clone().query()).filter(|query| *query != BusinessQuery::default());
        let typed = self.filter.as_deref().map(server::business_filter).transpose();
        let typed = typed.map_err(|errors| Failure::fields(&errors, |field| format!("--filter: {field}")))?;
        if flags.is_some() && typed.is_some() {
            return Err(Failure::usage("give --filter, or the filters one by one, and not both"));
        }
        let filter = flags.or(typed);
        let given = [ids.is_some(), filter.is_some(), self.count.is_some()];
        match given.into_iter().filter(|given| *given).count() {
            1 => Ok(BatchEnrichmentRequest { business_ids: ids, filter, count: self.count }),
            0 => Err(Failure::usage("say which businesses to enrich")
                .hint("name their ids, a filter such as --city Freehold, or --count N")),
            _ => Err(Failure::usage("ids, filters and --count exclude each other").hint("give one of them")),
        }
    }
}

fn id(text: &str) -> Result<BusinessId, String> {
    let id = text.parse().ok().filter(|id| *id > 0);
    id.map(BusinessId)
        .ok_or_else(|| "a business has a positive number, which letip export shows as id".to_owned())
}
