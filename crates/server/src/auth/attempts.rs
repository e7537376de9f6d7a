//! How often a password may be tried: by whom, and for which account.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::{ApiProblem, TOO_MANY_REQUESTS};

const ONE: NonZeroU32 = NonZeroU32::MIN;
/// Tries from one address: at once, and one more every so often.
const BY_PEER: (u32, Duration) = (30, Duration::from_secs(2));
/// Tries for one account. Fewer than a person makes who has mistyped, many fewer than guessing needs.
const BY_ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));
/// The most addresses, and accounts, that are remembered; who came long ago is forgotten first.
const REMEMBERED: usize = 20_000;

/// The counters of one process.
#[derive(Debug)]
pub(crate) struct Attempts {
    peers: DefaultKeyedRateLimiter<Option<IpAddr>>,
    accounts: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            peers: RateLimiter::keyed(quota(BY_PEER)),
            accounts: RateLimiter::keyed(quota(BY_ACCOUNT)),
            clock: DefaultClock::default(),
        }
    }
}

fn quota((burst, every): (u32, Duration)) -> Quota {
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(ONE));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(ONE))
}

impl Attempts {
    /// Counts a try, or says how long to wait. `account` is whom the try is for. An address that has tried too often
    /// is not counted for accounts, so that it cannot fill the memory with their names; nor can many, as no more of either
    /// is remembered than that.
    pub(crate) fn count(&self, peer: Option<IpAddr>, account: &str) -> Result<(), ApiProblem> {
        let now = self.clock.now();
        make_room(&self.peers).map_err(|()| too_many(BY_PEER.1))?;
        self.peers.check_key(&peer.map(network)).map_err(|until| too_many(until.wait_time_from(now)))?;
        make_room(&self.accounts).map_err(|()| too_many(BY_ACCOUNT.1))?;
        self.accounts.check_key(&account.to_owned()).map_err(|until| too_many(until.wait_time_from(now)))
    }
}

/// Forgets who came long ago, where there are many; an error where too many came just now.
pub(crate) fn make_room<K: Hash + Eq + Clone>(counters: &DefaultKeyedRateLimiter<K>) -> Result<(), ()> {
    if counters.len() >= REMEMBERED {
        counters.retain_recent();
    }
    if counters.len() < REMEMBERED { Ok(()) } else { Err(()) }
}

/// Who has one address of IPv6 has at least the 2^64 that share its first half.
pub(crate) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

fn too_many(wait: Duration) -> ApiProblem {
    let seconds = wait.as_secs() + 1;
    let detail = format!("too many tries; try again in {seconds} s");
    ApiProblem::new(TOO_MANY_REQUESTS, detail).retry_after(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_guarded_from_many_addresses_and_an_address_from_many_accounts() {
        let peer = |number: u8| Some(IpAddr::from([192, 0, 2, number]));
        let attempts = Attempts::default();
        let tries = (0..20).filter(|number| attempts.count(peer(*number), "ada@example.org").is_ok()).count();
        assert_eq!(tries, 10);
        let attempts = Attempts::default();
        let tries = (0..200).filter(|number| attempts.count(peer(1), &number.to_string()).is_ok()).count();
        assert!((30..40).contains(&tries), "{tries}");
        assert!(attempts.accounts.len() < 40, "a flood of names fills the memory");
        assert!(attempts.count(peer(2), "eve@example.org").is_ok(), "others are not held up");
    }
    /// A flood from everywhere for everybody: memory has an end, and it is told before it is reached.
    #[test]
    fn a_flood_from_many_addresses_does_not_fill_the_memory() {
        let attempts = Attempts::default();
        let flood = 0..u32::try_from(REMEMBERED + 100).unwrap();
        let refused = flood.filter(|number| {
            let peer = IpAddr::from(number.to_be_bytes());
            attempts.count(Some(peer), &format!("{number}@example.org")).is_err()
        });
        assert!(refused.count() > 0, "all were remembered");
        assert!(attempts.peers.len() <= REMEMBERED && attempts.accounts.len() <= REMEMBERED);
    }

    #[test]
    fn whoever_has_a_network_of_ipv6_is_one_peer() {
        let attempts = Attempts::default();
        let peer = |network: u16, host: u16| IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host]);
        let tries = (0..200).filter(|host| attempts.count(Some(peer(1, *host)), &host.to_string()).is_ok());
        assert!((30..40).contains(&tries.count()));
        assert!(attempts.count(Some(peer(2, 1)), "eve@example.org").is_ok(), "others are not held up");
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(network(mapped), IpAddr::from([192, 0, 2, 1]), "IPv4 in the clothes of IPv6 is IPv4");
    }
}
