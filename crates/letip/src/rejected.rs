//! The rows that a job could not use, as a CSV file.

use std::path::Path;

use contract::JobId;
use export::RejectedWriter;
use futures::TryStreamExt;
use store::Store;

use crate::file::{WholeFile, cannot_write};
use crate::output::Failure;

/// Writes the rejected rows of the job to `path`, each with line and reason; answers how many there are.
pub(crate) async fn write(store: &Store, job: JobId, path: &Path) -> Result<u64, Failure> {
    let failed = |error| cannot_write(path, &error);
    let mut file = WholeFile::create(path)?;
    let mut rows = 0;
    {
        let mut writer = RejectedWriter::start(&mut file).map_err(failed)?;
        let mut rejections = store.rejections(job);
        while let Some(rejection) = rejections.try_next().await? {
            writer.rejection(&rejection).map_err(failed)?;
            rows += 1;
        }
        writer.finish().map_err(failed)?;
    }
    file.finish()?;
    Ok(rows)
}
