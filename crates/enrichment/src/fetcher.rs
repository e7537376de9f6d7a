use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use extraction::{Page, charset};
use outbound::{LONGEST, retry_after};
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use tokio::time::Instant;
use url::Url;

use crate::address::{Guard, GuardedResolver, Names, Refusal, SystemNames};
use crate::failure::FetchError;
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
    /// How long what a page said is told again instead of reading it once more; zero keeps nothing.
    pub kept_for: Duration,
    /// Certificates, each in DER, by which sites may prove who they are beside those that the machine trusts.
    pub extra_roots: Vec<Vec<u8>>,
}

impl FetcherConfig {
    /// The polite defaults: a second between requests, 10 seconds and 2 MB a page, five redirects, public
    /// addresses only, and what was read is kept for a day.
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
            kept_for: Duration::from_secs(24 * 60 * 60),
            extra_roots: Vec::new(),
        }
    }

    /// What is sent as `User-Agent`: the program, and where to ask who runs it.
    fn user_agent(&self) -> String {
        format!("{AGENT}/{} (+{})", env!("CARGO_PKG_VERSION"), self.contact_url)
    }
}

/// The token by which robots.txt names us.
pub(crate) const AGENT: &str = "letip";

/// Reads pages politely. Clones share the pace and the rules of each host.
#[derive(Clone, Debug)]
pub struct Fetcher {
    config: Arc<FetcherConfig>,
    client: reqwest::Client,
    servers: Arc<Known<Server>>,
    sites: Arc<Known<Site>>,
}

/// What is known by name.
type Known<T> = Mutex<HashMap<String, Arc<T>>>;

/// A host at a port: robots.txt is of it alone (RFC 9309 section 2.3).
#[derive(Debug, Default)]
struct Server {
    /// Its rules and when they came; held while they are read, so that they are asked for once.
    rules: tokio::sync::Mutex<Option<(Instant, Arc<Rules>)>>,
}

/// A host, with and without `www.` and whatever the port: mostly one machine, and so of one pace.
#[derive(Debug, Default)]
struct Site {
    /// Held from a request to the end of its answer.
    turn: tokio::sync::Mutex<Turn>,
    /// Held by whoever reads the site and keeps what it says, so that others find that kept.
    reading: Arc<tokio::sync::Mutex<()>>,
}

/// When a site may be asked again.
#[derive(Debug, Default)]
struct Turn {
    /// When its last answer was over.
    last_answer: Option<Instant>,
    /// The end of the wait that it asked for, with the status that did.
    pause: Option<(Instant, u16)>,
}

/// How long a site's rules are believed (RFC 9309 section 2.4).
const MAX_RULES_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Hosts that are remembered; beyond, those that nobody waits for are forgotten.
const MAX_HOSTS: usize = 10_000;

/// How often a page is asked for that the site wants to be asked for later.
const ATTEMPTS: u32 = 3;

/// No site makes itself left alone for longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

