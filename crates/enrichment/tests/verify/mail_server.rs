//! A small mail server on loopback, which does what a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use enrichment::address::Guard;
use enrichment::verify::SmtpConfig;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

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
    /// It offers encryption, and talks kindly of the mailboxes that it has.
    Offers { starttls: Starttls, rcpt: Arc<dyn Fn(&str) -> &'static str + Send + Sync> },
    /// It takes connections and says nothing.
    Silent,
    /// It sends this again and again.
    Endless(&'static [u8]),
    /// It sends this once and closes.
    Says(&'static [u8]),
}

/// What becomes of an offer to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Starttls {
    /// It is kept, and nothing else is taken: mail in clear text is refused.
    Demanded,
    /// It is taken back.
    TakenBack,
    /// Something else than a handshake follows.
    Broken,
    /// An answer in clear text is glued to the offer, as somebody in between would do.
    Injected,
}

/// In the log of a session: from here on it is encrypted.
pub(crate) const ENCRYPTED: &str = "(encrypted)";

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

/// A server that offers to encrypt and answers RCPT as told.
pub(crate) fn offers(
    starttls: Starttls,
    rcpt: impl Fn(&str) -> &'static str + Send + Sync + 'static,
) -> Manner {
    Manner::Offers { starttls, rcpt: Arc::new(rcpt) }
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
    let say = |line: String| log.lock().unwrap()[session].push(line);
    match manner {
        Manner::Talks { banner, ehlo, mail, rcpt } => {
            let talk = Talk { ehlo, mail, rcpt };
            stream.write_all(format!("{banner}\r\n").as_bytes()).await?;
            talk.hold(&mut stream, &say).await.map(drop)
        }
        Manner::Offers { starttls, rcpt } => offer(stream, starttls, rcpt, &say).await,
        Manner::Silent => std::future::pending().await,
        Manner::Says(bytes) => stream.write_all(bytes).await,
        Manner::Endless(bytes) => loop {
            stream.write_all(bytes).await?;
        },
    }
}

/// How a session is answered.
struct Talk {
    ehlo: &'static str,
    mail: &'static str,
    rcpt: Arc<dyn Fn(&str) -> &'static str + Send + Sync>,
}

impl Talk {
    /// Answers until the client leaves, or asks to encrypt; whether it does.
    async fn hold(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        say: &impl Fn(String),
    ) -> std::io::Result<bool> {
        let (read, mut write) = tokio::io::split(stream);
        let mut lines = BufReader::new(read).lines();
        while let Some(line) = lines.next_line().await? {
            say(line.clone());
            let mailbox = || line.trim_start_matches("RCPT TO:<").split('@').next().unwrap_or_default();
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => self.ehlo,
                "HELO" => "250 mx.acme.example",
                "MAIL" => self.mail,
                "RCPT" => (self.rcpt)(mailbox()),
                "QUIT" => "221 Bye",
                "STARTTLS" => return Ok(true),
                _ => "502 Not here",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(false)
    }
}

async fn offer(
    mut stream: TcpStream,
    starttls: Starttls,
    rcpt: Arc<dyn Fn(&str) -> &'static str + Send + Sync>,
    say: &impl Fn(String),
) -> std::io::Result<()> {
    let mail = if starttls == Starttls::Demanded {
        "530 5.7.0 Must issue a STARTTLS command first"
    } else {
        "250 OK"
    };
    let clear = Talk {
        ehlo: "250-mx.acme.example\r\n250-SIZE 1000000\r\n250 STARTTLS",
        mail,
        rcpt: Arc::clone(&rcpt),
    };
    stream.write_all(b"220 mx.acme.example ESMTP\r\n").await?;
    if !clear.hold(&mut stream, say).await? {
        return Ok(());
    }
    match starttls {
        Starttls::Demanded => {
            stream.write_all(b"220 Go ahead\r\n").await?;
            let mut stream = acceptor().accept(stream).await?;
            say(ENCRYPTED.to_owned());
            let secret = Talk { ehlo: "250-mx.acme.example\r\n250 8BITMIME", mail: "250 OK", rcpt };
            secret.hold(&mut stream, say).await.map(drop)
        }
        Starttls::TakenBack => {
            stream.write_all(b"454 4.7.0 TLS not available\r\n").await?;
            clear.hold(&mut stream, say).await.map(drop)
        }
        Starttls::Broken => {
            stream.write_all(b"220 Go ahead\r\n").await?;
            // Whatever the client begins with is answered in clear text.
            stream.read_u8().await?;
            stream.write_all(b"502 What handshake?\r\n").await
        }
        Starttls::Injected => {
            stream.write_all(b"220 Go ahead\r\n250 2.1.5 Recipient ok\r\n").await?;
            // What the client says after that, if it says anything.
            clear.hold(&mut stream, say).await.map(drop)
        }
    }
}

/// With a certificate of its own making for another name, as mail servers have them. It proves nothing to anybody:
/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=another.example`.
fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from(include_bytes!("certificate.der").as_slice());
    let key = PrivateKeyDer::Pkcs8(include_bytes!("key.der").as_slice().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
