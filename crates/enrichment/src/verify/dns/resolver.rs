//! The resolver of the machine, or another server, by hickory.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use super::{Exchange, Resolve, ResolveError};

/// How long and how often is asked, and how much is remembered.
#[derive(Clone, Debug)]
pub struct DnsConfig {
    /// The longest one server may take to answer.
    pub timeout: Duration,
    /// How often a question is asked.
    pub attempts: usize,
    /// Answers that are remembered.
    pub cache_size: u64,
    /// The longest an answer is remembered; less where its records say so.
    pub cache_age: Duration,
}

impl Default for DnsConfig {
    /// 3 seconds, 2 attempts, 4,096 answers for at most an hour.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(3),
            attempts: 2,
            cache_size: 4096,
            cache_age: Duration::from_secs(3600),
        }
    }
}

/// Asks name servers. Clones share what they remember.
#[derive(Clone)]
pub struct DnsResolver {
    resolver: TokioResolver,
    timeout: Duration,
}

impl fmt::Debug for DnsResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsResolver").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl DnsResolver {
    /// Asks the servers that the machine is set up with.
    ///
    /// # Errors
    /// When that set-up cannot be read.
    pub fn system(config: DnsConfig) -> Result<Self, ResolveError> {
        Self::build(TokioResolver::builder_tokio().map_err(set_up)?, &config)
    }

    /// Asks that server, over UDP, and over TCP where an answer is too long for that.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub fn at(server: SocketAddr, config: DnsConfig) -> Result<Self, ResolveError> {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        let name_server = NameServerConfig::new(server.ip(), true, connections.into());
        let servers = ResolverConfig::from_parts(None, Vec::new(), vec![name_server]);
        let provider = TokioRuntimeProvider::default();
        Self::build(TokioResolver::builder_with_config(servers, provider), &config)
    }

    fn build(
        mut builder: ResolverBuilder<TokioRuntimeProvider>,
        config: &DnsConfig,
    ) -> Result<Self, ResolveError> {
        let options: &mut ResolverOpts = builder.options_mut();
        options.timeout = config.timeout;
        options.attempts = config.attempts;
        options.cache_size = config.cache_size;
        options.positive_max_ttl = Some(config.cache_age);
        options.negative_max_ttl = Some(config.cache_age);
        options.use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build().map_err(set_up)?;
        Ok(Self { resolver, timeout: config.timeout })
    }

    /// The data of the records of that type.
    async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, ResolveError> {
        // With its last dot a name is whole: no search domain of the machine is put behind it.
        let name =
            Name::from_ascii(format!("{name}.")).map_err(|error| ResolveError::Failed(error.to_string()))?;
        match self.resolver.lookup(name, kind).await {
            Ok(lookup) => Ok(lookup.answers().iter().map(|record| record.data.clone()).collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => match none.response_code {
                ResponseCode::NoError => Ok(Vec::new()),
                ResponseCode::NXDomain => Err(ResolveError::NoSuchName),
                code => Err(ResolveError::Failed(code.to_string())),
            },
            Err(NetError::Timeout) => Err(ResolveError::Timeout(self.timeout)),
            Err(error) => Err(ResolveError::Failed(error.to_string())),
        }
    }
}

fn set_up(error: NetError) -> ResolveError {
    ResolveError::SetUp(error.to_string())
}

#[async_trait::async_trait]
impl Resolve for DnsResolver {
    async fn mx(&self, domain: &str) -> Result<Vec<Exchange>, ResolveError> {
        let records = self.records(domain, RecordType::MX).await?;
        let exchanges = records.into_iter().filter_map(|data| match data {
            RData::MX(mx) => Some(Exchange { preference: mx.preference, host: host(&mx.exchange) }),
            _ => None,
        });
        Ok(exchanges.collect())
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let (four, six) =
            tokio::join!(self.records(host, RecordType::A), self.records(host, RecordType::AAAA));
        let mut addresses = Vec::new();
        let mut failure = None;
        for answer in [four, six] {
            match answer {
                Ok(records) => addresses.extend(records.iter().filter_map(RData::ip_addr)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) if addresses.is_empty() => Err(error),
            _ => Ok(addresses),
        }
    }
}

fn host(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}