impl Fetcher {
    /// A fetcher of that configuration.
    ///
    /// # Errors
    /// When the TLS set-up of the machine or one of the extra certificates cannot be read.
    pub fn new(config: FetcherConfig) -> Result<Self, FetchError> {
        // Whoever installed a provider first keeps it; ours is only for programs that chose none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (guard, names) = (config.guard.clone(), Arc::clone(&config.names));
        let unusable = |error: reqwest::Error| FetchError::Unreachable(error.to_string());
        let roots = config.extra_roots.iter().map(|der| reqwest::Certificate::from_der(der));
        let roots = roots.collect::<Result<Vec<_>, _>>().map_err(unusable)?;
        let client = reqwest::Client::builder()
            .tls_certs_merge(roots)
            .user_agent(config.user_agent())
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(GuardedResolver { guard, names }))
            .no_proxy()
            .timeout(config.timeout)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(unusable)?;
        Ok(Self { config: Arc::new(config), client, servers: Arc::default(), sites: Arc::default() })
    }

    /// How long what a page said is told again.
    pub(crate) fn kept_for(&self) -> Duration {
        self.config.kept_for
    }

    /// Waits until nobody else reads the site and keeps what it says.
    pub(crate) async fn alone_at(&self, url: &Url) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.site(url).reading).lock_owned().await
    }

    /// The token by which a robots.txt addresses every fetcher.
    pub const ROBOTS_TOKEN: &str = AGENT;

    /// Where those who run a website are told to ask who reads it.
    #[must_use]
    pub fn contact_url(&self) -> &str {
        &self.config.contact_url
    }

    /// What each request carries as `User-Agent`.
    #[must_use]
    pub fn user_agent(&self) -> String {
        self.config.user_agent()
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
        let server = self.server(url);
        let mut known = server.rules.lock().await;
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

    /// The answer to a request, which is made again where the site asks for a wait that is not too long.
    async fn get(&self, url: &Url, delay: Option<Duration>) -> Result<Answer, FetchError> {
        let mut attempts = 0;
        loop {
            let answer = self.ask(url, delay).await?;
            attempts += 1;
            if !answer.is_busy() {
                return Ok(answer);
            }
            match answer.wait {
                Some(wait) if attempts < ATTEMPTS && wait <= LONGEST => {
                    tracing::debug!(%url, wait_ms = wait.as_millis(), "the site asks to come back later");
                }
                _ => return Err(FetchError::Busy(answer.status)),
            }
        }
    }

    /// One request, when the site's turn has come. The site is held until the body has arrived.
    async fn ask(&self, url: &Url, delay: Option<Duration>) -> Result<Answer, FetchError> {
        self.config.guard.check_url(url)?;
        let site = self.site(url);
        let mut turn = site.turn.lock().await;
        let too_long = |(end, _): &(Instant, u16)| *end > Instant::now() + LONGEST;
        if let Some((_, status)) = turn.pause.filter(too_long) {
            return Err(FetchError::Busy(status));
        }
        let spacing = delay.unwrap_or_default().max(self.config.spacing);
        let spaced = turn.last_answer.map(|before| before + spacing);
        let paused = turn.pause.map(|(end, _)| end);
        if let Some(due) = spaced.max(paused) {
            tokio::time::sleep_until(due).await;
        }
        let answer = self.exchange(url).await;
        let now = Instant::now();
        turn.last_answer = Some(now);
        turn.pause = answer.as_ref().ok().and_then(|answer| {
            let wait = answer.wait.filter(|_| answer.is_busy())?;
            Some((now + wait.min(LONGEST_PAUSE), answer.status))
        });
        answer
    }

    async fn exchange(&self, url: &Url) -> Result<Answer, FetchError> {
        let accept = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5";
        let sent = self.client.get(url.clone()).header(ACCEPT, accept).send().await;
        let mut response = sent.map_err(|error| self.failure(&error))?;
        let header =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
        let wait = header(RETRY_AFTER).and_then(|text| retry_after(&text, SystemTime::now()));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error))? {
            let room = self.config.max_bytes - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() >= self.config.max_bytes {
                break;
            }
        }
        Ok(Answer { status, content_type, location, wait, body })
    }

    fn failure(&self, error: &reqwest::Error) -> FetchError {
        if error.is_timeout() {
            return FetchError::Timeout(self.config.timeout);
        }
        FetchError::of(error)
    }

    fn server(&self, url: &Url) -> Arc<Server> {
        let port = url.port_or_known_default().unwrap_or_default();
        known(&self.servers, format!("{}:{port}", url.host_str().unwrap_or_default()))
    }

    fn site(&self, url: &Url) -> Arc<Site> {
        known(&self.sites, host_identity(url).to_owned())
    }
}

/// What the addresses of one site have in common, whatever their scheme and port.
pub(crate) fn host_identity(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host.strip_prefix("www.").unwrap_or(host)
}

/// What is known by that name, which may be nothing yet.
fn known<T: Default>(all: &Known<T>, name: String) -> Arc<T> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MAX_HOSTS {
        all.retain(|_, one| Arc::strong_count(one) > 1);
    }
    Arc::clone(all.entry(name).or_default())
}

struct Answer {
    status: u16,
    content_type: Option<String>,
    location: Option<String>,
    /// How long it asks to wait.
    wait: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    /// Whether the site wants to be asked later: it is asked too often (RFC 6585), or says when it is back.
    fn is_busy(&self) -> bool {
        self.status == 429 || (self.status == 503 && self.wait.is_some())
    }

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
