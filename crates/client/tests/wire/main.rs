//! The client on a real connection: what is sent, and what becomes of answers that are none.

#![cfg(all(feature = "native", not(target_arch = "wasm32")))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_answers;
mod calls;
mod events;
mod gateway;
mod intents;
mod jobs;
mod kept;
mod layers;
mod leaving;
mod loopback;
mod rows;
mod writes;
