//! `letip migrate`.

use crate::cli::MigrateArgs;
use crate::data;
use crate::output::{self, Failure};

/// Opens the database, which brings it to this version, and says which that is.
pub(crate) async fn run(args: MigrateArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let version = store.schema_version().await?;
    output::print_line(&format!("the database has schema {} ({})", version.number, version.name))
}
