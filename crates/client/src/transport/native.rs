use std::error::Error;
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;

use super::{AUTHORIZATION, Request, Response, Transport, TransportError, TransportFuture};

/// HTTP by `reqwest`, to any server.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    base: String,
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Requests to the server at `base`, such as `http://127.0.0.1:3030`, that may take 30 seconds each.
    ///
    /// # Errors
    /// When the TLS set-up of the machine cannot be read.
    pub fn new(base: &str) -> Result<Self, TransportError> {
        // Whoever installed a provider first keeps it; ours is only for programs that chose none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| TransportError::Unreachable(error.to_string()))?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), client })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move { self.exchange(request).await.map_err(|error| transport_error(&error)) })
    }
}

impl ReqwestTransport {
    async fn exchange(&self, request: Request) -> Result<Response, reqwest::Error> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
        let mut outgoing = self.client.request(method, format!("{}{}", self.base, request.path));
        for (name, value) in &request.headers {
            outgoing = with_header(outgoing, name, value);
        }
        if let Some(body) = request.body {
            outgoing = outgoing.body(body);
        }
        let answer = outgoing.send().await?;
        let headers = answer.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        Ok(Response { status, headers, body: answer.bytes().await?.to_vec() })
    }
}

/// What says who asks is marked: it is in no `Debug` of the request, and in no table that compression keeps of headers.
fn with_header(outgoing: RequestBuilder, name: &str, value: &str) -> RequestBuilder {
    match HeaderValue::from_str(value) {
        Ok(mut value) if name == AUTHORIZATION => {
            value.set_sensitive(true);
            outgoing.header(name, value)
        }
        _ => outgoing.header(name, value),
    }
}

fn transport_error(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() { TransportError::Timeout } else { TransportError::Unreachable(reason(error)) }
}

/// The innermost cause, which says what happened: the outer ones only say during what.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
