//! One call to a provider: kept answer, turn, budget, request, settlement, and again where that helps.

use std::sync::{Mutex as Shared, PoisonError};
use std::time::{Duration, SystemTime};

use contract::{BusinessId, Timestamp};
use outbound::{BodyError, LONGEST, Pace, backoff, body, reason, retry_after};
use reqwest::header::{HeaderName, RETRY_AFTER};
use store::{KeptAnswer, NewProviderCall, Reservation, Settlement, Store};
use tokio::sync::Mutex;
use url::Url;

use super::answer::{Answer, Meaning};
use super::breaker::Breaker;
use super::{ApiKey, ProviderError, Usd};
use crate::enrich::now;

/// How long an answer is kept: a month of a plan.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
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

/// Who pays: the budget that is left, and the business that it is spent for.
#[derive(Debug)]
pub struct Bill<'a> {
    store: &'a Store,
    budget: Usd,
    business: BusinessId,
    cost: Shared<Usd>,
}

impl<'a> Bill<'a> {
    pub(super) fn new(store: &'a Store, budget: Usd, business: BusinessId) -> Self {
        Self { store, budget, business, cost: Shared::default() }
    }

    /// What was spent so far.
    pub(super) fn cost(&self) -> Usd {
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reserve(&self, provider: &str, ask: &Ask) -> Result<i64, ProviderError> {
        let call = NewProviderCall {
            provider: provider.to_owned(),
            operation: ask.operation.to_owned(),
            business_id: Some(self.business),
            most: ask.most.millionths(),
        };
        match self.store.reserve_provider_call(&call, self.budget.millionths(), now()).await? {
            Reservation::Granted(id) => Ok(id),
            Reservation::OverBudget { committed } => Err(ProviderError::OverBudget {
                most: ask.most,
                committed: Usd::from_millionths(committed),
                budget: self.budget,
            }),
        }
    }

    async fn settle(
        &self,
        call: i64,
        cost: Usd,
        outcome: &str,
        keep: Option<KeptAnswer>,
    ) -> Result<(), ProviderError> {
        {
            let mut spent = self.cost.lock().unwrap_or_else(PoisonError::into_inner);
            *spent = spent.plus(cost);
        }
        let settlement = Settlement { cost: cost.millionths(), outcome: outcome.to_owned(), keep };
        Ok(self.store.settle_provider_call(call, &settlement, now()).await?)
    }
}

/// A question.
#[derive(Debug)]
pub(super) struct Ask {
    /// What is asked for, as the ledger writes it.
    pub(super) operation: &'static str,
    /// Whom or what it is about; with the operation, what an answer is kept under.
    pub(super) subject: String,
    /// The whole URL, without the key.
    pub(super) url: Url,
    /// The most that it may cost.
    pub(super) most: Usd,
    /// Whether an answer to it is of the documented form.
    pub(super) check: fn(&Answer) -> Result<(), ProviderError>,
}

/// Where a provider takes its key.
#[derive(Clone, Debug)]
pub(super) enum KeyPlace {
    /// In a header of that name.
    Header(HeaderName),
    /// In the query, under that name.
    Query(&'static str),
}

/// The way to one provider: one call at a time in this process, so that nothing is bought twice at once.
#[derive(Debug)]
pub(super) struct Line {
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

impl Line {
    /// A line that sends the key in that place. `meaning` tells what an answer means, given the most that it may cost.
    pub(super) fn new(
        provider: &'static str,
        key: ApiKey,
        place: KeyPlace,
        timing: Timing,
        meaning: fn(&Answer, Usd) -> Meaning,
    ) -> Result<Self, ProviderError> {
        // A key that no header can hold is none, wherever it is sent.
        key.header()?;
        let agent = concat!("letip/", env!("CARGO_PKG_VERSION"));
        let client = outbound::client(agent, timing.timeout)
            .map_err(|error| ProviderError::NoAnswer(error.to_string()))?;
        let (pace, breaker, turn) = (Pace::new(timing.spacing), Breaker::default(), Mutex::new(()));
        Ok(Self { provider, client, key, place, timing, pace, breaker, turn, meaning })
    }

    pub(super) fn state(&self) -> Result<(), ProviderError> {
        self.breaker.check()
    }

    /// The answer, kept or bought.
    pub(super) async fn ask(&self, bill: &Bill<'_>, ask: &Ask) -> Result<Answer, ProviderError> {
        let _turn = self.turn.lock().await;
        if let Some(kept) = bill.store.kept_answer(self.provider, ask.operation, &ask.subject, now()).await?
            && let Ok(answer) = serde_json::from_str(&kept)
        {
            return Ok(answer);
        }
        let mut failures = 0;
        loop {
            self.breaker.check()?;
            self.pace.turn().await;
            let call = bill.reserve(self.provider, ask).await?;
            let wait = match self.attempt(bill, call, ask).await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Again { wait, error } => {
                    failures += 1;
                    let wait = wait.unwrap_or_else(|| backoff(self.timing.backoff, failures));
                    if failures >= ATTEMPTS || wait > LONGEST {
                        return Err(error);
                    }
                    wait
                }
            };
            tracing::debug!(
                provider = self.provider,
                operation = ask.operation,
                wait_ms = wait.as_millis(),
                "asking again"
            );
            tokio::time::sleep(wait).await;
        }
    }

