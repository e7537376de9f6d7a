//! Renders pages as a server does, from answers that stand in for the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use client::{ApiClient, Request, Response, Transport, TransportError};
use contract::enrichment::{
    EnrichmentLogEntry, EnrichmentQueue, Evidence, ProviderInfo, ServiceSpending, Spending,
};
use contract::map::{BusinessMap, Spot, SpotBusiness};
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SourceState};
use contract::stats::{Count, Facets};
use contract::{BoundingBox, Business, BusinessDetail, Job, JobStatus, Page, PageMeta};
use dashboard::{PageState, ShellOptions, prefetch, provide_page, shell};
use futures::StreamExt;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;
use leptos_meta::ServerMetaContext;
use leptos_router::location::RequestUrl;
use requery::QueryClient;
use requery::runtime::TokioRuntime;
use serde::Serialize;

#[path = "../../src/samples.rs"]
pub(crate) mod samples;

/// Answers by path without query; the longest path that fits counts. What has none is a 404.
#[derive(Clone, Default)]
pub(crate) struct Answers(BTreeMap<String, (u16, String)>);

impl Answers {
    /// An installation with two pages of leads, a running search and a failed one.
    pub(crate) fn full() -> Self {
        Self::empty()
            .ok("/api/businesses", &leads())
            .ok("/api/businesses/7", &BusinessDetail { business: lead(), contacts: vec![contact()] })
            .ok("/api/businesses/7/enrichment-history", &history())
            .ok("/api/businesses/facets", &facets())
            .ok("/api/businesses/map", &map())
            .ok("/api/businesses/stats", &samples::stats())
            .ok("/api/scraper/jobs", &jobs())
            .ok("/api/jobs", &Page { data: jobs(), meta: PageMeta::new(5, 1, 20, None) })
            .ok(&format!("/api/jobs/{}", samples::running_search().job_id), &samples::running_search())
    }

    /// An installation without any lead.
    pub(crate) fn empty() -> Self {
        let nothing: Page<Business> = Page { data: Vec::new(), meta: PageMeta::new(0, 1, 50, None) };
        let no_jobs: Page<Job> = Page { data: Vec::new(), meta: PageMeta::new(0, 1, 20, None) };
        Self::default()
            .ok("/api/businesses", &nothing)
            .ok("/api/businesses/facets", &Facets::default())
            .ok("/api/businesses/map", &BusinessMap::default())
            .ok("/api/businesses/stats", &contract::Stats::default())
            .ok("/api/scraper/jobs", &Vec::<Job>::new())
            .ok("/api/scraper/sources", &sources())
            .ok("/api/scraper/categories", &categories())
            .ok("/api/scraper/locations", &Vec::<LocationSuggestion>::new())
            .ok("/api/jobs", &no_jobs)
            .ok("/api/enrichment/queue", &EnrichmentQueue::default())
            .ok("/api/enrichment/providers", &Vec::<ProviderInfo>::new())
            .ok("/api/enrichment/spending", &spending())
    }

    /// The same with another answer.
    pub(crate) fn ok(self, path: &str, body: &impl Serialize) -> Self {
        self.with(path, 200, serde_json::to_string(body).unwrap())
    }

    /// The same with a failure at `path`.
    pub(crate) fn failing(self, path: &str, status: u16, detail: &str) -> Self {
        let problem = serde_json::json!({
            "type": "/problems/test", "title": "Test", "status": status, "detail": detail, "requestId": "r-1",
        });
        self.with(path, status, problem.to_string())
    }

    fn with(mut self, path: &str, status: u16, body: String) -> Self {
        self.0.insert(path.to_owned(), (status, body));
        self
    }
}

/// A month in which a source of searches was paid and no provider.
fn spending() -> Spending {
    Spending {
        month: "2026-05".to_owned(),
        currency: "USD".to_owned(),
        budget_minor: Some(2000),
        cost_minor: 205,
        services: vec![ServiceSpending { service: "googlePlaces".to_owned(), calls: 41, cost_minor: 205 }],
    }
}

impl Transport for Answers {
    fn send(
        &self,
        request: Request,
    ) -> client::transport::TransportFuture<'_, Result<Response, TransportError>> {
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        Box::pin(async move {
            let (status, body) = self.0.get(&path).cloned().unwrap_or((404, String::new()));
            Ok(Response { status, headers: Vec::new(), body: body.into_bytes() })
        })
    }
}

/// The document of a page, and the status that it is sent with.
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) html: String,
}

/// Renders `path` from `state`, with `assets`.
pub(crate) async fn render_with(
    path: &str,
    answers: Answers,
    state: PageState,
    assets: Option<dashboard::AssetPaths>,
) -> Rendered {
    render_as(path, answers, ShellOptions { assets, state, ..Default::default() }).await
}

