//! Whether the `Host` of a request is ours.
//!
//! A server on a loopback address is safe from the network and not from the browser: a page elsewhere can have its
//! own name resolve to 127.0.0.1 (DNS rebinding) and then talk to us as its own origin. The name gives it away.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{header, request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{ApiProblem, BAD_HOST};

/// The names that the server answers for; none where any is right.
#[derive(Clone, Debug)]
pub(crate) struct Hosts(Option<Arc<[String]>>);

impl Hosts {
    /// Loopback names and `allowed` on a loopback address, `allowed` alone where it is given on another, else any.
    pub(crate) fn new(listen: SocketAddr, allowed: &[String]) -> Self {
        let loopback = listen.ip().is_loopback();
        if !loopback && allowed.is_empty() {
            return Self(None);
        }
        let own = ["localhost", "127.0.0.1", "[::1]"].into_iter().filter(|_| loopback).map(str::to_owned);
        Self(Some(own.chain(allowed.iter().map(|name| name.to_ascii_lowercase())).collect()))
    }

    fn admits(&self, host: &str) -> bool {
        let Some(names) = &self.0 else { return true };
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let is_loopback = |ip: IpAddr| ip.is_loopback();
        let literal = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(is_loopback);
        names.iter().any(|known| known == name)
            || names.iter().any(|known| known == "localhost") && (literal || name.ends_with(".localhost"))
    }
}

/// The host that a request is for: that of its target where it has one, else of its header.
pub(crate) fn of(parts: &request::Parts) -> Option<&str> {
    let target = parts.uri.authority().map(Authority::as_str);
    target.or_else(|| parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()))
}

/// Layer: refuses a request for a host that is not ours.
pub(crate) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if hosts.admits(of(&parts).unwrap_or_default()) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let detail = "this server does not answer for the host of the request; start it with that name allowed";
    ApiProblem::new(BAD_HOST, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_server_answers_for_loopback_names_only() {
        let hosts = Hosts::new("127.0.0.1:3030".parse().unwrap(), &["leads.example".to_owned()]);
        let check = |host: &str, expect: bool| assert_eq!(hosts.admits(host), expect, "{host}");
        check("localhost:3030", true);
        check("LOCALHOST", true);
        check("app.localhost:3030", true);
        check("127.0.0.1:3030", true);
        check("127.0.0.2", true);
        check("[::1]:3030", true);
        check("leads.example", true);
        check("evil.example:3030", false);
        check("localhost.evil.example", false);
        check("127.0.0.1.evil.example", false);
        check("10.0.0.1", false);
        check("", false);
        check("a b", false);
    }

    #[test]
    fn a_public_server_answers_for_any_name_or_for_those_given() {
        let public: SocketAddr = "0.0.0.0:80".parse().unwrap();
        assert!(Hosts::new(public, &[]).admits("anything.example"));
        let named = Hosts::new(public, &["leads.example".to_owned()]);
        assert!(named.admits("leads.example:80") && !named.admits("localhost"));
    }
}
