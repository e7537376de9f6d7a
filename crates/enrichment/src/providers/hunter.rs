//! Hunter (<https://hunter.io/api-documentation/v2>): addresses of a domain, of a person there, and whether mail arrives.
//!
//! What is known of its answers is from its public documentation. Where that leaves a choice, the dearer reading is
//! counted: a verification as a whole credit, though some plans take half of one.

mod answers;

use std::time::Duration;

use extraction::Person;
use metered::{Answer, Ask, KeyPlace, Line, Meaning, Question};
use reqwest::header::HeaderName;
use serde::de::DeserializeOwned;
use url::Url;

use self::answers::{Account, DomainSearch, FoundEmail, Problems, Reply, VerifiedEmail};
use super::{About, ApiKey, Bill, LookUp, Provider, ProviderError, Quota, Subject, Timing, Usd};

const SLUG: &str = "hunter";
/// Addresses of a page: as many as one credit buys, and the most that a free plan takes.
const PAGE: u64 = 10;
/// The status for a person who asked not to be found.
const UNWANTED: u16 = 451;
/// A key that is refused is not tried again for so long; whoever changes it starts the program anew.
const REFUSED: Duration = Duration::from_secs(60 * 60);
/// A plan that is used up is tried again after so long: its period may have ended, or somebody changed it.
const USED_UP: Duration = Duration::from_secs(60 * 60);

/// An account with Hunter, and how much it is asked about one business.
#[derive(Clone, Debug)]
pub struct HunterConfig {
    /// The account's key.
    pub key: ApiKey,
    /// Where its API is, ending in a slash.
    pub base_url: String,
    /// What a credit of the account's plan costs.
    pub credit: Usd,
    /// Pages of ten addresses of a domain, a credit each.
    pub pages: u64,
    /// People without an address who are looked for, a credit each who is found.
    pub people: usize,
    /// Addresses that are verified, a credit each.
    pub verifications: usize,
    /// How it waits.
    pub timing: Timing,
}

impl HunterConfig {
    /// The service as it is documented: at most one page, two people and three verifications a business, and less than
    /// the 300 requests a minute that its slowest call takes.
    #[must_use]
    pub fn new(key: ApiKey, credit: Usd) -> Self {
        let base_url = "https://api.hunter.io/v2/".to_owned();
        let timing = Timing {
            timeout: Duration::from_secs(30),
            spacing: Duration::from_millis(210),
            backoff: Duration::from_secs(2),
        };
        Self { key, base_url, credit, pages: 1, people: 2, verifications: 3, timing }
    }
}

/// Hunter.
#[derive(Debug)]
pub struct Hunter {
    config: HunterConfig,
    base: Url,
    line: Line,
}

