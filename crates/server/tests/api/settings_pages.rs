//! The page of settings, without a script.

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::get;
use contract::Role;
use discovery::SourceRegistry;
use discovery::source::{GooglePlaces, GooglePlacesConfig};
use enrichment::providers::{ApiKey, Hunter, HunterConfig, Providers};
use enrichment::{Fetcher, FetcherConfig};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::guarded::{Guarded, Visitor, nobody};

const PAGE: &str = "/settings";
const FORM: &str = "/settings/appearance";

/// What only admins are shown.
const OF_THE_SERVER: [&str; 4] = ["Enrichment and providers", "Crawler identity", "LETIP_", "Hunter"];

async fn theme(app: &Guarded, who: &Visitor) -> Value {
    app.get(who, "/api/appearance").await.json()["theme"].clone()
}

/// The entry of a service on the page.
fn entry<'a>(page: &'a str, name: &str) -> &'a str {
    let mut entries = page.split("<li class=\"entry").map(|rest| rest.split("</li>").next().unwrap());
    entries.find(|entry| entry.contains(&format!(">{name}</p>"))).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_has_a_page_that_leads_to_their_account_and_needs_no_script() {
    let app = Guarded::new().await;
    for (role, email) in [(Role::Viewer, "vi@example.org"), (Role::Admin, "ad@example.org")] {
        let (_, who) = app.person(email, role).await;
        let page = app.get(&who, PAGE).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("private, no-store")));
        let text = page.text();
        assert!(text.contains("<title>Settings · Le Tip</title>") && text.contains(email), "{text}");
        assert!(text.contains("href=\"/account\"") && !text.contains("type=\"module\""), "{text}");
        assert_eq!(
            text.matches("type=\"radio\" name=\"theme\" value=").count(),
            6,
            "form and switch: {text}"
        );
        assert!(!text.contains(" checked"), "nothing was chosen yet: {text}");
    }
    assert_eq!(app.get(&app.admin, "/settings/").await.header("location"), Some(PAGE));
    assert_eq!(app.get(&app.admin, FORM).await.header("location"), Some(PAGE));
    for path in ["/leads", "/account"] {
        let page = app.get(&app.admin, path).await;
        assert!(page.text().contains("href=\"/settings\""), "{path} leads to it");
    }
}

