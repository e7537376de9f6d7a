//! Services on the network that know places: asked only where somebody named them, in that person's name, one request
//! at a time, and never twice for the same within days.

mod cache;
mod config;
mod error;
mod service;

pub use cache::AnswerCache;
pub use config::{ServiceConfig, Timing};
pub use error::RemoteError;
pub(crate) use service::{Answer, Ask, Service, Span, Tell, Verdict, said, status_verdict};
