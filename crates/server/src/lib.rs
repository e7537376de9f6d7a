#![doc = include_str!("../README.md")]

mod api;
mod app;
mod assets;
mod auth;
mod clock;
mod config;
mod download;
mod endpoint;
mod error;
mod extract;
mod gateway;
mod health;
mod housekeeping;
mod idempotency;
mod middleware;
mod openapi;
mod pages;
mod problem;
mod rates;
mod serve;
mod suppression;
mod telemetry;
mod upload;
mod work;

pub use app::App;
pub use auth::{hash_password, setup_path};
pub use config::{Access, Limits, RateLimits, ServerConfig, SocketLimits};
pub use error::ServerError;
pub use extract::query::business_filter;
pub use housekeeping::{Tidied, tidy};
pub use openapi::openapi_document;
pub use serve::serve;
pub use suppression::subject as suppression_subject;
pub use work::batch::{enqueue_enrichment, enrichment_batch};
pub use work::job_handlers;
