#![cfg_attr(feature = "native", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "native"),
    doc = "Socket.IO v5 client: a protocol state machine with native and browser transports."
)]

mod error;
mod event;
pub mod machine;
mod payload;
pub mod protocol;
mod reconnection;

pub use bytes::Bytes;
pub use error::Error;
pub use event::{ConnectError, DisconnectReason, SocketEvent, Status};
pub use payload::Payload;
pub use protocol::Limits;
pub use reconnection::Reconnection;

#[cfg(target_arch = "wasm32")]
#[path = "browser.rs"]
mod platform;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
#[path = "native.rs"]
mod platform;

#[cfg(any(feature = "native", target_arch = "wasm32"))]
mod driver;
#[cfg(any(feature = "native", target_arch = "wasm32"))]
mod endpoint;
#[cfg(any(feature = "native", target_arch = "wasm32"))]
mod options;
#[cfg(any(feature = "native", target_arch = "wasm32"))]
mod shared;
#[cfg(any(feature = "native", target_arch = "wasm32"))]
mod socket;

#[cfg(any(feature = "native", target_arch = "wasm32"))]
pub use options::{MaybeSend, Options};
#[cfg(any(feature = "native", target_arch = "wasm32"))]
pub use socket::{AckFuture, Events, Responder, Socket};
