//! The order of the rungs, and what is remembered between addresses.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use super::cache::Cache;
use super::dns::{self, Resolve, ResolveError, Route};
use super::lists::{self, Listed};
use super::pattern::Guess;
use super::smtp::{self, Answer, SmtpConfig, SmtpError};
use super::syntax::Address;
use super::verdict::{Reason, SmtpReport, Verification};

/// Domains that are remembered.
const MAX_DOMAINS: usize = 4_096;
/// Addresses that are remembered because they are to be asked for later.
const MAX_POSTPONED: usize = 4_096;
/// How long it is remembered where a domain's mail goes.
const ROUTE_AGE: Duration = Duration::from_secs(3_600);
/// How long it is remembered that this could not be found out.
const FAILURE_AGE: Duration = Duration::from_secs(60);
/// Sessions with mail servers at once, whatever the number of addresses.
const MAX_SESSIONS: usize = 4;
/// Characters of a name that nobody has.
const RANDOM_LOCAL: usize = 20;

/// Verifies addresses. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct Verifier {
    resolver: Arc<dyn Resolve>,
    routes: Arc<Cache<Result<Route, ResolveError>>>,
    mailboxes: Option<Arc<Mailboxes>>,
}

/// The rungs that ask mail servers.
#[derive(Debug)]
struct Mailboxes {
    config: SmtpConfig,
    catch_all: Cache<bool>,
    /// Addresses that a server wants to be asked for later: asking sooner makes some wait longer.
    postponed: Cache<(Instant, Answer)>,
    sessions: Semaphore,
    turns: std::sync::Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl Verifier {
    /// A verifier that goes up to the MX records; it asks no mail server.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, routes: Arc::new(Cache::new(MAX_DOMAINS)), mailboxes: None }
    }

    /// The same verifier, which asks mail servers too.
    #[must_use]
    pub fn with_smtp(self, config: SmtpConfig) -> Self {
        let mailboxes = Mailboxes {
            config,
            catch_all: Cache::new(MAX_DOMAINS),
            postponed: Cache::new(MAX_POSTPONED),
            sessions: Semaphore::new(MAX_SESSIONS),
            turns: std::sync::Mutex::default(),
        };
        Self { mailboxes: Some(Arc::new(mailboxes)), ..self }
    }

    /// Verifies an address as far as this verifier goes. Whatever fails on the way is a reason of the result.
    pub async fn verify(&self, address: &str) -> Verification {
        self.climb(Verification::new(address)).await.concluded()
    }

    /// Verifies a guess. That it is one stands among the reasons; it is safe only where a mail server proves it.
    pub async fn verify_guess(&self, guess: &Guess) -> Verification {
        let mut start = Verification::new(&guess.address);
        start.reasons.push(Reason::Guessed);
        self.climb(start).await.concluded()
    }

    /// Goes up rung by rung until one rules the address out or cannot be taken.
    async fn climb(&self, mut so_far: Verification) -> Verification {
        let address = match Address::parse(&so_far.input) {
            Ok(address) => address,
            Err(error) => {
                so_far.reasons.push(Reason::Syntax(error));
                return so_far;
            }
        };
        so_far.listed = Listed::of(&address);
        so_far.reasons.extend(listed(so_far.listed));
        so_far.suggestion =
            lists::suggestion(address.domain()).map(|domain| format!("{}@{domain}", address.local()));
        let route = self.route(address.domain()).await;
        so_far.reasons.extend(routed(&route));
        if let Ok(route) = route {
            let hosts = route.hosts(address.domain());
            match &self.mailboxes {
                _ if hosts.is_empty() => {}
                None => so_far.reasons.push(Reason::MailboxNotChecked),
                Some(mailboxes) => {
                    let (report, reason) = mailboxes.ask(&*self.resolver, &hosts, &address).await;
                    so_far.smtp = Some(report);
                    so_far.reasons.push(reason);
                }
            }
            so_far.route = Some(route);
        }
        so_far.address = Some(address);
        so_far
    }

