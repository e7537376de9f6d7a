//! What is done to every request before it is sent and to every answer before it is read.
//!
//! Interceptors are composed like an onion: the first one added sees the request first and the answer last. A call that is
//! dropped drops what each of them waits for.
//!
//! The request id is no layer: [`ApiError::request_id`](crate::ApiError::request_id) has it whatever became of the request,
//! so no client may be without it. Each layer finds it in the headers, the same in every attempt. Nor is the mapping of failures to
//! [`ApiError`](crate::ApiError): it is made of what the outermost layer gives back.
//!
//! Ready-made layers are for programs; a browser has a session instead of a token, and its cache repeats what failed.
//!
//! ```
//! # #[cfg(feature = "native")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use client::ApiClient;
//! use client::interceptor::{Bearer, RequestLog, Retry};
//! use client::transport::ReqwestTransport;
//!
//! let transport = ReqwestTransport::new("http://127.0.0.1:3030").map_err(client::ApiError::from)?;
//! // A line of the log for each attempt; it never sees the token.
//! let api = ApiClient::new(transport).with(Retry::times(3)).with(RequestLog).with(Bearer::new("wX3_d-2")?);
//! # Ok(())
//! # }
//! ```

#[cfg(not(target_arch = "wasm32"))]
mod bearer;
#[cfg(not(target_arch = "wasm32"))]
mod request_log;
#[cfg(not(target_arch = "wasm32"))]
mod retry;

use std::sync::Arc;

#[cfg(not(target_arch = "wasm32"))]
pub use bearer::{Bearer, UnfitToken};
#[cfg(not(target_arch = "wasm32"))]
pub use request_log::RequestLog;
#[cfg(not(target_arch = "wasm32"))]
pub use retry::Retry;

use crate::transport::{Request, Response, Transport, TransportError, TransportFuture};

/// One layer around the transport.
pub trait Interceptor: Send + Sync + 'static {
    /// Sees the request, may change it, passes it on by `next`, may change the answer or ask again.
    fn intercept<'a>(
        &'a self,
        request: Request,
        next: Next<'a>,
    ) -> TransportFuture<'a, Result<Response, TransportError>>;
}

/// The layers that come after an interceptor.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    interceptors: &'a [Arc<dyn Interceptor>],
    transport: &'a dyn Transport,
}

impl std::fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next").field("interceptors", &self.interceptors.len()).finish_non_exhaustive()
    }
}

impl<'a> Next<'a> {
    pub(crate) fn new(interceptors: &'a [Arc<dyn Interceptor>], transport: &'a dyn Transport) -> Self {
        Self { interceptors, transport }
    }

    /// Passes the request to the next layer.
    #[must_use]
    pub fn run(self, request: Request) -> TransportFuture<'a, Result<Response, TransportError>> {
        match self.interceptors.split_first() {
            Some((first, rest)) => first.intercept(request, Self { interceptors: rest, ..self }),
            None => self.transport.send(request),
        }
    }
}