    /// A question that costs nothing and whose answer is not kept.
    pub(super) async fn ask_free(&self, url: Url) -> Result<Answer, ProviderError> {
        self.breaker.check()?;
        self.pace.turn().await;
        let (answer, _) = self.send(url).await.map_err(|(error, _)| error)?;
        match (self.meaning)(&answer, Usd::default()) {
            Meaning::Final { .. } => Ok(answer),
            Meaning::Pending => Err(ProviderError::Pending),
            Meaning::TooFast => Err(ProviderError::Limited),
            Meaning::Closed { time, why } => {
                self.breaker.pause(time, &why);
                Err(why)
            }
            Meaning::Failed(why) | Meaning::Wrong(why) => Err(why),
        }
    }

    /// One request, settled by what came of it.
    async fn attempt(&self, bill: &Bill<'_>, call: i64, ask: &Ask) -> Result<Attempt, ProviderError> {
        let (answer, wait) = match self.send(ask.url.clone()).await {
            Ok(answered) => answered,
            Err((error, sent)) => {
                self.breaker.failed(&error);
                // Of a request that was sent nobody knows whether it is charged.
                let cost = if sent { ask.most } else { Usd::default() };
                bill.settle(call, cost, "noAnswer", None).await?;
                return Ok(Attempt::Again { wait: None, error });
            }
        };
        let free = Usd::default();
        match (self.meaning)(&answer, ask.most) {
            Meaning::Final { cost } => {
                self.breaker.succeeded();
                if let Err(error) = (ask.check)(&answer) {
                    bill.settle(call, ask.most, "unreadable", None).await?;
                    return Err(error);
                }
                bill.settle(call, cost, "answered", Some(self.kept(ask, &answer)?)).await?;
                Ok(Attempt::Answered(answer))
            }
            Meaning::Pending => {
                self.breaker.succeeded();
                bill.settle(call, free, "pending", None).await?;
                Ok(Attempt::Again { wait, error: ProviderError::Pending })
            }
            Meaning::TooFast => {
                bill.settle(call, free, "tooFast", None).await?;
                let error = ProviderError::Limited;
                if let Some(wait) = wait.filter(|wait| *wait > LONGEST) {
                    self.breaker.pause(wait, &error);
                }
                Ok(Attempt::Again { wait, error })
            }
            Meaning::Closed { time, why } => {
                self.breaker.pause(time, &why);
                bill.settle(call, free, "closed", None).await?;
                Err(why)
            }
            Meaning::Failed(error) => {
                self.breaker.failed(&error);
                bill.settle(call, free, "failed", None).await?;
                Ok(Attempt::Again { wait, error })
            }
            Meaning::Wrong(error) => {
                self.breaker.succeeded();
                bill.settle(call, free, "rejected", None).await?;
                Err(error)
            }
        }
    }

    /// The answer with the wait that it asks for, or why there is none and whether the request may have arrived.
    async fn send(&self, url: Url) -> Result<(Answer, Option<Duration>), (ProviderError, bool)> {
        let request = match &self.place {
            KeyPlace::Header(name) => {
                let value = self.key.header().map_err(|error| (error, false))?;
                self.client.get(url).header(name, value)
            }
            KeyPlace::Query(name) => {
                let mut url = url;
                url.query_pairs_mut().append_pair(name, self.key.text());
                self.client.get(url)
            }
        };
        let mut response = request.send().await.map_err(|error| {
            let arrived = !error.is_connect();
            (ProviderError::NoAnswer(reason(error)), arrived)
        })?;
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| retry_after(text, SystemTime::now()));
        let body = body(&mut response, MAX_BYTES).await.map_err(|error| (unread(error), true))?;
        let mut body = String::from_utf8_lossy(&body).into_owned();
        if body.contains(self.key.text()) {
            // Some services repeat what they were sent.
            body = body.replace(self.key.text(), "(key)");
        }
        Ok((Answer { status, body }, wait))
    }

    fn kept(&self, ask: &Ask, answer: &Answer) -> Result<KeptAnswer, ProviderError> {
        let unreadable = |error: serde_json::Error| ProviderError::Unreadable(error.to_string());
        let kept_ms = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        Ok(KeptAnswer {
            provider: self.provider.to_owned(),
            operation: ask.operation.to_owned(),
            subject: ask.subject.clone(),
            answer: serde_json::to_string(answer).map_err(unreadable)?,
            kept_until: Timestamp::from_millis(now().as_millis().saturating_add(kept_ms)),
        })
    }
}

enum Attempt {
    Answered(Answer),
    Again { wait: Option<Duration>, error: ProviderError },
}

fn unread(error: BodyError) -> ProviderError {
    match error {
        BodyError::TooLarge(_) => ProviderError::Unreadable(error.to_string()),
        BodyError::Broken(error) => ProviderError::NoAnswer(reason(error)),
    }
}
