//! Files that come in: written to disk as they arrive, one `multipart/form-data` part named `file`, perhaps with one named `columns`.

mod columns;
pub(crate) mod waiting;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, header};
use contract::FieldError;
use discovery::import::{ColumnMap, ImportRequest};
use futures::{Stream, StreamExt};
use multer::{Field, Multipart};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use self::columns::NamedColumns;
use crate::app::App;
use crate::problem::{ApiProblem, MALFORMED, TOO_LARGE, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE};

/// Names of files are kept up to this length.
const LONGEST_NAME: usize = 200;

/// A file that arrived whole. It is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Upload {
    file: NamedTempFile,
    /// What the client calls it.
    pub(crate) name: String,
    /// Name, content and columns as one digest.
    pub(crate) digest: String,
    /// What columns of a table hold, by their names.
    pub(crate) columns: NamedColumns,
}

impl Upload {
    /// What its import is asked with, by what the names of columns say.
    pub(crate) fn request(&self) -> ImportRequest {
        let name = Some(self.name.clone());
        ImportRequest { path: self.file.path().to_owned(), name, columns: ColumnMap::default() }
    }

    /// Keeps the file beyond this request.
    pub(crate) fn keep(self) -> Result<PathBuf, ApiProblem> {
        self.file.keep().map(|(_, path)| path).map_err(|error| ApiProblem::internal(&error))
    }
}

/// Receives the file of a request.
pub(crate) async fn receive(app: &App, headers: &HeaderMap, body: Body) -> Result<Upload, ApiProblem> {
    receive_from(app, headers, body.into_data_stream()).await
}

/// Receives the file of a browser's form. A browser shows an answer only once it has sent everything: what is left of a
/// file that is refused is read and dropped, up to the size of the largest file that is taken.
pub(crate) async fn receive_whole(app: &App, headers: &HeaderMap, body: Body) -> Result<Upload, ApiProblem> {
    let stream = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let outcome = receive_from(app, headers, stream.clone()).await;
    if outcome.is_err() {
        let limits = &app.config().limits;
        stream.drain(limits.upload_bytes, limits.request_time).await;
    }
    outcome
}

/// A body that is still there after whoever read it first has given up.
#[derive(Clone, Debug)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *stream).poll_next(context)
    }
}

impl Shared {
    async fn drain(mut self, most: u64, stalls: Duration) {
        let mut length = 0;
        while length < most
            && let Ok(Some(Ok(chunk))) = tokio::time::timeout(stalls, self.next()).await
        {
            length += chunk.len() as u64;
        }
    }
}

async fn receive_from<S>(app: &App, headers: &HeaderMap, body: S) -> Result<Upload, ApiProblem>
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
{
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|_| {
        ApiProblem::new(UNSUPPORTED_MEDIA_TYPE, "send multipart/form-data with the file in a part named file")
    })?;
    let mut parts = Multipart::new(body, boundary);
    let stalls = app.config().limits.request_time;
    let (mut upload, mut columns) = (None, None);
    while let Some(part) = in_time(stalls, parts.next_field()).await? {
        match part.name().unwrap_or_default() {
            "file" if upload.is_some() => {
                return Err(ApiProblem::malformed(vec![FieldError::new("file", "format", "send one file")]));
            }
            "file" => upload = Some(write(app, part).await?),
            "columns" if columns.is_some() => {
                let message = "send one object with all columns";
                return Err(ApiProblem::malformed(vec![FieldError::new("columns", "format", message)]));
            }
            "columns" => columns = Some(columns::read(stalls, part).await?),
            name => {
                let message = "there is no such part; send the file in a part named file";
                return Err(ApiProblem::malformed(vec![FieldError::new(name, "unknown", message)]));
            }
        }
    }
    let mut upload: Upload = upload.ok_or_else(|| {
        ApiProblem::invalid(vec![FieldError::new("file", "required", "send the file in a part named file")])
    })?;
    if let Some(columns) = columns {
        upload.digest = digest_of(Sha256::new_with_prefix(format!("{}{columns:?}", upload.digest)));
        upload.columns = columns;
    }
    Ok(upload)
}

