//! One call to a provider: kept answer, turn, budget, request, settlement, and again where that helps.

use std::time::{Duration, SystemTime};

use outbound::{BodyError, LONGEST, Pace, backoff, body, reason, retry_after};
use reqwest::header::{AUTHORIZATION, HeaderName, RETRY_AFTER};
use tokio::sync::Mutex;

use crate::breaker::Breaker;
use crate::{Answer, ApiKey, Ask, Bill, Keepsake, Meaning, ProviderError, Question, Usd};

/// The most bytes of an answer.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Attempts of one call.
const ATTEMPTS: u32 = 4;

/// How a line waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The longest that one request may take.
    pub timeout: Duration,
    /// The least time between the beginnings of two requests.
    pub spacing: Duration,
    /// The wait after a first failure where the provider names none; it doubles with each.
    pub backoff: Duration,
}

/// Where a provider takes its key.
#[derive(Clone, Debug)]
pub enum KeyPlace {
    /// In a header of that name.
    Header(HeaderName),
    /// In the header `Authorization`, as a bearer token (RFC 6750).
    Bearer,
    /// In the query, under that name.
    Query(&'static str),
}

/// The way to one provider: one call at a time in this process, so that nothing is bought twice at once.
#[derive(Debug)]
pub struct Line {
    provider: &'static str,
    client: reqwest::Client,
    key: ApiKey,
    place: KeyPlace,
    timing: Timing,
    pace: Pace,
    breaker: Breaker,
    turn: Mutex<()>,
    meaning: fn(&Answer, Usd) -> Meaning,
}

/// Why something was not started, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct NotStarted {
    /// What went wrong.
    pub error: ProviderError,
    /// It may have been started all the same: the request arrived, and no answer says what came of it.
    pub perhaps: bool,
}

impl Line {
    /// A line that sends the key in that place. `meaning` tells what an answer means, given the most that it may cost.
    ///
    /// # Errors
    /// When the key cannot be one.
    pub fn new(
        provider: &'static str,
        key: ApiKey,
        place: KeyPlace,
        timing: Timing,
        meaning: fn(&Answer, Usd) -> Meaning,
    ) -> Result<Self, ProviderError> {
        // A key that no header can hold is none, wherever it is sent.
        key.header("")?;
        let agent = concat!("letip/", env!("CARGO_PKG_VERSION"));
        let client = outbound::client(agent, timing.timeout)
            .map_err(|error| ProviderError::NoAnswer(error.to_string()))?;
        let (pace, breaker, turn) = (Pace::new(timing.spacing), Breaker::default(), Mutex::new(()));
        Ok(Self { provider, client, key, place, timing, pace, breaker, turn, meaning })
    }

    /// Whether it may be asked now.
    ///
    /// # Errors
    /// Why not: its key is refused, its plan is used up, it fails.
    pub fn state(&self) -> Result<(), ProviderError> {
        self.breaker.check()
    }

