//! A server on a virtual clock.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use client::transport::TransportFuture;
use client::{Request, Response, Transport, TransportError};
use contract::Problem;
use requery::runtime::TestRuntime;
use serde::Serialize;

/// An answer is under way for so long.
pub const LATENCY: Duration = Duration::from_millis(100);

/// Answers requests as it is told, and remembers them. Clones are the same server.
#[derive(Clone)]
pub struct Server {
    runtime: TestRuntime,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// By method and path, without the query.
    answers: HashMap<String, (u16, Vec<u8>)>,
    asked: Vec<String>,
    is_away: bool,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("answers", &self.lock().answers.keys()).finish_non_exhaustive()
    }
}

impl Server {
    /// One that knows nothing yet: everything is answered with 404.
    #[must_use]
    pub fn new(runtime: TestRuntime) -> Self {
        Self { runtime, inner: Arc::default() }
    }

    /// From now on answers `request`, such as `GET /api/businesses`, with `body`. The query does not matter.
    pub fn answer(&self, request: &str, body: impl Serialize) {
        self.set(request, 200, body);
    }

    /// From now on refuses `request` with that status and explanation.
    pub fn refuse(&self, request: &str, status: u16, detail: &str) {
        self.refuse_with(request, problem(status, detail));
    }

    /// From now on refuses `request` with that problem.
    pub fn refuse_with(&self, request: &str, problem: Problem) {
        self.set(request, problem.status, problem);
    }

    /// Takes the server out of reach, or brings it back.
    pub fn set_away(&self, is_away: bool) {
        self.lock().is_away = is_away;
    }

    /// What it was asked since the last call, each as method, path and query.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().asked)
    }

    fn set(&self, request: &str, status: u16, body: impl Serialize) {
        // Samples always have a JSON form.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        self.lock().answers.insert(request.to_owned(), (status, body));
    }

    fn take(&self, request: &Request) -> Result<Response, TransportError> {
        let mut inner = self.lock();
        let asked = format!("{} {}", request.method, request.path);
        let name = asked.split('?').next().unwrap_or_default();
        let answer = inner.answers.get(name).cloned();
        inner.asked.push(asked);
        if inner.is_away {
            return Err(TransportError::Unreachable("connection refused".to_owned()));
        }
        let (status, body) = answer.unwrap_or((404, Vec::new()));
        Ok(Response { status, headers: Vec::new(), body })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Server {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let answer = self.take(&request);
            self.runtime.sleep(LATENCY).await;
            answer
        })
    }
}

fn problem(status: u16, detail: &str) -> Problem {
    Problem {
        kind: "/problems/refused".to_owned(),
        title: "Refused".to_owned(),
        status,
        detail: detail.to_owned(),
        instance: None,
        request_id: None,
        errors: Vec::new(),
        current: None,
    }
}
