//! What all handlers share, and the router made of all parts.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware as layer};
use contract::JobKind;
use discovery::SourceRegistry;
use jobs::JobHandler;
use store::Store;
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use crate::auth::{Attempts, Auth, Passwords, identify};
use crate::config::ServerConfig;
use crate::gateway::Gateway;
use crate::health::Liveness;
use crate::idempotency::Keys;
use crate::middleware::{encoded_tags, headers, host, load, observe, origin, panics, request_id, sockets};
use crate::problem::{self, ApiProblem, METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::rates::{self, Rates};
use crate::{api, assets, health, openapi, pages, telemetry, work};

/// The application: everything that a request may need. Clones share it.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    config: ServerConfig,
    handlers: Vec<Arc<dyn JobHandler>>,
    keys: Keys,
    auth: Auth,
    rates: Rates,
    gateway: Gateway,
    liveness: Liveness,
    downloads: Arc<Semaphore>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl App {
    /// An application over the configured store. It answers requests; its jobs are run by
    /// [`serve`](crate::serve), or by whoever takes [`job_handlers`](crate::job_handlers).
    ///
    /// Must be called within a tokio runtime: the gateway begins to follow the event log.
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        telemetry::recorder();
        let (fetcher, verifier) = (config.fetcher.as_ref(), config.verifier.as_ref());
        let mut handlers = work::job_handlers(&config.sources, fetcher, verifier, &config.providers);
        handlers.extend(config.handlers.iter().cloned());
        let gateway = Gateway::start(config.store.clone(), &config.limits.sockets);
        let downloads = Arc::new(Semaphore::new(config.limits.concurrent_downloads));
        let (keys, auth, liveness) = (Keys::default(), Auth::default(), Liveness::default());
        let rates = Rates::new(&config.limits.rates);
        let shared = Shared { config, handlers, keys, auth, rates, gateway, liveness, downloads };
        Self(Arc::new(shared))
    }

    pub(crate) fn config(&self) -> &ServerConfig {
        &self.0.config
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.config.store
    }

    pub(crate) fn sources(&self) -> &SourceRegistry {
        &self.0.config.sources
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.auth.passwords
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.0.auth.attempts
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    pub(crate) fn downloads(&self) -> &Arc<Semaphore> {
        &self.0.downloads
    }

    pub(crate) fn liveness(&self) -> &Liveness {
        &self.0.liveness
    }

    pub(crate) fn handlers(&self) -> &[Arc<dyn JobHandler>] {
        &self.0.handlers
    }

    /// Whether this program has a handler for jobs of that kind.
    pub(crate) fn runs(&self, kind: JobKind) -> bool {
        self.0.handlers.iter().any(|handler| handler.kind() == kind)
    }

    /// The whole service: API, documents, pages, assets, health, socket.
    pub fn router(&self) -> Router {
        let hosts = host::Hosts::new(self.config().listen, &self.config().allowed_hosts);
        let service = self.guarded(self.open_routes(), &hosts);
        service.merge(self.socket_routes(&hosts))
    }

    /// The API alone, for calls within the process: it answers as over the network, without what protects a browser.
    pub(crate) fn api_router(&self) -> Router {
        api::routes()
            .merge(api::uploads())
            .fallback(not_found)
            .layer(CatchPanicLayer::custom(panics::answer))
            .layer(layer::from_fn(problem::complete))
            .layer(layer::from_fn(request_id::assign))
            .with_state(self.clone())
    }

    fn open_routes(&self) -> Router<App> {
        let time: Duration = self.config().limits.request_time;
        let pages = pages::routes().layer(layer::from_fn_with_state(self.clone(), rates::page));
        self.identified(api::routes().merge(pages))
            .merge(openapi::routes())
            .merge(assets::routes())
            .layer(layer::from_fn_with_state(time, load::time_out))
            .merge(self.identified(api::uploads().merge(pages::uploads())))
            .route("/api", get(|| async { axum::response::Redirect::to(openapi::PAGE_PATH) }))
            .route("/api/", axum::routing::any(not_found))
            .route("/api/{*rest}", axum::routing::any(not_found))
            .method_not_allowed_fallback(method_not_allowed)
    }

    /// Routes that have to know who is there.
    fn identified(&self, routes: Router<App>) -> Router<App> {
        routes.layer(layer::from_fn_with_state(self.clone(), identify::identify))
    }

    /// Layers, the innermost first.
    fn guarded(&self, routes: Router<App>, hosts: &host::Hosts) -> Router {
        let limits = &self.config().limits;
        let pictures = headers::Pictures::of(self.config().tiles.as_ref());
        routes
            .layer(CsrfLayer::new().with_rejection_response(origin::refuse))
            .layer(layer::from_fn_with_state(load::Queue::new(limits), load::limit))
            // Whoever asks how the server is gets an answer however busy it is.
            .merge(health::routes().layer(layer::from_fn_with_state(limits.request_time, load::time_out)))
            .layer(layer::from_fn_with_state(hosts.clone(), host::check))
            .layer(CatchPanicLayer::custom(panics::answer))
            .layer(layer::from_fn(problem::complete))
            .layer(CompressionLayer::new().quality(CompressionLevel::Precise(6)))
            .layer(layer::from_fn(encoded_tags::distinguish))
            .layer(layer::from_fn_with_state(pictures, headers::secure))
            .layer(layer::from_fn(observe::request))
            .layer(layer::from_fn(request_id::assign))
            .with_state(self.clone())
    }

    /// The socket's route. Its connections are long: no time limit, no compression, no place among the requests.
    fn socket_routes(&self, hosts: &host::Hosts) -> Router {
        let limits = &self.config().limits;
        let permits = Arc::new(Semaphore::new(limits.sockets.open));
        self.gateway()
            .routes()
            .layer(layer::from_fn_with_state(self.clone(), identify::identify))
            .layer(layer::from_fn_with_state(permits, sockets::admit))
            .layer(layer::from_fn_with_state(limits.head_time, sockets::finish))
            .layer(layer::from_fn(origin::same_origin))
            .layer(layer::from_fn_with_state(hosts.clone(), host::check))
            .layer(layer::from_fn(problem::complete))
            .layer(layer::from_fn(request_id::assign))
    }
}

async fn not_found(request: Request) -> Response {
    let path = request.uri().path();
    ApiProblem::new(NOT_FOUND, format!("there is nothing at {path}; /api/docs lists what there is"))
        .into_response()
}

async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("{} is not taken here; see Allow for what is", request.method());
    ApiProblem::new(METHOD_NOT_ALLOWED, detail).into_response()
}
