//! The arguments of `letip serve`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use server::{MapTiles, MapTilesError};

use super::{DataArgs, EnrichArgs, GeocoderArgs, ProviderArgs, RemoteArgs, WebsiteArgs};

/// Serve the dashboard and the API, and run jobs
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip serve
  letip serve --listen 127.0.0.1:8080 --data-dir ./data
  letip serve --places new-jersey.parquet --places oregon.osm.pbf")]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3030")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Ask nobody to sign in: whoever reaches the address may do everything; loopback addresses only
    #[arg(long, conflicts_with = "tls")]
    pub(crate) no_sign_in: bool,
    /// Browsers reach the server over TLS, by a proxy before it; assumed where the address is not loopback
    #[arg(long)]
    pub(crate) tls: bool,
    /// File of places to search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) places: Vec<PathBuf>,
    /// Form of the log on stderr
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogForm::Text)]
    pub(crate) log: LogForm,
    #[command(flatten)]
    pub(crate) rates: RateArgs,
    /// Jobs that run at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) concurrency: u8,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) websites: WebsiteArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) geocoder: GeocoderArgs,
    #[command(flatten)]
    pub(crate) providers: ProviderArgs,
    #[command(flatten)]
    pub(crate) tiles: TileArgs,
}

/// What lies under the list of leads as a map. Without an address its ground is plain.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Map tiles")]
pub(crate) struct TileArgs {
    /// Tiles in Web Mercator that browsers get for the list of leads as a map, such as
    /// `https://tiles.example.org/{z}/{x}/{y}.png`; without it they ask nobody, and the map has a plain ground
    #[arg(
        long,
        value_name = "URL",
        env = "LETIP_TILES_URL",
        hide_env_values = true,
        requires = "tiles_attribution"
    )]
    pub(crate) tiles_url: Option<String>,
    /// Whose the tiles are, as their server asks to have it shown, such as 'Map © Example'
    #[arg(
        long,
        value_name = "TEXT",
        env = "LETIP_TILES_ATTRIBUTION",
        hide_env_values = true,
        requires = "tiles_url"
    )]
    pub(crate) tiles_attribution: Option<String>,
    /// Last zoom level that the server of the tiles has
    #[arg(
        long,
        value_name = "N",
        env = "LETIP_TILES_MAX_ZOOM",
        hide_env_values = true,
        requires = "tiles_url",
        default_value_t = MapTiles::MAX_ZOOM,
        value_parser = clap::value_parser!(u8).range(..=i64::from(MapTiles::DEEPEST))
    )]
    pub(crate) tiles_max_zoom: u8,
}

impl TileArgs {
    pub(crate) fn tiles(&self) -> Result<Option<MapTiles>, MapTilesError> {
        let given = self.tiles_url.as_deref().zip(self.tiles_attribution.as_deref());
        given.map(|(url, whose)| MapTiles::new(url, whose, self.tiles_max_zoom)).transpose()
    }
}

/// How often one caller may call, a minute.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct RateArgs {
    /// Reads and pages a minute for each person, and for a person's tokens together; 0 is no limit
    #[arg(
        long,
        value_name = "N",
        env = "LETIP_READS_A_MINUTE",
        hide_env_values = true,
        default_value_t = 3000
    )]
    pub(crate) reads_a_minute: u32,
    /// Changes a minute
    #[arg(
        long,
        value_name = "N",
        env = "LETIP_CHANGES_A_MINUTE",
        hide_env_values = true,
        default_value_t = 1200
    )]
    pub(crate) changes_a_minute: u32,
    /// Searches, enrichments, imports, exports and bulk changes a minute
    #[arg(
        long,
        value_name = "N",
        env = "LETIP_HEAVY_A_MINUTE",
        hide_env_values = true,
        default_value_t = 60
    )]
    pub(crate) heavy_a_minute: u32,
}

impl RateArgs {
    pub(crate) fn limits(&self) -> server::RateLimits {
        let limit = NonZeroU32::new;
        server::RateLimits {
            reads: limit(self.reads_a_minute),
            writes: limit(self.changes_a_minute),
            heavy: limit(self.heavy_a_minute),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}
