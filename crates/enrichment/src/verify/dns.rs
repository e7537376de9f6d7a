//! Who takes the mail of a domain: RFC 5321 section 5, with the null MX of RFC 7505.

mod resolver;

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

pub use resolver::{DnsConfig, DnsResolver};

/// Exchanges of a domain that are kept.
const MAX_EXCHANGES: usize = 20;
/// Exchanges whose addresses are looked up to tell whether any is alive.
const MAX_LOOKED_UP: usize = 4;

/// Asks the domain name system. Names are in A-labels, without the last dot.
#[async_trait::async_trait]
pub trait Resolve: fmt::Debug + Send + Sync {
    /// The MX records of a domain, in any order; none is no error. The exchange of a null MX is an empty name.
    ///
    /// # Errors
    /// When the domain does not exist, or it could not be found out.
    async fn mx(&self, domain: &str) -> Result<Vec<Exchange>, ResolveError>;

    /// The IPv4 and IPv6 addresses of a host; none is no error.
    ///
    /// # Errors
    /// When the host does not exist, or it could not be found out.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError>;
}

/// A host that takes mail; less is preferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchange {
    /// Its preference.
    pub preference: u16,
    /// Its name, in lower case and without the last dot.
    pub host: String,
}

/// Why a name was not resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// There is no such name (NXDOMAIN).
    #[error("the name does not exist")]
    NoSuchName,
    /// No server answered in time.
    #[error("the resolver did not answer within {0:?}")]
    Timeout(Duration),
    /// A server answered with an error, or could not be reached.
    #[error("the resolver failed: {0}")]
    Failed(String),
    /// The resolver could not be set up.
    #[error("the resolver cannot be set up: {0}")]
    SetUp(String),
}

/// Where mail for a domain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To these hosts, the most preferred first.
    Exchanges(Vec<Exchange>),
    /// To the domain's own address: it has no MX records (RFC 5321 section 5.1).
    Implicit,
    /// Nowhere: the domain says that it takes no mail (RFC 7505).
    NullMx,
    /// Nowhere: the domain has neither MX records nor an address.
    NoServer,
    /// Nowhere: no exchange of the domain has an address.
    DeadExchanges(Vec<Exchange>),
    /// Nowhere: there is no such domain.
    NoSuchDomain,
}

impl Route {
    /// The names of the exchanges, the most preferred first.
    #[must_use]
    pub fn exchanges(&self) -> &[Exchange] {
        match self {
            Self::Exchanges(exchanges) | Self::DeadExchanges(exchanges) => exchanges,
            Self::Implicit | Self::NullMx | Self::NoServer | Self::NoSuchDomain => &[],
        }
    }

    /// The hosts to deliver to, the most preferred first.
    pub(super) fn hosts<'a>(&'a self, domain: &'a str) -> Vec<&'a str> {
        match self {
            Self::Exchanges(exchanges) => exchanges.iter().map(|exchange| exchange.host.as_str()).collect(),
            Self::Implicit => vec![domain],
            Self::NullMx | Self::NoServer | Self::DeadExchanges(_) | Self::NoSuchDomain => Vec::new(),
        }
    }
}

/// Finds out where mail for the domain goes.
///
/// # Errors
/// When that could not be found out; that a domain does not exist is an answer.
pub(super) async fn route(resolver: &dyn Resolve, domain: &str) -> Result<Route, ResolveError> {
    let mut exchanges = match resolver.mx(domain).await {
        Ok(exchanges) => exchanges,
        Err(ResolveError::NoSuchName) => return Ok(Route::NoSuchDomain),
        Err(error) => return Err(error),
    };
    if exchanges.is_empty() {
        return implicit(resolver, domain).await;
    }
    // A null MX stands alone; beside others it says nothing.
    exchanges.retain(|exchange| !exchange.host.is_empty());
    if exchanges.is_empty() {
        return Ok(Route::NullMx);
    }
    exchanges.sort();
    let mut hosts = HashSet::new();
    exchanges.retain(|exchange| hosts.insert(exchange.host.clone()));
    if exchanges.len() > MAX_EXCHANGES {
        tracing::debug!(
            domain,
            found = exchanges.len(),
            kept = MAX_EXCHANGES,
            "a domain has too many exchanges"
        );
        exchanges.truncate(MAX_EXCHANGES);
    }
    let dead = exchanges.len() <= MAX_LOOKED_UP && are_dead(resolver, &exchanges).await;
    Ok(if dead { Route::DeadExchanges(exchanges) } else { Route::Exchanges(exchanges) })
}

async fn implicit(resolver: &dyn Resolve, domain: &str) -> Result<Route, ResolveError> {
    match resolver.addresses(domain).await {
        Ok(addresses) if addresses.is_empty() => Ok(Route::NoServer),
        Ok(_) => Ok(Route::Implicit),
        // Some servers say so of a name that has other records: it has no address either way.
        Err(ResolveError::NoSuchName) => Ok(Route::NoServer),
        Err(error) => Err(error),
    }
}

/// Whether it is certain of every exchange that it has no address.
async fn are_dead(resolver: &dyn Resolve, exchanges: &[Exchange]) -> bool {
    for exchange in exchanges {
        match resolver.addresses(&exchange.host).await {
            Ok(addresses) if addresses.is_empty() => {}
            Err(ResolveError::NoSuchName) => {}
            Ok(_) | Err(_) => return false,
        }
    }
    true
}
