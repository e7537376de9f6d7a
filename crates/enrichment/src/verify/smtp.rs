//! One session with a mail server, as far as RCPT (RFC 5321). No message is sent.

mod reply;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::dns::Resolve;
use super::syntax::Address;
use crate::address::{Guard, Refusal};
use reply::Reply;

/// Exchanges of a domain that are asked, one after the other.
const MAX_ASKED: usize = 2;
/// Addresses of an exchange that are tried.
const MAX_ADDRESSES: usize = 2;

/// How mail servers are asked.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// What may be reached.
    pub guard: Guard,
    /// The port of mail servers.
    pub port: u16,
    /// Who asks: its domain stands in EHLO, and it in MAIL FROM. Without it, EHLO has our network address and MAIL FROM
    /// the empty path, as reports of delivery have it.
    pub sender: Option<Address>,
    /// The longest that connecting may take.
    pub connect_timeout: Duration,
    /// The longest that a server may take to answer one command.
    pub command_timeout: Duration,
    /// The longest that asking for one mailbox may take, whatever the number of servers.
    pub total_timeout: Duration,
    /// How long it is remembered what a domain does with names that nobody has.
    pub catch_all_age: Duration,
}

impl Default for SmtpConfig {
    /// Public addresses, port 25, no sender, 10 seconds to connect, 15 for a command, 60 in total, a day.
    fn default() -> Self {
        Self {
            guard: Guard::public_only(),
            port: 25,
            sender: None,
            connect_timeout: Duration::from_secs(10),
            command_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(60),
            catch_all_age: Duration::from_secs(24 * 3600),
        }
    }
}

/// What a server said of a mailbox, with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It takes mail for it.
    Accepted,
    /// There is none of that name.
    NoMailbox(String),
    /// It is there, and full.
    Full(String),
    /// Not now: greylisting, too many recipients, or trouble of its own.
    Later(String),
    /// Nothing about the mailbox: it refuses us, or speaks of something else.
    Undecided(String),
}

