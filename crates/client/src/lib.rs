//! The typed API client, the queries and mutations made of it, and the bridge from server events to the cache.

mod api;
pub mod bridge;
mod connection;
mod error;
pub mod interceptor;
mod membership;
pub mod mutations;
pub mod queries;
mod realtime;
mod stream;
pub mod transport;

pub use api::{ApiClient, Call, CallOptions, FileContent, IdempotencyKey, export_url};
pub use bridge::Bridge;
pub use connection::{Connection, ConnectionState};
pub use error::{ApiError, ErrorKind};
pub use realtime::{Follower, Realtime};
pub use stream::{EventStream, Update};
pub use transport::{Request, Response, Transport, TransportError};
