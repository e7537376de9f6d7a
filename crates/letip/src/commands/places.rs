//! `letip places extract PBF OUT`.

use crate::cli::{ExtractArgs, PlacesArgs, PlacesCommand};
use crate::output::{self, Failure};

/// Runs the subcommand.
pub(crate) fn run(args: PlacesArgs) -> Result<(), Failure> {
    match args.command {
        PlacesCommand::Extract(args) => extract(&args),
    }
}

fn extract(args: &ExtractArgs) -> Result<(), Failure> {
    let summary = discovery::bundled::extract(&args.pbf, &args.out)?;
    output::print_line(&format!(
        "wrote {} places to {} ({} bytes); {} left out, for the extract does not say where they are",
        summary.places,
        args.out.display(),
        summary.bytes,
        summary.without_location
    ))
}
