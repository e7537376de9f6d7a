//! One session: greeting, encryption where it is offered, and the question.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::reply::{self, Reply};
use super::{Answer, SmtpConfig, SmtpError, tls};
use crate::verify::syntax::Address;

/// The step of a session in which it is encrypted.
const STARTTLS: &str = "STARTTLS";

/// What is asked, and where.
pub(super) struct Question<'a> {
    /// The name of the mail server.
    pub(super) host: &'a str,
    /// One of its addresses.
    pub(super) socket: SocketAddr,
    /// Whom it is asked for.
    pub(super) mailbox: &'a Address,
}

/// Asks once. Where encryption fails the session is held again without it: half of a handshake says nothing of a mailbox,
/// and the server speaks clear text too.
pub(super) async fn ask(config: &SmtpConfig, question: &Question<'_>) -> Result<Answer, SmtpError> {
    match hold(config, question, true).await {
        Err(SmtpError::Encryption(reason)) => {
            let host = question.host;
            tracing::debug!(host, reason, "a mail server is asked again without encryption");
            hold(config, question, false).await
        }
        answered => answered,
    }
}

async fn hold(config: &SmtpConfig, question: &Question<'_>, encrypts: bool) -> Result<Answer, SmtpError> {
    let stream = connect(config, question.socket).await?;
    let hello = match (&config.sender, stream.local_addr()) {
        (Some(sender), _) => sender.domain().to_owned(),
        (None, Ok(ours)) => address_literal(ours.ip()),
        (None, Err(_)) => "[127.0.0.1]".to_owned(),
    };
    let mut session = Session { stream: BufReader::new(stream), limit: config.command_timeout };
    let banner = session.reply("with a greeting").await?;
    if !banner.is_positive() {
        return Ok(session.end(banner.before_mailbox()).await);
    }
    let greeted = session.greet(&hello).await?;
    if !greeted.is_positive() {
        return Ok(session.end(greeted.before_mailbox()).await);
    }
    // A server that takes the offer back goes on in clear text (RFC 3207 section 4.1).
    if !(encrypts && greeted.offers(STARTTLS) && session.command(STARTTLS, STARTTLS).await?.is_positive()) {
        return session.question(config, question.mailbox).await;
    }
    let mut session = session.encrypted(question.host).await?;
    let greeted = session.greet(&hello).await?;
    if !greeted.is_positive() {
        return Ok(session.end(greeted.before_mailbox()).await);
    }
    session.question(config, question.mailbox).await
}

async fn connect(config: &SmtpConfig, socket: SocketAddr) -> Result<TcpStream, SmtpError> {
    config.guard.check_socket(socket)?;
    let unreachable = |reason: String| SmtpError::Unreachable { socket, reason };
    match tokio::time::timeout(config.connect_timeout, TcpStream::connect(socket)).await {
        Ok(connected) => connected.map_err(|error| unreachable(error.to_string())),
        Err(_) => Err(unreachable(format!("no answer within {:?}", config.connect_timeout))),
    }
}

/// How a host without a name calls itself (RFC 5321 section 4.1.3).
fn address_literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

/// A connection to a mail server.
struct Session<S> {
    stream: BufReader<S>,
    limit: Duration,
}

impl Session<TcpStream> {
    /// The session with everything that follows encrypted.
    async fn encrypted(
        self,
        host: &str,
    ) -> Result<Session<tokio_rustls::client::TlsStream<TcpStream>>, SmtpError> {
        // What came before the handshake could be anybody's, and would be read as if it were encrypted.
        if !self.stream.buffer().is_empty() {
            return Err(SmtpError::Encryption("it went on in clear text".to_owned()));
        }
        let limit = self.limit;
        let shaken = tokio::time::timeout(limit, tls::encrypt(self.stream.into_inner(), host)).await;
        let stream = shaken.unwrap_or_else(|_| Err(format!("it took longer than {limit:?}")));
        let stream = stream.map_err(SmtpError::Encryption)?;
        Ok(Session { stream: BufReader::new(stream), limit })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn greet(&mut self, hello: &str) -> Result<Reply, SmtpError> {
        let greeted = self.command("EHLO", &format!("EHLO {hello}")).await?;
        if greeted.is_permanent() {
            self.command("HELO", &format!("HELO {hello}")).await
        } else {
            Ok(greeted)
        }
    }

    async fn question(mut self, config: &SmtpConfig, mailbox: &Address) -> Result<Answer, SmtpError> {
        let sender = config.sender.as_ref().map(Address::to_string).unwrap_or_default();
        let from = self.command("MAIL", &format!("MAIL FROM:<{sender}>")).await?;
        if !from.is_positive() {
            return Ok(self.end(from.before_mailbox()).await);
        }
        let to = self.command("RCPT", &format!("RCPT TO:<{mailbox}>")).await?;
        Ok(self.end(to.about(mailbox)).await)
    }

    async fn command(&mut self, step: &'static str, line: &str) -> Result<Reply, SmtpError> {
        self.send(step, line).await?;
        self.reply(step).await
    }

    async fn send(&mut self, step: &'static str, line: &str) -> Result<(), SmtpError> {
        let line = format!("{line}\r\n");
        let stream = self.stream.get_mut();
        let sent = async {
            stream.write_all(line.as_bytes()).await?;
            stream.flush().await
        };
        let sent = tokio::time::timeout(self.limit, sent).await;
        let sent = sent.map_err(|_| SmtpError::Timeout { step, limit: self.limit })?;
        sent.map_err(|error| SmtpError::Broken { step, reason: error.to_string() })
    }

    async fn reply(&mut self, step: &'static str) -> Result<Reply, SmtpError> {
        // The limit is for the whole answer: one that comes octet by octet does not win time.
        let read = tokio::time::timeout(self.limit, reply::read(&mut self.stream, step)).await;
        read.unwrap_or(Err(SmtpError::Timeout { step, limit: self.limit }))
    }

    /// Says goodbye; whether the server hears it changes nothing.
    async fn end(mut self, answer: Answer) -> Answer {
        if self.send("QUIT", "QUIT").await.is_ok() {
            let _heard = tokio::time::timeout(self.limit, self.stream.get_mut().shutdown()).await;
        }
        answer
    }
}
