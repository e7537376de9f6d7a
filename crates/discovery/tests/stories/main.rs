//! Searches and imports from end to end: real readers, a real store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod exports;
mod helsinki;
mod imports;
mod other_spellings;
mod overture;
mod resuming;
mod searches;
mod support;
