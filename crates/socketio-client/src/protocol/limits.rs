/// Bounds on what one connection may hold in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest packet received or sent, text and attachments together, in bytes. 10 MiB by default.
    pub payload: usize,
    /// Most attachments of one packet. 64 by default.
    pub attachments: usize,
    /// Most bytes that wait for a connection that does not drain. 16 MiB by default.
    pub unsent: usize,
    /// Events waiting to be read at which the native driver stops reading from the network, until some are
    /// taken. 4,096 by default. A browser offers no way to stop reading.
    pub unread: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { payload: 10 << 20, attachments: 64, unsent: 16 << 20, unread: 4096 }
    }
}
