use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use tokio::time::Instant;
use url::Url;

use crate::address::{Guard, GuardedResolver, Names, Refusal, SystemNames};
use crate::charset;
use crate::robots::Rules;

/// How the crawler presents itself and how far it goes.
#[derive(Clone, Debug)]
pub struct FetcherConfig {
    /// A page that says who we are and how to object; sent with every request.
    pub contact_url: String,
    /// What may be reached.
    pub guard: Guard,
    /// Who knows the addresses of hosts.
    pub names: Arc<dyn Names>,
    /// The least time between two requests to one host.
    pub spacing: Duration,
    /// The longest a page may take.
    pub timeout: Duration,
    /// The most bytes of a page, after decompression.
    pub max_bytes: usize,
    /// The most redirects that are followed.
    pub max_redirects: u32,
}

impl FetcherConfig {
    /// The polite defaults: a second between requests, 10 seconds and 2 MB a page, five redirects, public
    /// addresses only.
    #[must_use]
    pub fn new(contact_url: impl Into<String>) -> Self {
        Self {
            contact_url: contact_url.into(),
            guard: Guard::public_only(),
            names: Arc::new(SystemNames),
            spacing: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            max_bytes: 2 * 1024 * 1024,
            max_redirects: 5,
        }
    }
}

/// The token by which robots.txt names us.
pub(crate) const AGENT: &str = "letip";

/// A page that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it was found, after redirects.
    pub url: Url,
    /// Its text.
    pub html: String,
}

/// Why a page was not read.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It must not be reached.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Whoever asked does not want what it leads to.
    #[error("{0} is of another site, or was read before")]
    Unwanted(Url),
    /// robots.txt says no.
    #[error("robots.txt of the site does not allow {0}")]
    Robots(Url),
    /// The server could not be reached, or broke off.
    #[error("the site could not be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the site did not answer within {0:?}")]
    Timeout(Duration),
    /// The server answered with an error.
    #[error("the site answered with status {0}")]
    Status(u16),
    /// It is no web page.
    #[error("the site answered with {0} instead of a web page")]
    NotHtml(String),
    /// Redirects did not end.
    #[error("the site redirects more than {0} times")]
    TooManyRedirects(u32),
}

/// Reads pages politely. Clones share the pace and the rules of each host.
#[derive(Clone, Debug)]
pub struct Fetcher {
    config: Arc<FetcherConfig>,
    client: reqwest::Client,
    hosts: Arc<Mutex<HashMap<String, Arc<Host>>>>,
}

/// What is known of a host.
#[derive(Debug, Default)]
struct Host {
    /// Its rules and when they came; held while they are read, so that they are asked for once.
    rules: tokio::sync::Mutex<Option<(Instant, Arc<Rules>)>>,
    /// When its last answer was over; held from a request to the end of its answer.
    last_answer: tokio::sync::Mutex<Option<Instant>>,
}

/// How long a site's rules are believed (RFC 9309 section 2.4).
const MAX_RULES_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Hosts that are remembered; beyond, those that nobody waits for are forgotten.
const MAX_HOSTS: usize = 10_000;

