//! WebSocket, clock, timer and task on hosts, by tokio.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::Error;
use crate::protocol::{Frame, Limits};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
pub(crate) type Sleep = Pin<Box<tokio::time::Sleep>>;

type WsStream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Time that last frames and the closing handshake may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

pub(crate) fn sleep(milliseconds: u64) -> Sleep {
    Box::pin(tokio::time::sleep(Duration::from_millis(milliseconds)))
}

pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
    tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?.spawn(task);
    Ok(())
}

/// Opens WebSockets with the same headers and limits.
pub(crate) struct Connector {
    headers: HeaderMap,
    config: WebSocketConfig,
}

impl Connector {
    pub(crate) fn new(url: &str, headers: &[(String, String)], limits: Limits) -> Result<Self, Error> {
        if url.starts_with("wss:") && !cfg!(feature = "tls") {
            let problem = "https and wss need this crate's feature `tls`";
            return Err(Error::InvalidUrl { url: url.to_owned(), problem });
        }
        // The Engine.IO digit comes on top of the packet.
        let limit = Some(limits.payload.saturating_add(1));
        let config = WebSocketConfig::default().max_message_size(limit).max_frame_size(limit);
        Ok(Self { headers: header_map(headers)?, config })
    }

    pub(crate) fn open(&self, url: String) -> BoxFuture<Result<Transport, String>> {
        let (headers, config) = (self.headers.clone(), self.config);
        Box::pin(async move {
            let mut request = url.into_client_request().map_err(|error| error.to_string())?;
            request.headers_mut().extend(headers);
            // Packets are small and wait for nobody: Nagle's algorithm would only delay them.
            let opening = connect(request, config);
            let stream = opening.await.map_err(|error| error.to_string())?;
            Ok(Transport { stream })
        })
    }
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, Error> {
    headers
        .iter()
        .map(|(name, value)| {
            let invalid = || Error::InvalidHeader(name.clone());
            let header = name.parse::<HeaderName>().map_err(|_| invalid())?;
            Ok((header, value.parse::<HeaderValue>().map_err(|_| invalid())?))
        })
        .collect()
}

type Request = tokio_tungstenite::tungstenite::handshake::client::Request;

#[cfg(not(feature = "tls"))]
async fn connect(request: Request, config: WebSocketConfig) -> Result<WsStream, WsError> {
    let (stream, _) = tokio_tungstenite::connect_async_with_config(request, Some(config), true).await?;
    Ok(stream)
}

#[cfg(feature = "tls")]
async fn connect(request: Request, config: WebSocketConfig) -> Result<WsStream, WsError> {
    let secure = request.uri().scheme_str() == Some("wss");
    let connector = if secure { tls::connector()? } else { tokio_tungstenite::Connector::Plain };
    let (stream, _) =
        tokio_tungstenite::connect_async_tls_with_config(request, Some(config), true, Some(connector))
            .await?;
    Ok(stream)
}

#[cfg(feature = "tls")]
mod tls {
    use std::io;
    use std::sync::Arc;

    use rustls::crypto::ring;
    use rustls::{ClientConfig, RootCertStore};
    use tokio_tungstenite::Connector;
    use tokio_tungstenite::tungstenite::Error;

    /// Names ring, so that the process needs no default provider.
    pub(super) fn connector() -> Result<Connector, Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let missing = "the system has no root certificates: install its ca-certificates";
            return Err(Error::Io(io::Error::new(io::ErrorKind::NotFound, missing)));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Io(io::Error::other(error)))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Connector::Rustls(Arc::new(config)))
    }
}

pub(crate) enum Incoming {
    Text(Utf8Bytes),
    Binary(Bytes),
    Closed(Option<String>),
}

/// An open WebSocket.
pub(crate) struct Transport {
    stream: WsStream,
}

impl Transport {
    pub(crate) fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        loop {
            let incoming = match Pin::new(&mut self.stream).poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => Incoming::Closed(None),
                Poll::Ready(Some(Err(error))) => Incoming::Closed(failure(&error)),
                Poll::Ready(Some(Ok(Message::Text(text)))) => Incoming::Text(text),
                Poll::Ready(Some(Ok(Message::Binary(bytes)))) => Incoming::Binary(bytes),
                Poll::Ready(Some(Ok(Message::Close(_)))) => Incoming::Closed(None),
                // WebSocket's own heartbeat is answered by the library.
                Poll::Ready(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)))) => continue,
            };
            return Poll::Ready(incoming);
        }
    }

    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        Pin::new(&mut self.stream).poll_ready(cx).map_err(|error| error.to_string())
    }

    pub(crate) fn send(&mut self, frame: Frame) -> Result<(), String> {
        Pin::new(&mut self.stream).start_send(message(frame)).map_err(|error| error.to_string())
    }

    /// Goes on sending what [`Transport::send`] took; being done or not makes no difference to the caller.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Result<(), String> {
        match Pin::new(&mut self.stream).poll_flush(cx) {
            Poll::Ready(Err(error)) => Err(error.to_string()),
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        }
    }

    /// Sends the last frames and closes, within a bounded time.
    pub(crate) fn close(mut self, last: Vec<Frame>) -> BoxFuture<()> {
        Box::pin(async move {
            let closing = async {
                for frame in last {
                    self.stream.feed(message(frame)).await?;
                }
                self.stream.close(None).await?;
                while self.stream.next().await.transpose()?.is_some() {}
                Ok::<(), WsError>(())
            };
            // Whether it went well or not, the connection is over.
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, closing).await;
        })
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::Text(text.into()),
        Frame::Binary(bytes) => Message::Binary(bytes),
    }
}

/// A connection that ends without a closing handshake is closed all the same, as browsers see it.
fn failure(error: &WsError) -> Option<String> {
    match error {
        WsError::ConnectionClosed
        | WsError::AlreadyClosed
        | WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        other => Some(other.to_string()),
    }
}
