use std::future::Future;

use http::request::Parts;
use serde_json::{Map, Value};

use crate::Batch;

/// The default namespace `/`, the only one there is: who may join it.
pub trait Namespace: Send + Sync + 'static {
    /// What a socket hears.
    type Feed: Feed;

    /// Takes a socket in, or refuses it with a message for the client (`connect_error`).
    ///
    /// `request` is the one that the connection was opened by, without its body; `auth` is what the client sent to
    /// join. May be dropped before it is ready: when the client leaves meanwhile.
    fn join(
        &self,
        request: &Parts,
        auth: Option<Map<String, Value>>,
    ) -> impl Future<Output = Result<Self::Feed, String>> + Send;
}

/// What one socket hears, for as long as it is joined. Dropped when the socket leaves.
pub trait Feed: Send + 'static {
    /// The next events; none when the socket is to be disconnected. It is asked once what came before was handed to the
    /// network, so that a reader who is slow makes its own feed wait, and nothing is kept for it meanwhile.
    ///
    /// May be dropped before it is ready when the socket leaves, but is not asked again then.
    fn next(&mut self) -> impl Future<Output = Option<Batch>> + Send;
}
