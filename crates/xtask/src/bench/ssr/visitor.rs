//! A browser as far as a page goes: one connection that is kept, one request after the other.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The connection.
pub(crate) struct Visitor {
    stream: TcpStream,
    address: SocketAddr,
    encoding: Option<&'static str>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long to wait before the next try, where the server says it.
    pub(crate) retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    /// Bytes of the body as they came.
    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }

    /// How often a text stands in the body.
    pub(crate) fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.body).matches(text).count()
    }
}

impl Visitor {
    /// Opens the connection; what comes over it is encoded so, or not at all.
    pub(crate) fn connect(address: SocketAddr, encoding: Option<&'static str>) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).context("failed to connect")?;
        stream.set_read_timeout(Some(PATIENCE)).context("failed to set a time limit")?;
        stream.set_nodelay(true).context("failed to send at once")?;
        Ok(Self { stream, address, encoding })
    }

    /// Asks for a page and reads all of it.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        let encoding = self.encoding.map(|it| format!("accept-encoding: {it}\r\n")).unwrap_or_default();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\n{encoding}\r\n", self.address);
        self.stream.write_all(head.as_bytes())?;
        let mut read = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(answer) = whole(&read)? {
                return Ok(answer);
            }
            match self.stream.read(&mut buffer)? {
                0 => bail!("the connection was closed in the middle of an answer"),
                count => read.extend_from_slice(&buffer[..count]),
            }
        }
    }
}

/// The answer, if all of it has come.
fn whole(read: &[u8]) -> Result<Option<Answer>> {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&read[..end]).context("the head is no text")?;
    let header = |name: &str| {
        let found = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    };
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("there is no status")?;
    let retry_after = header("retry-after").and_then(|it| it.parse().ok()).map(Duration::from_secs);
    let rest = &read[end + 4..];
    let body = match header("content-length") {
        Some(length) => {
            let length: usize = length.parse().context("the length is no number")?;
            (rest.len() >= length).then(|| rest[..length].to_vec())
        }
        None => joined(rest)?,
    };
    Ok(body.map(|body| Answer { status, retry_after, body }))
}

/// The body of chunks, if the last one has come.
fn joined(mut rest: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&rest[..line]).context("a chunk's size is no text")?;
        let size = usize::from_str_radix(size, 16).context("a chunk's size is no number")?;
        let (start, after) = (line + 2, line + 2 + size + 2);
        if rest.len() < after {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&rest[start..start + size]);
        rest = &rest[after..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<(u16, &str)>) {
        let answer = whole(text.as_bytes()).unwrap();
        let found = answer.map(|it| (it.status, String::from_utf8(it.body).unwrap()));
        assert_eq!(found, expect.map(|(status, body)| (status, body.to_owned())), "{text}");
    }

    #[test]
    fn an_answer_ends_where_its_head_says() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbo", None);
        check("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", Some((200, "body")));
        let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbo\r\n\r\n2\r\ndy\r\n";
        check(chunks, None);
        check(&format!("{chunks}0\r\n\r\n"), Some((200, "bo\r\ndy")));
        check("HTTP/1.1 200 OK\r\ncontent-le", None);
    }

    #[test]
    fn an_answer_says_when_to_come_back() {
        let text = b"HTTP/1.1 503 Not now\r\nRetry-After: 1\r\ncontent-length: 0\r\n\r\n";
        let answer = whole(text).unwrap().unwrap();
        assert_eq!(
            (answer.status, answer.retry_after, answer.size()),
            (503, Some(Duration::from_secs(1)), 0)
        );
    }
}
