use std::time::Duration;

/// When and how often to connect again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconnection {
    /// Whether to connect again after a lost connection or a failed attempt. True by default.
    pub enabled: bool,
    /// Longest time before the first attempt; the bound doubles with each further one. 1 s by default.
    pub base_delay: Duration,
    /// Where the bound stops to double. 30 s by default.
    pub max_delay: Duration,
    /// Whether to connect again, too, when the server disconnects the socket. False by default.
    pub after_server_disconnect: bool,
    /// Whether to connect again, too, when the server refuses the socket. False by default.
    pub after_refusal: bool,
}

impl Default for Reconnection {
    fn default() -> Self {
        Self {
            enabled: true,
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
            after_server_disconnect: false,
            after_refusal: false,
        }
    }
}
