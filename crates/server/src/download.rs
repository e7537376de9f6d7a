//! Files that are written while they are sent: memory stays that of a few chunks, however slowly a client takes them.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use crate::app::App;
use crate::problem::ApiProblem;

/// Bytes that are sent at a time.
const CHUNK: usize = 64 * 1024;
/// Chunks that wait for the client.
const WAITING: usize = 4;

/// A file on its way to a client.
#[derive(Debug)]
pub(crate) struct Download {
    media_type: &'static str,
    file_name: String,
    body: Body,
}

impl Download {
    /// A file that `write` writes on a thread of its own. Where it fails the transfer breaks off, so that nobody takes
    /// a part for the whole.
    pub(crate) fn start(
        app: &App,
        media_type: &'static str,
        file_name: String,
        write: impl FnOnce(&mut Pipe) -> io::Result<()> + Send + 'static,
    ) -> Result<Self, ApiProblem> {
        let place = app.downloads().clone().try_acquire_owned().map_err(|_| {
            let detail = "as many files as this server sends at once are on their way; try again";
            ApiProblem::unavailable(detail, Duration::from_secs(5))
        })?;
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let mut pipe = Pipe { sender, buffer: Vec::with_capacity(CHUNK) };
            if let Err(error) = write(&mut pipe).and_then(|()| pipe.flush()) {
                pipe.fail(error);
            }
            drop(place);
        });
        Ok(Self { media_type, file_name, body: Body::from_stream(chunks(receiver)) })
    }
}

fn chunks(
    receiver: mpsc::Receiver<io::Result<Bytes>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let chunks = futures::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    // What compresses an answer asks once more after its end.
    chunks.fuse()
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let disposition = format!("attachment; filename=\"{}\"", self.file_name);
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

/// Where a file is written: waits for the client to take what was written before.
#[derive(Debug)]
pub(crate) struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Pipe {
    fn fail(&self, error: io::Error) {
        // A client that went away is no failure of ours, and nobody is left to be told.
        if error.kind() != io::ErrorKind::BrokenPipe {
            tracing::error!(%error, "a file broke off");
            let _ = self.sender.blocking_send(Err(error));
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.sender.blocking_send(Ok(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK - self.buffer.len();
        let taken = bytes.len().min(room);
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == CHUNK {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() { Ok(()) } else { self.send() }
    }
}
