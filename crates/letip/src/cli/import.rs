//! The arguments of `letip import`.

use std::path::PathBuf;

use clap::Args;

use super::{DataArgs, WorkerArgs};

/// Read a file of places: CSV, GeoJSON, NDJSON, GeoParquet or OSM PBF
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip import places.csv --rejected rejected.csv
  letip import new-jersey.parquet --json
  letip import region.osm.pbf --data-dir ./data

Rows that cannot be used are left out, each with its line and a reason; the rest is imported.")]
pub(crate) struct ImportArgs {
    /// The file; its kind is told by its content, then by its name
    pub(crate) file: PathBuf,
    /// Write the rows that could not be used, with line and reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// Print the outcome as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
}
