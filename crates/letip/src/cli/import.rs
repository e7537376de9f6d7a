//! The arguments of `letip import`.

use std::path::PathBuf;

use clap::Args;
use contract::import::ImportField;

use super::{DataArgs, WorkerArgs};

/// Read a file of places: CSV, GeoJSON, NDJSON, GeoParquet or OSM PBF
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  letip import places.csv --rejected rejected.csv
  letip import new-jersey.parquet --json
  letip import region.osm.pbf --data-dir ./data
  letip import kunden.csv --map \"Firma=name\" --map \"Telefon=phone\" --map \"Score=-\"

Columns of a table are taken for what their names say; --map says otherwise. Rows that cannot be used are left out, each with its line and a reason; the rest is imported.")]
pub(crate) struct ImportArgs {
    /// The file; its kind is told by its content, then by its name
    pub(crate) file: PathBuf,
    /// Take a column of a table for this field, or leave it out where the field is a dash; may be repeated
    ///
    /// Fields are called as in an export, such as name, phone and postalCode; an unknown one is told with all that there are.
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = column)]
    pub(crate) map: Vec<(String, Option<ImportField>)>,
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

/// The field stands behind the last sign: a column may be called as it likes.
fn column(text: &str) -> Result<(String, Option<ImportField>), String> {
    let (column, field) = text
        .rsplit_once('=')
        .filter(|(column, _)| !column.trim().is_empty())
        .ok_or("say COLUMN=FIELD, such as \"Firma=name\", or COLUMN=- to leave the column out")?;
    let field = match field.trim() {
        "-" => None,
        field => Some(field.parse::<ImportField>()?),
    };
    Ok((column.trim().to_owned(), field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_said_with_its_field() {
        assert_eq!(column("Firma=name"), Ok(("Firma".to_owned(), Some(ImportField::Name))));
        assert_eq!(column("A = B = phone"), Ok(("A = B".to_owned(), Some(ImportField::Phone))));
        assert_eq!(column("Score=-"), Ok(("Score".to_owned(), None)));
        for (wrong, told) in [("Firma", "COLUMN=FIELD"), ("=name", "COLUMN=FIELD"), ("Firma=nam", "none of")]
        {
            let error = column(wrong).unwrap_err();
            assert!(error.contains(told), "{wrong}: {error}");
        }
    }
}