    async fn route(&self, domain: &str) -> Result<Route, ResolveError> {
        if let Some(known) = self.routes.get(domain) {
            return known;
        }
        let found = dns::route(&*self.resolver, domain).await;
        if let Err(error) = &found {
            tracing::debug!(domain, %error, "the mail exchanges of a domain were not found out");
        }
        let age = if found.is_ok() { ROUTE_AGE } else { FAILURE_AGE };
        self.routes.put(domain, found.clone(), age);
        found
    }
}

fn listed(listed: Listed) -> impl Iterator<Item = Reason> {
    let reasons = [
        listed.role.then_some(Reason::Role),
        listed.free.then_some(Reason::Free),
        listed.disposable.then_some(Reason::Disposable),
    ];
    reasons.into_iter().flatten()
}

fn routed(route: &Result<Route, ResolveError>) -> Option<Reason> {
    match route {
        Ok(Route::Exchanges(_)) => None,
        Ok(Route::Implicit) => Some(Reason::NoMx),
        Ok(Route::NullMx) => Some(Reason::NullMx),
        Ok(Route::NoServer) => Some(Reason::NoMailServer),
        Ok(Route::DeadExchanges(_)) => Some(Reason::DeadExchanges),
        Ok(Route::NoSuchDomain) => Some(Reason::NoSuchDomain),
        Err(error) => Some(Reason::DnsFailed(error.clone())),
    }
}

impl Mailboxes {
    /// Asks for the mailbox and, only once that was accepted, for one that nobody has, in a session of its own: some
    /// servers take one recipient a session, and a refused random one would count against the real one.
    async fn ask(&self, resolver: &dyn Resolve, hosts: &[&str], address: &Address) -> (SmtpReport, Reason) {
        let domain = address.domain();
        // One address of a domain at a time: its server is asked politely, and for a random name only once.
        let turn = self.turn(domain);
        let _turn = turn.lock().await;
        if self.catch_all.get(domain) == Some(true) {
            return (SmtpReport { mailbox: None, catch_all: Some(true) }, Reason::CatchAll);
        }
        let mailbox = self.mailbox(resolver, hosts, address).await;
        let mut report = SmtpReport { mailbox: Some(mailbox.clone()), catch_all: None };
        let reason = match mailbox {
            Ok(Answer::Accepted) => {
                let catch_all = self.catch_all(resolver, hosts, address).await;
                report.catch_all = catch_all.as_ref().ok().copied();
                match catch_all {
                    Ok(true) => Reason::CatchAll,
                    Ok(false) => Reason::MailboxAccepted,
                    Err(why) => Reason::CatchAllUnknown(why),
                }
            }
            Ok(Answer::NoMailbox(words)) => Reason::NoSuchMailbox(words),
            Ok(Answer::Full(words)) => Reason::MailboxFull(words),
            Ok(Answer::Greylisted(postponed)) => Reason::Greylisted(postponed),
            Ok(Answer::Later(postponed)) => Reason::TryLater(postponed),
            Ok(Answer::Undecided(words)) => Reason::Undecided(words),
            Err(error) => Reason::NotAsked(error),
        };
        (report, reason)
    }

    /// What its server says of the mailbox; where that asked for time, it is not asked again before.
    async fn mailbox(
        &self,
        resolver: &dyn Resolve,
        hosts: &[&str],
        address: &Address,
    ) -> Result<Answer, SmtpError> {
        let key = address.to_string();
        if let Some((until, answer)) = self.postponed.get(&key) {
            return Ok(answer.waiting(until.saturating_duration_since(Instant::now())));
        }
        let answer = self.session(resolver, hosts, address).await?;
        if let Answer::Greylisted(postponed) | Answer::Later(postponed) = &answer {
            let wait = postponed.wait;
            self.postponed.put(&key, (Instant::now() + wait, answer.clone()), wait);
        }
        Ok(answer)
    }

