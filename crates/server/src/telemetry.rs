//! Figures in the Prometheus text format.
//!
//! | metric | is |
//! |---|---|
//! | `http_requests_total{route,method,status}` | answered requests |
//! | `http_request_duration_seconds{route,method}` | time to the answer's head |
//! | `http_requests_in_flight` | requests being answered |
//! | `socketio_connections` | sockets open now |
//! | `socketio_events_sent_total` | events handed to sockets |
//! | `socketio_resets_total{reason}` | sockets told to fetch anew: `since`, `slow` |
//! | `event_log_seq` | the newest event that this process knows |
//! | `jobs{status}` | jobs by status |

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The process's one recorder: metrics are global, as the crates that count know nothing of a server.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder once a process; none when the program has installed another one.
pub(crate) fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let matcher = Matcher::Suffix("_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(matcher, BUCKETS).ok()?;
    let handle = builder.install_recorder().ok()?;
    describe_counter!("http_requests_total", "answered requests");
    describe_histogram!("http_request_duration_seconds", "time to the answer's head, in seconds");
    describe_gauge!("http_requests_in_flight", "requests being answered");
    describe_gauge!("socketio_connections", "sockets open now");
    describe_counter!("socketio_events_sent_total", "events handed to sockets");
    describe_counter!("socketio_resets_total", "sockets told to fetch anew");
    describe_gauge!("event_log_seq", "the newest event that this process knows");
    describe_gauge!("jobs", "jobs by status");
    Some(handle)
}

pub(crate) fn count_request(route: &str, method: &'static str, status: u16, elapsed: Duration) {
    let route = route.to_owned();
    counter!("http_requests_total", "route" => route.clone(), "method" => method, "status" => status.to_string())
        .increment(1);
    histogram!("http_request_duration_seconds", "route" => route, "method" => method).record(elapsed);
}

/// Counts a request for as long as it is answered, also when its client goes away.
#[derive(Debug)]
pub(crate) struct InFlight;

impl InFlight {
    pub(crate) fn begin() -> Self {
        gauge!("http_requests_in_flight").increment(1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("http_requests_in_flight").decrement(1);
    }
}

/// Counts a socket for as long as it is open.
#[derive(Debug)]
pub(crate) struct OpenSocket;

impl OpenSocket {
    pub(crate) fn begin() -> Self {
        gauge!("socketio_connections").increment(1);
        Self
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        gauge!("socketio_connections").decrement(1);
    }
}

pub(crate) fn count_sent(events: u64) {
    counter!("socketio_events_sent_total").increment(events);
}

pub(crate) fn count_reset(reason: &'static str) {
    counter!("socketio_resets_total", "reason" => reason).increment(1);
}

/// A sequence number as a gauge: exact up to 2^53.
pub(crate) fn show_seq(seq: u64) {
    gauge!("event_log_seq").set(as_gauge(seq));
}

pub(crate) fn show_jobs(status: &'static str, jobs: u64) {
    gauge!("jobs", "status" => status).set(as_gauge(jobs));
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floating point by their format")]
fn as_gauge(value: u64) -> f64 {
    value as f64
}
