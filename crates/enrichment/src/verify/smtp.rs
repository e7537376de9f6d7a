//! One session with a mail server, as far as RCPT (RFC 5321). No message is sent.

mod postponed;
mod reply;
mod session;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use super::dns::Resolve;
use super::syntax::Address;
use crate::address::{Guard, Refusal};

pub use postponed::Postponed;
use session::Question;

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
    /// Not now: it takes mail from strangers at their second attempt only.
    Greylisted(Postponed),
    /// Not now: too many recipients, or trouble of its own.
    Later(Postponed),
    /// Nothing about the mailbox: it refuses us, or speaks of something else.
    Undecided(String),
}

impl Answer {
    /// The same, with what is left to wait.
    pub(super) fn waiting(self, wait: Duration) -> Self {
        match self {
            Self::Greylisted(postponed) => Self::Greylisted(Postponed { wait, ..postponed }),
            Self::Later(postponed) => Self::Later(Postponed { wait, ..postponed }),
            other => other,
        }
    }
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
    /// The session could not be encrypted, though the server offered it.
    #[error("the session with the mail server could not be encrypted: {0}")]
    Encryption(String),
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
            let socket = SocketAddr::new(address, config.port);
            match session::ask(config, &Question { host, socket, mailbox }).await {
                Ok(answer) => return Ok(answer),
                Err(error) => failure = error,
            }
        }
    }
    Err(failure)
}
