//! Bodies of bounded length.

use reqwest::{Error, Response};

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It has more bytes than are taken.
    #[error("it has more than {0} bytes")]
    TooLarge(usize),
    /// It breaks off.
    #[error("it breaks off")]
    Broken(#[source] Error),
}

/// The body, after decompression, if it has at most `most` bytes. No more than that is held at any time.
///
/// # Errors
/// When it is longer, or breaks off.
pub async fn body(response: &mut Response, most: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Broken)? {
        if chunk.len() > most - body.len() {
            return Err(BodyError::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{client, reason};

    /// Reads from a server on loopback that promises ten bytes and sends these.
    async fn read(sent: &'static str, most: usize) -> Result<Vec<u8>, BodyError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{sent}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let client = client("letip-test", Duration::from_secs(10)).unwrap();
        body(&mut client.get(url).send().await.unwrap(), most).await
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_and_not_beyond() {
        assert_eq!(read("1234567890", 10).await.unwrap(), b"1234567890");
        assert!(matches!(read("1234567890", 9).await, Err(BodyError::TooLarge(9))));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_body() {
        let Err(BodyError::Broken(error)) = read("12345", 100).await else { panic!("it was taken") };
        let reason = reason(error);
        assert!(!reason.is_empty() && !reason.contains("http"), "{reason}");
    }
}