impl Fetcher {
    /// A fetcher of that configuration.
    ///
    /// # Errors
    /// When the TLS set-up of the machine cannot be read.
    pub fn new(config: FetcherConfig) -> Result<Self, FetchError> {
        // Whoever installed a provider first keeps it; ours is only for programs that chose none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (guard, names) = (config.guard.clone(), Arc::clone(&config.names));
        let client = reqwest::Client::builder()
            .user_agent(format!("letip/{} (+{})", env!("CARGO_PKG_VERSION"), config.contact_url))
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(GuardedResolver { guard, names }))
            .no_proxy()
            .timeout(config.timeout)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        Ok(Self { config: Arc::new(config), client, hosts: Arc::default() })
    }

    /// Reads a page, following redirects, as far as robots.txt of every host on the way allows.
    ///
    /// # Errors
    /// When it cannot or must not be read.
    pub async fn page(&self, url: &Url) -> Result<Page, FetchError> {
        self.page_if(url, |_| true).await
    }

    /// Reads a page as long as it and every redirect on the way is `wanted`.
    pub(crate) async fn page_if(
        &self,
        url: &Url,
        mut wanted: impl FnMut(&Url) -> bool,
    ) -> Result<Page, FetchError> {
        let mut url = url.clone();
        for _ in 0..=self.config.max_redirects {
            if !wanted(&url) {
                return Err(FetchError::Unwanted(url));
            }
            let rules = self.rules(&url).await?;
            if !rules.allows(url.as_str()) {
                return Err(FetchError::Robots(url));
            }
            let answer = self.get(&url, rules.delay()).await?;
            if !answer.is_redirect() {
                return answer.into_page(url);
            }
            url = answer.target(&url)?;
        }
        Err(FetchError::TooManyRedirects(self.config.max_redirects))
    }

    async fn rules(&self, url: &Url) -> Result<Arc<Rules>, FetchError> {
        self.config.guard.check_url(url)?;
        let host = self.host(url);
        let mut known = host.rules.lock().await;
        if let Some((read_at, rules)) = &*known
            && read_at.elapsed() < MAX_RULES_AGE
        {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(self.read_rules(url).await?);
        *known = Some((Instant::now(), Arc::clone(&rules)));
        Ok(rules)
    }

    async fn read_rules(&self, url: &Url) -> Result<Rules, FetchError> {
        let Ok(mut robots) = url.join("/robots.txt") else {
            return Err(Refusal::NoHost.into());
        };
        for _ in 0..=self.config.max_redirects {
            match self.get(&robots, None).await {
                Ok(answer) if answer.is_redirect() => robots = answer.target(&robots)?,
                Ok(answer) => return Ok(Rules::from_answer(AGENT, Some((answer.status, &answer.body)))),
                Err(error @ FetchError::Refused(_)) => return Err(error),
                // A server that gives no answer at all is unreachable, which says more than "forbidden".
                Err(error) => return Err(error),
            }
        }
        Ok(Rules::Open)
    }

    /// One request, when the host's turn has come. The host is held until the body has arrived.
    async fn get(&self, url: &Url, delay: Option<Duration>) -> Result<Answer, FetchError> {
        self.config.guard.check_url(url)?;
        let host = self.host(url);
        let mut last_answer = host.last_answer.lock().await;
        if let Some(before) = *last_answer {
            let spacing = delay.unwrap_or_default().max(self.config.spacing);
            tokio::time::sleep_until(before + spacing).await;
        }
        let answer = self.exchange(url).await;
        *last_answer = Some(Instant::now());
        answer
    }

    async fn exchange(&self, url: &Url) -> Result<Answer, FetchError> {
        let accept = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5";
        let sent = self.client.get(url.clone()).header(ACCEPT, accept).send().await;
        let mut response = sent.map_err(|error| self.failure(&error))?;
        let header =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error))? {
            let room = self.config.max_bytes - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() >= self.config.max_bytes {
                break;
            }
        }
        Ok(Answer { status, content_type, location, body })
    }

    fn failure(&self, error: &reqwest::Error) -> FetchError {
        if error.is_timeout() {
            return FetchError::Timeout(self.config.timeout);
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(source) = cause.source() {
            if let Some(refusal) = source.downcast_ref::<Refusal>() {
                return FetchError::Refused(refusal.clone());
            }
            cause = source;
        }
        FetchError::Unreachable(cause.to_string())
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let name = format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or_default()
        );
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS {
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        Arc::clone(hosts.entry(name).or_default())
    }
}

struct Answer {
    status: u16,
    content_type: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.location.is_some()
    }

    fn target(&self, from: &Url) -> Result<Url, FetchError> {
        let location = self.location.as_deref().unwrap_or_default();
        from.join(location).map_err(|_| FetchError::Unreachable(format!("it redirects to '{location}'")))
    }

    fn into_page(self, url: Url) -> Result<Page, FetchError> {
        if !(200..300).contains(&self.status) {
            return Err(FetchError::Status(self.status));
        }
        let content_type = self.content_type.unwrap_or_else(|| "text/html".to_owned());
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !matches!(kind.as_str(), "text/html" | "application/xhtml+xml" | "text/plain") {
            return Err(FetchError::NotHtml(kind));
        }
        Ok(Page { url, html: charset::decode(Some(&content_type), &self.body) })
    }
}
