//! `letip tidy`: what a running server does every hour.

use server::Tidied;

use crate::cli::TidyArgs;
use crate::data;
use crate::output::{self, Failure};

/// Removes all that is out of date.
pub(crate) async fn run(args: TidyArgs) -> Result<(), Failure> {
    let store = data::open(&args.data).await?;
    let tidied = server::tidy(&store, &data::uploads(&args.data)?).await?;
    if args.json {
        return output::print_json(&tidied);
    }
    let Tidied { businesses_changed, businesses_deleted, events, answers, sessions, files } = tidied;
    output::print_line(&format!(
        "businesses changed: {businesses_changed}, deleted: {businesses_deleted}; removed: {events} past events, {answers} kept \
         answers, {sessions} sessions, {files} files"
    ))
}