impl Hunter {
    /// The provider of that account.
    ///
    /// # Errors
    /// When the key or the address of the API cannot be one.
    pub fn new(config: HunterConfig) -> Result<Self, ProviderError> {
        let place = KeyPlace::Header(HeaderName::from_static("x-api-key"));
        let line = Line::new(SLUG, config.key.clone(), place, config.timing, meaning)?;
        let base = Url::parse(&config.base_url).map_err(bad_url)?;
        Ok(Self { config, base, line })
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, ProviderError> {
        let mut url = self.base.join(path).map_err(bad_url)?;
        url.query_pairs_mut().extend_pairs(query);
        if query.is_empty() {
            url.set_query(None);
        }
        Ok(url)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        bill: &Bill<'_>,
        operation: &'static str,
        subject: String,
        url: Url,
    ) -> Result<Answer, ProviderError> {
        let (most, check) = (self.config.credit, Answer::check::<Reply<T>>);
        self.line.ask(bill, &Ask::get(operation, subject, url, most, check)).await
    }

    /// What is known of a domain, page by page, until there is no more or enough.
    async fn domain(
        &self,
        bill: &Bill<'_>,
        told: &mut LookUp,
        of: &Subject<'_>,
    ) -> Result<(), ProviderError> {
        for page in 0..self.config.pages {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let query = [("domain", of.domain), ("limit", &limit), ("offset", &offset)];
            let url = self.url("domain-search", &query)?;
            let source = url.to_string();
            told.source_url.clone_from(&source);
            let subject = format!("{} from {offset}", of.domain);
            let answer = self.ask::<DomainSearch>(bill, "domain-search", subject, url).await?;
            if answer.status != 200 {
                return Ok(());
            }
            let Reply { data, meta } = answer.read::<Reply<DomainSearch>>()?;
            let count = data.emails.len() as u64;
            data.add_to(told, of.business, &source);
            if count < PAGE || meta.unwrap_or_default().results.is_none_or(|all| (page + 1) * PAGE >= all) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Addresses of people whom the website names without one.
    async fn people(
        &self,
        bill: &Bill<'_>,
        told: &mut LookUp,
        of: &Subject<'_>,
    ) -> Result<(), ProviderError> {
        let named =
            |name: &str, known: Option<&str>| known.is_some_and(|known| known.eq_ignore_ascii_case(name));
        let people = of.findings.map(|findings| findings.people.as_slice()).unwrap_or_default();
        let open: Vec<&Person> = people
            .iter()
            .filter(|person| person.email.is_none() && person.name.value.contains(' '))
            .filter(|person| !of.contacts.iter().any(|one| named(&person.name.value, one.name.as_deref())))
            .filter(|person| {
                let known =
                    |one: &Person| one.email.is_some() && named(&person.name.value, Some(&one.name.value));
                !told.findings.people.iter().any(known)
            })
            .take(self.config.people)
            .collect();
        for person in open {
            let name = person.name.value.as_str();
            let url = self.url("email-finder", &[("domain", of.domain), ("full_name", name)])?;
            let source = url.to_string();
            let subject = format!("{} at {}", name.to_lowercase(), of.domain);
            let answer = self.ask::<FoundEmail>(bill, "email-finder", subject, url).await?;
            match answer.status {
                200 => answer.read::<Reply<FoundEmail>>()?.data.add_to(told, person, &source),
                UNWANTED => told.unwanted.push(name.to_owned()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Verdicts on addresses of which nobody could say.
    async fn verify(
        &self,
        bill: &Bill<'_>,
        told: &mut LookUp,
        of: &Subject<'_>,
    ) -> Result<(), ProviderError> {
        let known = |email: &String| told.statuses.iter().any(|(one, _)| one == email);
        let open: Vec<String> = of.unverified.iter().filter(|email| !known(email)).cloned().collect();
        for email in open.into_iter().take(self.config.verifications) {
            let url = self.url("email-verifier", &[("email", &email)])?;
            let answer = self.ask::<VerifiedEmail>(bill, "email-verifier", email.clone(), url).await?;
            match answer.status {
                200 => {
                    let status = answer.read::<Reply<VerifiedEmail>>()?.data.status();
                    told.statuses.push((email, status));
                }
                UNWANTED => told.unwanted.push(email),
                _ => {}
            }
        }
        Ok(())
    }

    async fn everything(
        &self,
        bill: &Bill<'_>,
        told: &mut LookUp,
        of: &Subject<'_>,
    ) -> Result<(), ProviderError> {
        self.domain(bill, told, of).await?;
        self.people(bill, told, of).await?;
        self.verify(bill, told, of).await
    }
}

#[async_trait::async_trait]
impl Provider for Hunter {
    fn about(&self) -> About {
        About {
            slug: SLUG,
            name: "Hunter",
            finds: "people with their addresses by the domain of the website, and whether mail arrives",
            cost: format!(
                "{} a credit; at most {} credits a business",
                self.config.credit,
                self.config.pages + (self.config.people + self.config.verifications) as u64
            ),
        }
    }

    fn state(&self) -> Result<(), ProviderError> {
        self.line.state()
    }

    async fn quota(&self) -> Result<Option<Quota>, ProviderError> {
        let answer = self.line.ask_free(Question::get(self.url("account", &[])?)).await?;
        Ok(Some(Quota { left: answer.read::<Reply<Account>>()?.data.left() }))
    }

    async fn look_up(&self, bill: &Bill<'_>, subject: &Subject<'_>) -> LookUp {
        let mut told = LookUp::default();
        told.stopped = self.everything(bill, &mut told, subject).await.err();
        told.findings.sort();
        told
    }
}

/// What a status means: 403 is a limit of requests, and 429 the plan, or, as its words may have it, requests again.
fn meaning(answer: &Answer, most: Usd) -> Meaning {
    let says = || answer.read::<Problems>().map(|problems| problems.text()).unwrap_or_default();
    match answer.status {
        200 => Meaning::Final { cost: if answers::names_nobody(answer) { Usd::default() } else { most } },
        404 | UNWANTED => Meaning::Final { cost: Usd::default() },
        202 => Meaning::Pending,
        403 => Meaning::TooFast,
        429 if answers::is_plan_used_up(answer) => {
            Meaning::Closed { time: USED_UP, why: ProviderError::UsedUp(says()) }
        }
        429 => Meaning::TooFast,
        401 => Meaning::Closed { time: REFUSED, why: ProviderError::BadKey("status 401".to_owned()) },
        status @ (222 | 500..) => Meaning::Failed(ProviderError::Failed(status)),
        status => Meaning::Wrong(ProviderError::Rejected { status, message: says() }),
    }
}

fn bad_url(error: url::ParseError) -> ProviderError {
    ProviderError::BadAddress(error.to_string())
}
