//! One request to a service: its turn, its pace, the exchange, what the answer means, and again where that helps.

use std::fmt;
use std::time::{Duration, SystemTime};

use outbound::{BodyError, Pace, backoff, reason, retry_after};
use reqwest::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RANGE, RETRY_AFTER,
};
use reqwest::{Client, Method, Request};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use super::{AnswerCache, RemoteError, ServiceConfig, Timing};
use crate::text::shortened;

/// The most characters of what a service says that a message repeats.
const SAID: usize = 300;

/// Who is told of waits.
pub(crate) type Tell<'a> = &'a (dyn Fn(String) + Send + Sync);

/// The way to one service: one request at a time in this process.
#[derive(Debug)]
pub(crate) struct Service {
    name: String,
    base: Url,
    client: Client,
    timing: Timing,
    cache: Option<AnswerCache>,
    pace: Pace,
    /// Until when it wants to be left alone; held from a request to the end of its answer, waits among them.
    rest: Mutex<Option<Instant>>,
    /// Where it says how long it wants to be left alone, if it does.
    status: Option<Url>,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) url: Url,
    /// What is sent as a form; without one it is a GET.
    pub(crate) form: Option<String>,
    /// The part that is wanted; else the whole.
    pub(crate) range: Option<Span>,
    /// The most bytes of the answer, after decompression.
    pub(crate) most: usize,
}

/// A part of a file (RFC 9110, section 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// So many bytes of its end.
    Last(u64),
    /// From the first byte to the last one.
    Between(u64, u64),
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(count) => write!(f, "bytes=-{count}"),
            Self::Between(first, last) => write!(f, "bytes={first}-{last}"),
        }
    }
}

impl Ask {
    /// A GET of the whole.
    pub(crate) fn get(url: Url, most: usize) -> Self {
        Self { url, form: None, range: None, most }
    }
}

/// An answer whose body has arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What an answer means.
#[derive(Debug)]
pub(crate) enum Verdict<T> {
    /// It is what was asked for.
    Done(T),
    /// It may be better a while later.
    Again(RemoteError),
    /// It will not get better.
    GiveUp(RemoteError),
}

impl Service {
    /// The service of the configuration at the folder `base`.
    pub(crate) fn new(config: &ServiceConfig, base: Url) -> Result<Self, RemoteError> {
        let agent = format!("letip/{} (+{})", env!("CARGO_PKG_VERSION"), config.contact.trim());
        if config.contact.trim().is_empty() {
            return Err(RemoteError::BadContact("it is empty".to_owned()));
        }
        let client = outbound::client(&agent, config.timing.timeout)
            .map_err(|error| RemoteError::BadContact(reason(error)))?;
        Ok(Self {
            name: base.host_str().unwrap_or_default().to_owned(),
            client,
            timing: config.timing,
            cache: config.cache.clone(),
            pace: Pace::new(config.timing.spacing),
            rest: Mutex::new(None),
            status: None,
            base,
        })
    }

    /// The same service, which says at that address how long it wants to be left alone.
    pub(crate) fn with_status(self, url: Option<Url>) -> Self {
        Self { status: url, ..self }
    }

    /// Its host, by which messages call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn timing(&self) -> &Timing {
        &self.timing
    }

    pub(crate) fn cache(&self) -> Option<&AnswerCache> {
        self.cache.as_ref()
    }

    /// An endpoint below the base.
    pub(crate) fn endpoint(&self, path: &str) -> Result<Url, RemoteError> {
        self.base
            .join(path)
            .map_err(|error| RemoteError::BadAddress { url: self.base.clone(), reason: error.to_string() })
    }

    /// Asks until the answer is what `judge` takes for one, or asking no longer helps.
    pub(crate) async fn ask<T>(
        &self,
        ask: &Ask,
        tell: Tell<'_>,
        judge: impl Fn(Answer) -> Verdict<T>,
    ) -> Result<T, RemoteError> {
        let mut rest = self.rest.lock().await;
        let mut failures = 0;
        loop {
            self.sit_out(&mut rest, tell).await?;
            let (error, wait) = match self.exchange(ask).await {
                Ok((answer, wait)) => match judge(answer) {
                    Verdict::Done(value) => return Ok(value),
                    Verdict::GiveUp(error) => return Err(error),
                    Verdict::Again(error) => (error, wait),
                },
                Err(error @ (RemoteError::TooMuch { .. } | RemoteError::NoParts { .. })) => {
                    return Err(error);
                }
                Err(error) => (error, None),
            };
            failures += 1;
            let wait = match (wait, &error) {
                (Some(wait), _) => wait,
                (None, RemoteError::Limited { .. }) => self.asked_for_wait().await,
                (None, _) => backoff(self.timing.backoff, failures),
            };
            // Whoever asks next keeps the wait too.
            *rest = Some(Instant::now() + wait);
            if failures >= self.timing.attempts {
                return Err(error);
            }
            tracing::debug!(service = self.name, %error, wait_ms = wait.as_millis(), "asking again");
        }
    }

    /// Waits as long as the service asked for, unless that is longer than anybody waits.
    async fn sit_out(&self, rest: &mut Option<Instant>, tell: Tell<'_>) -> Result<(), RemoteError> {
        if let Some(until) = *rest {
            let wait = until.saturating_duration_since(Instant::now());
            if wait > self.timing.longest {
                return Err(RemoteError::Limited { service: self.name.clone(), wait: Some(wait) });
            }
            if wait > self.timing.spacing {
                tell(format!("{} asks to wait {} s", self.name, wait.as_secs().max(1)));
            }
            tokio::time::sleep_until(until).await;
            *rest = None;
        }
        self.pace.turn().await;
        Ok(())
    }

    /// How long to wait after "too many requests" that named no time: as long as the service's status says, and never
    /// less than its operators want.
    async fn asked_for_wait(&self) -> Duration {
        let least = self.timing.limited;
        let Some(url) = self.status.clone() else { return least };
        match self.exchange(&Ask::get(url, 64 * 1024)).await {
            Ok((answer, _)) if answer.status == 200 => {
                next_slot(&String::from_utf8_lossy(&answer.body)).map_or(least, |wait| wait.max(least))
            }
            _ => least,
        }
    }

    /// One request and its answer, with the wait that it asks for.
    async fn exchange(&self, ask: &Ask) -> Result<(Answer, Option<Duration>), RemoteError> {
        let broken = |error| RemoteError::NoAnswer { service: self.name.clone(), reason: reason(error) };
        let mut response = self.client.execute(request(ask)).await.map_err(broken)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if ask.range.is_some() && status == 200 {
            return Err(RemoteError::NoParts { service: self.name.clone() });
        }
        let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| retry_after(text, SystemTime::now()));
        let body = outbound::body(&mut response, ask.most).await.map_err(|error| match error {
            BodyError::Broken(error) => broken(error),
            BodyError::TooLarge(_) if ask.range.is_some() => RemoteError::Unreadable {
                service: self.name.clone(),
                detail: "more came than was asked for".to_owned(),
            },
            BodyError::TooLarge(most) => RemoteError::TooMuch {
                detail: format!("an answer of {} has more than {} MiB", self.name, most >> 20),
            },
        })?;
        Ok((Answer { status, headers, body }, wait))
    }
}

