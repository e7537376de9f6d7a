#![doc = include_str!("../README.md")]

mod api;
pub mod bridge;
mod connection;
mod error;
mod follower;
pub mod interceptor;
mod membership;
pub mod mutations;
pub mod queries;
mod stream;
#[cfg(any(target_arch = "wasm32", test))]
mod tabs;
pub mod transport;

pub use api::{ApiClient, Call, CallOptions, FileContent, IdempotencyKey, export_url};
pub use bridge::Bridge;
pub use connection::{Connection, ConnectionState};
pub use error::{ApiError, ErrorKind};
pub use follower::Follower;
pub use stream::{EventStream, Update};
#[cfg(target_arch = "wasm32")]
pub use tabs::Realtime;
pub use transport::{Request, Response, Transport, TransportError};
