//! Behaviour of the client through its public API.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends with the first thing that is not as it should be"
)]

mod codec;
mod heartbeat;
mod interop;
mod machine;
mod native;
mod properties;
mod reconnection;
mod scenarios;
mod server;
mod virtual_clock;
