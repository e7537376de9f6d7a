//! A small mail server on loopback, which does what a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use enrichment::address::Guard;
use enrichment::verify::SmtpConfig;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does.
#[derive(Clone)]
pub(crate) enum Manner {
    /// It talks, and answers RCPT for a mailbox as it is told.
    Talks {
        banner: &'static str,
        ehlo: &'static str,
        mail: &'static str,
        rcpt: Arc<dyn Fn(&str) -> &'static str + Send + Sync>,
    },
    /// It takes connections and says nothing.
    Silent,
    /// It sends this again and again.
    Endless(&'static [u8]),
    /// It sends this once and closes.
    Says(&'static [u8]),
}

/// What a client said, one list a session.
type Sessions = Arc<Mutex<Vec<Vec<String>>>>;

pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    sessions: Sessions,
}

/// A server that answers RCPT as told and everything else kindly.
pub(crate) fn talks(rcpt: impl Fn(&str) -> &'static str + Send + Sync + 'static) -> Manner {
    let rcpt = Arc::new(rcpt);
    Manner::Talks {
        banner: "220 mx.acme.example ESMTP",
        ehlo: "250-mx.acme.example\r\n250 8BITMIME",
        mail: "250 OK",
        rcpt,
    }
}

impl MailServer {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sessions = Sessions::default();
        let log = Arc::clone(&sessions);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let session = {
                    let mut log = log.lock().unwrap();
                    log.push(Vec::new());
                    log.len() - 1
                };
                let (manner, log) = (manner.clone(), Arc::clone(&log));
                // A client that leaves early ends its session, not the server.
                tokio::spawn(async move { serve(stream, manner, session, log).await.ok() });
            }
        });
        Self { address, sessions }
    }

    /// Settings with which this server may be reached, and which wait long enough for a slow machine.
    pub(crate) fn config(&self) -> SmtpConfig {
        patient(self.address)
    }

    /// What clients said, one list a session.
    pub(crate) fn sessions(&self) -> Vec<Vec<String>> {
        self.sessions.lock().unwrap().clone()
    }

    /// The mailboxes that were asked for, one list a session.
    pub(crate) fn mailboxes(&self) -> Vec<Vec<String>> {
        let recipients = |session: Vec<String>| {
            let mailbox = |line: &String| Some(line.strip_prefix("RCPT TO:<")?.strip_suffix('>')?.to_owned());
            session.iter().filter_map(mailbox).collect()
        };
        self.sessions().into_iter().map(recipients).collect()
    }
}

/// Settings with which a socket of this machine may be reached.
pub(crate) fn patient(address: SocketAddr) -> SmtpConfig {
    let long = Duration::from_secs(60);
    SmtpConfig {
        guard: Guard::allowing([address]),
        port: address.port(),
        connect_timeout: long,
        command_timeout: long,
        total_timeout: 10 * long,
        ..SmtpConfig::default()
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, session: usize, log: Sessions) -> std::io::Result<()> {
    let (banner, ehlo, mail, rcpt) = match manner {
        Manner::Talks { banner, ehlo, mail, rcpt } => (banner, ehlo, mail, rcpt),
        Manner::Silent => std::future::pending().await,
        Manner::Says(bytes) => return stream.write_all(bytes).await,
        Manner::Endless(bytes) => loop {
            stream.write_all(bytes).await?;
        },
    };
    let (read, mut write) = stream.split();
    write.write_all(format!("{banner}\r\n").as_bytes()).await?;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        log.lock().unwrap()[session].push(line.clone());
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => ehlo,
            "HELO" => "250 mx.acme.example",
            "MAIL" => mail,
            "RCPT" => rcpt(line.trim_start_matches("RCPT TO:<").split('@').next().unwrap_or_default()),
            "QUIT" => "221 Bye",
            _ => "502 Not here",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
