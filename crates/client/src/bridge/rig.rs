//! A cache with queries on screen, and a server that answers as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Event, Job, JobCounts, JobKind, JobProgress,
    JobStatus, Page, PageMeta, Shared, Timestamp, keys,
};
use requery::runtime::{Runtime, TestRuntime};
use requery::{QueryClient, QueryObserver, QueryOptions};

use super::Bridge;
use crate::interceptor::{Interceptor, Next};
use crate::transport::{Request, Response, Transport, TransportError, TransportFuture};
use crate::{ApiClient, ApiError, Connection, ConnectionState, queries};

/// A server's answers by path, and what it was asked.
#[derive(Clone, Default)]
pub(super) struct Server {
    answers: Arc<Mutex<HashMap<&'static str, serde_json::Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn answer(&self, path: &'static str, body: impl serde::Serialize) {
        self.answers.lock().unwrap().insert(path, serde_json::to_value(body).unwrap());
    }

    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Transport for Server {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        let path = request.path.split('?').next().unwrap_or_default();
        let answer = self.answers.lock().unwrap().get(path).cloned();
        self.asked.lock().unwrap().push(request.path);
        let (status, body) = answer.map_or((404, Vec::new()), |body| (200, body.to_string().into_bytes()));
        Box::pin(async move { Ok(Response { status, headers: Vec::new(), body }) })
    }
}

/// A cache with queries on screen, on a virtual clock.
pub(super) struct Cache {
    pub(super) runtime: TestRuntime,
    pub(super) client: QueryClient,
    pub(super) server: Server,
    pub(super) api: ApiClient,
    pub(super) connection: Connection,
    pub(super) bridge: Bridge,
    pub(super) shown: Vec<requery::Subscription>,
}

impl Cache {
    pub(super) fn new() -> Self {
        let (runtime, server, connection) = (TestRuntime::new(), Server::default(), Connection::new());
        let (client, api) = (QueryClient::new(runtime.clone()), ApiClient::new(server.clone()));
        client.mount();
        connection.set(ConnectionState::Live);
        let bridge = Bridge::new(client.clone(), api.clone());
        Self { runtime, client, server, api, connection, bridge, shown: Vec::new() }
    }

    /// Shows data that has just come from the server.
    pub(super) fn show<T, D>(&mut self, options: QueryOptions<T, ApiError, D>, key: keys::Key, data: T)
    where
        T: PartialEq + Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        self.client.set_query_data(key, data);
        self.shown.push(QueryObserver::new(&self.client, options).subscribe(|_| {}));
        self.runtime.run_until_stalled();
        self.server.asked();
    }

    pub(super) fn with_list(mut self, query: &BusinessQuery, page: Page<Shared<Business>>) -> Self {
        let options = queries::business_list(&self.api, &self.connection, query.clone());
        self.show(options, keys::businesses::list(query), page);
        self
    }

    pub(super) fn with_detail(mut self, business: Business) -> Self {
        let (id, detail) = (business.id, BusinessDetail { business, contacts: Vec::new() });
        self.show(queries::business_detail(&self.api, id), keys::business::detail(id), detail);
        self
    }

    pub(super) fn apply(&self, event: Event) {
        if let Some(rest) = self.bridge.apply(event) {
            self.runtime.spawn(Box::pin(rest));
        }
        self.runtime.run_until_stalled();
    }

    /// What is asked for once everything has settled.
    pub(super) fn asked(&self) -> Vec<String> {
        self.runtime.advance(super::SETTLE);
        self.server.asked()
    }

    pub(super) fn list(&self, query: &BusinessQuery) -> Arc<Page<Shared<Business>>> {
        self.client.get_query_data(keys::businesses::list(query)).unwrap()
    }

    pub(super) fn ids(&self, query: &BusinessQuery) -> Vec<i64> {
        self.list(query).data.iter().map(|row| row.id.0).collect()
    }

    pub(super) fn detail(&self, id: i64) -> Arc<BusinessDetail> {
        self.client.get_query_data(keys::business::detail(BusinessId(id))).unwrap()
    }
}

/// Answers that travel for a tenth of a second.
pub(super) struct Slow(pub(super) TestRuntime);

impl Interceptor for Slow {
    fn intercept<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let answer = next.run(request).await;
            self.0.sleep(Duration::from_millis(100)).await;
            answer
        })
    }
}

pub(super) fn business(id: i64, version: u64, name: &str) -> Business {
    Business {
        version,
        category: Some("restaurant".to_owned()),
        industry: Some("food".to_owned()),
        city: Some("Helsinki".to_owned()),
        country: Some("FI".to_owned()),
        latitude: Some(60.17),
        longitude: Some(24.94),
        ..Business::named(BusinessId(id), name, Timestamp::from_millis(id))
    }
}

pub(super) fn page(rows: Vec<Business>, total: u64, limit: u32) -> Page<Shared<Business>> {
    Page { data: rows.into_iter().map(Shared::new).collect(), meta: PageMeta::new(total, 1, limit, None) }
}

pub(super) fn job(version: u64) -> Job {
    Job {
        job_id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        version,
        kind: JobKind::Scrape,
        status: JobStatus::Pending,
        cancel_requested: false,
        request: serde_json::Value::Null,
        progress: JobProgress::default(),
        counts: JobCounts::default(),
        result: None,
        error: None,
        attempt: 0,
        max_attempts: 3,
        parent_id: None,
        created_by: None,
        created_at: Timestamp::from_millis(0),
        started_at: None,
        finished_at: None,
    }
}