#[tokio::test]
async fn nobody_gets_anywhere_without_signing_in_or_from_another_origin() {
    let app = Guarded::new().await;
    let target = Some("/sign-in?return=%2Fsettings");
    assert_eq!(app.get(&nobody(), PAGE).await.header("location"), target);
    assert_eq!(app.submit(&nobody(), FORM, "theme=dark").await.header("location"), target);
    let foreign = Request::post(FORM)
        .header(header::HOST, "localhost:3030")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(app.admin.0, &app.admin.1);
    let foreign = app.app.send(foreign.body(Body::from("theme=dark")).unwrap()).await;
    assert_eq!(foreign.status.as_u16(), 403);
    assert_eq!(theme(&app, &app.admin).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_theme_is_chosen_by_a_form_and_is_ones_own() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    for chosen in ["dark", "light", "system"] {
        let done = app.submit(&viewer, FORM, &format!("theme={chosen}")).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, Some("/settings?done=theme")));
        assert_eq!(theme(&app, &viewer).await, json!(chosen));
        let page = app.get(&viewer, "/settings?done=theme").await;
        assert!(page.text().contains("The theme was saved"), "{}", page.text());
        let checked = format!("value=\"{chosen}\" checked");
        assert!(page.text().contains(&checked), "{}", page.text());
        assert!(page.text().contains(&format!("data-theme=\"{chosen}\"")), "{}", page.text());
    }
    assert_eq!(theme(&app, &app.admin).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_theme_is_told_beside_the_choice() {
    let app = Guarded::new().await;
    app.submit(&app.admin, FORM, "theme=dark").await;
    for form in ["", "theme=", "theme=sepia", "colour=red"] {
        let refused = app.submit(&app.admin, FORM, form).await;
        assert_eq!(refused.status.as_u16(), 422, "{form}");
        assert!(refused.text().contains("id=\"theme-error\""), "{form}: {}", refused.text());
        assert!(refused.text().contains("value=\"dark\" checked"), "{form}: {}", refused.text());
    }
    assert_eq!(theme(&app, &app.admin).await, json!("dark"));
    let other = Request::post(FORM)
        .header(header::HOST, "localhost:3030")
        .header(header::CONTENT_TYPE, "application/json")
        .header(app.admin.0, &app.admin.1);
    let other = app.app.send(other.body(Body::from("{}")).unwrap()).await;
    assert_eq!(other.status.as_u16(), 415);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_was_given_is_shown_to_admins_alone() {
    let app = Guarded::new().await;
    for role in [Role::Viewer, Role::Member] {
        let (_, who) = app.person(&format!("{role}@example.org"), role).await;
        for page in [app.get(&who, PAGE).await, app.submit(&who, FORM, "theme=sepia").await] {
            for part in OF_THE_SERVER {
                assert!(!page.text().contains(part), "{role}: {part}: {}", page.text());
            }
        }
    }
    let page = app.get(&app.admin, PAGE).await;
    for part in OF_THE_SERVER {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
}

#[tokio::test]
async fn what_is_not_set_up_names_what_sets_it_up() {
    let app = TestApp::new().await;
    let page = app.get(PAGE).await;
    let text = page.text();
    for (name, option, variable) in [
        ("Hunter", "--hunter-key", "LETIP_HUNTER_KEY"),
        ("Hunter", "--hunter-credit-price", "LETIP_HUNTER_CREDIT_PRICE"),
        ("AbstractAPI Company Enrichment", "--abstractapi-key", "LETIP_ABSTRACTAPI_KEY"),
        ("Google Places", "--google-places-key", "LETIP_GOOGLE_PLACES_KEY"),
        ("Apify: Google Maps", "--apify-token", "LETIP_APIFY_TOKEN"),
        ("Apify: Google Maps", "--monthly-budget", "LETIP_MONTHLY_BUDGET"),
    ] {
        let entry = entry(text, name);
        assert!(entry.contains("Not set up"), "{entry}");
        assert!(entry.contains(option) && entry.contains(variable), "{option}: {entry}");
    }
    assert!(text.contains("LETIP_CONTACT_URL") && text.contains("nothing is enriched"), "{text}");
    assert!(text.contains("No budget is given"), "{text}");
    assert!(text.contains("LETIP_TILES_URL") && text.contains("drawn without a network"), "{text}");
}

/// A provider and a paid source with keys, and an account with so much left.
async fn paid() -> (Providers, SourceRegistry) {
    let account = json!({ "data": { "requests": { "credits": { "used": 100.5, "available": 2000 } } } });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Router::new().route("/v2/account", get(move || async move { Json(account) }));
    tokio::spawn(async move { axum::serve(listener, site).await });
    let whole = HunterConfig::new(ApiKey::from("s3cret"), "0.0245".parse().unwrap());
    let hunter = Hunter::new(HunterConfig { base_url: format!("http://{address}/v2/"), ..whole }).unwrap();
    let key = ApiKey::from("als0-s3cret");
    let config = GooglePlacesConfig::new(key, "0.035".parse().unwrap(), "20".parse().unwrap());
    let sources = SourceRegistry::bundled().with(GooglePlaces::new(config).unwrap());
    (Providers::new("20".parse().unwrap()).with(hunter), sources)
}

#[tokio::test]
async fn what_is_set_up_tells_how_it_stands_and_never_its_key() {
    let (providers, sources) = paid().await;
    let app = TestApp::with(|config| {
        config.providers = providers;
        config.sources = sources.into();
        let contact = FetcherConfig::new("https://leads.example/about?a=1&b=2");
        config.fetcher = Some(Fetcher::new(contact).unwrap());
    })
    .await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let now = contract::Timestamp::from_millis(i64::try_from(now).unwrap());
    let call = store::NewProviderCall {
        provider: "hunter".to_owned(),
        operation: "domain-search".to_owned(),
        business_id: None,
        most: 245_000,
    };
    app.store().reserve_provider_call(&call, 20_000_000, now).await.unwrap();

    let page = app.get(PAGE).await;
    let text = page.text();
    let hunter = entry(text, "Hunter");
    for part in ["Ready", "1,899 left of its plan", "1 call this month", "$0.25 this month"] {
        assert!(hunter.contains(part), "{part}: {hunter}");
    }
    assert!(!hunter.contains("--hunter-key"), "{hunter}");
    let google = entry(text, "Google Places");
    assert!(google.contains("Ready") && google.contains("0.035 USD a request"), "{google}");
    let apify = entry(text, "Apify: Google Maps");
    assert!(
        apify.contains("Not set up") && !apify.contains("--monthly-budget"),
        "a budget is given: {apify}"
    );
    assert!(text.contains("$0.25 of the budget of $20.00"), "{text}");
    assert!(text.contains("(+https://leads.example/about?a=1&amp;b=2)"), "{text}");
    assert!(text.contains("href=\"https://leads.example/about?a=1&amp;b=2\""), "{text}");
    assert!(text.contains("<code>letip</code>") && !text.contains("LETIP_CONTACT_URL"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn a_provider_in_trouble_says_what_is_wrong() {
    let whole = HunterConfig::new(ApiKey::from("s3cret"), "0".parse().unwrap());
    // Nobody listens there.
    let hunter =
        Hunter::new(HunterConfig { base_url: "http://127.0.0.1:9/v2/".to_owned(), ..whole }).unwrap();
    let providers = Providers::new("20".parse().unwrap()).with(hunter);
    let app = TestApp::with(|config| config.providers = providers).await;
    let page = app.get(PAGE).await;
    let (hunter, told) = (entry(page.text(), "Hunter"), app.get("/api/enrichment/providers").await.json());
    assert_eq!(told[1]["state"], "unavailable");
    assert!(hunter.contains("Not available") && hunter.contains("provider__why"), "{hunter}");
}

#[tokio::test]
async fn where_nobody_signs_in_the_theme_is_that_of_whoever_comes() {
    let app = TestApp::new().await;
    let page = app.get(PAGE).await;
    assert!(page.text().contains("asks nobody to sign in"), "{}", page.text());
    let request = Request::post(FORM)
        .header(header::HOST, "localhost:3030")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let done = app.send(request.body(Body::from("theme=dark")).unwrap()).await;
    assert_eq!(done.header("location"), Some("/settings?done=theme"));
    assert!(app.get("/leads").await.text().contains("data-theme=\"dark\""));
}
