//! AbstractAPI's Company Enrichment (<https://docs.abstractapi.com>), version 1: what a company is, by its domain.
//!
//! What is known of its answers is from its public documentation, which names no way to ask for what is left of a plan.
//! Every answer counts as a request, also one that knows nothing.

use std::time::Duration;

use metered::{Answer, Ask, KeyPlace, Line, Meaning};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{About, ApiKey, Bill, Company, LookUp, Provider, ProviderError, Quota, Subject, Timing, Usd};

const SLUG: &str = "abstractapi";
/// How long a refused key or a plan that is used up is left alone.
const CLOSED: Duration = Duration::from_secs(60 * 60);

/// An account with AbstractAPI.
#[derive(Clone, Debug)]
pub struct AbstractApiConfig {
    /// The key of its Company Enrichment.
    pub key: ApiKey,
    /// Where its API is, ending in a slash.
    pub base_url: String,
    /// What a request of the account's plan costs.
    pub request: Usd,
    /// How it waits.
    pub timing: Timing,
}

impl AbstractApiConfig {
    /// The service as it is documented; one request a second, as its free plan has it.
    #[must_use]
    pub fn new(key: ApiKey, request: Usd) -> Self {
        let base_url = "https://companyenrichment.abstractapi.com/v1/".to_owned();
        let timing = Timing {
            timeout: Duration::from_secs(30),
            spacing: Duration::from_millis(1050),
            backoff: Duration::from_secs(2),
        };
        Self { key, base_url, request, timing }
    }
}

/// AbstractAPI's Company Enrichment.
#[derive(Debug)]
pub struct AbstractApi {
    config: AbstractApiConfig,
    base: Url,
    line: Line,
}

impl AbstractApi {
    /// The provider of that account.
    ///
    /// # Errors
    /// When the key or the address of the API cannot be one.
    pub fn new(config: AbstractApiConfig) -> Result<Self, ProviderError> {
        let base =
            Url::parse(&config.base_url).map_err(|error| ProviderError::BadAddress(error.to_string()))?;
        let place = KeyPlace::Query("api_key");
        let line = Line::new(SLUG, config.key.clone(), place, config.timing, meaning)?;
        Ok(Self { config, base, line })
    }

    async fn company(&self, bill: &Bill<'_>, told: &mut LookUp, domain: &str) -> Result<(), ProviderError> {
        let mut url = self.base.clone();
        url.query_pairs_mut().append_pair("domain", domain);
        told.source_url = url.to_string();
        let (most, check) = (self.config.request, Answer::check::<Told>);
        let ask = Ask::get("company", domain.to_owned(), url, most, check);
        let answer = self.line.ask(bill, &ask).await?;
        if answer.status == 200 {
            answer.read::<Told>()?.add_to(told);
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Provider for AbstractApi {
    fn about(&self) -> About {
        About {
            slug: SLUG,
            name: "AbstractAPI Company Enrichment",
            finds: "year of foundation, number of employees, industry and LinkedIn page, by the domain of the website",
            cost: format!("{} a business", self.config.request),
        }
    }

    fn state(&self) -> Result<(), ProviderError> {
        self.line.state()
    }

    async fn quota(&self) -> Result<Option<Quota>, ProviderError> {
        Ok(None)
    }

    async fn look_up(&self, bill: &Bill<'_>, subject: &Subject<'_>) -> LookUp {
        let mut told = LookUp::default();
        told.stopped = self.company(bill, &mut told, subject.domain).await.err();
        told
    }
}

/// What is known of a company; everything may be missing or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    year_founded: Value,
    industry: Option<String>,
    employees_count: Value,
    linkedin_url: Option<String>,
}

impl Told {
    fn add_to(self, told: &mut LookUp) {
        let year = number(&self.year_founded).and_then(|year| i32::try_from(year).ok());
        let count = number(&self.employees_count).and_then(|count| u32::try_from(count).ok());
        let text =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        told.company = Company {
            // A year of four digits: other numbers have been seen where a year is unknown.
            year_founded: year.filter(|year| (1000..=2999).contains(year)),
            employee_count: count.filter(|count| *count > 0),
            industry: text(self.industry),
        };
        told.findings.socials.linkedin = text(self.linkedin_url).and_then(|url| linkedin(&url));
    }
}

/// A number, also one that is written as a text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The page, which comes without its scheme.
fn linkedin(text: &str) -> Option<String> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).ok()?;
    let is_there = url.host_str()?.trim_start_matches("www.") == "linkedin.com";
    (is_there && url.scheme() == "https" && url.path().len() > 1).then(|| url.to_string())
}

/// What a status means: 422 is a plan that is used up, and 429 too many requests in a second.
fn meaning(answer: &Answer, most: Usd) -> Meaning {
    let says = || {
        let told: Value = answer.read().unwrap_or_default();
        let message = told["error"]["message"].as_str().unwrap_or_default();
        message.chars().take(200).collect::<String>()
    };
    match answer.status {
        200 | 204 => Meaning::Final { cost: most },
        401 => Meaning::Closed { time: CLOSED, why: ProviderError::BadKey("status 401".to_owned()) },
        422 => Meaning::Closed { time: CLOSED, why: ProviderError::UsedUp(says()) },
        429 => Meaning::TooFast,
        status @ 500.. => Meaning::Failed(ProviderError::Failed(status)),
        status => Meaning::Wrong(ProviderError::Rejected { status, message: says() }),
    }
}
