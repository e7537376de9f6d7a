use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How current the page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not yet connected for the first time.
    #[default]
    Connecting,
    /// Events arrive.
    Live,
    /// The connection was lost; the next attempt comes soon. What is on screen polls meanwhile.
    Reconnecting,
    /// The server cannot be reached.
    Offline,
}

impl ConnectionState {
    /// The state in a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Offline => "offline",
        }
    }
}

type Listener = Arc<dyn Fn(ConnectionState) + Send + Sync>;

#[derive(Default)]
struct Inner {
    state: ConnectionState,
    listeners: Vec<Listener>,
}

/// The state of the socket, shared by all who want to know. Clones are the same connection.
#[derive(Clone, Default)]
pub struct Connection(Arc<Mutex<Inner>>);

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.state()).finish()
    }
}

impl Connection {
    /// A connection that is not yet made.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The state now.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).state
    }

    /// Whether events arrive, so that nothing needs to poll.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.state() == ConnectionState::Live
    }

    /// Whether the connection was lost, so that what is on screen has to ask for changes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self.state(), ConnectionState::Reconnecting | ConnectionState::Offline)
    }

    /// Calls `listener` with every later state, for as long as the connection exists.
    pub fn subscribe(&self, listener: impl Fn(ConnectionState) + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).listeners.push(Arc::new(listener));
    }

    /// Moves to `state` and tells the listeners, outside the lock.
    pub fn set(&self, state: ConnectionState) {
        let listeners = {
            let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if inner.state == state {
                return;
            }
            inner.state = state;
            inner.listeners.clone()
        };
        for listener in listeners {
            listener(state);
        }
    }
}
