//! A WebSocket by hand: it sends what no client would.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Frame types of RFC 6455.
pub(crate) const CONTINUED: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
/// The last, or only, frame of a message.
const FINAL: u8 = 0x80;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open WebSocket.
pub(crate) struct RawSocket {
    stream: TcpStream,
    read: Vec<u8>,
}

impl RawSocket {
    /// Opens a socket that has not joined a namespace.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Opens a socket that hears what comes after the event `since`.
    pub(crate) async fn join(address: SocketAddr, since: u64) -> Self {
        let mut socket = Self::open(address).await;
        socket.text(&format!(r#"40{{"since":{since}}}"#)).await;
        socket
    }

    pub(crate) async fn text(&mut self, content: &str) {
        self.frame(TEXT, true, content.as_bytes()).await;
    }

    /// A frame under a mask of zeros. Whoever is no longer listened to may fail to send.
    pub(crate) async fn frame(&mut self, kind: u8, is_final: bool, content: &[u8]) {
        self.header(kind, is_final, content.len()).await;
        let _ = self.stream.write_all(content).await;
    }

    /// The beginning of a frame whose content is said to be so long.
    pub(crate) async fn header(&mut self, kind: u8, is_final: bool, length: usize) {
        let mut head = vec![kind | if is_final { FINAL } else { 0 }];
        match u16::try_from(length) {
            Ok(short @ ..126) => head.push(0x80 | u8::try_from(short).unwrap()),
            Ok(medium) => {
                head.push(0x80 | 126);
                head.extend(medium.to_be_bytes());
            }
            Err(_) => {
                head.push(0x80 | 127);
                head.extend((length as u64).to_be_bytes());
            }
        }
        head.extend([0; 4]);
        let _ = self.stream.write_all(&head).await;
    }

    pub(crate) async fn bytes(&mut self, content: &[u8]) {
        let _ = self.stream.write_all(content).await;
    }

    /// Reads until what came holds the text.
    pub(crate) async fn until(&mut self, wanted: &str) -> String {
        while !self.heard().contains(wanted) {
            assert!(self.more().await, "the connection ended before {wanted}: {}", self.heard());
        }
        self.heard()
    }

    /// Reads until the server ends the connection.
    pub(crate) async fn until_closed(&mut self) -> String {
        while self.more().await {}
        self.heard()
    }

    /// What came so far, heads of frames among it.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    async fn more(&mut self) -> bool {
        let mut chunk = vec![0; 1 << 16];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut chunk)).await;
        let count = read.unwrap_or_else(|_| panic!("nothing came after: {}", self.heard())).unwrap_or(0);
        self.read.extend_from_slice(&chunk[..count]);
        count > 0
    }
}
