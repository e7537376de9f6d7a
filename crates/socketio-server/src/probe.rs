//! Whether a WebSocket works, before a session goes on with it.

use std::future::poll_fn;
use std::time::Duration;

use socketio_client::protocol::engine::EnginePacket;
use tokio::time::{interval, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::Batch;
use crate::transport::polling::Mailbox;
use crate::transport::websocket::WebSocket;
use crate::transport::{Broken, Incoming};

/// What both sides say to try it.
const PROBE: &str = "probe";
/// How often a request that waits for packets is ended meanwhile: the client takes the WebSocket when none waits.
const RELEASE_EVERY: Duration = Duration::from_millis(100);

/// Hands the WebSocket to the session once the client says that it goes on with it.
pub(crate) async fn run(mut socket: Box<WebSocket>, mailbox: &Mailbox, limit: Duration) {
    match timeout(limit, upgraded(&mut socket, mailbox)).await {
        Ok(Ok(true)) => mailbox.hand_over(socket),
        // The session goes on as before.
        Ok(Ok(false)) => socket.close(CloseCode::Protocol, "expected a probe, then an upgrade").await,
        Ok(Err(broken)) => tracing::debug!(%broken, "upgrade failed"),
        Err(_) => socket.close(CloseCode::Policy, "the upgrade took too long").await,
    }
}

async fn upgraded(socket: &mut WebSocket, mailbox: &Mailbox) -> Result<bool, Broken> {
    if !is(&next(socket).await?, &EnginePacket::Ping(PROBE)) {
        return Ok(false);
    }
    socket.send(&Batch::packet(&EnginePacket::Pong(PROBE).encode()));
    poll_fn(|context| socket.poll_flush(context)).await?;
    let mut ticks = interval(RELEASE_EVERY);
    loop {
        tokio::select! {
            incoming = next(socket) => return Ok(is(&incoming?, &EnginePacket::Upgrade)),
            _ = ticks.tick() => mailbox.release(),
        }
    }
}

async fn next(socket: &mut WebSocket) -> Result<Incoming, Broken> {
    poll_fn(|context| socket.poll_next(context)).await
}

fn is(incoming: &Incoming, packet: &EnginePacket<'_>) -> bool {
    matches!(incoming, Incoming::Text(text) if EnginePacket::decode(text).as_ref() == Ok(packet))
}
