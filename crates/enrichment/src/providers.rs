//! Paid services that know something of a business: each behind one trait, within one monthly budget.
//!
//! A service is absent without its key. Whatever it is asked goes through a metered line, which looks for a kept answer
//! first, sets the cost aside in the store, keeps the pace, waits as the service asks, and stops asking a service that
//! fails.

mod abstract_api;
mod hunter;
mod plausible;

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::enrichment::{ProviderInfo, ServiceSpending, Spending};
use contract::places::SourceState;
use contract::{Business, Contact, EmailStatus, Timestamp};
use extraction::Findings;
use store::{ProviderSpending, Store, StoreError};

pub use abstract_api::{AbstractApi, AbstractApiConfig};
pub use hunter::{Hunter, HunterConfig};
pub use metered::{ApiKey, Bill, ProviderError, Timing, Usd};

use crate::enrich::now;
use crate::verified::{Verified, own_domain};

/// The longest that a list of providers waits for what is left of a plan.
const QUOTA_TIME: Duration = Duration::from_secs(5);

/// A paid service that knows something of a business.
#[async_trait::async_trait]
pub trait Provider: std::fmt::Debug + Send + Sync {
    /// What it is and what it costs.
    fn about(&self) -> About;

    /// Whether it can be asked now.
    ///
    /// # Errors
    /// Why it cannot: its key is refused, its plan is used up, it fails.
    fn state(&self) -> Result<(), ProviderError>;

    /// What is left of the plan, as the service itself says; `None` where it tells nobody. Asking is free.
    ///
    /// # Errors
    /// When it does not say.
    async fn quota(&self) -> Result<Option<Quota>, ProviderError>;

    /// Everything that it knows of a business, as far as `bill` pays for it. What was bought before it had to stop is
    /// kept.
    async fn look_up(&self, bill: &Bill<'_>, subject: &Subject<'_>) -> LookUp;
}

/// A provider, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// As the log writes it.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it finds.
    pub finds: &'static str,
    /// What it costs.
    pub cost: String,
}

/// What is left of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Units that can still be used, whole ones.
    pub left: u64,
}

/// A business that a provider is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What is stored of it.
    pub business: &'a Business,
    /// The domain of its website.
    pub domain: &'a str,
    /// People who are stored already.
    pub contacts: &'a [Contact],
    /// What its website says.
    pub findings: Option<&'a Findings>,
    /// Addresses of which nobody could say yet whether mail arrives.
    pub unverified: &'a [String],
}

/// What is known of a company that no website says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Company {
    /// The year it began in.
    pub year_founded: Option<i32>,
    /// How many people work there.
    pub employee_count: Option<u32>,
    /// What it does, in the words of the provider.
    pub industry: Option<String>,
}

/// What a provider knows.
#[derive(Debug, Default)]
pub struct LookUp {
    /// Values with where they come from.
    pub findings: Findings,
    /// What it was asked, without the key: where that stands which has no page of its own.
    pub source_url: String,
    /// The company.
    pub company: Company,
    /// Whether mail arrives, by address.
    pub statuses: Vec<(String, EmailStatus)>,
    /// Names and addresses of people who asked the provider not to be found: they are not stored.
    pub unwanted: Vec<String>,
    /// Why it was not asked further.
    pub stopped: Option<ProviderError>,
}

/// The providers that are switched on, in the order in which they are asked, and what they may cost a month together.
/// Clones share their state.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    all: Vec<Arc<dyn Provider>>,
    budget: Usd,
}

/// What a provider said of a business, and what that cost.
#[derive(Debug)]
pub(crate) struct Consulted {
    /// Who said it.
    pub(crate) slug: &'static str,
    pub(crate) look_up: LookUp,
    pub(crate) cost: Usd,
    pub(crate) started_at: Timestamp,
    pub(crate) duration_ms: u64,
}

impl Providers {
    /// No provider yet; those to come may cost so much a month, in UTC.
    #[must_use]
    pub fn new(budget: Usd) -> Self {
        Self { all: Vec::new(), budget }
    }

    /// What calls to paid services cost this month, in UTC: those of searches too, which share the budget.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn spending(&self, store: &Store) -> Result<Spending, StoreError> {
        let now = now();
        let calls = store.provider_spending(now).await?;
        let cents = |millionths: u64| Usd::from_millionths(millionths).cents();
        let service = |one: &ProviderSpending| ServiceSpending {
            service: one.provider.clone(),
            calls: one.calls,
            cost_minor: cents(one.committed),
        };
        Ok(Spending {
            month: now.date().chars().take(7).collect(),
            currency: "USD".to_owned(),
            budget_minor: (self.budget > Usd::default()).then(|| self.budget.cents()),
            cost_minor: cents(calls.iter().map(|one| one.committed).sum()),
            services: calls.iter().map(service).collect(),
        })
    }

    /// One provider more, asked after those before it.
    #[must_use]
    pub fn with(mut self, provider: impl Provider + 'static) -> Self {
        self.all.push(Arc::new(provider));
        self
    }

    /// Asks each provider about a business. One without a domain of its own is not asked about.
    pub(crate) async fn consult(
        &self,
        store: &Store,
        business: &Business,
        contacts: &[Contact],
        findings: Option<&Findings>,
        verified: &Verified,
    ) -> Vec<Consulted> {
        let mut consulted = Vec::new();
        let Some(domain) = own_domain(business).filter(|_| !self.all.is_empty()) else { return consulted };
        let unverified = findings.map(|findings| verified.open(findings)).unwrap_or_default();
        let (domain, unverified) = (domain.as_str(), unverified.as_slice());
        let subject = Subject { business, domain, contacts, findings, unverified };
        for provider in &self.all {
            let (started_at, started) = (now(), Instant::now());
            let slug = provider.about().slug;
            let bill = Bill::new(store, self.budget, Some(business.id));
            let look_up = provider.look_up(&bill, &subject).await.plausible();
            if let Some(error) = &look_up.stopped {
                tracing::warn!(provider = slug, %error, "a provider was not asked further");
            }
            let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            consulted.push(Consulted { slug, look_up, cost: bill.cost(), started_at, duration_ms });
        }
        consulted
    }

    /// What each provider is, costs, has cost this month and has left.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn info(&self, store: &Store) -> Result<Vec<ProviderInfo>, StoreError> {
        let mut told = Vec::with_capacity(self.all.len());
        if self.all.is_empty() {
            return Ok(told);
        }
        let spending = store.provider_spending(now()).await?;
        let spent =
            |slug: &str| spending.iter().find(|one| one.provider == slug).map_or(0, |one| one.committed);
        let together = Usd::from_millionths(spending.iter().map(|one| one.committed).sum());
        for provider in &self.all {
            let about = provider.about();
            let quota = tokio::time::timeout(QUOTA_TIME, provider.quota()).await;
            let quota = quota.unwrap_or_else(|_| Err(ProviderError::NoAnswer("it took too long".to_owned())));
            let blocked = provider.state().err().or_else(|| quota.as_ref().err().cloned());
            let state = if blocked.is_some() { SourceState::Unavailable } else { SourceState::Ready };
            told.push(ProviderInfo {
                provider: about.slug.to_owned(),
                name: about.name.to_owned(),
                finds: about.finds.to_owned(),
                cost: format!(
                    "{}; {} this month, {together} of the budget of {} with all providers",
                    about.cost,
                    Usd::from_millionths(spent(about.slug)),
                    self.budget
                ),
                quota: quota.ok().flatten().map(|quota| quota.left),
                state,
                message: blocked.map(|error| error.to_string()),
            });
        }
        Ok(told)
    }
}
