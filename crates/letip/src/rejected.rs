//! The rows that a job could not use, as a CSV file.

use std::path::Path;

use contract::JobId;
use futures::TryStreamExt;
use store::{Rejection, Store};

use crate::export::harmless;
use crate::file::WholeFile;
use crate::output::Failure;

/// Writes the rejected rows of the job to `path`, each with line and reason; answers how many there are.
pub(crate) async fn write(store: &Store, job: JobId, path: &Path) -> Result<u64, Failure> {
    let mut file = WholeFile::create(path)?;
    let mut rows = 0;
    {
        let mut lines = csv::Writer::from_writer(&mut file);
        lines.write_record(["line", "sourceId", "name", "reason", "raw"])?;
        let mut rejections = store.rejections(job);
        while let Some(rejection) = rejections.try_next().await? {
            lines.write_record(cells(&rejection).map(|cell| harmless(&cell).into_owned()))?;
            rows += 1;
        }
        lines.flush()?;
    }
    file.finish()?;
    Ok(rows)
}

fn cells(rejection: &Rejection) -> [String; 5] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        rejection.line.map(|line| line.to_string()).unwrap_or_default(),
        text(&rejection.source_id),
        text(&rejection.name),
        rejection.reason.clone(),
        text(&rejection.raw),
    ]
}
