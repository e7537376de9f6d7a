//! What a request to the route asks for, and how it is refused.

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Version of Engine.IO.
const VERSION: &str = "4";
/// Version of WebSocket (RFC 6455).
const WEBSOCKET_VERSION: &str = "13";

/// What a request asks for, with the name of the session that it goes on with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    OpenPolling,
    OpenWebSocket,
    Take(String),
    Put(String),
    Upgrade(String),
}

/// A request that is none of the protocol's, by the protocol's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRequest {
    #[error("Transport unknown: it is polling or websocket")]
    Transport,
    #[error("Session ID unknown: it has ended; open another one")]
    Session,
    #[error("Bad handshake method: open a session by GET")]
    Method,
    #[error("Bad request: a WebSocket is opened by a GET request over HTTP/1.1 with the headers of RFC 6455")]
    WebSocket,
    #[error("Bad request: another WebSocket is being tried for this session, or it has ended")]
    Upgrade,
    #[error("Unsupported protocol version: it is EIO=4")]
    Version,
}

impl BadRequest {
    fn code(self) -> u8 {
        match self {
            Self::Transport => 0,
            Self::Session => 1,
            Self::Method => 2,
            Self::WebSocket | Self::Upgrade => 3,
            Self::Version => 5,
        }
    }
}

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        refuse(StatusCode::BAD_REQUEST, self.code(), &self.to_string())
    }
}

/// The protocol's form of a refusal.
pub(crate) fn refuse(status: StatusCode, code: u8, message: &str) -> Response {
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}

impl Asks {
    pub(crate) fn read(parts: &Parts) -> Result<Self, BadRequest> {
        let query = parts.uri.query().unwrap_or_default();
        let value = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let is_websocket = match value("transport").as_deref() {
            Some("polling") => false,
            Some("websocket") => true,
            _ => return Err(BadRequest::Transport),
        };
        if value("EIO").as_deref() != Some(VERSION) {
            return Err(BadRequest::Version);
        }
        match (value("sid"), is_websocket, &parts.method) {
            (None, false, &Method::GET) => Ok(Self::OpenPolling),
            (None, true, &Method::GET) => Ok(Self::OpenWebSocket),
            (Some(sid), false, &Method::GET) => Ok(Self::Take(sid)),
            (Some(sid), false, &Method::POST) => Ok(Self::Put(sid)),
            (Some(sid), true, &Method::GET) => Ok(Self::Upgrade(sid)),
            _ => Err(BadRequest::Method),
        }
    }
}

/// The answer that makes the request's connection a WebSocket.
pub(crate) fn switch_protocols(headers: &HeaderMap) -> Result<Response, BadRequest> {
    let has = |name, wanted: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or(BadRequest::WebSocket)?;
    if !has(header::CONNECTION, "upgrade")
        || !has(header::UPGRADE, "websocket")
        || !has(header::SEC_WEBSOCKET_VERSION, WEBSOCKET_VERSION)
    {
        return Err(BadRequest::WebSocket);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept =
        HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(|_| BadRequest::WebSocket)?;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn read(method: &str, query: &str) -> Result<Asks, BadRequest> {
        let request = Request::builder().method(method).uri(format!("/socket.io/?{query}")).body(()).unwrap();
        Asks::read(&request.into_parts().0)
    }

    #[test]
    fn requests_are_told_apart() {
        let sid = || "a b".to_owned();
        assert_eq!(read("GET", "EIO=4&transport=polling&t=x"), Ok(Asks::OpenPolling));
        assert_eq!(read("GET", "EIO=4&transport=websocket"), Ok(Asks::OpenWebSocket));
        assert_eq!(read("GET", "EIO=4&transport=polling&sid=a%20b"), Ok(Asks::Take(sid())));
        assert_eq!(read("POST", "sid=a+b&EIO=4&transport=polling"), Ok(Asks::Put(sid())));
        assert_eq!(read("GET", "EIO=4&transport=websocket&sid=a+b"), Ok(Asks::Upgrade(sid())));
    }

    #[test]
    fn what_is_no_request_of_the_protocol_is_refused_by_its_numbers() {
        let code = |method, query| read(method, query).unwrap_err().code();
        assert_eq!(code("GET", ""), 0);
        assert_eq!(code("GET", "EIO=4&transport=pigeon"), 0);
        assert_eq!(code("POST", "EIO=4&transport=polling"), 2);
        assert_eq!(code("DELETE", "EIO=4&transport=polling&sid=a"), 2);
        assert_eq!(code("POST", "EIO=4&transport=websocket&sid=a"), 2);
        assert_eq!(code("GET", "EIO=3&transport=polling"), 5);
        assert_eq!(code("GET", "transport=polling"), 5);
    }

    #[test]
    fn a_websocket_needs_its_headers() {
        let headers = |leave_out: &str| {
            let all = [
                ("connection", "keep-alive, Upgrade"),
                ("upgrade", "WebSocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ];
            let some = all.into_iter().filter(|(name, _)| *name != leave_out);
            some.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        let response = switch_protocols(&headers("")).unwrap();
        // The example of RFC 6455, 1.3.
        assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for name in ["connection", "upgrade", "sec-websocket-version", "sec-websocket-key"] {
            assert_eq!(switch_protocols(&headers(name)).unwrap_err(), BadRequest::WebSocket, "{name}");
        }
    }
}
