//! A small name server on loopback, over UDP.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use enrichment::verify::{DnsConfig, DnsResolver, Resolve};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

/// How a name is answered.
#[derive(Clone, Debug)]
enum Zone {
    Records(Vec<RData>),
    Code(ResponseCode),
    Silent,
}

/// What is asked for, by name and type.
type Questions = Arc<Mutex<Vec<(String, RecordType)>>>;

/// The server, while it is being told what to answer. Names that it was not told of do not exist.
#[derive(Debug, Default)]
pub(crate) struct NameServer {
    zones: HashMap<String, Zone>,
}

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    questions: Questions,
}

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).unwrap()
}

impl NameServer {
    fn add(mut self, domain: &str, data: RData) -> Self {
        let zone = self.zones.entry(domain.to_owned()).or_insert_with(|| Zone::Records(Vec::new()));
        if let Zone::Records(records) = zone {
            records.push(data);
        }
        self
    }

    pub(crate) fn mx(self, domain: &str, preference: u16, exchange: &str) -> Self {
        let exchange = if exchange == "." { Name::root() } else { name(exchange) };
        self.add(domain, RData::MX(MX::new(preference, exchange)))
    }

    pub(crate) fn a(self, host: &str, address: [u8; 4]) -> Self {
        self.add(host, RData::A(A(Ipv4Addr::from(address))))
    }

    pub(crate) fn aaaa(self, host: &str, address: &str) -> Self {
        self.add(host, RData::AAAA(AAAA(address.parse::<Ipv6Addr>().unwrap())))
    }

    pub(crate) fn alias(self, host: &str, of: &str) -> Self {
        self.add(host, RData::CNAME(CNAME(name(of))))
    }

    /// A name that exists and has no records of the types that are asked for.
    pub(crate) fn empty(mut self, domain: &str) -> Self {
        self.zones.insert(domain.to_owned(), Zone::Records(Vec::new()));
        self
    }

    pub(crate) fn code(mut self, domain: &str, code: ResponseCode) -> Self {
        self.zones.insert(domain.to_owned(), Zone::Code(code));
        self
    }

    pub(crate) fn silent(mut self, domain: &str) -> Self {
        self.zones.insert(domain.to_owned(), Zone::Silent);
        self
    }

    pub(crate) async fn start(self) -> Running {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let questions = Questions::default();
        let asked = Arc::clone(&questions);
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                let request = Message::from_vec(&buffer[..length]).unwrap();
                if let Some(answer) = self.answer(request, &asked) {
                    socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
                }
            }
        });
        Running { address, questions }
    }

    fn answer(&self, request: Message, asked: &Questions) -> Option<Message> {
        let query = request.queries[0].clone();
        let domain = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
        asked.lock().unwrap().push((domain.clone(), query.query_type()));
        let mut answer = Message::response(request.metadata.id, request.metadata.op_code);
        answer.metadata.recursion_desired = true;
        answer.metadata.recursion_available = true;
        answer.add_query(query.clone());
        match self.zones.get(&domain) {
            None => answer.metadata.response_code = ResponseCode::NXDomain,
            Some(Zone::Silent) => return None,
            Some(Zone::Code(code)) => answer.metadata.response_code = *code,
            Some(Zone::Records(records)) => {
                for data in records {
                    let wanted = data.record_type() == query.query_type();
                    if wanted || data.record_type() == RecordType::CNAME {
                        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
                    }
                    if let RData::CNAME(of) = data {
                        let target = of.0.to_ascii().trim_end_matches('.').to_owned();
                        let Some(Zone::Records(records)) = self.zones.get(&target) else { continue };
                        for data in records.iter().filter(|data| data.record_type() == query.query_type()) {
                            answer.add_answer(Record::from_rdata(of.0.clone(), 60, data.clone()));
                        }
                    }
                }
            }
        }
        Some(answer)
    }
}

impl Running {
    /// A resolver that asks this server; it waits long enough for a slow machine.
    pub(crate) fn resolver(&self) -> Arc<dyn Resolve> {
        self.resolver_that_waits(Duration::from_secs(30))
    }

    pub(crate) fn resolver_that_waits(&self, timeout: Duration) -> Arc<dyn Resolve> {
        let config = DnsConfig { timeout, attempts: 1, ..DnsConfig::default() };
        Arc::new(DnsResolver::at(self.address, config).unwrap())
    }

    /// How often a name was asked for with that type.
    pub(crate) fn asked(&self, domain: &str, kind: RecordType) -> usize {
        let questions = self.questions.lock().unwrap();
        questions.iter().filter(|(name, of)| name == domain && *of == kind).count()
    }
}
