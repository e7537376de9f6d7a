use std::time::Duration;

use super::{Interceptor, Next};
use crate::error::ApiError;
use crate::transport::{Request, Response, TransportError, TransportFuture};

/// Waits that a server asks for are waited for up to this long, unless told otherwise.
const LONGEST: Duration = Duration::from_secs(60);

/// Repeats what may go well later: no answer, 408, 425, 429 and 5xx, after 1, 2, 4 s and so on up to half a minute, each shortened at
/// random by up to a half, or after what `Retry-After` says and at most as long again.
///
/// Only what is one request however often it is sent is repeated: what reads, and what carries an `idempotency-key`.
///
/// For programs that call the API without a cache. A cache repeats by itself, by the same rules
/// ([`queries::defaults`](crate::queries::defaults), [`mutations::defaults`](crate::mutations::defaults)): with this layer below it,
/// each of its attempts would be several.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    most: u32,
    longest: Duration,
}

impl Retry {
    /// Repeats a request up to so many times.
    #[must_use]
    pub const fn times(most: u32) -> Self {
        Self { most, longest: LONGEST }
    }

    /// Gives up at once where the server asks to wait longer than this; the error says how long. Unless told otherwise, a minute.
    #[must_use]
    pub const fn waiting_at_most(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// How long to wait before a request is sent again that failed so often before and now like this; none to give up.
    fn wait(self, failures: u32, outcome: &Result<Response, TransportError>) -> Option<Duration> {
        let error = failure(outcome)?;
        let is_too_long = error.retry_after.is_some_and(|told| told > self.longest);
        if failures >= self.most || is_too_long || !error.is_retryable() {
            return None;
        }
        Some(shortened(ApiError::delay_before_retry(failures, &error)))
    }
}

impl Interceptor for Retry {
    fn intercept<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>> {
        if !is_one_however_often_sent(&request) {
            return next.run(request);
        }
        Box::pin(async move {
            let mut failures = 0;
            loop {
                let outcome = next.run(request.clone()).await;
                let Some(wait) = self.wait(failures, &outcome) else { return outcome };
                tokio::time::sleep(wait).await;
                failures += 1;
            }
        })
    }
}

fn is_one_however_often_sent(request: &Request) -> bool {
    request.method == "GET" || request.header("idempotency-key").is_some()
}

fn failure(outcome: &Result<Response, TransportError>) -> Option<ApiError> {
    match outcome {
        Ok(response) => (response.status >= 400).then(|| ApiError::from_response(response)),
        Err(error) => Some(error.clone().into()),
    }
}

/// Takes up to half of it off at random, so that those who failed together do not come back together.
fn shortened(delay: Duration) -> Duration {
    let random = uuid::Uuid::new_v4().as_u64_pair().1 & u64::from(u16::MAX);
    let half = delay / 2;
    half + half.mul_f64(random as f64 / f64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::*;
    use crate::transport::Transport;
    use crate::{ApiClient, ErrorKind};

    /// Ends each request with the next of these, and writes down when it came. Time is virtual, so there is no wire.
    #[derive(Clone, Default)]
    struct Outcomes {
        left: Arc<Mutex<VecDeque<Result<Response, TransportError>>>>,
        asked: Arc<Mutex<Vec<Instant>>>,
    }

    impl Outcomes {
        fn of(outcomes: impl IntoIterator<Item = Result<Response, TransportError>>) -> Self {
            Self { left: Arc::new(Mutex::new(outcomes.into_iter().collect())), ..Self::default() }
        }

        /// Seconds from each request to the next.
        fn waits(&self) -> Vec<f64> {
            let asked = self.asked.lock().unwrap();
            asked.windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).collect()
        }
    }

    impl Transport for Outcomes {
        fn send(&self, _: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
            self.asked.lock().unwrap().push(Instant::now());
            let outcome = self.left.lock().unwrap().pop_front().unwrap();
            Box::pin(async { outcome })
        }
    }

    fn status(status: u16, retry_after: Option<u32>) -> Result<Response, TransportError> {
        let headers = retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
        Ok(Response { status, headers: headers.into_iter().collect(), body: Vec::new() })
    }

    fn unreachable() -> Result<Response, TransportError> {
        Err(TransportError::Unreachable("refused".to_owned()))
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_and_are_shortened_by_at_most_a_half() {
        let outcomes =
            Outcomes::of([unreachable(), Err(TransportError::Timeout), status(502, None), unreachable()]);
        let api = ApiClient::new(outcomes.clone()).with(Retry::times(3));
        assert_eq!(api.stats().await.unwrap_err().kind, ErrorKind::Offline);
        let waits = outcomes.waits();
        assert_eq!(waits.len(), 3);
        for (wait, whole) in waits.iter().zip([1.0, 2.0, 4.0]) {
            assert!((whole / 2.0..=whole + 0.01).contains(wait), "{waits:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_server_asks_for_is_waited_for() {
        let outcomes = Outcomes::of([status(429, Some(7)), status(503, Some(60)), status(404, None)]);
        let api = ApiClient::new(outcomes.clone()).with(Retry::times(5));
        assert!(api.stats().await.unwrap_err().is_not_found());
        let waits = outcomes.waits();
        assert!((7.0..14.1).contains(&waits[0]) && (60.0..120.1).contains(&waits[1]), "{waits:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_to_wait_too_long_is_told_how_long() {
        for told in [61, u32::MAX] {
            let outcomes = Outcomes::of([status(429, Some(told))]);
            let error = ApiClient::new(outcomes).with(Retry::times(5)).stats().await.unwrap_err();
            assert_eq!(error.retry_after, Some(Duration::from_secs(told.into())));
        }
        let outcomes = Outcomes::of([status(429, Some(3))]);
        let hasty = Retry::times(5).waiting_at_most(Duration::from_secs(2));
        ApiClient::new(outcomes.clone()).with(hasty).stats().await.unwrap_err();
        assert!(outcomes.waits().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_same_request_will_not_mend_is_asked_once() {
        let not_set_up =
            r#"{"type":"/problems/unavailable","title":"No","status":503,"detail":"no mail is set up"}"#;
        let not_set_up = Ok(Response { status: 503, body: not_set_up.into(), ..Response::default() });
        for outcome in [status(400, None), status(401, None), status(412, None), not_set_up] {
            let outcomes = Outcomes::of([outcome.clone()]);
            ApiClient::new(outcomes).with(Retry::times(5)).stats().await.unwrap_err();
        }
    }
}
