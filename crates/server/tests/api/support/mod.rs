//! An application of a test's own, and what is asked of it.

mod answer;
pub(crate) mod document;
pub(crate) mod guarded;
pub(crate) mod listed;
mod listening;
mod raw;
mod seed;

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use discovery::SourceRegistry;
use enrichment::Fetcher;
use enrichment::providers::Providers;
use jobs::{RunnerBuilder, RunnerHandle};
use serde_json::Value;
use server::{Access, App, ServerConfig, job_handlers};
use store::Store;
use store::test_support::TestStore;
use tower::ServiceExt;

pub(crate) use answer::Answer;
pub(crate) use listening::{Listener, Listening, lasting_address};
pub(crate) use raw::{BINARY, CONTINUED, RawSocket, TEXT};
pub(crate) use seed::{business, seed};

/// The bundled places, read once.
pub(crate) fn sources() -> Arc<SourceRegistry> {
    static SOURCES: LazyLock<Arc<SourceRegistry>> = LazyLock::new(|| Arc::new(SourceRegistry::bundled()));
    Arc::clone(&SOURCES)
}

/// Settings of a server on any free port that asks nobody to sign in.
pub(crate) fn open_config(store: &Store) -> ServerConfig {
    let config = ServerConfig::new("127.0.0.1:0".parse().unwrap(), store.clone(), sources());
    ServerConfig { access: Access::Open(Role::Admin), ..config }
}

/// A server in the process on a database of its own.
pub(crate) struct TestApp {
    pub(crate) db: TestStore,
    pub(crate) router: Router,
    sources: Arc<SourceRegistry>,
    fetcher: Option<Fetcher>,
    providers: Providers,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings than a server has unless told otherwise.
    pub(crate) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        Self::on(store::test_support::sqlite().await, change)
    }

    /// The same on a database of the test's choice.
    pub(crate) fn on(db: TestStore, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig::new("127.0.0.1:3030".parse().unwrap(), db.store().clone(), sources());
        config.access = Access::Open(Role::Admin);
        change(&mut config);
        let (fetcher, providers) = (config.fetcher.clone(), config.providers.clone());
        let sources = Arc::clone(&config.sources);
        let router = App::new(config).router();
        Self { db, router, sources, fetcher, providers }
    }

    pub(crate) fn store(&self) -> &Store {
        self.db.store()
    }

    /// Runs jobs from now on.
    pub(crate) fn run_jobs(&self) -> RunnerHandle {
        let handlers = job_handlers(&self.sources, self.fetcher.as_ref(), None, &self.providers);
        RunnerBuilder::new(self.store().clone()).handlers(handlers).start()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_with(path, body, &[]).await
    }

    pub(crate) async fn post_with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Answer {
        let builder = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        self.send(builder.header(header::HOST, "localhost:3030").body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// A change of that version of a business.
    pub(crate) async fn patch(&self, path: &str, version: u64, body: Value) -> Answer {
        let builder = Request::patch(path).header(header::CONTENT_TYPE, "application/merge-patch+json");
        let builder = builder.header(header::HOST, "localhost:3030");
        let builder = builder.header(header::IF_MATCH, format!("\"{version}\""));
        self.send(builder.body(Body::from(body.to_string())).unwrap()).await
    }

    /// The end of that version of a business.
    pub(crate) async fn delete(&self, path: &str, version: u64) -> Answer {
        self.ask(Request::delete(path).header(header::IF_MATCH, format!("\"{version}\""))).await
    }

    /// The names of the events after `since`, in order.
    pub(crate) async fn events_since(&self, since: u64) -> Vec<String> {
        let events = self.store().events_since(since, 1000).await.unwrap().events;
        events.iter().map(|event| event.payload.name().to_owned()).collect()
    }

    pub(crate) async fn ask(&self, builder: axum::http::request::Builder) -> Answer {
        self.send(builder.header(header::HOST, "localhost:3030").body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str) -> Answer {
        self.ask(Request::builder().method(method).uri(path)).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }
}

/// Waits until the condition gives a value; fails when it takes absurdly long.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, condition: impl Fn() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "waited for nothing: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
