//! What a user configures.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::endpoint::endpoint;
use crate::machine::Config;
use crate::protocol::Limits;
use crate::{Error, Reconnection};

/// `Send` on hosts, where the driver's task may change threads; anything in the browser, which has one thread.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}

/// `Send` on hosts, where the driver's task may change threads; anything in the browser, which has one thread.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) type Auth = Box<dyn FnMut() -> Value + Send>;
#[cfg(target_arch = "wasm32")]
pub(crate) type Auth = Box<dyn FnMut() -> Value>;

/// Where and how to connect.
///
/// ```
/// use std::time::Duration;
/// use socketio_client::{Options, Reconnection};
///
/// let options = Options::new("https://example.com")
///     .namespace("/admin")
///     .auth(|| serde_json::json!({ "token": "secret" }))
///     .reconnection(Reconnection { max_delay: Duration::from_secs(10), ..Reconnection::default() });
/// ```
pub struct Options {
    url: String,
    path: String,
    query: Vec<(String, String)>,
    namespace: String,
    reconnection: Reconnection,
    connect_timeout: Duration,
    emit_buffer: usize,
    limits: Limits,
    auth: Option<Auth>,
    headers: Vec<(String, String)>,
}

impl Options {
    /// Options for a server's address, such as `https://example.com:8443`, without a path. It is checked on
    /// connecting.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            path: "/socket.io/".to_owned(),
            query: Vec::new(),
            namespace: "/".to_owned(),
            reconnection: Reconnection::default(),
            connect_timeout: Duration::from_secs(20),
            emit_buffer: 256,
            limits: Limits::default(),
            auth: None,
            headers: Vec::new(),
        }
    }

    /// Credentials for the server, made anew for every connection when its transport opens. A JSON object;
    /// anything else sends none.
    #[must_use]
    pub fn auth(mut self, auth: impl FnMut() -> Value + MaybeSend + 'static) -> Self {
        self.auth = Some(Box::new(auth));
        self
    }

    /// Namespace to join, with its leading slash. `/` by default.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Path of the server's Socket.IO endpoint. `/socket.io/` by default.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds a parameter to the query of the handshake's address. Proxies log addresses: keep secrets for
    /// [`Options::auth`].
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header to the request that opens the WebSocket. Browsers allow none, so that it is without effect
    /// there.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// When and how often to connect again.
    #[must_use]
    pub fn reconnection(mut self, reconnection: Reconnection) -> Self {
        self.reconnection = reconnection;
        self
    }

    /// Connects again, too, when the server disconnects the socket, as one does that shuts down to be started anew.
    #[must_use]
    pub fn reconnect_after_server_disconnect(mut self) -> Self {
        self.reconnection.after_server_disconnect = true;
        self
    }

    /// Time in which an attempt must have joined the namespace. 20 s by default.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Most packets that wait while disconnected. 256 by default; with 0, an emit while disconnected fails.
    #[must_use]
    pub fn emit_buffer(mut self, packets: usize) -> Self {
        self.emit_buffer = packets;
        self
    }

    /// Bounds on memory.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Checks the options and divides them into what the machine and what the driver needs.
    pub(crate) fn into_parts(self) -> Result<(Config, Credentials), Error> {
        let config = Config {
            url: endpoint(&self.url, &self.path, &self.query)?,
            namespace: checked_namespace(self.namespace)?,
            reconnection: self.reconnection,
            connect_timeout: self.connect_timeout,
            emit_buffer: self.emit_buffer,
            limits: self.limits,
        };
        Ok((config, Credentials { auth: self.auth, headers: self.headers }))
    }
}

fn checked_namespace(namespace: String) -> Result<String, Error> {
    let forbidden = |c: char| c == ',' || c.is_control();
    if namespace.starts_with('/') && !namespace.contains(forbidden) {
        Ok(namespace)
    } else {
        Err(Error::InvalidNamespace(namespace))
    }
}

/// Leaves out credentials.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url)
            .field("path", &self.path)
            .field("namespace", &self.namespace)
            .field("reconnection", &self.reconnection)
            .field("connect_timeout", &self.connect_timeout)
            .field("emit_buffer", &self.emit_buffer)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What the driver adds to each connection.
pub(crate) struct Credentials {
    pub(crate) auth: Option<Auth>,
    pub(crate) headers: Vec<(String, String)>,
}
