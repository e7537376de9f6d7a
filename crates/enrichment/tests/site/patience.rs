//! Sites that want to be asked later.

use super::*;

#[tokio::test]
async fn a_wait_that_a_site_asks_for_is_waited_out() {
    let running = Running::start().await.page("/", "<p>info@acme.example</p>");
    let busy = (429, vec![("retry-after", "1".to_owned())], String::new());
    let page = running.site.answers.lock().unwrap().insert("/".to_owned(), busy).unwrap();
    let reading = tokio::spawn({
        let (fetcher, url) = (running.fetcher(), running.url());
        async move { crawl(&fetcher, &url, None, &CancellationToken::new()).await }
    });
    while running.paths().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.site.answers.lock().unwrap().insert("/".to_owned(), page);
    assert!(matches!(reading.await.unwrap(), Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/"]);
    let log = running.site.log.lock().unwrap();
    assert!(log[2].0 - log[1].0 >= Duration::from_millis(900), "{log:?}");
}

#[tokio::test]
async fn a_site_that_asks_for_too_long_a_wait_or_says_none_is_left_and_that_is_told() {
    for headers in [&[("retry-after", "3600")][..], &[]] {
        let running = Running::start().await.answer("/", 429, headers, "");
        let (fetcher, url) = (running.fetcher(), running.url());
        let reading = crawl(&fetcher, &url, None, &CancellationToken::new()).await;
        let Reading::Unreachable(error) = reading else { panic!("{reading:?}") };
        assert_eq!(error.cause(), "the website asks to be left alone for now, with status 429");
        assert_eq!(running.paths(), ["/robots.txt", "/"]);
        let again = crawl(&fetcher, &url, None, &CancellationToken::new()).await;
        assert!(matches!(again, Reading::Unreachable(FetchError::Busy(429))), "{again:?}");
        // Who named a time is not asked before it.
        assert_eq!(running.paths().len(), if headers.is_empty() { 3 } else { 2 });
    }
}

#[tokio::test]
async fn a_site_that_has_enough_in_the_middle_is_asked_for_no_more_pages() {
    let running = Running::start().await.page("/", &format!("{HOME}<p>info@acme.example</p>"));
    let running = running.answer("/contact", 429, &[("retry-after", "3600")], "");
    let Reading::Read(findings) = running.read().await else { panic!("not read") };
    assert_eq!(findings.emails.len(), 1);
    assert_eq!(running.paths(), ["/robots.txt", "/", "/contact"]);
}

/// The site with and without `www.` at two ports.
#[derive(Debug)]
struct TwoPorts;

#[async_trait::async_trait]
impl enrichment::address::Names for TwoPorts {
    async fn addresses(&self, _name: &str) -> std::io::Result<Vec<SocketAddr>> {
        Ok(vec!["127.0.0.1:0".parse().unwrap()])
    }
}

#[tokio::test]
async fn all_names_and_ports_of_a_site_share_its_pace() {
    const PACE: Duration = Duration::from_millis(150);
    let (one, other) = (Running::start().await, Running::start().await);
    let (one, other) = (one.page("/", "<p>a@acme.example</p>"), other.page("/", "<p>b@acme.example</p>"));
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([one.address, other.address]);
    config.names = Arc::new(TwoPorts);
    config.spacing = PACE;
    let fetcher = Fetcher::new(config).unwrap();
    let urls = [
        format!("http://acme.example:{}/", one.address.port()),
        format!("http://www.acme.example:{}/", other.address.port()),
    ];
    let cancel = CancellationToken::new();
    let read = urls.each_ref().map(|url| crawl(&fetcher, url, None, &cancel));
    let [first, second] = read;
    let both = tokio::join!(first, second);
    assert!(matches!(both, (Reading::Read(_), Reading::Read(_))), "{both:?}");
    let mut times: Vec<Instant> = [&one, &other]
        .into_iter()
        .flat_map(|running| running.site.log.lock().unwrap().iter().map(|(at, _, _)| *at).collect::<Vec<_>>())
        .collect();
    times.sort_unstable();
    assert_eq!(times.len(), 4, "each has rules of its own");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= PACE - Duration::from_millis(10)), "{times:?}");
}
