#![doc = include_str!("../README.md")]

mod attempt;
mod backoff;
mod clock;
mod error;
mod follow;
mod handler;
mod runner;
mod stop;

pub use backoff::Backoff;
pub use clock::Clock;
pub use error::JobsError;
pub use follow::Reservation;
pub use handler::{JobContext, JobError, JobHandler};
pub use runner::{RunnerBuilder, RunnerHandle};
pub use stop::{StopReason, StopSignal};
