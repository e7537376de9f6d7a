//! The arguments of `letip scrape`.

use std::path::PathBuf;

use clap::Args;
use contract::ScrapeRequest;

use super::{DataArgs, EnrichArgs, GeocoderArgs, RemoteArgs, WorkerArgs};

/// Find places around a location and store them as businesses
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip scrape Helsinki --category restaurant
  letip scrape \"60.1699,24.9384\" --category restaurant --radius-km 1 --max 500 --json
  letip scrape \"Freehold, NJ\" --category plumber --places new-jersey.parquet
  letip scrape Helsinki --query kahvila --data-dir ./data
  letip scrape Turku --category cafe --source overpass --overpass-url https://overpass-api.de/api/ \\
      --contact-url https://example.org/about-us

letip sources shows what can be searched, under which licence and at what cost.")]
pub(crate) struct ScrapeArgs {
    /// Place name, postal code or latitude,longitude
    #[arg(allow_hyphen_values = true)]
    pub(crate) location: String,
    /// Trade, by slug or in words: restaurant, hairdresser, barber
    #[arg(long, value_name = "CATEGORY")]
    pub(crate) category: Option<String>,
    /// Words that must occur in the name
    #[arg(long, value_name = "WORDS")]
    pub(crate) query: Option<String>,
    /// Distance from the location, 0.1 to 50 km [default: 5]
    #[arg(long, value_name = "KM", allow_hyphen_values = true)]
    pub(crate) radius_km: Option<f64>,
    /// The nearest so many, 1 to 5000 [default: 50]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max: Option<u32>,
    /// Source of the places [default: the bundled ones, or the first --places file]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<String>,
    /// File of places to search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1)]
    pub(crate) places: Vec<PathBuf>,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) geocoder: GeocoderArgs,
}

impl ScrapeArgs {
    /// The request that the arguments make.
    pub(crate) fn request(&self) -> ScrapeRequest {
        ScrapeRequest {
            location: self.location.clone(),
            category: self.category.clone(),
            query: self.query.clone(),
            radius_km: self.radius_km,
            max_results: self.max,
            source: self.source.clone(),
        }
    }
}
