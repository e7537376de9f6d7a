//! How often one caller may call: reads, writes and what is heavy are counted apart, each within a minute.
//!
//! A person at a browser is one caller, the person's programs with tokens together another, so that a script that runs wild
//! does not lock its owner out. Who has not signed in is counted by the network they come from; who comes from this machine
//! without signing in is not counted: that is the one person of a server of their own, or the proxy before everybody.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::UserId;
use contract::endpoint::Cost;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::app::App;
use crate::auth::{By, Principal, make_room, network};
use crate::config::RateLimits;
use crate::endpoint::Caller;
use crate::problem::{ApiProblem, TOO_MANY_REQUESTS};

const MINUTE: Duration = Duration::from_secs(60);
/// The most calls that may come at once, however many a minute has.
const MOST_AT_ONCE: u32 = 300;

/// The counters of one process.
#[derive(Debug)]
pub(crate) struct Rates {
    reads: Counters,
    writes: Counters,
    heavy: Counters,
    clock: DefaultClock,
}

/// Those of one kind of call. People and networks do not crowd each other out.
#[derive(Debug)]
struct Counters {
    limit: Option<NonZeroU32>,
    people: DefaultKeyedRateLimiter<(UserId, Hands)>,
    networks: DefaultKeyedRateLimiter<IpAddr>,
}

/// Whose hands a person's call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Hands {
    Own,
    Programs,
}

impl Counters {
    fn new(limit: Option<NonZeroU32>) -> Self {
        let quota = quota(limit.unwrap_or(NonZeroU32::MAX));
        Self { limit, people: RateLimiter::keyed(quota), networks: RateLimiter::keyed(quota) }
    }
}

/// As many as a minute has, the first of them at once.
fn quota(a_minute: NonZeroU32) -> Quota {
    let period = Quota::with_period(MINUTE / a_minute.get());
    period.unwrap_or(Quota::per_second(NonZeroU32::MAX)).allow_burst(at_once(a_minute))
}

/// How many may come at once.
fn at_once(a_minute: NonZeroU32) -> NonZeroU32 {
    NonZeroU32::new(MOST_AT_ONCE).map_or(a_minute, |most| a_minute.min(most))
}

