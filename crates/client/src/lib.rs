//! The typed API client, the queries and mutations made of it, and the bridge from server events to the cache.

mod api;
pub mod bridge;
mod connection;
mod error;
pub mod interceptor;
pub mod mutations;
pub mod queries;
mod realtime;
pub mod transport;

pub use api::{ApiClient, CallOptions, IdempotencyKey};
pub use bridge::Bridge;
pub use connection::{Connection, ConnectionState};
pub use error::{ApiError, ErrorKind};
pub use realtime::Realtime;
pub use transport::{Request, Response, Transport, TransportError};
