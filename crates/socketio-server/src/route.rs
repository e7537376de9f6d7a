//! Requests to the route, and their answers.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use hyper::upgrade::OnUpgrade;

use crate::Server;
use crate::handshake::{Asks, BadRequest, refuse, switch_protocols};
use crate::namespace::Namespace;
use crate::transport::polling::Refused;

/// The protocol's number for any bad request.
const BAD_REQUEST: u8 = 3;

pub(crate) async fn answer<N: Namespace>(State(server): State<Server<N>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let asks = match Asks::read(&parts) {
        Ok(asks) => asks,
        Err(bad) => return bad.into_response(),
    };
    match asks {
        Asks::OpenPolling => match server.open_polling(parts) {
            Ok(open) => packets(open),
            Err(error) => without_randomness(error),
        },
        Asks::OpenWebSocket => open_websocket(&server, parts),
        Asks::Take(sid) => take(&server, &sid).await,
        Asks::Put(sid) => put(&server, &sid, body).await,
        Asks::Upgrade(sid) => upgrade(&server, &sid, parts).unwrap_or_else(IntoResponse::into_response),
    }
}

fn open_websocket<N: Namespace>(server: &Server<N>, mut parts: Parts) -> Response {
    let (response, on_upgrade) = match switched(&mut parts) {
        Ok(switched) => switched,
        Err(bad) => return bad.into_response(),
    };
    match server.open_websocket(parts, on_upgrade) {
        Ok(()) => response,
        Err(error) => without_randomness(error),
    }
}

fn upgrade<N: Namespace>(server: &Server<N>, sid: &str, mut parts: Parts) -> Result<Response, BadRequest> {
    let mailbox = server.polled(sid).ok_or(BadRequest::Session)?;
    let (response, on_upgrade) = switched(&mut parts)?;
    if !mailbox.begin_probe() {
        return Err(BadRequest::Upgrade);
    }
    server.upgrade(mailbox, on_upgrade);
    Ok(response)
}

fn switched(parts: &mut Parts) -> Result<(Response, OnUpgrade), BadRequest> {
    let response = switch_protocols(&parts.headers)?;
    // Absent where the connection cannot become one.
    let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(BadRequest::WebSocket)?;
    Ok((response, on_upgrade))
}

async fn take<N: Namespace>(server: &Server<N>, sid: &str) -> Response {
    let Some(mailbox) = server.polled(sid) else { return BadRequest::Session.into_response() };
    mailbox.take().await.map_or_else(IntoResponse::into_response, packets)
}

async fn put<N: Namespace>(server: &Server<N>, sid: &str, body: Body) -> Response {
    let Some(mailbox) = server.polled(sid) else { return BadRequest::Session.into_response() };
    let limit = server.config().max_payload;
    let Ok(body) = axum::body::to_bytes(body, limit).await else {
        let message = format!("Bad request: a body has at most {limit} bytes; send less at once");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, BAD_REQUEST, &message);
    };
    let Ok(text) = std::str::from_utf8(&body) else {
        return refuse(StatusCode::BAD_REQUEST, BAD_REQUEST, "Bad request: the body is no text in UTF-8");
    };
    mailbox.put(text).map_or_else(IntoResponse::into_response, |()| packets("ok".to_owned()))
}

fn packets(body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=UTF-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, body).into_response()
}

fn without_randomness(error: getrandom::Error) -> Response {
    tracing::error!(%error, "failed to name a session");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Ended => BadRequest::Session.into_response(),
            Self::Busy => refuse(StatusCode::SERVICE_UNAVAILABLE, BAD_REQUEST, &self.to_string()),
            Self::TwoAtOnce | Self::Unreadable { .. } => {
                refuse(StatusCode::BAD_REQUEST, BAD_REQUEST, &format!("Bad request: {self}"))
            }
        }
    }
}
