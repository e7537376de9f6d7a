//! What AbstractAPI says, in its documented form, and what becomes of it.

use enrichment::providers::{AbstractApi, AbstractApiConfig, ApiKey, Hunter, Providers};
use serde_json::{Value, json};
use store::test_support;

use crate::hunter::{domain_search, email};
use crate::server::Server;
use crate::{KEY, business, config, enriched, spent, timing, usd};

const PAGE: &str = "<h1>Acme</h1>";

fn provider(server: &Server) -> AbstractApi {
    let base_url = format!("{}v1/", server.url());
    let whole = AbstractApiConfig::new(ApiKey::from(KEY), usd("0.01"));
    AbstractApi::new(AbstractApiConfig { base_url, timing: timing(), ..whole }).unwrap()
}

fn company() -> Value {
    json!({
        "name": "ACME HOLDINGS", "domain": "localhost", "year_founded": 1971, "industry": "Construction",
        "employees_count": 23, "locality": "Freehold", "country": "United States",
        "linkedin_url": "linkedin.com/company/acme"
    })
}

#[tokio::test]
async fn a_company_is_told_where_nothing_is_known() {
    let server = Server::start().await.page("/", PAGE).json("/v1/", 200, &company());
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |row| row.year_founded = Some(1972)).await;
    let providers = Providers::new(usd("1")).with(provider(&server));
    let (_, detail, log) = enriched(db.store(), &server, &providers, id).await;
    let row = detail.business;
    assert_eq!(
        (row.name.as_str(), row.year_founded, row.employee_count),
        ("Acme Plumbing", Some(1972), Some(23))
    );
    assert_eq!(row.industry.as_deref(), Some("Construction"));
    assert_eq!(row.socials.linkedin.as_deref(), Some("https://linkedin.com/company/acme"));
    let entry = log.iter().find(|entry| entry.provider == "abstractapi").unwrap();
    assert_eq!(
        (&entry.fields_written, entry.cost_minor),
        (&["socials.linkedin", "industry", "employeeCount"].map(str::to_owned).to_vec(), 1)
    );
    let source = format!("{}v1/?domain=localhost", server.url());
    assert!(entry.evidence.iter().any(|evidence| evidence.source_url == source), "{:?}", entry.evidence);
    assert_eq!(server.uris().last().unwrap(), &format!("/v1/?domain=localhost&api_key={KEY}"));
    let told = serde_json::to_string(&log).unwrap() + &format!("{providers:?}");
    assert!(!told.contains(KEY));
}

#[tokio::test]
async fn statuses_are_told_apart() {
    let check = async |status: u16, body: Value, calls: usize, expect: Option<&str>, cost: &str| {
        let server = Server::start().await.page("/", PAGE).json("/v1/", status, &body);
        let db = test_support::sqlite().await;
        let id = business(db.store(), &server, |_| ()).await;
        let providers = Providers::new(usd("1")).with(provider(&server));
        let (_, _, log) = enriched(db.store(), &server, &providers, id).await;
        let entry = log.iter().find(|entry| entry.provider == "abstractapi").unwrap();
        let error = entry.error.clone().unwrap_or_default();
        assert!(expect.map_or(error.is_empty(), |expect| error.contains(expect)), "{status}: {error}");
        assert!(!error.contains(KEY), "{error}");
        assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v1/")).count(), calls, "{status}");
        assert_eq!(spent(db.store()).await, usd(cost), "{status}");
    };
    let problem = |message: &str| json!({ "error": { "message": message, "code": "x", "details": null } });
    let nothing = json!({ "name": null, "domain": null, "year_founded": null, "employees_count": null });
    check(200, nothing, 1, None, "0.01").await;
    check(401, problem("Invalid API key provided."), 1, Some("key is refused"), "0").await;
    check(422, problem("API quota reached."), 1, Some("API quota reached."), "0").await;
    check(429, problem("Too many requests."), 4, Some("takes no more calls"), "0").await;
    check(400, problem(&format!("no domain for {KEY}")), 1, Some("no domain"), "0").await;
    check(500, problem("Internal error."), 4, Some("status 500"), "0").await;
    check(200, json!([]), 1, Some("documented form"), "0.01").await;
}

#[tokio::test]
async fn providers_share_a_budget_and_each_fills_what_is_still_missing() {
    let emails = vec![email("info@acme.example", None, "valid")];
    let server = Server::start().await.page("/", PAGE).json("/v1/", 200, &company());
    let server = server.json("/v2/domain-search", 200, &domain_search(emails, 1, 0));
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let hunter = Hunter::new(config(&server)).unwrap();
    let providers = Providers::new(usd("0.03")).with(hunter).with(provider(&server));
    let (_, _, log) = enriched(db.store(), &server, &providers, id).await;
    let status = |slug: &str| log.iter().find(|entry| entry.provider == slug).unwrap().status.clone();
    assert_eq!((status("hunter"), status("abstractapi")), ("enriched".to_owned(), "failed".to_owned()));
    let told = providers.info(db.store()).await.unwrap();
    assert_eq!(told.iter().map(|one| one.provider.as_str()).collect::<Vec<_>>(), ["hunter", "abstractapi"]);
    assert_eq!(told[1].quota, None);
}