    /// The answer, kept or bought.
    ///
    /// # Errors
    /// When the budget does not allow it, or no answer came that says something, however often it was asked.
    pub async fn ask(&self, bill: &Bill<'_>, ask: &Ask) -> Result<Answer, ProviderError> {
        let _turn = self.turn.lock().await;
        if let Some(kept) = bill.kept(self.keepsake(ask)).await?
            && let Ok(answer) = serde_json::from_str(&kept)
        {
            return Ok(answer);
        }
        let mut failures = 0;
        loop {
            self.breaker.check()?;
            self.pace.turn().await;
            let call = bill.reserve(self.provider, ask.operation, ask.most).await?;
            match self.attempt(bill, call, ask).await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Again { wait, error } => self.before_another(&mut failures, wait, error).await?,
            }
        }
    }

    /// A question that costs nothing and whose answer is not kept, asked once.
    ///
    /// # Errors
    /// When no answer came that says something.
    pub async fn ask_free(&self, question: Question) -> Result<Answer, ProviderError> {
        match self.attempt_free(question).await? {
            Attempt::Answered(answer) => Ok(answer),
            Attempt::Again { error, .. } => Err(error),
        }
    }

    /// The same, asked again where that helps.
    ///
    /// # Errors
    /// When no answer came that says something, however often it was asked.
    pub async fn ask_free_patiently(&self, question: &Question) -> Result<Answer, ProviderError> {
        let mut failures = 0;
        loop {
            match self.attempt_free(question.clone()).await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Again { wait, error } => self.before_another(&mut failures, wait, error).await?,
            }
        }
    }

    /// A request that starts something, and would start it twice if it were made twice: it is made again only where it is
    /// sure that nothing came of it. What it costs is for the caller to set aside and to settle.
    ///
    /// # Errors
    /// Why nothing was started, or that nobody knows.
    pub async fn start(&self, question: &Question) -> Result<Answer, NotStarted> {
        let not = |error| NotStarted { error, perhaps: false };
        let mut failures = 0;
        loop {
            self.breaker.check().map_err(not)?;
            self.pace.turn().await;
            let (wait, error) = match self.send(question.clone()).await {
                Err(Unsent { error, arrived }) => {
                    self.breaker.failed(&error);
                    if arrived {
                        return Err(NotStarted { error, perhaps: true });
                    }
                    (None, error)
                }
                Ok((answer, wait)) => match (self.meaning)(&answer, Usd::default()) {
                    Meaning::Final { .. } => {
                        self.breaker.succeeded();
                        return Ok(answer);
                    }
                    Meaning::Failed(error) => {
                        self.breaker.failed(&error);
                        return Err(NotStarted { error, perhaps: true });
                    }
                    other => self.unanswered(other, wait).map_err(not)?,
                },
            };
            self.before_another(&mut failures, wait, error).await.map_err(not)?;
        }
    }

    /// Waits before another attempt, unless there were enough or the wait is too long.
    async fn before_another(
        &self,
        failures: &mut u32,
        wait: Option<Duration>,
        error: ProviderError,
    ) -> Result<(), ProviderError> {
        *failures += 1;
        let wait = wait.unwrap_or_else(|| backoff(self.timing.backoff, *failures));
        if *failures >= ATTEMPTS || wait > LONGEST {
            return Err(error);
        }
        tracing::debug!(provider = self.provider, %error, wait_ms = wait.as_millis(), "asking again");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    async fn attempt_free(&self, question: Question) -> Result<Attempt, ProviderError> {
        self.breaker.check()?;
        self.pace.turn().await;
        match self.send(question).await {
            Err(Unsent { error, .. }) => {
                self.breaker.failed(&error);
                Ok(Attempt::Again { wait: None, error })
            }
            Ok((answer, wait)) => match (self.meaning)(&answer, Usd::default()) {
                Meaning::Final { .. } => {
                    self.breaker.succeeded();
                    Ok(Attempt::Answered(answer))
                }
                other => self.unanswered(other, wait).map(Attempt::again),
            },
        }
    }

    /// One request, settled by what came of it.
    async fn attempt(&self, bill: &Bill<'_>, call: i64, ask: &Ask) -> Result<Attempt, ProviderError> {
        let (answer, wait) = match self.send(ask.question.clone()).await {
            Ok(answered) => answered,
            Err(Unsent { error, arrived }) => {
                self.breaker.failed(&error);
                // Of a request that was sent nobody knows whether it is charged.
                let cost = if arrived { ask.most } else { Usd::default() };
                bill.settle(call, cost, "noAnswer").await?;
                return Ok(Attempt::Again { wait: None, error });
            }
        };
        match (self.meaning)(&answer, ask.most) {
            Meaning::Final { cost } => {
                self.breaker.succeeded();
                if let Err(error) = (ask.check)(&answer) {
                    bill.settle(call, ask.most, "unreadable").await?;
                    return Err(error);
                }
                let kept = serde_json::to_string(&answer)
                    .map_err(|error| ProviderError::Unreadable(error.to_string()))?;
                let kept = self.keepsake(ask).keeping(kept, ask.kept);
                bill.settle_and_keep(call, cost, "answered", Some(kept)).await?;
                Ok(Attempt::Answered(answer))
            }
            other => {
                bill.settle(call, Usd::default(), other.word()).await?;
                self.unanswered(other, wait).map(Attempt::again)
            }
        }
    }

    /// After an answer that says nothing: the wait before another attempt, if it names one, and why; or why none helps.
    fn unanswered(
        &self,
        meaning: Meaning,
        wait: Option<Duration>,
    ) -> Result<(Option<Duration>, ProviderError), ProviderError> {
        match meaning {
            Meaning::Pending | Meaning::Final { .. } => {
                self.breaker.succeeded();
                Ok((wait, ProviderError::Pending))
            }
            Meaning::TooFast => {
                let error = ProviderError::Limited;
                if let Some(wait) = wait.filter(|wait| *wait > LONGEST) {
                    self.breaker.pause(wait, &error);
                }
                Ok((wait, error))
            }
            Meaning::Closed { time, why } => {
                self.breaker.pause(time, &why);
                Err(why)
            }
            Meaning::Failed(error) => {
                self.breaker.failed(&error);
                Ok((wait, error))
            }
            Meaning::Wrong(error) => {
                self.breaker.succeeded();
                Err(error)
            }
        }
    }

    /// The answer with the wait that it asks for, or why there is none and whether the request may have arrived.
    async fn send(&self, mut question: Question) -> Result<(Answer, Option<Duration>), Unsent> {
        let unsent = |error| Unsent { error, arrived: false };
        match &self.place {
            KeyPlace::Header(name) => {
                question = question.header(name.clone(), self.key.header("").map_err(unsent)?);
            }
            KeyPlace::Bearer => {
                question = question.header(AUTHORIZATION, self.key.header("Bearer ").map_err(unsent)?);
            }
            KeyPlace::Query(name) => {
                question.url_mut().query_pairs_mut().append_pair(name, self.key.text());
            }
        }
        let mut response = self.client.execute(question.into_request()).await.map_err(|error| {
            let arrived = !error.is_connect();
            Unsent { error: ProviderError::NoAnswer(reason(error)), arrived }
        })?;
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| retry_after(text, SystemTime::now()));
        let body = body(&mut response, MAX_BYTES).await.map_err(unread)?;
        let mut body = String::from_utf8_lossy(&body).into_owned();
        if body.contains(self.key.text()) {
            // Some services repeat what they were sent.
            body = body.replace(self.key.text(), "(key)");
        }
        Ok((Answer { status, body }, wait))
    }

    fn keepsake<'a>(&'a self, ask: &'a Ask) -> Keepsake<'a> {
        Keepsake { provider: self.provider, operation: ask.operation, subject: &ask.subject }
    }
}

enum Attempt {
    Answered(Answer),
    Again { wait: Option<Duration>, error: ProviderError },
}

impl Attempt {
    fn again((wait, error): (Option<Duration>, ProviderError)) -> Self {
        Self::Again { wait, error }
    }
}

/// Why there is no answer.
struct Unsent {
    error: ProviderError,
    /// The request may have arrived.
    arrived: bool,
}

fn unread(error: BodyError) -> Unsent {
    let error = match error {
        BodyError::TooLarge(_) => ProviderError::Unreadable(error.to_string()),
        BodyError::Broken(error) => ProviderError::NoAnswer(reason(error)),
    };
    Unsent { error, arrived: true }
}
