//! The arguments of services on the network that know places.

use std::path::PathBuf;

use clap::{Arg, Args};
use discovery::source::ApifyConfig;
use enrichment::providers::{ApiKey, Usd};
use url::Url;

use super::{BudgetArgs, DataArgs, EnrichArgs};

/// Who is asked for places on the network. Without an address nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Services that know places", mut_arg("overpass_url", address))]
pub(crate) struct RemoteArgs {
    /// Overpass server to search in as source 'overpass', such as `https://overpass-api.de/api/`
    #[arg(long, env = "LETIP_OVERPASS_URL")]
    pub(crate) overpass_url: Option<Url>,
    #[command(flatten)]
    pub(crate) overture: OvertureArgs,
    #[command(flatten)]
    pub(crate) paid: PaidSourceArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

/// Which release of Overture is read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Services that know places", mut_arg("overture_url", address))]
pub(crate) struct OvertureArgs {
    /// Bucket of Overture releases to search in as source 'overture', such as
    /// `https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/`, or one .parquet file of a release
    #[arg(long, env = "LETIP_OVERTURE_URL")]
    pub(crate) overture_url: Option<Url>,
    /// Release to read, such as 2026-11-18.0 [default: the newest]
    #[arg(long, value_name = "RELEASE", env = "LETIP_OVERTURE_RELEASE", hide_env_values = true)]
    pub(crate) overture_release: Option<String>,
}

/// Who is asked for places for money. Without a key nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Paid services that know places")]
pub(crate) struct PaidSourceArgs {
    /// Key of a Google Cloud project with the Places API (New), to search in as source 'googlePlaces'; others on this
    /// machine can read arguments, so give it as LETIP_GOOGLE_PLACES_KEY
    #[arg(
        long,
        value_name = "KEY",
        env = "LETIP_GOOGLE_PLACES_KEY",
        hide_env_values = true,
        requires_all = ["monthly_budget", "google_places_request_price"]
    )]
    pub(crate) google_places_key: Option<ApiKey>,
    /// What a request costs: the price of Google's SKU "Text Search Enterprise", such as 0.035
    #[arg(long, value_name = "USD", env = "LETIP_GOOGLE_PLACES_REQUEST_PRICE", hide_env_values = true)]
    pub(crate) google_places_request_price: Option<Usd>,
    /// API token of Apify, to search in as source 'apify'; give it as LETIP_APIFY_TOKEN
    #[arg(
        long,
        value_name = "TOKEN",
        env = "LETIP_APIFY_TOKEN",
        hide_env_values = true,
        requires_all = ["monthly_budget", "apify_place_price"]
    )]
    pub(crate) apify_token: Option<ApiKey>,
    /// What a place costs, by the page of the actor, such as 0.004; no search costs more than that for each place that
    /// it asks for
    #[arg(long, value_name = "USD", env = "LETIP_APIFY_PLACE_PRICE", hide_env_values = true)]
    pub(crate) apify_place_price: Option<Usd>,
    /// Actor of Apify that reads Google Maps; it has to take and give what the default one does
    #[arg(
        long,
        value_name = "USER/NAME",
        env = "LETIP_APIFY_ACTOR",
        hide_env_values = true,
        default_value = ApifyConfig::ACTOR
    )]
    pub(crate) apify_actor: String,
}

/// Who is asked where a location is. Without an address nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Services that know places", mut_arg("nominatim_url", address))]
pub(crate) struct GeocoderArgs {
    /// Nominatim server to ask for locations that are not known offline, such as
    /// `https://nominatim.openstreetmap.org/`
    #[arg(long, env = "LETIP_NOMINATIM_URL")]
    pub(crate) nominatim_url: Option<Url>,
}

/// What the addresses of services have in common.
fn address(arg: Arg) -> Arg {
    arg.value_name("URL").hide_env_values(true).requires("contact_url")
}

/// Show what can be searched, under which licence and at what cost
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip sources
  letip sources --places new-jersey.parquet --json
  letip sources --overpass-url https://overpass-api.de/api/ --contact-url https://example.org/about-us
  LETIP_GOOGLE_PLACES_KEY=... letip sources --google-places-request-price 0.035 --monthly-budget 20

No service is asked for it.")]
pub(crate) struct SourcesArgs {
    /// File of places to search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1)]
    pub(crate) places: Vec<PathBuf>,
    /// Print the sources as one JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
