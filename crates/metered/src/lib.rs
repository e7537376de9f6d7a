#![doc = include_str!("../README.md")]

mod answer;
mod bill;
mod breaker;
mod clock;
mod error;
mod key;
mod line;
mod money;
mod question;

pub use answer::{Answer, Meaning};
pub use bill::{Bill, Keepsake};
pub use error::ProviderError;
pub use key::ApiKey;
pub use line::{KeyPlace, Line, NotStarted, Timing};
pub use money::Usd;
pub use question::{Ask, Question};
