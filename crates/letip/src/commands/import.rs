//! `letip import FILE`.

use std::path::Path;
use std::sync::Arc;

use contract::{Job, JobKind};
use discovery::import::ImportRequest;
use discovery::source::FileSource;
use discovery::{SourceError, SourceRegistry};
use enrichment::providers::Providers;
use futures::TryStreamExt;
use store::Store;

use crate::cli::ImportArgs;
use crate::output::{self, Failure, Outcome};
use crate::work::{self, OnInterrupt, Watch};
use crate::{data, rejected};

/// Rejected rows that are told without `--rejected`.
const TOLD: usize = 5;

/// Reads the file as a job, through the same queue and handlers as a server.
pub(crate) async fn run(args: ImportArgs, verbose: u8) -> Result<(), Failure> {
    let request = request(&args)?;
    let store = data::open_to_write(&args.data).await?;
    let watch = Watch::new(OnInterrupt::Cancel, verbose);
    let job = work::new_job(JobKind::Import, &request)?;
    let sources = Arc::new(SourceRegistry::bundled());
    let reserved =
        work::runner(&store, &sources, None, None, &Providers::default(), &args.worker).reserve(job).await?;
    let id = reserved.job().job_id;
    let ended = work::run_to_end(&store, id, &watch, |shutdown| reserved.run(shutdown)).await?;
    tell_rejected(&store, &ended.job, args.rejected.as_deref()).await?;
    work::verdict(&ended.job)?;
    output::print_outcome(&Outcome::new(&ended.job, ended.duration).with_read(), args.json)
}

/// The request for the file, which is looked at first: what cannot be read makes no job.
fn request(args: &ImportArgs) -> Result<ImportRequest, Failure> {
    let file = &args.file;
    let path = std::fs::canonicalize(file).map_err(|error| {
        Failure::failed(format!("cannot read {}: {error}", file.display()))
            .hint("name a file that is there and that you may read")
    })?;
    let source = FileSource::open(&path)?;
    let columns = source.column_map(&args.map).map_err(unusable)?;
    let request = ImportRequest { columns, ..ImportRequest::new(path) };
    request.open().and_then(|source| source.check()).map_err(unusable)?;
    Ok(request)
}

/// What is wrong with a file, with what `--map` can do about it.
fn unusable(error: SourceError) -> Failure {
    match &error {
        SourceError::Columns { .. } => Failure::usage(error.to_string()),
        SourceError::NoNameColumn { .. } => {
            Failure::from(error).hint("or say which column it is: --map \"COLUMN=name\"")
        }
        _ => error.into(),
    }
}

/// Writes the rejected rows to `out`, or tells the first few on stderr.
async fn tell_rejected(store: &Store, job: &Job, out: Option<&Path>) -> Result<(), Failure> {
    if let Some(out) = out {
        let rows = rejected::write(store, job.job_id, out).await?;
        output::note(&format!("wrote {rows} rejected rows to {}", out.display()));
        return Ok(());
    }
    let mut rejections = store.rejections(job.job_id);
    let mut told = 0;
    while told < TOLD
        && let Some(row) = rejections.try_next().await?
    {
        let line = row.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        output::note(&format!("rejected: {line}{}", row.reason));
        told += 1;
    }
    if told > 0 {
        output::note(&format!(
            "write all rejected rows to a file with: letip jobs show {} --rejected FILE",
            job.job_id
        ));
    }
    Ok(())
}
