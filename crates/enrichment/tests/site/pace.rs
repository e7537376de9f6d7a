//! How often a site is asked, and for what.

use super::*;

#[tokio::test]
async fn the_sites_own_delay_counts_from_its_rules_on() {
    let rules = "User-agent: *\nCrawl-delay: 0.3\n";
    let running = Running::start().await.page("/", HOME).answer("/robots.txt", 200, &[], rules);
    assert!(matches!(running.read().await, Reading::Read(_)));
    let log = running.site.log.lock().unwrap();
    assert_eq!(log.len(), 4);
    assert!(log.windows(2).all(|pair| pair[1].0 - pair[0].0 >= Duration::from_millis(300)), "{log:?}");
}

#[tokio::test]
async fn rules_are_asked_for_once_a_day_however_many_need_them() {
    let running = Running::start().await.page("/", "<p>info@acme.example</p>");
    let (fetcher, cancel, url) = (running.fetcher(), CancellationToken::new(), running.url());
    let read = || crawl(&fetcher, &url, None, &cancel);
    let both = tokio::join!(read(), read());
    assert!(matches!(both, (Reading::Read(_), Reading::Read(_))));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/"]);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(24 * 60 * 60)).await;
    tokio::time::resume();
    assert!(matches!(read().await, Reading::Read(_)));
    assert_eq!(running.paths()[3..], ["/robots.txt", "/"]);
}
