//! Why a provider was not asked, or gave no answer.

use std::time::Duration;

use crate::Usd;

/// Why a provider was not asked, or gave no answer. No message holds a key or a URL with one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The key does not open the account.
    #[error("the key is refused ({0}); give the key of the account's API page")]
    BadKey(String),
    /// The address of its API is none.
    #[error("the address of its API is none: {0}")]
    BadAddress(String),
    /// The account's plan has nothing left.
    #[error("the plan is used up ({0}); wait for its next period or change the plan")]
    UsedUp(String),
    /// The month's budget would be passed.
    #[error(
        "the call may cost {most}, which would pass the budget: {committed} of {budget} are spent this month"
    )]
    OverBudget {
        /// What the call may cost.
        most: Usd,
        /// What the month has cost.
        committed: Usd,
        /// What it may cost.
        budget: Usd,
    },
    /// It takes no more calls for now, however long a job waits.
    #[error("it takes no more calls for now; try again later")]
    Limited,
    /// It is still looking.
    #[error("it has no answer ready yet; try again later")]
    Pending,
    /// It failed several times in a row and is left alone for a while.
    #[error("it is left alone for {left:?} more: {reason}")]
    Paused {
        /// How long.
        left: Duration,
        /// What went wrong.
        reason: String,
    },
    /// It could not be reached, or broke off.
    #[error("it gave no answer: {0}")]
    NoAnswer(String),
    /// It answered with an error of its own.
    #[error("it failed with status {0}")]
    Failed(u16),
    /// What it began came to nothing.
    #[error("{0}")]
    Broken(String),
    /// It does not take what it was asked.
    #[error("it does not take the question (status {status}: {message})")]
    Rejected {
        /// Its status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// Its answer is not of the documented form.
    #[error("its answer is not of the documented form: {0}")]
    Unreadable(String),
    /// Nothing can be set aside or written down, so that nothing is bought.
    #[error("the database does not answer: {0}")]
    Store(String),
}

impl From<store::StoreError> for ProviderError {
    fn from(error: store::StoreError) -> Self {
        Self::Store(error.to_string())
    }
}
