//! A site that speaks HTTP/2, as most do behind TLS.

use std::io;

use bytes::Bytes;
use enrichment::address::Names;
use h2::Reason;
use h2::server::{Connection, SendResponse};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::*;

/// Of `acme.example`, of its own making.
const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.der");
const KEY: &[u8] = include_bytes!("tls/key.der");

const PAGES: &[(&str, &str)] =
    &[("/", HOME), ("/contact", "<p>info@acme.example</p>"), ("/about", "<p>Fax: (732) 555-0104</p>")];

/// What a server does to requests of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// It lets go of the request.
    Reset(&'static str),
    /// It answers, and takes no further request on that connection.
    GoAway(&'static str),
}

/// What the server was asked.
#[derive(Debug, Default)]
struct Heard {
    paths: Vec<String>,
    connections: usize,
    /// What both sides agreed to speak.
    protocols: Vec<Vec<u8>>,
}

/// The machine knows one name.
#[derive(Debug)]
struct OneName(SocketAddr);

#[async_trait::async_trait]
impl Names for OneName {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(vec![self.0])
    }
}

fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], PrivateKeyDer::Pkcs8(KEY.into()))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn answer(path: &str, mut respond: SendResponse<Bytes>) {
    let page = PAGES.iter().find(|(known, _)| *known == path);
    let status = if page.is_some() { 200 } else { 404 };
    let response =
        http::Response::builder().status(status).header("content-type", "text/html; charset=utf-8");
    let mut body = respond.send_response(response.body(()).unwrap(), false).unwrap();
    body.send_data(Bytes::from_static(page.map_or("", |(_, html)| *html).as_bytes()), true).unwrap();
}

/// Answers the requests of one connection, one after the other.
async fn converse(stream: TlsStream<TcpStream>, trouble: Option<Trouble>, heard: Arc<Mutex<Heard>>) {
    let agreed = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
    {
        let mut heard = heard.lock().unwrap();
        heard.connections += 1;
        heard.protocols.push(agreed);
    }
    let Ok(mut connection): Result<Connection<_, Bytes>, _> = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let path = request.uri().path().to_owned();
        heard.lock().unwrap().paths.push(path.clone());
        match trouble {
            Some(Trouble::Reset(at)) if at == path => respond.send_reset(Reason::INTERNAL_ERROR),
            Some(Trouble::GoAway(at)) if at == path => {
                answer(&path, respond);
                connection.graceful_shutdown();
            }
            _ => answer(&path, respond),
        }
    }
}

/// Reads the site of a server that speaks nothing but HTTP/2.
async fn read(trouble: Option<Trouble>, roots: Vec<Vec<u8>>) -> (Reading, Arc<Mutex<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor().accept(stream).await else { continue };
            tokio::spawn(converse(stream, trouble, Arc::clone(&log)));
        }
    });
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([address]);
    config.names = Arc::new(OneName(address));
    config.spacing = Duration::from_millis(20);
    config.timeout = Duration::from_secs(5);
    config.extra_roots = roots;
    let fetcher = Fetcher::new(config).unwrap();
    let reading = crawl(&fetcher, "https://acme.example/", Some("US"), &CancellationToken::new()).await;
    (reading, heard)
}

fn trusted() -> Vec<Vec<u8>> {
    vec![CERTIFICATE.to_vec()]
}

fn findings(reading: Reading) -> Option<extraction::Findings> {
    match reading {
        Reading::Read(findings) => Some(*findings),
        _ => None,
    }
}

const ALL: [&str; 4] = ["/robots.txt", "/", "/contact", "/about"];

#[tokio::test]
async fn a_site_is_read_over_one_connection_of_http_2() {
    let (reading, heard) = read(None, trusted()).await;
    let found = findings(reading).unwrap();
    assert_eq!(found.emails[0].value, "info@acme.example");
    assert_eq!(found.phones[0].number.value, "+17325550104");
    let heard = heard.lock().unwrap();
    assert_eq!(heard.paths, ALL);
    assert_eq!((heard.connections, heard.protocols.as_slice()), (1, [b"h2".to_vec()].as_slice()));
}

#[tokio::test]
async fn a_stream_that_is_reset_costs_its_page_and_a_connection_that_ends_costs_none() {
    let (reading, heard) = read(Some(Trouble::Reset("/contact")), trusted()).await;
    let found = findings(reading).unwrap();
    assert!(found.emails.is_empty() && !found.phones.is_empty(), "{found:?}");
    assert_eq!(heard.lock().unwrap().paths, ALL, "a page is not asked for twice");

    let (reading, heard) = read(Some(Trouble::GoAway("/")), trusted()).await;
    let found = findings(reading).unwrap();
    assert!(!found.emails.is_empty() && !found.phones.is_empty(), "{found:?}");
    let heard = heard.lock().unwrap();
    assert_eq!((heard.paths.as_slice(), heard.connections), (ALL.map(str::to_owned).as_slice(), 2));
}

#[tokio::test]
async fn a_first_page_whose_stream_is_reset_is_unreachable() {
    let (reading, _) = read(Some(Trouble::Reset("/")), trusted()).await;
    assert!(matches!(reading, Reading::Unreachable(FetchError::Unreachable(_))), "{reading:?}");
}

/// The certificate is what lets it be read: without, the server is asked nothing.
#[tokio::test]
async fn nothing_is_asked_of_a_server_whose_certificate_nobody_trusts() {
    let (reading, heard) = read(None, Vec::new()).await;
    assert!(matches!(reading, Reading::Unreachable(FetchError::Certificate(_))), "{reading:?}");
    assert!(heard.lock().unwrap().paths.is_empty());
}
