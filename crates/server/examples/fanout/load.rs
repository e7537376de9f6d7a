//! Many WebSockets that read as little of what they receive as they can.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, watch};

use crate::produce::micros;

/// Of so many connections, one looks at how long events took.
const ONE_OF: u64 = 20;
/// What stands before the time of an event, and its name.
const TIME: &[u8] = br#""notes":""#;
const NAME: &[u8] = br#"42["business:updated","#;
/// The longest that the events may take after the last was made.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Seen {
    /// Events of all connections.
    delivered: AtomicU64,
    /// How long some of them took, in microseconds.
    took: Mutex<Vec<u64>>,
}

pub(crate) async fn run(port: u16, connections: u64) -> Result<()> {
    let seen = Arc::new(Seen::default());
    let (joined, mut joins) = watch::channel(0_u64);
    for number in 0..connections {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.context("failed to connect")?;
        stream.set_nodelay(true)?;
        let (seen, joined) = (Arc::clone(&seen), joined.clone());
        tokio::spawn(async move {
            if let Err(error) = listen(stream, number % ONE_OF == 0, &seen, &joined).await {
                eprintln!("connection {number}: {error:#}");
            }
        });
    }
    tokio::time::timeout(PATIENCE, joins.wait_for(|count| *count == connections))
        .await
        .context("not every connection joined")??;
    println!("ready");
    let mut lines = crate::input();
    while let Some(line) = lines.recv().await {
        let expected = connections * line.parse::<u64>().context(line)?;
        let all = async {
            while seen.delivered.load(Ordering::Relaxed) < expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // Then what came until then is what counts.
        let _ = tokio::time::timeout(PATIENCE, all).await;
        let delivered = seen.delivered.swap(0, Ordering::Relaxed);
        let mut took = std::mem::take(&mut *seen.took.lock().await);
        took.sort_unstable();
        let at = |share: usize| took.get(took.len() * share / 100).copied().unwrap_or_default();
        println!(r#"{{"expected":{expected},"delivered":{delivered},"p50":{},"p99":{}}}"#, at(50), at(99));
    }
    Ok(())
}

async fn listen(mut stream: TcpStream, looks: bool, seen: &Seen, joined: &watch::Sender<u64>) -> Result<()> {
    let head = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\n\
                upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let mut read = Vec::with_capacity(1 << 17);
    let head_end = loop {
        receive(&mut stream, &mut read).await?;
        if let Some(end) = find(&read, b"\r\n\r\n") {
            break end + 4;
        }
    };
    read.drain(..head_end);
    loop {
        let mut used = 0;
        let mut took = Vec::new();
        while let Some((content, length)) = frame(&read[used..])? {
            if content.starts_with(NAME) {
                seen.delivered.fetch_add(1, Ordering::Relaxed);
                took.extend(looks.then(|| age(content)).flatten());
            } else if content.starts_with(b"0{") {
                // The reference does not hear who joins before it has said that the connection is open.
                send(&mut stream, b"40{}").await?;
            } else if content == b"2" {
                send(&mut stream, b"3").await?;
            } else if content.starts_with(b"40") {
                joined.send_modify(|count| *count += 1);
            }
            used += length;
        }
        read.drain(..used);
        if !took.is_empty() {
            seen.took.lock().await.append(&mut took);
        }
        receive(&mut stream, &mut read).await?;
    }
}

async fn receive(stream: &mut TcpStream, into: &mut Vec<u8>) -> Result<()> {
    if stream.read_buf(into).await? == 0 {
        bail!("the server closed it");
    }
    Ok(())
}

/// A frame under a mask of zeros.
async fn send(stream: &mut TcpStream, content: &[u8]) -> Result<()> {
    let mut frame = vec![0x81, 0x80 | u8::try_from(content.len())?, 0, 0, 0, 0];
    frame.extend_from_slice(content);
    Ok(stream.write_all(&frame).await?)
}

/// The content of the first frame and the length of all of it, once it is there.
fn frame(bytes: &[u8]) -> Result<Option<(&[u8], usize)>> {
    let (head, length) = match bytes {
        [_, 127, ..] => bail!("longer than any event"),
        [_, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        [_, 126, ..] | [] | [_] => return Ok(None),
        [_, length, ..] => (2, usize::from(*length)),
    };
    Ok(bytes.get(head..head + length).map(|content| (content, head + length)))
}

/// How long ago the event was made, in microseconds.
fn age(content: &[u8]) -> Option<u64> {
    let at = find(content, TIME)? + TIME.len();
    let digits = content[at..].iter().take_while(|byte| byte.is_ascii_digit());
    let made = digits.fold(0_u128, |number, byte| number * 10 + u128::from(byte - b'0'));
    u64::try_from(micros().saturating_sub(made)).ok()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
