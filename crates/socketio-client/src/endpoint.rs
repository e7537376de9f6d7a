//! The WebSocket address of a server.

use std::fmt::Write as _;

use crate::Error;

/// Makes the address that the transport opens from a server's address such as `https://example.com:8443`.
pub(crate) fn endpoint(url: &str, path: &str, query: &[(String, String)]) -> Result<String, Error> {
    let invalid = |problem| Error::InvalidUrl { url: url.to_owned(), problem };
    let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no scheme, such as http://"))?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "ws",
        "https" | "wss" => "wss",
        _ => return Err(invalid("its scheme is none of http, https, ws, wss")),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    check_authority(authority).map_err(invalid)?;

    let mut address = format!("{scheme}://{authority}");
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        address.push('/');
        percent_encode_to(&mut address, segment);
    }
    address.push_str("/?EIO=4&transport=websocket");
    for (name, value) in query {
        address.push('&');
        percent_encode_to(&mut address, name);
        address.push('=');
        percent_encode_to(&mut address, value);
    }
    Ok(address)
}

fn check_authority(authority: &str) -> Result<(), &'static str> {
    if authority.is_empty() {
        return Err("it has no host");
    }
    if authority.contains(['/', '?', '#']) {
        return Err("it goes on after the host: use `path`, `query` and `namespace`");
    }
    if authority.contains('@') {
        return Err("it has a user name: use `auth`");
    }
    if authority.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("it has a blank or a control character");
    }
    Ok(())
}

/// Keeps the unreserved characters of RFC 3986.
fn percent_encode_to(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, path: &str, expected: &str) {
        assert_eq!(endpoint(url, path, &[]).unwrap(), expected);
    }

    #[test]
    fn every_scheme_becomes_a_websocket_scheme() {
        check("http://h:1", "/socket.io/", "ws://h:1/socket.io/?EIO=4&transport=websocket");
        check("HTTPS://h/", "/socket.io", "wss://h/socket.io/?EIO=4&transport=websocket");
        check("ws://[::1]:80", "/", "ws://[::1]:80/?EIO=4&transport=websocket");
        check("wss://h", "a b//c", "wss://h/a%20b/c/?EIO=4&transport=websocket");
    }

    #[test]
    fn query_parameters_are_encoded() {
        let query = [("a&b".to_owned(), "c=d é".to_owned())];
        let address = endpoint("http://h", "/socket.io/", &query).unwrap();
        assert_eq!(address, "ws://h/socket.io/?EIO=4&transport=websocket&a%26b=c%3Dd%20%C3%A9");
    }

    #[test]
    fn unusable_addresses_are_refused_with_what_to_do() {
        for (url, problem) in [
            ("localhost:3000", "no scheme"),
            ("ftp://h", "none of http"),
            ("http://", "no host"),
            ("http:///", "no host"),
            ("http://h/admin", "use `path`"),
            ("http://h?x=1", "use `path`"),
            ("http://u:p@h", "use `auth`"),
            ("http://a b", "blank"),
            ("http://a\r\nb", "blank"),
        ] {
            let message = endpoint(url, "/", &[]).unwrap_err().to_string();
            assert!(message.contains(problem), "{url}: {message}");
        }
    }
}
