#![doc = include_str!("../README.md")]

mod body;
mod client;
mod pace;
mod retry;

pub use body::{BodyError, body};
pub use client::{client, reason};
pub use pace::Pace;
pub use retry::{LONGEST, backoff, retry_after};
