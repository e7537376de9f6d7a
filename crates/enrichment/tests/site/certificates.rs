//! A site whose certificate proves nothing.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncReadExt;
use tokio_rustls::TlsAcceptor;

use super::*;

/// With a certificate of its own making for another name, as of the mail server among the tests of verification.
fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from(include_bytes!("../verify/certificate.der").as_slice());
    let key = PrivateKeyDer::Pkcs8(include_bytes!("../verify/key.der").as_slice().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Nothing is asked of whoever cannot prove to be the site, and that is told as what it is: the site cannot be reached.
#[tokio::test]
async fn a_site_with_a_wrong_certificate_is_unreachable_and_asked_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor().accept(stream).await else { continue };
            let mut asked = vec![0; 4096];
            let read = stream.read(&mut asked).await.unwrap_or(0);
            log.lock().unwrap().extend_from_slice(&asked[..read]);
        }
    });
    let running = Running { site: Site::default(), address };
    let url = format!("https://{address}/");
    let reading = crawl(&running.fetcher(), &url, None, &CancellationToken::new()).await;
    // RFC 9309: rules that cannot be read because the server cannot be reached forbid everything; both say that nothing was read.
    let Reading::Unreachable(FetchError::Certificate(why)) = reading else { panic!("{reading:?}") };
    assert!(why.to_lowercase().contains("certificate"), "{why}");
    assert_eq!(*heard.lock().unwrap(), Vec::<u8>::new());
}
