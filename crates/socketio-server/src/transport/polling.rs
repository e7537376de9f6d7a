//! HTTP long-polling: packets lie in a mailbox between the session's task and the client's requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socketio_client::protocol::engine::EnginePacket;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::Incoming;
use super::websocket::WebSocket;
use crate::Batch;

/// Between packets of one body.
const SEPARATOR: char = '\u{1e}';
/// Most packets of one answer: `python-engineio` refuses to read more.
const MOST_PACKETS: usize = 16;

/// Why a request of a client is refused. Its session ends with it, but for [`Busy`](Refused::Busy).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("this session has ended; open another one")]
    Ended,
    #[error("another request waits for packets of this session already; send one at a time")]
    TwoAtOnce,
    #[error("what was sent before was not read yet; come back in a moment")]
    Busy,
    #[error("packet {number} of the body cannot be read: {problem}")]
    Unreadable { number: usize, problem: String },
}

/// What a session and the requests of its client share.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct State {
    outgoing: VecDeque<Batch>,
    incoming: VecDeque<Incoming>,
    /// Whether a request waits for packets.
    awaited: bool,
    /// Whether a WebSocket is being tried.
    probed: bool,
    ended: bool,
    taken: u64,
    session: Option<Waker>,
}

impl Mailbox {
    /// Waits for packets and takes them, as the body of an answer.
    pub(crate) async fn take(&self) -> Result<String, Refused> {
        let _awaits = self.begin_to_await()?;
        loop {
            if let Some(taken) = self.taken_now() {
                return taken;
            }
            self.filled.notified().await;
        }
    }

    fn begin_to_await(&self) -> Result<Awaits<'_>, Refused> {
        let mut state = self.lock();
        if std::mem::replace(&mut state.awaited, true) {
            self.end(&mut state);
            return Err(Refused::TwoAtOnce);
        }
        Ok(Awaits(self))
    }

    fn taken_now(&self) -> Option<Result<String, Refused>> {
        let mut state = self.lock();
        if state.outgoing.is_empty() {
            return state.ended.then_some(Err(Refused::Ended));
        }
        let batches = first_packets(&mut state.outgoing);
        state.taken += 1;
        wake(&mut state);
        drop(state);
        Some(Ok(encode_payload(&batches)))
    }

    /// Puts packets of a client in for its session.
    pub(crate) fn put(&self, body: &str) -> Result<(), Refused> {
        let packets = decode_payload(body);
        let mut state = self.lock();
        if state.ended {
            return Err(Refused::Ended);
        }
        if !state.incoming.is_empty() {
            return Err(Refused::Busy);
        }
        match packets {
            Ok(packets) => state.incoming.extend(packets),
            Err(refused) => {
                self.end(&mut state);
                return Err(refused);
            }
        }
        wake(&mut state);
        Ok(())
    }

    /// Whether this is the only WebSocket that is tried, from now on.
    pub(crate) fn begin_probe(&self) -> bool {
        let mut state = self.lock();
        !state.ended && !std::mem::replace(&mut state.probed, true)
    }

    pub(crate) fn end_probe(&self) {
        self.lock().probed = false;
    }

    /// Ends a waiting request without packets, so that the client can stop asking.
    pub(crate) fn release(&self) {
        let mut state = self.lock();
        if state.awaited && state.outgoing.is_empty() {
            state.outgoing.push_back(Batch::packet(&EnginePacket::Noop.encode()));
            self.filled.notify_one();
        }
    }

    /// The client goes on with a WebSocket.
    pub(crate) fn hand_over(&self, socket: Box<WebSocket>) {
        let mut state = self.lock();
        state.incoming.push_back(Incoming::Upgraded(socket));
        wake(&mut state);
    }

    fn end(&self, state: &mut State) {
        state.ended = true;
        wake(state);
        self.filled.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(state: &mut State) {
    if let Some(session) = state.session.take() {
        session.wake();
    }
}

/// A request that waits; also one that is given up.
struct Awaits<'a>(&'a Mailbox);

impl Drop for Awaits<'_> {
    fn drop(&mut self) {
        self.0.lock().awaited = false;
    }
}

/// The session's side of a mailbox.
#[derive(Debug)]
pub(crate) struct Polling(Arc<Mailbox>);

impl Polling {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        Self(mailbox)
    }

    pub(crate) fn send(&self, batch: &Batch) {
        if batch.is_empty() {
            return;
        }
        self.0.lock().outgoing.push_back(batch.clone());
        self.0.filled.notify_one();
    }

    pub(crate) fn taken(&self) -> Option<u64> {
        let state = self.0.lock();
        (!state.outgoing.is_empty()).then_some(state.taken)
    }

    pub(crate) fn poll_flush(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock();
        if state.outgoing.is_empty() || state.ended {
            return Poll::Ready(());
        }
        state.session = Some(context.waker().clone());
        Poll::Pending
    }

    /// What the client sent, and once that is all, none where the session has ended.
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Result<Incoming, super::Broken>> {
        let mut state = self.0.lock();
        if let Some(incoming) = state.incoming.pop_front() {
            return Poll::Ready(Ok(incoming));
        }
        if state.ended {
            return Poll::Ready(Err(super::Broken::Closed));
        }
        state.session = Some(context.waker().clone());
        Poll::Pending
    }

    /// What the client has not asked for yet. Nothing can be asked for afterwards.
    pub(crate) fn into_unsent(self) -> VecDeque<Batch> {
        std::mem::take(&mut self.0.lock().outgoing)
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        self.0.end(&mut state);
    }
}

/// Takes what one answer may hold.
fn first_packets(outgoing: &mut VecDeque<Batch>) -> Vec<Batch> {
    let (mut taken, mut room) = (Vec::new(), MOST_PACKETS);
    while room > 0
        && let Some(batch) = outgoing.pop_front()
    {
        if batch.len() > room {
            taken.push(batch.take(room));
            outgoing.push_front(batch.skip(room));
            break;
        }
        room -= batch.len();
        taken.push(batch);
    }
    taken
}

fn encode_payload(batches: &[Batch]) -> String {
    let mut body = Vec::with_capacity(batches.iter().map(|batch| batch.frames().len()).sum());
    for packet in batches.iter().flat_map(Batch::packets) {
        if !body.is_empty() {
            body.extend_from_slice(SEPARATOR.encode_utf8(&mut [0; 1]).as_bytes());
        }
        body.extend_from_slice(packet);
    }
    // Packets were made of text.
    String::from_utf8(body).unwrap_or_default()
}

fn decode_payload(body: &str) -> Result<Vec<Incoming>, Refused> {
    let packets = body.split(SEPARATOR).enumerate();
    packets.map(|(index, packet)| decode(packet).map_err(|problem| unreadable(index, problem))).collect()
}

fn unreadable(index: usize, problem: String) -> Refused {
    Refused::Unreadable { number: index + 1, problem }
}

fn decode(packet: &str) -> Result<Incoming, String> {
    if let Some(attachment) = packet.strip_prefix('b') {
        let bytes = STANDARD.decode(attachment).map_err(|error| error.to_string())?;
        return Ok(Incoming::Binary(bytes.into()));
    }
    EnginePacket::decode(packet).map_err(|error| error.to_string())?;
    Ok(Incoming::Text(Utf8Bytes::from(packet)))
}
