//! Who pays: what a call may cost is set aside before it is made, and settled afterwards.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use contract::BusinessId;
use store::{KeptAnswer, NewProviderCall, Reservation, Settlement, Store};

use crate::clock::{after, now};
use crate::{ProviderError, Usd};

/// The budget that is left, and the business that it is spent for, if it is one.
#[derive(Debug)]
pub struct Bill<'a> {
    store: &'a Store,
    budget: Usd,
    business: Option<BusinessId>,
    cost: Mutex<Usd>,
}

/// What an answer is kept under.
#[derive(Clone, Copy, Debug)]
pub struct Keepsake<'a> {
    /// Who gave it.
    pub provider: &'a str,
    /// What was asked for.
    pub operation: &'a str,
    /// Whom or what it is about.
    pub subject: &'a str,
}

impl<'a> Bill<'a> {
    /// A bill that is paid from what is left of the month's budget.
    #[must_use]
    pub fn new(store: &'a Store, budget: Usd, business: Option<BusinessId>) -> Self {
        Self { store, budget, business, cost: Mutex::default() }
    }

    /// What was spent so far.
    pub fn cost(&self) -> Usd {
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the most that a call may cost aside, and returns its number.
    ///
    /// # Errors
    /// When that would pass the budget, or the database does not answer: then the call must not be made.
    pub async fn reserve(&self, provider: &str, operation: &str, most: Usd) -> Result<i64, ProviderError> {
        let call = NewProviderCall {
            provider: provider.to_owned(),
            operation: operation.to_owned(),
            business_id: self.business,
            most: most.millionths(),
        };
        match self.store.reserve_provider_call(&call, self.budget.millionths(), now()).await? {
            Reservation::Granted(id) => Ok(id),
            Reservation::OverBudget { committed } => Err(ProviderError::OverBudget {
                most,
                committed: Usd::from_millionths(committed),
                budget: self.budget,
            }),
        }
    }

    /// Writes down what a call cost and how it ended, in a word. Only the first settlement of a call counts.
    ///
    /// # Errors
    /// When the database does not answer: then the call counts in full.
    pub async fn settle(&self, call: i64, cost: Usd, outcome: &str) -> Result<(), ProviderError> {
        self.settle_and_keep(call, cost, outcome, None).await
    }

    pub(crate) async fn settle_and_keep(
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

    /// What is kept, if it still is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept(&self, what: Keepsake<'_>) -> Result<Option<String>, ProviderError> {
        Ok(self.store.kept_answer(what.provider, what.operation, what.subject, now()).await?)
    }

    /// Keeps something for so long, instead of what was kept before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep(
        &self,
        what: Keepsake<'_>,
        answer: String,
        time: Duration,
    ) -> Result<(), ProviderError> {
        Ok(self.store.keep_answer(&what.keeping(answer, time), now()).await?)
    }

    /// Keeps it no longer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget(&self, what: Keepsake<'_>) -> Result<(), ProviderError> {
        self.keep(what, String::new(), Duration::ZERO).await
    }
}

impl Keepsake<'_> {
    pub(crate) fn keeping(self, answer: String, time: Duration) -> KeptAnswer {
        KeptAnswer {
            provider: self.provider.to_owned(),
            operation: self.operation.to_owned(),
            subject: self.subject.to_owned(),
            answer,
            kept_until: after(time),
        }
    }
}
