//! One client's connection: both protocols as far as they concern it, whatever the transport.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde_json::{Map, Value, json};
use socketio_client::protocol::engine::EnginePacket;
use socketio_client::protocol::{Body, DecodeError, Decoder, Limits, Packet};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::heartbeat::{Due, Heartbeat};
use crate::transport::{Broken, Incoming, Transport};
use crate::{Batch, Config};

const DEFAULT_NAMESPACE: &str = "/";

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum End {
    #[error("{0}")]
    Transport(#[from] Broken),
    #[error("the client left")]
    Left,
    #[error("{0}")]
    Protocol(#[from] DecodeError),
    #[error("no answer to a ping in time")]
    Silent,
    #[error("join a namespace soon after connecting")]
    NotJoined,
    #[error("disconnected")]
    Disconnected,
    #[error("the server stops")]
    Stopping,
}

/// What a client asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Join(Option<Map<String, Value>>),
    Leave,
}

/// What comes first.
pub(crate) enum First<T> {
    /// What was waited for.
    Ready(T),
    /// The client wants something else.
    Asked(Asked),
    End(End),
}

#[derive(Debug)]
pub(crate) struct Connection {
    config: Arc<Config>,
    transport: Transport,
    decoder: Decoder,
    heartbeat: Heartbeat,
}

impl Connection {
    pub(crate) fn new(config: Arc<Config>, transport: Transport) -> Self {
        // One attachment: nobody has use for any.
        let limits = Limits { payload: config.max_payload, attachments: 1, ..Limits::default() };
        let heartbeat = Heartbeat::start(&config);
        Self { config, transport, decoder: Decoder::new(limits), heartbeat }
    }

    /// Sends after what was sent before, while something is waited for.
    pub(crate) fn send(&mut self, batch: &Batch) {
        self.transport.send(batch);
    }

    pub(crate) fn welcome(&mut self, sid: &str) {
        self.heartbeat.joined();
        let sid = Map::from_iter([("sid".to_owned(), Value::from(sid))]);
        self.answer(DEFAULT_NAMESPACE, Body::Connect(Some(sid)));
    }

    pub(crate) fn refuse(&mut self, message: &str) {
        self.answer(DEFAULT_NAMESPACE, Body::ConnectError(json!({ "message": message })));
    }

    pub(crate) fn left(&mut self) {
        self.heartbeat.left(&self.config);
    }

    pub(crate) fn disconnect(&mut self) {
        self.answer(DEFAULT_NAMESPACE, Body::Disconnect);
    }

    fn answer(&mut self, namespace: &str, body: Body) {
        let packet = Packet { namespace: namespace.to_owned(), body }.encode();
        self.send(&Batch::packet(&EnginePacket::Message(&packet).encode()));
    }

    /// Waits for something, and meanwhile sends, reads and keeps the heartbeat.
    pub(crate) async fn first<T>(&mut self, wanted: impl Future<Output = T>) -> First<T> {
        let mut wanted = pin!(wanted);
        poll_fn(|context| match self.poll(context) {
            Poll::Ready(Ok(asked)) => Poll::Ready(First::Asked(asked)),
            Poll::Ready(Err(end)) => Poll::Ready(First::End(end)),
            Poll::Pending => wanted.as_mut().poll(context).map(First::Ready),
        })
        .await
    }

    /// Waits until nothing is left to be sent.
    pub(crate) async fn flushed(&mut self) -> First<()> {
        poll_fn(|context| match self.transport.poll_flush(context) {
            Poll::Ready(Ok(())) => Poll::Ready(First::Ready(())),
            Poll::Ready(Err(broken)) => Poll::Ready(First::End(broken.into())),
            Poll::Pending => match self.poll(context) {
                Poll::Ready(Ok(asked)) => Poll::Ready(First::Asked(asked)),
                Poll::Ready(Err(end)) => Poll::Ready(First::End(end)),
                Poll::Pending => Poll::Pending,
            },
        })
        .await
    }

    /// Ready with what the client asks for, or the end.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Asked, End>> {
        loop {
            if let Poll::Ready(Err(broken)) = self.transport.poll_flush(context) {
                return Poll::Ready(Err(broken.into()));
            }
            match self.heartbeat.poll(context, &self.config, self.transport.taken()) {
                Poll::Ready(Due::Ping) => {
                    self.send(&Batch::packet(&EnginePacket::Ping("").encode()));
                    continue;
                }
                Poll::Ready(Due::Silent) => return Poll::Ready(Err(End::Silent)),
                Poll::Ready(Due::NotJoined) => return Poll::Ready(Err(End::NotJoined)),
                Poll::Pending => {}
            }
            match self.transport.poll_next(context) {
                Poll::Ready(Ok(incoming)) => match self.take(incoming) {
                    Ok(None) => {}
                    Ok(Some(asked)) => return Poll::Ready(Ok(asked)),
                    Err(end) => return Poll::Ready(Err(end)),
                },
                Poll::Ready(Err(broken)) => return Poll::Ready(Err(broken.into())),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take(&mut self, incoming: Incoming) -> Result<Option<Asked>, End> {
        let packet = match incoming {
            Incoming::Text(text) => match EnginePacket::decode(&text)? {
                EnginePacket::Message(text) => self.decoder.text(text)?,
                EnginePacket::Pong(_) => {
                    self.heartbeat.answered(&self.config);
                    None
                }
                EnginePacket::Close => return Err(End::Left),
                EnginePacket::Noop => None,
                // Only what leads to another transport may be upgraded, which is read where it is tried.
                other @ (EnginePacket::Open(_) | EnginePacket::Ping(_) | EnginePacket::Upgrade) => {
                    return Err(DecodeError::OutOfTurn(other.name()).into());
                }
            },
            Incoming::Binary(attachment) => self.decoder.binary(attachment)?,
            Incoming::Upgraded(socket) => {
                self.change(Transport::WebSocket(socket));
                None
            }
        };
        packet.map_or(Ok(None), |packet| self.hear(packet))
    }

    fn hear(&mut self, packet: Packet) -> Result<Option<Asked>, End> {
        let name = packet.body.name();
        match packet.body {
            Body::Connect(auth) if packet.namespace == DEFAULT_NAMESPACE => Ok(Some(Asked::Join(auth))),
            Body::Connect(_) => {
                self.answer(&packet.namespace, Body::ConnectError(json!({ "message": "Invalid namespace" })));
                Ok(None)
            }
            Body::Disconnect if packet.namespace == DEFAULT_NAMESPACE => Ok(Some(Asked::Leave)),
            // Nobody listens to clients.
            Body::Event { .. } | Body::Ack { .. } => Ok(None),
            Body::Disconnect | Body::ConnectError(_) => Err(DecodeError::OutOfTurn(name).into()),
        }
    }

    fn change(&mut self, to: Transport) {
        if let Transport::Polling(polling) = std::mem::replace(&mut self.transport, to) {
            for batch in polling.into_unsent() {
                self.transport.send(&batch);
            }
        }
    }

    /// Tells the client why, as far as its transport can.
    pub(crate) async fn close(mut self, end: &End) {
        let code = match end {
            End::Transport(Broken::WebSocket(tokio_tungstenite::tungstenite::Error::Capacity(_))) => {
                CloseCode::Size
            }
            End::Transport(_) => return,
            End::Protocol(_) => CloseCode::Protocol,
            End::Silent | End::NotJoined => CloseCode::Policy,
            End::Left | End::Disconnected => CloseCode::Normal,
            // As a lost connection, which every client comes back from.
            End::Stopping => CloseCode::Away,
        };
        match self.transport {
            Transport::WebSocket(socket) => socket.close(code, &end.to_string()).await,
            // Whoever asks next learns that the session has ended.
            Transport::Polling(_) if matches!(end, End::Stopping) => {}
            Transport::Polling(_) => {
                self.transport.send(&Batch::packet(&EnginePacket::Close.encode()));
                let _ = poll_fn(|context| self.transport.poll_flush(context)).await;
            }
        }
    }
}
