//! The arguments of `letip match`.

use std::path::PathBuf;

use clap::Args;

/// Find records of the same business: in two files, or within one
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip match leads.csv overture.parquet --json
  letip match leads.csv
  letip match --pairs labelled.parquet --json

Of two files, each record is matched with at most one of the other file; --many allows several. Every pair has a
score from 0 to 1 and the features that made it. --pairs scores pairs that stand in one row, in the columns of
Overture's places and with the prefix base_ for the second record.")]
pub(crate) struct MatchArgs {
    /// One or two files of places: CSV, GeoJSON, NDJSON, GeoParquet or OSM PBF
    #[arg(value_name = "FILE", num_args = 1..=2, required_unless_present = "pairs", conflicts_with = "pairs")]
    pub(crate) files: Vec<PathBuf>,
    /// Score the pairs of this file instead: Parquet, NDJSON or CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) pairs: Option<PathBuf>,
    /// A record may match several of the other file
    #[arg(long, conflicts_with = "pairs")]
    pub(crate) many: bool,
    /// Least score of the pairs that are printed, 0 to 1 [default: where yes is likelier than no]
    #[arg(long, value_name = "SCORE", value_parser = share, conflicts_with = "pairs")]
    pub(crate) min_score: Option<f64>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

impl MatchArgs {
    /// Least score of a pair that is printed.
    pub(crate) fn least(&self) -> f64 {
        self.min_score.unwrap_or(discovery::matching::Model::trained().thresholds.same)
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("'{text}' is not a number from 0 to 1"))
}
