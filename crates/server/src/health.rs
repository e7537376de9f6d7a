//! Whether the server lives, whether it can work, and its figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use contract::JobStatus;
use contract::job::JobQuery;
use serde_json::json;
use store::StoreError;

use crate::app::App;
use crate::telemetry;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/livez", get(live)).route("/readyz", get(ready)).route("/metrics", get(figures))
}

/// Where the job runner of this process stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Liveness(Arc<AtomicU8>);

const NONE: u8 = 0;
const RUNNING: u8 = 1;
const STOPPED: u8 = 2;

impl Liveness {
    pub(crate) fn runner_started(&self) {
        self.0.store(RUNNING, Ordering::Relaxed);
    }

    pub(crate) fn runner_stopped(&self) {
        self.0.store(STOPPED, Ordering::Relaxed);
    }

    fn jobs(&self) -> Result<&'static str, &'static str> {
        match self.0.load(Ordering::Relaxed) {
            NONE => Ok("left to other processes"),
            RUNNING => Ok("running"),
            _ => Err("stopped"),
        }
    }
}

/// The process answers.
async fn live() -> &'static str {
    "ok\n"
}

/// The process can do its work: database, schema and jobs, each in words.
async fn ready(State(app): State<App>) -> Response {
    let database = database(&app).await;
    let events = if app.gateway().is_following() { Ok("followed") } else { Err("not followed") };
    let jobs = app.liveness().jobs();
    let ok = database.is_ok() && jobs.is_ok() && events.is_ok();
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let either = |check: Result<&'static str, &'static str>| check.unwrap_or_else(|wrong| wrong);
    let (database, migrations) = match database {
        Ok(schema) => ("reachable".to_owned(), schema),
        Err(error) => (error, "unknown".to_owned()),
    };
    let checks = json!({ "database": database, "migrations": migrations, "events": either(events), "jobs": either(jobs) });
    let body = json!({ "status": if ok { "ready" } else { "notReady" }, "checks": checks });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// The schema's version, or what is wrong, without what an outsider should not know.
async fn database(app: &App) -> Result<String, String> {
    let check = async {
        app.store().ping().await?;
        app.store().schema_version().await
    };
    match check.await {
        Ok(version) => Ok(format!("{} ({})", version.number, version.name)),
        Err(error) => {
            tracing::warn!(%error, "database is not ready");
            Err("not reachable".to_owned())
        }
    }
}

async fn figures(State(app): State<App>) -> Response {
    let Some(recorder) = telemetry::recorder() else {
        let text = "this program installed a metrics recorder of its own; read its figures there\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    if let Err(error) = show_jobs(&app).await {
        tracing::warn!(%error, "jobs cannot be counted");
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, recorder.render()).into_response()
}

async fn show_jobs(app: &App) -> Result<(), StoreError> {
    for status in JobStatus::ALL {
        let query = JobQuery { status: Some(*status), limit: Some(1), ..JobQuery::default() };
        let page = app.store().list_jobs(&query).await?;
        telemetry::show_jobs(status.as_str(), page.meta.total);
    }
    Ok(())
}