impl Rates {
    pub(crate) fn new(limits: &RateLimits) -> Self {
        Self {
            reads: Counters::new(limits.reads),
            writes: Counters::new(limits.writes),
            heavy: Counters::new(limits.heavy),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call, or says how long to wait and what to do instead.
    pub(crate) fn count(
        &self,
        principal: Option<&Principal>,
        peer: Option<IpAddr>,
        cost: Cost,
    ) -> Result<(), ApiProblem> {
        let counters = match cost {
            Cost::Read => &self.reads,
            Cost::Write => &self.writes,
            Cost::Heavy => &self.heavy,
        };
        let Some(limit) = counters.limit else { return Ok(()) };
        // An address before its network: that of ::1 is no longer this machine.
        let elsewhere = peer.filter(|peer| !peer.to_canonical().is_loopback());
        let counted = match (principal.and_then(person), elsewhere.map(network)) {
            (Some(person), _) => self.count_in(&counters.people, &person),
            (None, Some(network)) => self.count_in(&counters.networks, &network),
            (None, None) => Ok(()),
        };
        counted.map_err(|wait| too_many(cost, limit, wait))
    }

    fn count_in<K>(&self, counters: &DefaultKeyedRateLimiter<K>, who: &K) -> Result<(), Duration>
    where
        K: Hash + Eq + Clone,
    {
        make_room(counters).map_err(|()| MINUTE)?;
        counters.check_key(who).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

fn person(principal: &Principal) -> Option<(UserId, Hands)> {
    let hands = if matches!(principal.by, By::Token { .. }) { Hands::Programs } else { Hands::Own };
    principal.user.as_ref().map(|user| (user.id, hands))
}

fn too_many(cost: Cost, limit: NonZeroU32, wait: Duration) -> ApiProblem {
    let seconds = wait.as_secs() + 1;
    let (what, instead) = match cost {
        Cost::Read => ("reads", "ask for more rows a page, or follow the events instead of asking again"),
        Cost::Write => ("changes", "change many at once with POST /api/businesses/bulk"),
        Cost::Heavy => (
            "searches, enrichments, imports, exports and the like",
            "name many businesses in one request, as POST /api/enrichment/batch takes them",
        ),
    };
    let detail = format!("more than {limit} {what} a minute; try again in {seconds} s, or {instead}");
    ApiProblem::new(TOO_MANY_REQUESTS, detail).retry_after(Duration::from_secs(seconds))
}

/// Layer of pages: one that is shown is one read, however much it asks for within the process.
pub(crate) async fn page(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET {
        let caller = Caller::of(&request);
        if let Err(problem) = app.rates().count(caller.principal.as_ref(), caller.peer, Cost::Read) {
            return problem.into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use contract::auth::User;
    use contract::{Role, SessionId, Timestamp, TokenId};

    use super::*;

    fn end() -> Timestamp {
        Timestamp::from_millis(4_000_000_000_000)
    }

    fn rates(reads: u32) -> Rates {
        Rates::new(&RateLimits { reads: NonZeroU32::new(reads), ..RateLimits::default() })
    }

    fn somebody(number: u128, by: By) -> Principal {
        let user = User {
            id: UserId(uuid::Uuid::from_u128(number)),
            email: format!("{number}@example.org"),
            name: String::new(),
            role: Role::Viewer,
            disabled: false,
            created_at: end(),
            last_seen_at: None,
        };
        Principal { role: Role::Viewer, user: Some(user), by }
    }

    fn at_browser(number: u128) -> Principal {
        somebody(number, By::Session { id: SessionId(uuid::Uuid::nil()), expires_at: end() })
    }

    fn program(number: u128, token: u128) -> Principal {
        somebody(number, By::Token { id: TokenId(uuid::Uuid::from_u128(token)), expires_at: end() })
    }

    /// How many of so many calls at once are let through.
    fn passed(rates: &Rates, who: Option<&Principal>, peer: Option<IpAddr>, cost: Cost) -> usize {
        (0..1000).filter(|_| rates.count(who, peer, cost).is_ok()).count()
    }

    #[test]
    fn people_their_programs_and_kinds_of_calls_are_counted_apart() {
        let rates = Rates::new(&RateLimits {
            reads: NonZeroU32::new(20),
            writes: NonZeroU32::new(10),
            heavy: NonZeroU32::new(5),
        });
        let (ada, bob) = (at_browser(1), at_browser(2));
        assert_eq!(passed(&rates, Some(&ada), None, Cost::Read), 20);
        assert_eq!(passed(&rates, Some(&ada), None, Cost::Write), 10);
        assert_eq!(passed(&rates, Some(&ada), None, Cost::Heavy), 5);
        assert_eq!(passed(&rates, Some(&bob), None, Cost::Heavy), 5);
        assert_eq!(passed(&rates, Some(&program(1, 1)), None, Cost::Heavy), 5);
        assert_eq!(passed(&rates, Some(&program(1, 2)), None, Cost::Heavy), 0, "another token is no more");
    }

    #[test]
    fn no_more_come_at_once_than_the_bound_and_no_limit_is_none() {
        assert_eq!(at_once(NonZeroU32::new(3000).unwrap()).get(), MOST_AT_ONCE);
        let unlimited = Rates::new(&RateLimits { reads: None, writes: None, heavy: None });
        assert_eq!(passed(&unlimited, Some(&at_browser(1)), None, Cost::Heavy), 1000);
    }

    #[test]
    fn who_has_not_signed_in_is_counted_by_network_and_who_is_on_this_machine_not_at_all() {
        let rates = rates(20);
        let peer = |text: &str| Some(text.parse().unwrap());
        assert_eq!(passed(&rates, None, peer("192.0.2.1"), Cost::Read), 20);
        assert_eq!(passed(&rates, None, peer("192.0.2.2"), Cost::Read), 20);
        assert_eq!(passed(&rates, None, peer("2001:db8::1"), Cost::Read), 20);
        assert_eq!(passed(&rates, None, peer("2001:db8::2"), Cost::Read), 0, "of the same network");
        assert_eq!(passed(&rates, None, peer("127.0.0.1"), Cost::Read), 1000);
        let open = Principal::reaching(Role::Admin);
        assert_eq!(passed(&rates, Some(&open), peer("::1"), Cost::Read), 1000);
        assert_eq!(passed(&rates, Some(&open), peer("198.51.100.1"), Cost::Read), 20);
        assert_eq!(
            passed(&rates, Some(&at_browser(1)), peer("127.0.0.1"), Cost::Read),
            20,
            "a proxy's people"
        );
    }

    #[test]
    fn a_flood_from_everywhere_fills_no_memory_and_holds_nobody_up_who_has_signed_in() {
        let rates = rates(20);
        let flood = 0..100_000_u32;
        let refused = flood
            .filter(|number| {
                let peer = IpAddr::from((0x0100_0000 + number).to_be_bytes());
                rates.count(None, Some(peer), Cost::Read).is_err()
            })
            .count();
        assert!(refused > 0 && rates.reads.networks.len() <= 20_000, "{refused}");
        assert!(rates.count(Some(&at_browser(1)), None, Cost::Read).is_ok());
    }
}
