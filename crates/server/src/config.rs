//! Settings.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contract::Role;
use discovery::SourceRegistry;
use discovery::geocoder::Nominatim;
use enrichment::Fetcher;
use enrichment::providers::Providers;
use enrichment::verify::Verifier;
use jobs::JobHandler;
use store::Store;

use crate::tiles::MapTiles;

/// What to serve, where, and within which bounds.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The open database.
    pub store: Store,
    /// The places that can be searched.
    pub sources: Arc<SourceRegistry>,
    /// Is asked for places that are not known offline; without it they are unknown.
    pub geocoder: Option<Nominatim>,
    /// Host names to answer for, besides the loopback names on a loopback address. Without any, a server on
    /// another address answers for every name.
    pub allowed_hosts: Vec<String>,
    /// Who may come in.
    pub access: Access,
    /// Reads websites, and tells them who does; without it there is no enrichment.
    pub fetcher: Option<Fetcher>,
    /// Verifies the addresses that enrichment finds; without it their status is unknown.
    pub verifier: Option<Verifier>,
    /// Are asked, for money, for what websites do not say; none at first.
    pub providers: Providers,
    /// What lies under the list of leads as a map; its ground is plain, and browsers ask nobody else, unless given.
    pub tiles: Option<MapTiles>,
    /// Kinds of job that this server runs besides its own; a handler of the same kind takes its place.
    pub handlers: Vec<Arc<dyn JobHandler>>,
    /// Where files that come in are kept until their import is done. Servers that share a database share it too.
    pub uploads: PathBuf,
    /// Jobs run at once; 0 leaves all jobs to other processes.
    pub job_concurrency: usize,
    /// Bounds on what is taken and done.
    pub limits: Limits,
}

impl ServerConfig {
    /// A server that people sign in to, with two jobs at once.
    #[must_use]
    pub fn new(listen: SocketAddr, store: Store, sources: impl Into<Arc<SourceRegistry>>) -> Self {
        Self {
            listen,
            store,
            sources: sources.into(),
            geocoder: None,
            allowed_hosts: Vec::new(),
            access: Access::SignedIn { tls: !listen.ip().is_loopback() },
            fetcher: None,
            verifier: None,
            providers: Providers::default(),
            tiles: None,
            handlers: Vec::new(),
            uploads: std::env::temp_dir().join("letip-uploads"),
            job_concurrency: 2,
            limits: Limits::default(),
        }
    }
}

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever reaches the server may do what the role allows, and nobody is asked to sign in. For one person on their
    /// own machine; [`Role::Viewer`] makes a server that only shows.
    Open(Role),
    /// Whoever has signed in.
    SignedIn {
        /// Whether browsers reach the server over TLS, by a proxy before it: its cookies are then for TLS only. Without
        /// it, only a loopback address is safe.
        tls: bool,
    },
}

impl Access {
    pub(crate) fn has_tls(self) -> bool {
        matches!(self, Self::SignedIn { tls: true })
    }
}

/// Bounds that keep one client from starving the others.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest body of a request, in bytes.
    pub body_bytes: usize,
    /// Largest file that comes in, in bytes.
    pub upload_bytes: u64,
    /// Longest time to the head of an answer, and between two pieces of a file that comes in.
    pub request_time: Duration,
    /// Requests answered at once; more wait in the order in which they came.
    pub concurrent_requests: usize,
    /// Requests that wait at once; more are told to come back.
    pub waiting_requests: usize,
    /// Longest time that a request waits; then it is told to come back.
    pub waiting_time: Duration,
    /// How often one caller may call.
    pub rates: RateLimits,
    /// Files sent at once, each by a thread of its own; more are told to come back.
    pub concurrent_downloads: usize,
    /// Connections open at once; more wait to be accepted.
    pub connections: usize,
    /// Longest time for the head of a request to arrive.
    pub head_time: Duration,
    /// How long a shutdown waits for requests, sockets and jobs together.
    pub shutdown_time: Duration,
    /// Bounds of the socket gateway.
    pub sockets: SocketLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            upload_bytes: 1024 * 1024 * 1024,
            request_time: Duration::from_secs(30),
            concurrent_requests: 256,
            waiting_requests: 2048,
            waiting_time: Duration::from_secs(10),
            rates: RateLimits::default(),
            concurrent_downloads: 8,
            connections: 4096,
            head_time: Duration::from_secs(10),
            shutdown_time: Duration::from_secs(15),
            sockets: SocketLimits::default(),
        }
    }
}

/// How many calls one caller may make in a minute; none is no limit. At most 300 of them may come at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// What is answered from what is there, and pages.
    pub reads: Option<NonZeroU32>,
    /// What changes something.
    pub writes: Option<NonZeroU32>,
    /// What starts long work, changes very much, or sends a whole file: searches, enrichment, imports, exports, bulk changes.
    pub heavy: Option<NonZeroU32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { reads: NonZeroU32::new(3000), writes: NonZeroU32::new(1200), heavy: NonZeroU32::new(60) }
    }
}

/// Bounds of the socket gateway.
#[derive(Clone, Debug)]
pub struct SocketLimits {
    /// Sockets open at once, those that have not joined yet among them; more are refused.
    pub open: usize,
    /// Recent events that a process keeps in memory for its sockets. A socket that is further behind the present than
    /// this while it does not take what it was sent is reset.
    pub recent_events: usize,
    /// Largest packet that a client may send, in bytes.
    pub packet_bytes: usize,
    /// How often the server pings.
    pub ping_interval: Duration,
    /// How long an answer to a ping may take.
    pub ping_timeout: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            open: 4096,
            recent_events: 10_000,
            packet_bytes: 16 * 1024,
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
        }
    }
}
