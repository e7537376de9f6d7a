//! The server, with clients over a real listener and requests by hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod polling;
mod support;
mod upgrade;
mod websocket;
