use std::fmt;
use std::time::Duration;

use contract::{Business, FieldError, Problem, json};

use crate::transport::{Response, TransportError};

/// Waits between tries grow to this.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// Why a call failed: one type for every endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// Status of the answer, where there was one.
    pub status: Option<u16>,
    /// What the server said, where it said so in the contract's form.
    pub problem: Option<Box<Problem>>,
    /// The server asked to wait this long.
    pub retry_after: Option<Duration>,
    request_id: Option<String>,
    detail: String,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The server could not be reached.
    Offline,
    /// The answer did not come in time.
    Timeout,
    /// The server refused; `problem` says why.
    Problem,
    /// The answer is not of the contract's shape.
    Unreadable,
}

impl ApiError {
    /// A problem that the server answered with.
    pub(crate) fn from_response(response: &Response) -> Self {
        let retry_after =
            response.header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let problem = response.json().ok().and_then(|body| json::read::<Problem>(&body).ok()).map(Box::new);
        let detail = problem.as_ref().map_or_else(
            || format!("the server answered with status {} and no explanation; try again", response.status),
            |problem| problem.detail.clone(),
        );
        let kind = if problem.is_some() { ErrorKind::Problem } else { ErrorKind::Unreadable };
        Self { problem, retry_after, ..Self::new(kind, Some(response.status), detail) }
    }

    fn new(kind: ErrorKind, status: Option<u16>, detail: String) -> Self {
        Self { kind, status, problem: None, retry_after: None, request_id: None, detail }
    }

    /// The error of the request that was sent under that id.
    pub(crate) fn of_request(mut self, id: String) -> Self {
        self.request_id = Some(id);
        self
    }

    /// A success whose body does not have the endpoint's shape.
    pub(crate) fn unreadable(status: u16, reason: impl fmt::Display) -> Self {
        let detail = format!("the server's answer does not fit this page ({reason}); reload the page");
        Self::new(ErrorKind::Unreadable, Some(status), detail)
    }

    /// A request that could not be written down.
    pub(crate) fn unwritable(reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unreadable, None, format!("the request could not be written ({reason})"))
    }

    /// What finds the request in the server's log, whatever became of it: the id that the server says, else the one that it
    /// was sent under. None where no request was sent.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let said = self.problem.as_ref().and_then(|problem| problem.request_id.as_deref());
        said.or(self.request_id.as_deref())
    }

    /// The stable name of what the server refused for, such as `not-found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem.as_ref()?.kind.strip_prefix("/problems/")
    }

    /// What is wrong with the field, if the server named it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldError> {
        self.problem.as_ref()?.errors.iter().find(|error| error.field == name)
    }

    /// What stands there now, where the change was made of an older version.
    #[must_use]
    pub fn current(&self) -> Option<Business> {
        let current = self.problem.as_ref()?.current.as_ref()?;
        json::read(current).ok()
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Offline | ErrorKind::Timeout => true,
            // A server that is busy says when to come back; what it was not set up for it will refuse again.
            ErrorKind::Problem if self.status == Some(503) => self.retry_after.is_some(),
            ErrorKind::Problem | ErrorKind::Unreadable => {
                self.status.is_some_and(contract::policy::is_retryable_status)
            }
        }
    }

    /// How long to wait before the call is repeated after so many failures before this one, where jitter takes up to half
    /// of it: what the server asked for is what is left at least.
    pub(crate) fn delay_before_retry(failures: u32, error: &Self) -> Duration {
        let backoff = Duration::from_secs(1 << failures.min(5)).min(MAX_DELAY);
        error.retry_after.map_or(backoff, |told| told.saturating_mul(2))
    }

    /// Whether the server does not know the thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status == Some(404)
    }
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> Self {
        let (kind, detail) = match error {
            TransportError::Unreachable(reason) => (
                ErrorKind::Offline,
                format!("the server cannot be reached ({reason}); check the connection and try again"),
            ),
            TransportError::Timeout => {
                (ErrorKind::Timeout, "the server did not answer in time; try again".to_owned())
            }
        };
        Self::new(kind, None, detail)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for ApiError {}
