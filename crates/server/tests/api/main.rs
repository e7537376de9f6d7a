//! The server from the outside: real handlers on a real store with the bundled places. Modules mirror the routes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod account_pages;
mod adversary;
mod appearance;
mod auth;
mod authorization;
mod bad_input;
mod bulk;
mod businesses;
mod client;
mod contact_pages;
mod contacts;
mod conventions;
mod duplicate_pages;
mod duplicates;
mod editing;
mod enrichment;
mod events;
mod export;
mod guards;
mod health;
mod idempotency;
mod import;
mod import_pages;
mod interop;
mod jobs;
mod matrix;
mod merges;
mod openapi;
mod pages;
mod paid_sources;
mod rates;
mod scraper;
mod serving;
mod settings_pages;
mod side_by_side;
mod sockets;
mod support;
mod suppression;
mod suppression_pages;
mod user_pages;
mod view_pages;
mod views;
mod writers;
