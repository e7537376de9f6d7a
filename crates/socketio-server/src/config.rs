use std::time::Duration;

/// Bounds and times of a [`Server`](crate::Server).
#[derive(Clone, Debug)]
pub struct Config {
    /// Path of the route; `/socket.io/` by default.
    pub path: String,
    /// How often a connection is pinged; 25 s by default.
    pub ping_interval: Duration,
    /// How long the answer to a ping may take; 20 s by default. A reader that takes what it is sent, however slowly,
    /// counts as alive.
    pub ping_timeout: Duration,
    /// How long a client may take from its connection to joining the namespace; 45 s by default.
    pub join_timeout: Duration,
    /// How long a change from long-polling to a WebSocket may take; 10 s by default.
    pub upgrade_timeout: Duration,
    /// Largest packet, and largest body of a request, that a client may send, in bytes; 1 MB by default.
    pub max_payload: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io/".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            join_timeout: Duration::from_secs(45),
            upgrade_timeout: Duration::from_secs(10),
            max_payload: 1_000_000,
        }
    }
}