/// Renders `path` as the options say, with the nonce of all tests.
pub(crate) async fn render_as(path: &str, answers: Answers, options: ShellOptions) -> Rendered {
    // It is initialised already where another test of this program came first.
    let _ = any_spawner::Executor::init_tokio();
    let api = ApiClient::new(answers);
    let query_client = QueryClient::server(TokioRuntime::new(tokio::runtime::Handle::current()));
    let status = prefetch(path, &query_client, &api).await;
    let state = options.state.with_status(path, status);
    let options = ShellOptions { nonce: Some("n0nce".to_owned()), state: state.clone(), ..options };
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new())));
    let (meta, output) = ServerMetaContext::new();
    let stream = owner.with(|| {
        provide_context(RequestUrl::new(path));
        provide_context(meta);
        provide_page(query_client, api, state);
        shell(options).to_html_stream_in_order()
    });
    let html: String = output.inject_meta_context(stream).await.collect().await;
    owner.unset_with_forced_cleanup();
    Rendered { status, html }
}

fn lead() -> Business {
    Business {
        email: Some("info@esimerkki.example".to_owned()),
        employee_count: Some(12),
        contact_count: 1,
        description: Some("Lunch on weekdays, live music on Fridays.".to_owned()),
        ..samples::business(7, "Kahvila Esimerkki")
    }
}

fn contact() -> contract::Contact {
    contract::Contact {
        id: contract::ContactId(1),
        business_id: lead().id,
        name: Some("Maija Esimerkki".to_owned()),
        title: Some("Owner".to_owned()),
        email: Some("maija@esimerkki.example".to_owned()),
        email_status: contract::EmailStatus::Safe,
        phone: Some("+358401234567".to_owned()),
        linkedin: None,
        is_primary: true,
        confidence: 0.92,
        source_url: Some("https://www.example.fi/yhteystiedot".to_owned()),
        found_at: samples::ago(30),
    }
}

/// What the lead's website said, and before it a provider that was paid for nothing.
pub(crate) fn history() -> Page<EnrichmentLogEntry> {
    let told = |field: &str, value: &str, snippet: &str, confidence| Evidence {
        field: field.to_owned(),
        value: value.to_owned(),
        source_url: "https://www.example.fi/yhteystiedot".to_owned(),
        snippet: Some(snippet.to_owned()),
        confidence,
    };
    let address = "info@esimerkki.example";
    let check = "{\"verdict\":\"unknown\",\"reasons\":[\"mailboxNotChecked\"]}";
    let website = EnrichmentLogEntry {
        id: 2,
        business_id: lead().id,
        provider: "website".to_owned(),
        status: "enriched".to_owned(),
        fields_written: ["email", "street", "contacts"].map(str::to_owned).to_vec(),
        cost_minor: 0,
        currency: "USD".to_owned(),
        started_at: samples::ago(30),
        duration_ms: 2400,
        error: None,
        evidence: vec![
            told("email", address, "Varaukset: info@esimerkki.example", 0.93),
            told("street", "Esimerkkikatu 7", "Esimerkkikatu 7, Helsinki", 0.8),
            told("contacts", "Maija Esimerkki", "Maija Esimerkki, Owner", 0.92),
            told("email.verification", address, check, 1.0),
        ],
    };
    let hunter = EnrichmentLogEntry {
        id: 1,
        provider: "hunter".to_owned(),
        status: "failed".to_owned(),
        fields_written: Vec::new(),
        cost_minor: 5,
        started_at: samples::ago(3000),
        duration_ms: 900,
        error: Some("the plan is used up".to_owned()),
        evidence: Vec::new(),
        ..website.clone()
    };
    Page { data: vec![website, hunter], meta: PageMeta::new(2, 1, 20, None) }
}

pub(crate) fn leads() -> Page<Business> {
    let names = [
        "Kahvila Esimerkki",
        "Ravintola Sea Horse",
        "Trattoria Vanhan Sataman Kulma ja Terassi",
        "Parturi-Kampaamo Sakset",
        "Café Ekberg & Söner",
        "K-Market Kulma",
        "Hesburger Kamppi",
        "Pizzeria Napoli",
        "Sushi Wagocoro",
        "Autokorjaamo Nopea",
        "Kukkakauppa Ruusu",
        "Hammaslääkäri Hymy",
        "Leipomo Pulla",
        "Bar Loose",
        "Optikko Näkö",
    ];
    let categories = [
        "cafe",
        "restaurant",
        "restaurant",
        "hairdresser",
        "cafe",
        "supermarket",
        "fast_food",
        "restaurant",
        "restaurant",
        "car_repair",
        "florist",
        "dentist",
        "bakery",
        "bar",
        "optician",
    ];
    let statuses = contract::EnrichmentStatus::ALL;
    let rows = names.into_iter().zip(categories).zip(1..).map(|((name, category), id): (_, i64)| {
        let place = usize::try_from(id).unwrap_or(0);
        Business {
            category: Some(category.to_owned()),
            chain: place.is_multiple_of(6),
            email: (place.is_multiple_of(3)).then(|| format!("info{id}@esimerkki.example")),
            phone: (!place.is_multiple_of(5)).then(|| format!("+35891234{id:03}")),
            phone_display: Some(format!("09 1234 {id:03}")),
            website: (!place.is_multiple_of(4)).then(|| format!("https://www.esimerkki{id}.example/")),
            enrichment_status: statuses[if place.is_multiple_of(7) { place / 7 } else { 0 }],
            created_at: samples::ago(id * id * 9),
            city: Some(if place.is_multiple_of(4) { "Espoo" } else { "Helsinki" }.to_owned()),
            ..samples::business(id, name)
        }
    });
    Page { data: rows.collect(), meta: PageMeta::new(2341, 1, 50, None) }
}

