//! The arguments of services on the network that know places.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::{DataArgs, EnrichArgs};

/// Who is asked for places on the network. Without an address nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Services that know places")]
pub(crate) struct RemoteArgs {
    /// Overpass server to search in as source 'overpass', such as `https://overpass-api.de/api/`
    #[arg(
        long,
        value_name = "URL",
        env = "LETIP_OVERPASS_URL",
        hide_env_values = true,
        requires = "contact_url"
    )]
    pub(crate) overpass_url: Option<Url>,
    /// Bucket of Overture releases to search in as source 'overture', such as
    /// `https://overturemaps-us-west-2.s3.us-west-2.amazonaws.com/`, or one .parquet file of a release
    #[arg(
        long,
        value_name = "URL",
        env = "LETIP_OVERTURE_URL",
        hide_env_values = true,
        requires = "contact_url"
    )]
    pub(crate) overture_url: Option<Url>,
    /// Release to read, such as 2026-11-18.0 [default: the newest]
    #[arg(long, value_name = "RELEASE", env = "LETIP_OVERTURE_RELEASE", hide_env_values = true)]
    pub(crate) overture_release: Option<String>,
}

/// Who is asked where a location is. Without an address nobody is.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Services that know places")]
pub(crate) struct GeocoderArgs {
    /// Nominatim server to ask for locations that are not known offline, such as
    /// `https://nominatim.openstreetmap.org/`
    #[arg(
        long,
        value_name = "URL",
        env = "LETIP_NOMINATIM_URL",
        hide_env_values = true,
        requires = "contact_url"
    )]
    pub(crate) nominatim_url: Option<Url>,
}

/// Show what can be searched, under which licence and at what cost
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip sources
  letip sources --places new-jersey.parquet --json
  letip sources --overpass-url https://overpass-api.de/api/ --contact-url https://example.org/about-us

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