async fn write(app: &App, mut part: Field<'_>) -> Result<Upload, ApiProblem> {
    let limits = &app.config().limits;
    let name = clean(part.file_name().unwrap_or_default());
    if name.is_empty() {
        let message = "send the file's name with it; its ending tells what it holds";
        return Err(ApiProblem::invalid(vec![FieldError::new("file", "required", message)]));
    }
    let file = make(&app.config().uploads, &name).map_err(|error| cannot_keep(&error))?;
    let out = file.reopen().map_err(|error| cannot_keep(&error))?;
    let mut out = tokio::io::BufWriter::new(tokio::fs::File::from_std(out));
    let (mut digest, mut length) = (Sha256::new_with_prefix(&name), 0_u64);
    digest.update([0]);
    while let Some(chunk) = in_time(limits.request_time, part.chunk()).await? {
        length += chunk.len() as u64;
        if length > limits.upload_bytes {
            let most = limits.upload_bytes;
            let detail =
                format!("send files of at most {most} bytes; import larger ones with letip import FILE");
            return Err(ApiProblem::new(TOO_LARGE, detail));
        }
        digest.update(&chunk);
        out.write_all(&chunk).await.map_err(|error| cannot_keep(&error))?;
    }
    out.flush().await.map_err(|error| cannot_keep(&error))?;
    Ok(Upload { file, name, digest: digest_of(digest), columns: NamedColumns::new() })
}

fn digest_of(digest: Sha256) -> String {
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A part that comes, or the end of them; an upload that stalls is given up.
async fn in_time<T>(
    limit: Duration,
    next: impl Future<Output = multer::Result<Option<T>>>,
) -> Result<Option<T>, ApiProblem> {
    match tokio::time::timeout(limit, next).await {
        Ok(Ok(next)) => Ok(next),
        Ok(Err(_)) => Err(ApiProblem::new(
            MALFORMED,
            "the upload broke off or is no multipart/form-data; send it again",
        )),
        Err(_) => {
            let detail = format!("nothing came for {} seconds; send it again", limit.as_secs());
            Err(ApiProblem::new(MALFORMED, detail))
        }
    }
}

/// The file is readable for its owner alone.
fn make(folder: &Path, name: &str) -> std::io::Result<NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix("upload-").suffix(&ending(name)).tempfile_in(folder)
}

/// The ending of a name, where it is plain: it says what the file holds.
fn ending(name: &str) -> String {
    let ending = name.split_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
    let is_plain = ending.len() <= 32 && ending.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    if is_plain { ending } else { String::new() }
}

/// The last part of a path, on one line.
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

fn cannot_keep(error: &std::io::Error) -> ApiProblem {
    tracing::error!(%error, "an upload cannot be kept");
    ApiProblem::new(UNAVAILABLE, "the server has no room for the file now; its log says why")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        let check = |name: &str, expect: &str| assert_eq!(clean(name), expect, "{name}");
        check("leads.csv", "leads.csv");
        check("../../etc/passwd", "passwd");
        check("C:\\Users\\a\\leads.csv", "leads.csv");
        check("a\r\nb.csv", "ab.csv");
        check("..", "..");
        check("", "");
    }

    #[test]
    fn the_ending_is_kept_where_it_is_plain() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, ending: &str| {
            let file = make(folder.path(), name).unwrap();
            assert!(file.path().to_str().unwrap().ends_with(ending), "{name}: {:?}", file.path());
            assert_eq!(file.path().parent(), Some(folder.path()));
        };
        check("leads.csv", ".csv");
        check("finland.osm.pbf", ".osm.pbf");
        check("a.c sv", "");
        check("..", "");
    }
}
