//! The run of a search: begun once, found again, watched, ended, and paid.

use std::time::Duration;

use contract::Timestamp;
use metered::{Answer, Bill, Keepsake, Line, NotStarted, ProviderError, Question, Usd};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::answer::{self, Data, FIELDS, Run, Runs, Stage};
use super::{PAGE, SOURCE};
use crate::timestamp::now;

/// As the ledger writes it.
const OPERATION: &str = "run";
/// How long a run is known: as long as Apify keeps the data of one that has no name.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How far the clocks may be apart.
const SKEW_MS: i64 = 5 * 60 * 1_000;
/// Runs that are looked through for one whose start nobody heard of.
const LOOKED_THROUGH: &str = "20";

/// An account, and what it is asked for.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) line: Line,
    pub(super) base: Url,
    pub(super) actor: String,
    pub(super) place: Usd,
    pub(super) budget: Usd,
    /// How long an answer about a run may be waited for at Apify.
    pub(super) wait: Duration,
    /// After so long what a finished run has cost is known.
    pub(super) settling: Duration,
    /// One search at a time looks whether its run has begun.
    pub(super) turn: Mutex<()>,
}

/// A run that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) input: Value,
    /// The most places.
    pub(super) places: u64,
    /// The most that it may cost.
    pub(super) most: Usd,
}

/// What is known of the run of an order, also after a restart.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Known {
    /// Its call in the ledger.
    call: i64,
    /// When its start was asked for.
    since_ms: i64,
    /// Its id; `None` where nobody heard whether it began.
    run: Option<String>,
}

impl Account {
    /// The run of the order and its call: one that is known, one whose start nobody heard of, or a new one.
    pub(super) async fn begin(&self, bill: &Bill<'_>, order: &Order) -> Result<(Run, i64), ProviderError> {
        let _turn = self.turn.lock().await;
        let subject = self.subject(order);
        match self.find(bill, order).await? {
            Some((run, call)) => {
                self.keep(bill, &subject, call, Some(&run)).await?;
                Ok((run, call))
            }
            None => self.start(bill, order, &subject).await,
        }
    }

    /// Ends the run of an order that nobody wants any more.
    pub(super) async fn abort(&self, bill: &Bill<'_>, order: &Order) -> Result<(), ProviderError> {
        let _turn = self.turn.lock().await;
        let Some((run, call)) = self.find(bill, order).await? else { return Ok(()) };
        if run.stage() != Stage::Going {
            return Ok(());
        }
        let question = Question::post(self.url(&["actor-runs", &run.id, "abort"], &[])?);
        let run = read::<Run>(&self.line.ask_free_patiently(&question).await?)?;
        tracing::info!(run = run.id, status = run.status, "a run was ended, for its search was cancelled");
        if let Some(cost) = run.cost(None, self.place) {
            bill.settle(call, cost, "aborted").await?;
        }
        bill.forget(keepsake(&self.subject(order))).await
    }

    /// The run as it is now, or as soon as it has ended.
    pub(super) async fn watch(&self, run: &str) -> Result<Run, ProviderError> {
        let wait = self.wait.as_secs().to_string();
        let url = self.url(&["actor-runs", run], &[("waitForFinish", &wait)])?;
        read(&self.line.ask_free_patiently(&Question::get(url)).await?)
    }

    /// Items of a dataset from number `offset` on: fewer than a page where there are no more yet.
    pub(super) async fn items(&self, dataset: &str, offset: u64) -> Result<Vec<Value>, ProviderError> {
        let (offset, limit) = (offset.to_string(), PAGE.to_string());
        let query = [("format", "json"), ("offset", &offset), ("limit", &limit), ("fields", FIELDS)];
        let question = Question::get(self.url(&["datasets", dataset, "items"], &query)?);
        answer::items(&self.line.ask_free_patiently(&question).await?)
    }

    /// Writes down what a run cost that has ended. One that came to nothing is begun anew the next time.
    pub(super) async fn close(
        &self,
        bill: &Bill<'_>,
        order: &Order,
        (run, call): (&Run, i64),
        items: u64,
    ) -> Result<(), ProviderError> {
        // Straight after its end the figures are preliminary.
        tokio::time::sleep(self.settling).await;
        let run = self.watch(&run.id).await?;
        let cost = run.cost(Some(items), self.place).unwrap_or(order.most);
        bill.settle(call, cost, &run.status.to_lowercase()).await?;
        if run.stage() == Stage::Failed {
            bill.forget(keepsake(&self.subject(order))).await?;
        }
        Ok(())
    }

