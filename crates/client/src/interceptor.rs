//! What is done to every request before it is sent and to every answer before it is read.
//!
//! Interceptors are composed like an onion: the first one added sees the request first and the answer last.

use std::sync::Arc;

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
