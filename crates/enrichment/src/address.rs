//! Which addresses may be reached.
//!
//! The addresses that a crawler must not reach are those of the IANA special-purpose registries
//! (RFC 6890 and its updates), and every IPv6 form that carries an IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Decides what may be reached. The only exceptions are those given to its constructor.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Arc<[SocketAddr]>,
}

/// Why an address or URL may not be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither http nor https.
    #[error("only http and https addresses can be read, not {0}")]
    Scheme(String),
    /// A user name or password stands in the URL.
    #[error("the address carries a user name or password; remove it")]
    Credentials,
    /// Another port than the web's.
    #[error("only ports 80 and 443 can be read, not {0}")]
    Port(u16),
    /// There is no host.
    #[error("the address names no host")]
    NoHost,
    /// The host is, or resolves to, an address that is not public.
    #[error("{0} is not a public address")]
    NotPublic(String),
}

impl Guard {
    /// A guard that lets only public addresses pass.
    #[must_use]
    pub fn public_only() -> Self {
        Self::default()
    }

    /// A guard that lets these sockets pass too, whatever their address: for tests against a server of their own.
    #[must_use]
    pub fn allowing(sockets: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self { allowed: sockets.into_iter().collect() }
    }

    /// Checks everything of a URL that can be told without resolving its host.
    ///
    /// # Errors
    /// When it must not be reached.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let address = match url.host() {
            None => return Err(Refusal::NoHost),
            // The parser has already turned decimal, octal and hexadecimal forms into an address.
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) => return self.check_name(name, port),
        };
        match address {
            Some(address) if self.allowed.contains(&SocketAddr::new(address, port)) => Ok(()),
            Some(address) if !is_public(address) => Err(Refusal::NotPublic(address.to_string())),
            _ => check_port(port),
        }
    }

    fn check_name(&self, name: &str, port: u16) -> Result<(), Refusal> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let allowed_port = self.allowed.iter().any(|socket| socket.port() == port);
        if !allowed_port
            && (name == "localhost" || name.ends_with(".localhost") || name.ends_with(".internal"))
        {
            return Err(Refusal::NotPublic(name));
        }
        if allowed_port { Ok(()) } else { check_port(port) }
    }

    /// Checks a socket of another service than the web's, whose port is not the guard's to choose.
    ///
    /// # Errors
    /// When it must not be reached.
    pub(crate) fn check_socket(&self, socket: SocketAddr) -> Result<(), Refusal> {
        if is_public(socket.ip()) || self.allowed.contains(&socket) {
            return Ok(());
        }
        Err(Refusal::NotPublic(socket.ip().to_string()))
    }

    /// Those of the addresses that may be reached. Allowed sockets are recognised by their address alone where
    /// a resolver does not know the port; [`Guard::check_url`] has seen the port before.
    fn permitted(&self, addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let is_allowed = |socket: &SocketAddr| {
            let same_port = |allowed: &SocketAddr| socket.port() == 0 || allowed.port() == socket.port();
            self.allowed.iter().any(|allowed| allowed.ip() == socket.ip() && same_port(allowed))
        };
        addresses.into_iter().filter(|socket| is_public(socket.ip()) || is_allowed(socket)).collect()
    }
}

fn check_port(port: u16) -> Result<(), Refusal> {
    if matches!(port, 80 | 443) { Ok(()) } else { Err(Refusal::Port(port)) }
}

/// Finds the addresses of hosts.
#[async_trait]
pub trait Names: std::fmt::Debug + Send + Sync {
    /// The addresses of that name. A port other than 0 takes the place of the scheme's own, for tests with a
    /// server of their own.
    ///
    /// # Errors
    /// When there is no such name, or nobody can be asked.
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<SocketAddr>>;
}

/// The names that the operating system knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.collect())
    }
}

/// A name of which no address came.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unresolved(std::io::Error);

/// Resolves once and answers only with addresses that may be reached, so that the connection goes where the
/// check looked.
#[derive(Clone, Debug)]
pub(crate) struct GuardedResolver {
    pub(crate) guard: Guard,
    pub(crate) names: Arc<dyn Names>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { guard, names } = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await.map_err(Unresolved)?;
            let permitted = guard.permitted(found);
            if permitted.is_empty() {
                return Err(Refusal::NotPublic(name.as_str().to_owned()).into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// Whether the address belongs to the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const RESERVED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    !RESERVED_V4.iter().any(|(network, length)| (bits ^ u32::from(*network)) >> (32 - length) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if let Some(inner) = embedded_v4(segments) {
        return is_public_v4(inner);
    }
    // Only 2000::/3 is handed out; from it, documentation (2001:db8::/32, 3fff::/20), protocol assignments
    // (2001::/23, Teredo among them) and nothing else is special.
    let global = segments[0] >> 13 == 0b001;
    let documentation =
        (segments[0] == 0x2001 && segments[1] == 0x0db8) || (segments[0] == 0x3fff && segments[1] < 0x1000);
    let protocol = segments[0] == 0x2001 && segments[1] < 0x0200;
    global && !documentation && !protocol
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 or 6to4.
fn embedded_v4(segments: [u16; 8]) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => Some(join(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(join(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x64, 0xff9b, 1, ..] => Some(Ipv4Addr::UNSPECIFIED),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        let check = |text: &str, expect: bool| {
            assert_eq!(is_public(text.parse().unwrap()), expect, "{text}");
        };
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            check(text, false);
        }
        for text in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn urls_are_checked_in_every_disguise() {
        let guard = Guard::public_only();
        let check = |text: &str, expect: Result<(), Refusal>| {
            assert_eq!(guard.check_url(&Url::parse(text).unwrap()), expect, "{text}");
        };
        check("https://example.com/contact", Ok(()));
        check("http://example.com:443/", Ok(()));
        check("ftp://example.com/", Err(Refusal::Scheme("ftp".into())));
        check("file:///etc/passwd", Err(Refusal::Scheme("file".into())));
        check("http://user:secret@example.com/", Err(Refusal::Credentials));
        check("http://example.com:8080/", Err(Refusal::Port(8080)));
        for disguise in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://169.254.169.254/latest/meta-data/",
            "http://metadata.google.internal/",
        ] {
            let refused = guard.check_url(&Url::parse(disguise).unwrap());
            assert!(matches!(refused, Err(Refusal::NotPublic(_))), "{disguise}: {refused:?}");
        }
    }

    #[test]
    fn an_allowed_socket_is_allowed_alone() {
        let socket: SocketAddr = "127.0.0.1:4711".parse().unwrap();
        let guard = Guard::allowing([socket]);
        let check = |text: &str| guard.check_url(&Url::parse(text).unwrap());
        assert_eq!(check("http://127.0.0.1:4711/"), Ok(()));
        assert!(check("http://127.0.0.1:4712/").is_err());
        assert!(check("http://127.0.0.2:4711/").is_err());
        assert!(check("http://10.0.0.1/").is_err());
        let resolved = ["127.0.0.1:4711", "127.0.0.1:0", "127.0.0.1:4712", "10.0.0.1:4711", "1.1.1.1:0"];
        let permitted = guard.permitted(resolved.map(|socket| socket.parse().unwrap()));
        assert_eq!(permitted, ["127.0.0.1:4711", "127.0.0.1:0", "1.1.1.1:0"].map(|s| s.parse().unwrap()));
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_loopback_is_refused_by_the_resolver() {
        let resolver = GuardedResolver { guard: Guard::public_only(), names: Arc::new(SystemNames) };
        let error = resolver.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(error.to_string().contains("not a public address"), "{error}");
    }
}
