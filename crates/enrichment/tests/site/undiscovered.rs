//! Sites whose first page leads nowhere.

use super::*;

const SHELL: &str = "<h1>Acme</h1><div id='app'></div><script src='/app.js'></script>";

#[tokio::test]
async fn a_page_that_nothing_leads_to_is_looked_for_where_many_sites_have_it() {
    let running = Running::start()
        .await
        .page("/", SHELL)
        .page("/contact-us", "<p>info@acme.example</p><a href='/team'>Our team</a>")
        .page("/team", "<p>jane@acme.example</p>");
    let Reading::Read(findings) = running.read().await else { panic!("not read") };
    assert_eq!(findings.emails.len(), 2, "{:?}", findings.emails);
    assert_eq!(running.paths(), ["/robots.txt", "/", "/contact", "/contact-us", "/team"]);
}

#[tokio::test]
async fn nothing_is_looked_for_where_something_was_found_or_is_forbidden() {
    let running = Running::start().await.page("/", &format!("{SHELL}<p>info@acme.example</p>"));
    assert!(matches!(running.read().await, Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/"]);
    let rules = "User-agent: *\nDisallow: /contact\n";
    let running = Running::start().await.page("/", SHELL).answer("/robots.txt", 200, &[], rules);
    assert!(matches!(running.read().await, Reading::Read(_)));
    assert_eq!(running.paths(), ["/robots.txt", "/", "/about", "/about-us"]);
}

#[tokio::test]
async fn looking_around_stays_within_the_limit_and_speaks_the_countrys_language() {
    let running = Running::start().await.page("/", SHELL);
    let reading = crawl(&running.fetcher(), &running.url(), Some("FI"), &CancellationToken::new()).await;
    assert!(matches!(reading, Reading::Read(_)));
    let paths = running.paths();
    assert_eq!(paths[..3], ["/robots.txt", "/", "/yhteystiedot"]);
    assert!(paths.len() <= 1 + enrichment::crawl::MAX_PAGES, "{paths:?}");
}