fn facets() -> Facets {
    let stats = samples::stats();
    Facets {
        city: stats.by_city,
        industry: stats.by_industry,
        category: stats.by_category,
        enrichment_status: vec![Count { value: "pending".to_owned(), count: 2100 }],
        source: stats.by_source,
        tag: vec![Count { value: "call back".to_owned(), count: 12 }],
    }
}

/// A spot of many, one of many in one place, and a lead that is alone.
fn map() -> BusinessMap {
    let spot = |count, bounds: &str, business| {
        let bounds: BoundingBox = bounds.parse().unwrap();
        Spot { count, latitude: bounds.south, longitude: bounds.west, bounds, business }
    };
    let alone = SpotBusiness {
        id: contract::BusinessId(7),
        name: "Kahvila <Esimerkki>".to_owned(),
        enrichment_status: contract::EnrichmentStatus::Enriched,
        phone: Some("+35891234007".to_owned()),
        phone_display: Some("09 1234 007".to_owned()),
    };
    BusinessMap {
        within: "24.7,60.1,25.1,60.3".parse().ok(),
        total: 2341,
        unplaced: 12,
        spots: vec![
            spot(1523, "24.9,60.15,24.95,60.18", None),
            spot(805, "24.93,60.2,24.93,60.2", None),
            spot(1, "25,60.25,25,60.25", Some(alone)),
        ],
    }
}

fn jobs() -> Vec<Job> {
    let request = serde_json::json!({"location": "Espoo", "category": "barber", "radiusKm": 2.5});
    let id = |number: u128| {
        contract::JobId(uuid::Uuid::from_u128(0x019f_0000_0000_7000_8000_0000_0000_0000 + number))
    };
    let done = Job {
        job_id: id(2),
        counts: contract::JobCounts { found: 41, saved: 35, merged: 5, closed: 1, ..Default::default() },
        created_at: samples::ago(180),
        ..samples::search(JobStatus::Completed, request.clone())
    };
    let failed = Job {
        job_id: id(3),
        error: Some("the file ended in the middle of a record; fetch it again".to_owned()),
        attempt: 3,
        created_at: samples::ago(1500),
        ..samples::search(JobStatus::Failed, request.clone())
    };
    let waiting = Job { job_id: id(4), ..samples::search(JobStatus::Pending, request.clone()) };
    let stopped = Job {
        job_id: id(5),
        created_at: samples::ago(9000),
        ..samples::search(JobStatus::Cancelled, request)
    };
    vec![samples::running_search(), waiting, done, failed, stopped]
}

fn categories() -> Vec<CategorySuggestion> {
    let category = |slug: &str, label: &str| CategorySuggestion {
        category: slug.to_owned(),
        label: label.to_owned(),
        industry: "food".to_owned(),
        matched: None,
    };
    vec![category("restaurant", "Restaurant"), category("cafe", "Café")]
}

/// The sources of a new installation, and one that is not usable.
fn sources() -> Vec<SourceInfo> {
    vec![
        SourceInfo {
            source: "bundled".to_owned(),
            name: "OpenStreetMap, central Helsinki".to_owned(),
            coverage: "businesses of central Helsinki, carried by this program".to_owned(),
            licence: "ODbL 1.0".to_owned(),
            attribution: "© OpenStreetMap contributors".to_owned(),
            licence_url: Some("https://www.openstreetmap.org/copyright".to_owned()),
            cost: "free, no network".to_owned(),
            default: true,
            state: SourceState::Ready,
            message: None,
            places: Some(7321),
            retention_days: None,
        },
        SourceInfo {
            source: "overture".to_owned(),
            name: "Overture Maps".to_owned(),
            coverage: "the world".to_owned(),
            licence: "CDLA-Permissive-2.0".to_owned(),
            attribution: "Overture Maps Foundation".to_owned(),
            licence_url: Some("https://docs.overturemaps.org/attribution/".to_owned()),
            cost: "free".to_owned(),
            default: false,
            state: SourceState::Unavailable,
            message: Some("no file was given; start the server with one".to_owned()),
            places: None,
            retention_days: Some(30),
        },
    ]
}
