//! What a provider answers over HTTP, and what that means for whoever asked.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ProviderError, Usd};

/// A status with its body. It is kept as it came, so that a newer version of this program may read more from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, without the key.
    pub body: String,
}

impl Answer {
    /// The body, which has to be an object.
    ///
    /// # Errors
    /// When it is none, or not of that form.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        let object = serde_json::from_str::<Map<String, Value>>(&self.body);
        let read = object.and_then(|object| serde_json::from_value(Value::Object(object)));
        read.map_err(|error| ProviderError::Unreadable(error.to_string()))
    }

    /// Whether a body that says something can be read.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check<T: DeserializeOwned>(&self) -> Result<(), ProviderError> {
        if self.status == 200 { self.read::<T>().map(drop) } else { Ok(()) }
    }
}

/// What an answer means.
#[derive(Debug)]
pub enum Meaning {
    /// It says what was asked, or that nothing is known, at this cost. It is kept.
    Final {
        /// What it cost.
        cost: Usd,
    },
    /// It is not ready yet.
    Pending,
    /// It came too soon after others.
    TooFast,
    /// Nothing further can be asked for so long.
    Closed {
        /// How long.
        time: Duration,
        /// Why.
        why: ProviderError,
    },
    /// The provider failed; it may do better a moment later.
    Failed(ProviderError),
    /// The question is wrong, and would be so again.
    Wrong(ProviderError),
}

impl Meaning {
    /// How the ledger says that a call ended.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Final { .. } => "answered",
            Self::Pending => "pending",
            Self::TooFast => "tooFast",
            Self::Closed { .. } => "closed",
            Self::Failed(_) => "failed",
            Self::Wrong(_) => "rejected",
        }
    }
}
