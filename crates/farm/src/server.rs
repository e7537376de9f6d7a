//! The farm on loopback: one server that answers to all names, the names themselves, and a socket that nobody may reach.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use enrichment::address::{Guard, Names};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use crate::answer::Answer;
use crate::grow;
use crate::log::{Log, Open};
use crate::site::{Host, Site};

/// The longest request that is read.
const MAX_REQUEST: usize = 64 * 1024;

/// Sites that are being served.
#[derive(Debug)]
pub(crate) struct Farm {
    pub(crate) sites: Vec<Site>,
    pub(crate) log: Log,
    /// Where the server is.
    pub(crate) address: SocketAddr,
    /// A socket of this machine that no visitor may reach.
    pub(crate) forbidden: SocketAddr,
    hosts: HashMap<String, (usize, usize)>,
}

/// A farm and its servers, which end with it.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) farm: Arc<Farm>,
    _servers: [AbortOnDropHandle<()>; 2],
}

impl Served {
    /// Grows that many sites of that seed and serves them.
    pub(crate) async fn start(seed: u64, count: usize) -> io::Result<Self> {
        let (listener, forbidden) =
            (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let (address, forbidden_address) = (listener.local_addr()?, forbidden.local_addr()?);
        let sites = grow::sites(seed, count, forbidden_address);
        let places = sites.iter().enumerate().flat_map(|(index, site)| {
            let names = site.hosts.iter().enumerate();
            names.map(move |(place, host)| (host.name.clone(), (index, place)))
        });
        let hosts = places.collect();
        let log = Log::default();
        let farm = Arc::new(Farm { sites, log, address, forbidden: forbidden_address, hosts });
        let servers = [
            tokio::spawn(serve(Arc::clone(&farm), listener)),
            tokio::spawn(watch(Arc::clone(&farm), forbidden)),
        ];
        Ok(Self { farm, _servers: servers.map(AbortOnDropHandle::new) })
    }
}

impl Farm {
    /// Lets visitors reach the farm and no other socket of this machine.
    pub(crate) fn guard(&self) -> Guard {
        Guard::allowing([self.address])
    }

    fn host(&self, name: &str) -> Option<&Host> {
        let (site, place) = self.hosts.get(name)?;
        self.sites.get(*site)?.hosts.get(*place)
    }

    /// What to say to a request, which is noted.
    fn answer(&self, request: &Request) -> (Answer, Open) {
        let answer = self.host(&request.host).and_then(|host| {
            let path = request.target.split('?').next().unwrap_or_default();
            host.answers.get(&request.target).or_else(|| host.answers.get(path)).cloned()
        });
        let answer = answer.unwrap_or_else(|| Answer::status(404, "<h1>Not found</h1>"));
        let open = self.log.open(&request.host, &request.target, answer.is_redirect());
        (answer, open)
    }
}

#[async_trait]
impl Names for Farm {
    async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        if self.hosts.contains_key(name) {
            return Ok(vec![self.address]);
        }
        let private = |address: [u8; 4]| Ok(vec![SocketAddr::new(IpAddr::from(address), 0)]);
        match name {
            grow::FORBIDDEN_NAME => Ok(vec![self.forbidden]),
            _ if name.starts_with(grow::INSIDE) => Ok(vec![self.forbidden]),
            grow::PRIVATE_NAME => private([10, 0, 0, 5]),
            grow::METADATA_NAME => private([169, 254, 169, 254]),
            _ => {
                if !name.starts_with(grow::NOBODYS_NAME) {
                    self.log.outside(format!("the name {name}"));
                }
                Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no host {name}")))
            }
        }
    }
}

async fn serve(farm: Arc<Farm>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(Arc::clone(&farm), stream));
    }
}

/// Notes whoever comes to the forbidden socket.
async fn watch(farm: Arc<Farm>, listener: TcpListener) {
    while let Ok((visitor, _)) = listener.accept().await {
        farm.log.outside("a socket of this machine");
        drop(visitor);
    }
}

/// Answers the requests of one connection.
async fn converse(farm: Arc<Farm>, mut stream: TcpStream) {
    let mut received = Vec::new();
    while let Some(request) = Request::read(&mut stream, &mut received).await {
        let (answer, _open) = farm.answer(&request);
        if !answer.send(&mut stream).await {
            return;
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Request {
    host: String,
    target: String,
}

impl Request {
    /// The next request. What was received beyond it stays in `received`.
    async fn read(stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<Self> {
        loop {
            if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = received.drain(..end + 4).collect::<Vec<u8>>();
                return Self::parse(&String::from_utf8_lossy(&head));
            }
            if received.len() > MAX_REQUEST || stream.read_buf(received).await.ok()? == 0 {
                return None;
            }
        }
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let target = lines.next()?.split(' ').nth(1)?.to_owned();
        let named = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
        };
        Some(Self { host: lines.find_map(named)?, target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_its_host_and_its_target() {
        let request = Request::parse("GET /a?b HTTP/1.1\r\nAccept: */*\r\nHost: acme.com\r\n\r\n");
        assert_eq!(request, Some(Request { host: "acme.com".to_owned(), target: "/a?b".to_owned() }));
        assert_eq!(Request::parse("\u{16}\u{3}"), None);
    }
}