    /// Whether the domain takes any name, or why that was not found out.
    async fn catch_all(
        &self,
        resolver: &dyn Resolve,
        hosts: &[&str],
        address: &Address,
    ) -> Result<bool, String> {
        if let Some(known) = self.catch_all.get(address.domain()) {
            return Ok(known);
        }
        let nobody = address.sibling(random_local());
        let takes_any = match self.session(resolver, hosts, &nobody).await {
            Ok(Answer::Accepted) => true,
            Ok(Answer::NoMailbox(_)) => false,
            Ok(Answer::Greylisted(later) | Answer::Later(later)) => return Err(later.words),
            Ok(Answer::Full(words) | Answer::Undecided(words)) => return Err(words),
            Err(error) => return Err(error.to_string()),
        };
        self.catch_all.put(address.domain(), takes_any, self.config.catch_all_age);
        Ok(takes_any)
    }

    async fn session(
        &self,
        resolver: &dyn Resolve,
        hosts: &[&str],
        mailbox: &Address,
    ) -> Result<Answer, SmtpError> {
        // The semaphore is never closed; without a permit the session would only be one too many.
        let _permit = self.sessions.acquire().await;
        smtp::ask(&self.config, resolver, hosts, mailbox).await
    }

    fn turn(&self, domain: &str) -> Arc<Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= MAX_DOMAINS {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(domain.to_owned()).or_default())
    }
}

/// A name that nobody has: letters and digits, the first a letter.
fn random_local() -> String {
    let rest = std::iter::repeat_with(fastrand::alphanumeric).take(RANDOM_LOCAL - 1);
    let name: String = std::iter::once(fastrand::lowercase()).chain(rest).collect();
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;
    use crate::verify::{Exchange, Verdict};

    /// Answers every question with the same.
    #[derive(Debug)]
    struct Same(Result<Vec<Exchange>, ResolveError>);

    #[async_trait::async_trait]
    impl Resolve for Same {
        async fn mx(&self, _domain: &str) -> Result<Vec<Exchange>, ResolveError> {
            self.0.clone()
        }

        async fn addresses(&self, _host: &str) -> Result<Vec<IpAddr>, ResolveError> {
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        }
    }

    fn answers() -> impl Strategy<Value = Result<Vec<Exchange>, ResolveError>> {
        let exchange =
            (any::<u16>(), "\\PC{0,20}").prop_map(|(preference, host)| Exchange { preference, host });
        prop_oneof![
            3 => proptest::collection::vec(exchange, 0..30).prop_map(Ok),
            1 => Just(Err(ResolveError::NoSuchName)),
            1 => "\\PC{0,20}".prop_map(|text| Err(ResolveError::Failed(text))),
        ]
    }

    proptest! {
        #[test]
        fn no_input_and_no_resolver_panics_and_nothing_is_safe_without_proof(
            input in "\\PC{0,60}|[a-z.+]{1,12}@[a-z.-]{1,20}",
            answer in answers(),
            smtp in any::<bool>(),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let fails = answer.is_err();
            let verifier = Verifier::new(Arc::new(Same(answer)));
            // The guard lets nothing of this machine pass: no mail server is reached.
            let verifier = if smtp { verifier.with_smtp(SmtpConfig::default()) } else { verifier };
            let found = runtime.block_on(verifier.verify(&input));
            prop_assert_ne!(found.verdict, Verdict::Safe);
            prop_assert!(!found.reasons.is_empty());
            prop_assert_eq!(&found.input, &input);
            prop_assert!(found.exchanges().count() <= 20);
            if found.codes().any(|code| code == "dnsFailed") {
                prop_assert!(fails && found.verdict == Verdict::Unknown);
            }
        }
    }

    #[test]
    fn names_that_nobody_has_are_addresses_and_differ() {
        let names: std::collections::HashSet<_> = (0..100).map(|_| random_local()).collect();
        assert_eq!(names.len(), 100);
        for name in names {
            assert_eq!(name.len(), RANDOM_LOCAL);
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{name}");
        }
    }
}
