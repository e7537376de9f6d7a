//! The server from the outside: real handlers on a real store with the bundled places. Modules mirror the routes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod auth;
mod bad_input;
mod businesses;
mod conventions;
mod enrichment;
mod events;
mod guards;
mod health;
mod idempotency;
mod interop;
mod jobs;
mod openapi;
mod pages;
mod scraper;
mod serving;
mod sockets;
mod support;
mod writers;
