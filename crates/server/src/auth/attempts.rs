//! How often a password may be tried: by whom, and for which account.

use std::net::IpAddr;
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
/// Addresses and accounts that are remembered; who came long ago is forgotten first.
const REMEMBERED: usize = 10_000;

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
    /// is not counted for accounts, so that it cannot fill the memory with their names.
    pub(crate) fn count(&self, peer: Option<IpAddr>, account: &str) -> Result<(), ApiProblem> {
        if self.peers.len() > REMEMBERED {
            self.peers.retain_recent();
        }
        if self.accounts.len() > REMEMBERED {
            self.accounts.retain_recent();
        }
        let now = self.clock.now();
        self.peers.check_key(&peer).map_err(|until| too_many(until.wait_time_from(now)))?;
        if self.accounts.len() > 2 * REMEMBERED {
            return Err(too_many(BY_ACCOUNT.1));
        }
        self.accounts.check_key(&account.to_owned()).map_err(|until| too_many(until.wait_time_from(now)))
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
}