/// Why a server said nothing of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpError {
    /// Its address must not be reached.
    #[error("the mail server must not be reached: {0}")]
    Refused(#[from] Refusal),
    /// Its name has no address, or that could not be found out.
    #[error("the address of the mail server {host} was not found: {reason}")]
    NoAddress {
        /// The server.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// No connection came about, as where port 25 is blocked.
    #[error("the mail server {socket} cannot be reached: {reason}")]
    Unreachable {
        /// Where it was looked for.
        socket: SocketAddr,
        /// What the system said.
        reason: String,
    },
    /// It took too long.
    #[error("the mail server did not answer {step} within {limit:?}")]
    Timeout {
        /// What it did not answer.
        step: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The connection broke.
    #[error("the mail server broke off the connection at {step}: {reason}")]
    Broken {
        /// What was being done.
        step: &'static str,
        /// What the system said.
        reason: String,
    },
    /// A line of an answer is too long.
    #[error("a line of the mail server's answer is longer than {0} octets")]
    LineTooLong(usize),
    /// An answer does not end.
    #[error("the mail server's answer has more than {0} lines")]
    TooManyLines(usize),
    /// It speaks something else.
    #[error("the mail server does not speak SMTP: {0:?}")]
    NotSmtp(String),
    /// The name has letters that the session cannot carry.
    #[error("only a mail server with SMTPUTF8 could be asked for this mailbox")]
    NeedsUtf8,
}

/// Asks the hosts, the most preferred first, for the mailbox; the first that answers is believed.
pub(super) async fn ask(
    config: &SmtpConfig,
    resolver: &dyn Resolve,
    hosts: &[&str],
    mailbox: &Address,
) -> Result<Answer, SmtpError> {
    if mailbox.needs_utf8() || config.sender.as_ref().is_some_and(Address::needs_utf8) {
        return Err(SmtpError::NeedsUtf8);
    }
    let limit = config.total_timeout;
    let asked = tokio::time::timeout(limit, ask_each(config, resolver, hosts, mailbox)).await;
    asked.unwrap_or(Err(SmtpError::Timeout { step: "in all", limit }))
}

async fn ask_each(
    config: &SmtpConfig,
    resolver: &dyn Resolve,
    hosts: &[&str],
    mailbox: &Address,
) -> Result<Answer, SmtpError> {
    let no_address = |host: &str, reason: String| SmtpError::NoAddress { host: host.to_owned(), reason };
    let mut failure = no_address(mailbox.domain(), "it has no mail server".to_owned());
    for host in hosts.iter().take(MAX_ASKED) {
        let addresses = match resolver.addresses(host).await {
            Ok(addresses) if addresses.is_empty() => {
                failure = no_address(host, "it has none".to_owned());
                continue;
            }
            Ok(addresses) => addresses,
            Err(error) => {
                failure = no_address(host, error.to_string());
                continue;
            }
        };
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            match session(config, SocketAddr::new(address, config.port), mailbox).await {
                Ok(answer) => return Ok(answer),
                Err(error) => failure = error,
            }
        }
    }
    Err(failure)
}

async fn session(config: &SmtpConfig, socket: SocketAddr, mailbox: &Address) -> Result<Answer, SmtpError> {
    config.guard.check_socket(socket)?;
    let unreachable = |reason: String| SmtpError::Unreachable { socket, reason };
    let stream = match tokio::time::timeout(config.connect_timeout, TcpStream::connect(socket)).await {
        Ok(connected) => connected.map_err(|error| unreachable(error.to_string()))?,
        Err(_) => return Err(unreachable(format!("no answer within {:?}", config.connect_timeout))),
    };
    let hello = match (&config.sender, stream.local_addr()) {
        (Some(sender), _) => sender.domain().to_owned(),
        (None, Ok(ours)) => address_literal(ours.ip()),
        (None, Err(_)) => "[127.0.0.1]".to_owned(),
    };
    let sender = config.sender.as_ref().map(Address::to_string).unwrap_or_default();
    let mut session = Session { stream: BufReader::new(stream), limit: config.command_timeout };
    let answer = session.ask(&hello, &sender, mailbox).await;
    session.leave().await;
    answer
}

/// How a host without a name calls itself (RFC 5321 section 4.1.3).
fn address_literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

/// A connection to a mail server.
struct Session {
    stream: BufReader<TcpStream>,
    limit: Duration,
}

impl Session {
    async fn ask(&mut self, hello: &str, sender: &str, mailbox: &Address) -> Result<Answer, SmtpError> {
        let banner = self.reply("with a greeting").await?;
        if !banner.is_positive() {
            return Ok(banner.before_mailbox());
        }
        let mut greeted = self.command("EHLO", &format!("EHLO {hello}")).await?;
        if greeted.is_permanent() {
            greeted = self.command("HELO", &format!("HELO {hello}")).await?;
        }
        if !greeted.is_positive() {
            return Ok(greeted.before_mailbox());
        }
        let from = self.command("MAIL", &format!("MAIL FROM:<{sender}>")).await?;
        if !from.is_positive() {
            return Ok(from.before_mailbox());
        }
        let to = self.command("RCPT", &format!("RCPT TO:<{mailbox}>")).await?;
        Ok(to.about(mailbox))
    }

    async fn command(&mut self, step: &'static str, line: &str) -> Result<Reply, SmtpError> {
        self.send(step, line).await?;
        self.reply(step).await
    }

    async fn send(&mut self, step: &'static str, line: &str) -> Result<(), SmtpError> {
        let line = format!("{line}\r\n");
        let sent = tokio::time::timeout(self.limit, self.stream.get_mut().write_all(line.as_bytes())).await;
        let sent = sent.map_err(|_| SmtpError::Timeout { step, limit: self.limit })?;
        sent.map_err(|error| SmtpError::Broken { step, reason: error.to_string() })
    }

    async fn reply(&mut self, step: &'static str) -> Result<Reply, SmtpError> {
        // The limit is for the whole answer: one that comes octet by octet does not win time.
        let read = tokio::time::timeout(self.limit, reply::read(&mut self.stream, step)).await;
        read.unwrap_or(Err(SmtpError::Timeout { step, limit: self.limit }))
    }

    /// Says goodbye; whether the server hears it changes nothing.
    async fn leave(mut self) {
        if self.send("QUIT", "QUIT").await.is_ok() {
            let _heard = self.stream.get_mut().shutdown().await;
        }
    }
}
