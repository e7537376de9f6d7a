//! What a provider is asked.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request};
use serde_json::Value;
use url::Url;

use crate::{Answer, ProviderError, Usd};

/// How long an answer is kept unless an ask says otherwise: a month of a plan.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// One request, without the key.
#[derive(Clone, Debug)]
pub struct Question {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

impl Question {
    /// A GET.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None }
    }

    /// A POST of nothing.
    #[must_use]
    pub fn post(url: Url) -> Self {
        Self { method: Method::POST, ..Self::get(url) }
    }

    /// The same with a body of JSON.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { body: Some(body.to_string()), ..self }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Its URL, for the place of a key that goes into the query.
    pub(crate) fn url_mut(&mut self) -> &mut Url {
        &mut self.url
    }

    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::new(self.method, self.url);
        *request.headers_mut() = self.headers;
        *request.body_mut() = self.body.map(Into::into);
        request
    }
}

/// A question that costs money.
#[derive(Debug)]
pub struct Ask {
    /// What is asked for, as the ledger writes it.
    pub operation: &'static str,
    /// Whom or what it is about; with the operation, what an answer is kept under.
    pub subject: String,
    /// The request.
    pub question: Question,
    /// The most that it may cost.
    pub most: Usd,
    /// How long its answer is kept.
    pub kept: Duration,
    /// Whether an answer to it is of the documented form.
    pub check: fn(&Answer) -> Result<(), ProviderError>,
}

impl Ask {
    /// A GET that costs at most so much, and whose answer is kept for 30 days.
    #[must_use]
    pub fn get(
        operation: &'static str,
        subject: String,
        url: Url,
        most: Usd,
        check: fn(&Answer) -> Result<(), ProviderError>,
    ) -> Self {
        Self { operation, subject, question: Question::get(url), most, kept: KEPT, check }
    }
}
