//! `letip backup FILE`.

use crate::cli::BackupArgs;
use crate::data;
use crate::output::{self, Failure};

/// Copies the database as it is at one moment, whatever others write meanwhile.
pub(crate) async fn run(args: BackupArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    if args.file.exists() {
        let message = format!("{} is there already", args.file.display());
        return Err(Failure::failed(message).hint("name a file that does not exist, or remove this one"));
    }
    store.backup(&args.file).await?;
    let bytes = std::fs::metadata(&args.file)?.len();
    output::print_line(&format!("copied the database to {} ({bytes} bytes)", args.file.display()))
}
