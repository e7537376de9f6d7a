//! What a site or this machine cannot make the crawler reach.

use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use enrichment::address::Names;

use super::*;

/// A name whose addresses change: each question is answered with the next, the last one again and again.
#[derive(Debug)]
struct Rebinding {
    answers: Vec<Vec<SocketAddr>>,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl Names for Rebinding {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<SocketAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

fn rebinding(answers: &[&[SocketAddr]]) -> Arc<Rebinding> {
    let answers = answers.iter().map(|addresses| addresses.to_vec()).collect();
    Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) })
}

/// Reads a site by its name. Of the sockets of this machine `site` alone stands for a public address.
async fn read_by_name(site: &Running, names: &Arc<Rebinding>) -> Reading {
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([site.address]);
    config.names = Arc::clone(names) as Arc<dyn Names>;
    config.spacing = Duration::from_millis(1);
    config.timeout = Duration::from_secs(2);
    let url = format!("http://acme.example:{}/", site.address.port());
    crawl(&Fetcher::new(config).unwrap(), &url, Some("US"), &CancellationToken::new()).await
}

/// The connection ends with each answer, so that each request resolves the name anew.
const HANGS_UP: &[(&str, &str)] = &[("content-type", "text/html"), ("connection", "close")];

#[tokio::test]
async fn a_name_that_turns_to_a_private_address_is_not_followed_there() {
    let private = Running::start().await.page("/contact", "<p>secret@intranet.example</p>");
    let site = Running::start().await.answer("/robots.txt", 404, HANGS_UP, "").answer(
        "/",
        200,
        HANGS_UP,
        &format!("{HOME}<p>info@acme.example</p>"),
    );
    let names = rebinding(&[&[site.address], &[site.address], &[private.address]]);
    let Reading::Read(findings) = read_by_name(&site, &names).await else { panic!("not read") };
    let emails: Vec<_> = findings.emails.iter().map(|email| email.value.as_str()).collect();
    assert_eq!(emails, ["info@acme.example"]);
    assert!(
        names.asked.load(Ordering::SeqCst) >= 3,
        "every connection asks for the addresses that it goes to"
    );
    assert_eq!(private.paths(), Vec::<String>::new());
    assert_eq!(site.paths(), ["/robots.txt", "/"]);
}

#[tokio::test]
async fn of_several_addresses_the_private_ones_are_left_out() {
    let private = Running::start().await.page("/", "<p>secret@intranet.example</p>");
    let site = Running::start().await.page("/", "<p>info@acme.example</p>");
    let names = rebinding(&[&[private.address, site.address]]);
    let reading = read_by_name(&site, &names).await;
    assert!(matches!(reading, Reading::Read(_)), "{reading:?}");
    assert_eq!(private.paths(), Vec::<String>::new());
    let nobody = rebinding(&[&[private.address]]);
    let reading = read_by_name(&site, &nobody).await;
    assert!(matches!(reading, Reading::Unreachable(FetchError::Refused(_))), "{reading:?}");
}

/// Says to the test below that it is the one with proxies in its environment.
const WITH_PROXIES: &str = "LETIP_TEST_WITH_PROXIES";

/// A proxy would connect to whatever it is asked for: the check of addresses would be for nothing. As the environment cannot be
/// changed while tests run, the test runs itself once more.
#[tokio::test]
async fn proxies_of_the_environment_are_not_used() {
    if std::env::var_os(WITH_PROXIES).is_some() {
        let site = Running::start().await.page("/", "<p>info@acme.example</p>");
        assert!(matches!(site.read().await, Reading::Read(_)));
        return;
    }
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "guard::proxies_of_the_environment_are_not_used"]).env(WITH_PROXIES, "1");
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        again.env(name, &url);
    }
    again.env_remove("no_proxy").env_remove("NO_PROXY");
    let ran = tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && told.contains("1 passed"), "{told}");
    proxy.set_nonblocking(true).unwrap();
    assert_eq!(proxy.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "somebody came to the proxy");
}
