//! One client from its connection to its end.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use http::request::Parts;
use serde_json::{Map, Value};
use socketio_client::protocol::DecodeError;
use tokio_util::sync::CancellationToken;

use crate::connection::{Asked, Connection, End, First};
use crate::namespace::{Feed, Namespace};

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves a connection until it ends, or `stop` does it. `sid` is what Socket.IO calls the socket.
pub(crate) async fn run<N: Namespace>(
    mut connection: Connection,
    namespace: &N,
    request: &Parts,
    sid: &str,
    stop: &CancellationToken,
) {
    let end = stop
        .run_until_cancelled(converse(&mut connection, namespace, request, sid))
        .await
        .unwrap_or(End::Stopping);
    tracing::debug!(%end, "socket closed");
    // Whoever does not take it learns nothing.
    let _ = tokio::time::timeout(FAREWELL, connection.close(&end)).await;
}

async fn converse<N: Namespace>(
    connection: &mut Connection,
    namespace: &N,
    request: &Parts,
    sid: &str,
) -> End {
    loop {
        let auth = match outside(connection).await {
            Ok(auth) => auth,
            Err(end) => return end,
        };
        match connection.first(namespace.join(request, auth)).await {
            First::Ready(Ok(feed)) => {
                connection.welcome(sid);
                if let Some(end) = listen(connection, feed).await {
                    return end;
                }
                connection.left();
            }
            First::Ready(Err(message)) => connection.refuse(&message),
            First::Asked(Asked::Leave) => {}
            First::Asked(Asked::Join(_)) => return joined_twice(),
            First::End(end) => return end,
        }
    }
}

/// Waits until the client wants to join.
async fn outside(connection: &mut Connection) -> Result<Option<Map<String, Value>>, End> {
    loop {
        match connection.first(pending::<Infallible>()).await {
            First::Asked(Asked::Join(auth)) => return Ok(auth),
            // It may have been refused, and not have heard of it.
            First::Asked(Asked::Leave) => {}
            First::Ready(never) => match never {},
            First::End(end) => return Err(end),
        }
    }
}

/// Hands on what the feed has, each batch once the one before is with the network; none once the client has left.
async fn listen(connection: &mut Connection, mut feed: impl Feed) -> Option<End> {
    loop {
        let sent = match connection.first(feed.next()).await {
            First::Ready(Some(batch)) => {
                connection.send(&batch);
                connection.flushed().await
            }
            First::Ready(None) => {
                connection.disconnect();
                return match connection.flushed().await {
                    First::End(end) => Some(end),
                    First::Ready(()) | First::Asked(_) => Some(End::Disconnected),
                };
            }
            First::Asked(asked) => First::Asked(asked),
            First::End(end) => First::End(end),
        };
        match sent {
            First::Ready(()) => {}
            First::Asked(Asked::Leave) => return None,
            First::Asked(Asked::Join(_)) => return Some(joined_twice()),
            First::End(end) => return Some(end),
        }
    }
}

fn joined_twice() -> End {
    DecodeError::OutOfTurn("connect").into()
}
