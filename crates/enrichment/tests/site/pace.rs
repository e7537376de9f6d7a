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

/// The site with links to those paths, and where they redirect to.
async fn linking(links: &[(&str, Option<&str>)]) -> Running {
    let menu: String = links.iter().map(|(path, _)| format!("<a href='{path}'>Contact</a>")).collect();
    let mut running = Running::start().await.page("/", &menu);
    for (path, target) in links {
        running = match target {
            Some(target) => running.answer(path, 302, &[("location", target)], ""),
            None => running.page(path, "<p>info@acme.example</p>"),
        };
    }
    running
}

#[tokio::test]
async fn a_page_is_read_once_whatever_its_addresses() {
    let links = [
        ("/contact", None),
        ("/contact/", None),
        ("/contact?utm_source=menu", None),
        ("/us", Some("/contact")),
    ];
    let running = linking(&links).await;
    assert!(matches!(running.read().await, Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/contact", "/us"]);
}

#[tokio::test]
async fn a_page_that_leads_to_another_site_is_left() {
    let other = Running::start().await.page("/", "<p>help@booking.example</p>");
    let target = other.url().replace("127.0.0.1", "localhost");
    let running = linking(&[("/contact", Some(&target)), ("/about", None)]).await;
    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.guard = Guard::allowing([running.address, other.address]);
    config.spacing = Duration::from_millis(20);
    let fetcher = Fetcher::new(config).unwrap();
    let reading = crawl(&fetcher, &running.url(), Some("US"), &CancellationToken::new()).await;
    let Reading::Read(findings) = reading else { panic!("not read") };
    assert_eq!(findings.emails.len(), 1, "{:?}", findings.emails);
    assert_eq!(other.paths(), Vec::<String>::new());
}

#[tokio::test]
async fn pages_that_are_not_asked_for_do_not_count() {
    let names: Vec<String> = (0..9).map(|n| format!("/private/{n}")).chain(["/team".to_owned()]).collect();
    let links: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
    let rules = "User-agent: *\nDisallow: /private\n";
    let running = linking(&links).await.answer("/robots.txt", 200, &[], rules);
    assert!(matches!(running.read().await, Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/team"]);
}
