//! The cookie that carries a session.

use axum::http::{HeaderMap, header};

use crate::config::Access;

/// The name where the browser speaks TLS: with this prefix it takes the cookie from this host alone and over TLS only.
const SECURE: &str = "__Host-letip";
/// The name on a loopback address without TLS, where not every browser takes the other.
const PLAIN: &str = "letip";

fn name(access: Access) -> &'static str {
    if access.has_tls() { SECURE } else { PLAIN }
}

/// The value of the session's cookie in a request.
pub(crate) fn read(access: Access, headers: &HeaderMap) -> Option<&str> {
    let name = name(access);
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// A `Set-Cookie` that keeps the session for so many seconds. Other sites' pages may link here, and not act here.
pub(crate) fn set(access: Access, secret: &str, seconds: i64) -> String {
    let secure = if access.has_tls() { "; Secure" } else { "" };
    format!("{}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", name(access))
}

/// A `Set-Cookie` that makes the browser forget the session.
pub(crate) fn clear(access: Access) -> String {
    set(access, "", 0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use contract::Role;

    use super::*;

    const TLS: Access = Access::SignedIn { tls: true };
    const LOOPBACK: Access = Access::SignedIn { tls: false };

    #[test]
    fn the_cookie_is_the_host_s_own_where_there_is_tls() {
        let cookie = set(TLS, "x", 5);
        assert_eq!(cookie, "__Host-letip=x; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure");
        assert!(!set(LOOPBACK, "x", 5).contains("Secure"));
        assert!(clear(Access::Open(Role::Admin)).contains("Max-Age=0"));
    }

    #[test]
    fn it_is_found_among_others_and_by_its_own_name_only() {
        let check = |access, given: &'static str, expect: Option<&str>| {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(given))]);
            assert_eq!(read(access, &headers), expect, "{given}");
        };
        check(LOOPBACK, "a=b; letip=x;c=d", Some("x"));
        check(LOOPBACK, "notletip=x", None);
        check(TLS, "letip=planted; __Host-letip=x", Some("x"));
        check(TLS, "letip=planted", None);
    }
}
