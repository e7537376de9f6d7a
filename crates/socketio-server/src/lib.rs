#![doc = include_str!("../README.md")]

mod batch;
mod config;
mod connection;
mod handshake;
mod heartbeat;
mod id;
mod namespace;
mod probe;
mod route;
mod server;
mod session;
mod transport;

pub use batch::{Batch, BatchBuilder};
pub use config::Config;
pub use namespace::{Feed, Namespace};
pub use server::Server;
