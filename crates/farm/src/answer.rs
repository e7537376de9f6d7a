//! What a server says, right or wrong.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer to a request, as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Everything as it should be.
    Whole { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// The same after a while.
    Late { after: Duration, status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// More is promised than comes.
    Cut { promised: usize, body: Vec<u8> },
    /// A piece again and again, as fast as it is taken.
    Endless { start: Vec<u8>, piece: &'static str },
    /// A piece now and then, without an end.
    Dripping { start: Vec<u8>, piece: &'static str, pause: Duration },
    /// A head that never ends.
    DrippingHead { pause: Duration },
    /// Nothing, with the connection left open.
    Silent,
    /// Nothing, with the connection closed.
    Closed,
    /// No HTTP.
    Garbage,
}

impl Answer {
    pub(crate) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::typed("text/html; charset=utf-8", body)
    }

    pub(crate) fn typed(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self::Whole { status: 200, headers, body: body.into() }
    }

    pub(crate) fn status(status: u16, body: &str) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        Self::Whole { status, headers, body: body.into() }
    }

    pub(crate) fn redirect(status: u16, target: &str) -> Self {
        Self::Whole { status, headers: vec![("location", target.to_owned())], body: Vec::new() }
    }

    /// Whether it sends the visitor elsewhere.
    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self, Self::Whole { status: 300..=399, .. })
    }

    /// Says it. The answer is whether the connection may be used again.
    pub(crate) async fn send(&self, stream: &mut TcpStream) -> bool {
        let (mut reader, mut writer) = stream.split();
        let said = tokio::select! {
            said = self.write(&mut writer) => said.is_ok(),
            () = gone(&mut reader) => false,
        };
        said && matches!(self, Self::Whole { .. } | Self::Late { .. })
    }

    async fn write(&self, writer: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        match self {
            Self::Whole { status, headers, body } => {
                writer.write_all(&head(*status, headers, Some(body.len()))).await?;
                writer.write_all(body).await
            }
            Self::Late { after, status, headers, body } => {
                tokio::time::sleep(*after).await;
                writer.write_all(&head(*status, headers, Some(body.len()))).await?;
                writer.write_all(body).await
            }
            Self::Cut { promised, body } => {
                writer.write_all(&head(200, &[], Some(*promised))).await?;
                writer.write_all(body).await
            }
            Self::Endless { start, piece } => {
                writer.write_all(&head(200, &[], None)).await?;
                writer.write_all(start).await?;
                let pieces = piece.repeat(500);
                loop {
                    writer.write_all(pieces.as_bytes()).await?;
                }
            }
            Self::Dripping { start, piece, pause } => {
                writer.write_all(&head(200, &[], None)).await?;
                writer.write_all(start).await?;
                loop {
                    tokio::time::sleep(*pause).await;
                    writer.write_all(piece.as_bytes()).await?;
                }
            }
            Self::DrippingHead { pause } => {
                writer.write_all(b"HTTP/1.1 200 OK\r\n").await?;
                loop {
                    tokio::time::sleep(*pause).await;
                    writer.write_all(b"x-more: to come\r\n").await?;
                }
            }
            Self::Silent => std::future::pending().await,
            Self::Closed => Ok(()),
            Self::Garbage => writer.write_all(b"220 mail.example ESMTP ready\r\n").await,
        }
    }
}

/// A head with that length of a body, or one whose body ends with the connection.
fn head(status: u16, headers: &[(&'static str, String)], length: Option<usize>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Said\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match length {
        Some(length) => head.push_str(&format!("content-length: {length}\r\n")),
        None => head.push_str("connection: close\r\n"),
    }
    if headers.is_empty() {
        head.push_str("content-type: text/html; charset=utf-8\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// Until the visitor has hung up.
async fn gone(reader: &mut (impl AsyncRead + Unpin)) {
    let mut ignored = [0; 1024];
    while reader.read(&mut ignored).await.is_ok_and(|length| length > 0) {}
}