fn request(ask: &Ask) -> Request {
    let method = if ask.form.is_some() { Method::POST } else { Method::GET };
    let mut request = Request::new(method, ask.url.clone());
    let headers = request.headers_mut();
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
    if let Some(span) = ask.range
        && let Ok(range) = span.to_string().parse()
    {
        headers.insert(RANGE, range);
        // A part of what was packed is no part of the file.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    if let Some(form) = &ask.form {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, kind);
        *request.body_mut() = Some(form.clone().into());
    }
    request
}

/// What a status other than success means.
pub(crate) fn status_verdict<T>(service: &str, answer: &Answer) -> Verdict<T> {
    let (service, status) = (service.to_owned(), answer.status);
    let message = said(&answer.body);
    match status {
        429 => Verdict::Again(RemoteError::Limited { service, wait: None }),
        500.. => Verdict::Again(RemoteError::Busy { service, detail: format!("status {status}") }),
        401 | 403 | 406 => Verdict::GiveUp(RemoteError::Refused { service, status, message }),
        300..=399 => {
            let target = answer.headers.get(LOCATION).and_then(|target| target.to_str().ok());
            let target = shortened(target.unwrap_or("nowhere"), SAID);
            Verdict::GiveUp(RemoteError::Redirected { service, target })
        }
        _ => Verdict::GiveUp(RemoteError::Rejected { service, status, message }),
    }
}

/// The words of a page or of a JSON error, shortened.
pub(crate) fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]);
    let json = serde_json::from_str::<serde_json::Value>(&text).ok();
    let message = json.as_ref().and_then(|json| {
        let error = json.get("error")?;
        error.get("message").unwrap_or(error).as_str()
    });
    let words = message.map_or_else(|| without_tags(&text), str::to_owned);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    // A page says who made it before it says what is wrong.
    let from = words.find("Error:").unwrap_or(0);
    let words = words.get(from..).unwrap_or_default();
    if words.is_empty() { "no message".to_owned() } else { shortened(words, SAID) }
}

fn without_tags(page: &str) -> String {
    let mut words = String::with_capacity(page.len());
    let mut is_tag = false;
    for c in page.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => words.push(c),
            _ => {}
        }
    }
    words
}

/// The wait for the first free slot, from `/api/status` of an Overpass server: `2 slots available now.` or
/// `Slot available after: 2026-05-04T09:30:00Z, in 25 seconds.`
fn next_slot(status: &str) -> Option<Duration> {
    let waits = status.lines().filter_map(|line| {
        if line.contains("available now") {
            return Some(0);
        }
        line.strip_prefix("Slot available after:")?.rsplit_once(" in ")?.1.split(' ').next()?.parse().ok()
    });
    // The seconds are whole ones, rounded down.
    waits.min().map(|seconds: u64| Duration::from_secs(seconds + u64::from(seconds > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_free_slot_is_waited_for() {
        let busy = "Connected as: 1\nCurrent time: 2026-05-04T09:29:00Z\nRate limit: 2\n\
            Slot available after: 2026-05-04T09:30:00Z, in 60 seconds.\n\
            Slot available after: 2026-05-04T09:29:25Z, in 25 seconds.\nCurrently running queries";
        assert_eq!(next_slot(busy), Some(Duration::from_secs(26)));
        let free = "Rate limit: 2\n1 slots available now.\nSlot available after: 2026, in 25 seconds.\n";
        assert_eq!(next_slot(free), Some(Duration::ZERO));
        assert_eq!(next_slot("<html>busy</html>"), None);
    }

    #[test]
    fn a_page_is_told_by_its_words() {
        let page = b"<html><body><p>The data is from <a>osm</a></p><p><strong style=\"color:#FF0000\">Error</strong>: \
            line 1: parse error: ';' expected</p></body></html>";
        assert_eq!(said(page), "Error: line 1: parse error: ';' expected");
        assert_eq!(
            said(br#"{"error":{"code":400,"message":"Nothing to search for."}}"#),
            "Nothing to search for."
        );
        assert_eq!(said(br#"{"error":"no"}"#), "no");
        assert_eq!(said(b""), "no message");
        assert!(said(&vec![b'a'; 1 << 20]).chars().count() <= SAID + 1);
    }
}