    async fn find(&self, bill: &Bill<'_>, order: &Order) -> Result<Option<(Run, i64)>, ProviderError> {
        let subject = self.subject(order);
        let kept = bill.kept(keepsake(&subject)).await?;
        let Some(known) = kept.and_then(|kept| serde_json::from_str::<Known>(&kept).ok()) else {
            return Ok(None);
        };
        let found = match &known.run {
            Some(run) => self.still_there(run).await?,
            None => self.unheard_of(order, known.since_ms).await?,
        };
        if found.is_none() {
            if known.run.is_none() {
                bill.settle(known.call, Usd::default(), "notStarted").await?;
            }
            bill.forget(keepsake(&subject)).await?;
        }
        Ok(found.map(|run| (run, known.call)))
    }

    /// The run, unless Apify has forgotten it.
    async fn still_there(&self, run: &str) -> Result<Option<Run>, ProviderError> {
        let question = Question::get(self.url(&["actor-runs", run], &[])?);
        match self.line.ask_free_patiently(&question).await {
            Err(ProviderError::Rejected { status: 404, .. }) => Ok(None),
            answer => read(&answer?).map(Some),
        }
    }

    /// A run of the same input that began since.
    async fn unheard_of(&self, order: &Order, since_ms: i64) -> Result<Option<Run>, ProviderError> {
        let url = self.url(&["acts", &self.actor, "runs"], &[("desc", "true"), ("limit", LOOKED_THROUGH)])?;
        let runs: Runs = read(&self.line.ask_free_patiently(&Question::get(url)).await?)?;
        for run in runs.items {
            let began = run.started_at.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
            let is_since = began.is_none_or(|began| began.as_millis() >= since_ms - SKEW_MS);
            let Some(store) = run.default_key_value_store_id.as_deref() else { continue };
            if !is_since || run.stage() == Stage::Failed {
                continue;
            }
            let question = Question::get(self.url(&["key-value-stores", store, "records", "INPUT"], &[])?);
            let input = match self.line.ask_free_patiently(&question).await {
                Err(ProviderError::Rejected { .. }) => continue,
                answer => answer?,
            };
            if serde_json::from_str::<Value>(&input.body).is_ok_and(|input| input == order.input) {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    async fn start(
        &self,
        bill: &Bill<'_>,
        order: &Order,
        subject: &str,
    ) -> Result<(Run, i64), ProviderError> {
        let places = order.places.to_string();
        let dollars =
            format!("{}.{:06}", order.most.millionths() / 1_000_000, order.most.millionths() % 1_000_000);
        let mut query = vec![("maxItems", places.as_str())];
        if order.most > Usd::default() {
            query.push(("maxTotalChargeUsd", &dollars));
        }
        let question = Question::post(self.url(&["acts", &self.actor, "runs"], &query)?).json(&order.input);
        let call = bill.reserve(SOURCE, OPERATION, order.most).await?;
        // Whoever goes on after a crash finds that a run may have begun.
        self.keep(bill, subject, call, None).await?;
        let answer = match self.line.start(&question).await {
            Ok(answer) => answer,
            Err(NotStarted { error, perhaps }) => {
                if !perhaps {
                    bill.settle(call, Usd::default(), "rejected").await?;
                    bill.forget(keepsake(subject)).await?;
                }
                return Err(error);
            }
        };
        let run = read::<Run>(&answer)?;
        self.keep(bill, subject, call, Some(&run)).await?;
        Ok((run, call))
    }

    async fn keep(
        &self,
        bill: &Bill<'_>,
        subject: &str,
        call: i64,
        run: Option<&Run>,
    ) -> Result<(), ProviderError> {
        let known = Known { call, since_ms: now().as_millis(), run: run.map(|run| run.id.clone()) };
        let known =
            serde_json::to_string(&known).map_err(|error| ProviderError::Unreadable(error.to_string()))?;
        bill.keep(keepsake(subject), known, KEPT).await
    }

    fn subject(&self, order: &Order) -> String {
        format!("{} {}", self.actor, order.input)
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ProviderError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| ProviderError::BadAddress("it has no path".to_owned()))?
            .pop_if_empty()
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

fn keepsake(subject: &str) -> Keepsake<'_> {
    Keepsake { provider: SOURCE, operation: OPERATION, subject }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ProviderError> {
    answer.read::<Data<T>>().map(|frame| frame.data)
}
