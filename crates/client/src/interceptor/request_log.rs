use std::time::Instant;

use super::{Interceptor, Next};
use crate::transport::{REQUEST_ID, Request, Response, TransportError, TransportFuture};

/// Writes a line for each request to the log of `tracing`, target `client`: method, path, status, `duration_ms`, and the id by which
/// the server's log has it. At `debug` what was answered or dropped, at `warn` what was refused, at `error` what the server failed
/// at or did not answer.
///
/// Never logged: headers, bodies, and the values of a query, which may be what a person typed or is called; their names are.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestLog;

impl Interceptor for RequestLog {
    fn intercept<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let line = Line::begin(&request);
            let outcome = next.run(request).await;
            line.end(&outcome);
            outcome
        })
    }
}

/// What is known of a request; it is written when the request has ended, however it does.
struct Line {
    method: &'static str,
    path: String,
    request_id: String,
    started: Instant,
    is_written: bool,
}

impl Line {
    fn begin(request: &Request) -> Self {
        Self {
            method: request.method,
            path: without_values(&request.path),
            request_id: request.header(REQUEST_ID).unwrap_or_default().to_owned(),
            started: Instant::now(),
            is_written: false,
        }
    }

    fn end(mut self, outcome: &Result<Response, TransportError>) {
        self.is_written = true;
        let (method, path, request_id) = (self.method, self.path.as_str(), self.request_id.as_str());
        let duration_ms = self.started.elapsed().as_millis();
        match outcome {
            Ok(Response { status, .. }) if *status < 400 => {
                tracing::debug!(target: "client", method, path, status, duration_ms, request_id, "request answered");
            }
            Ok(Response { status, .. }) if *status < 500 => {
                tracing::warn!(target: "client", method, path, status, duration_ms, request_id, "request refused");
            }
            Ok(Response { status, .. }) => {
                tracing::error!(target: "client", method, path, status, duration_ms, request_id, "request failed");
            }
            Err(TransportError::Unreachable(reason)) => {
                tracing::error!(target: "client", method, path, duration_ms, request_id, reason, "server out of reach");
            }
            Err(TransportError::Timeout) => {
                tracing::error!(target: "client", method, path, duration_ms, request_id, "no answer in time");
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_written {
            return;
        }
        let (method, path, request_id) = (self.method, self.path.as_str(), self.request_id.as_str());
        let duration_ms = self.started.elapsed().as_millis();
        tracing::debug!(target: "client", method, path, duration_ms, request_id, "request dropped before its answer");
    }
}

/// The path with the names of its query's fields.
fn without_values(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let names: Vec<_> =
        query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name)).collect();
    format!("{path}?{}", names.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_query_the_names_are_told() {
        for (path, told) in [
            ("/api/stats", "/api/stats"),
            ("/api/businesses?city=Espoo&search=Maija+M%3D", "/api/businesses?city&search"),
            ("/api/businesses?", "/api/businesses?"),
        ] {
            assert_eq!(without_values(path), told);
        }
    }
}
