//! Which pages of a site are read, and how reading a site ends.

use std::collections::HashSet;

use extraction::{Findings, Page, registrable};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::failure::FetchError;
use crate::fetcher::{Fetcher, host_identity};
use crate::kept::{Kept, Shelf};
use crate::links::{identity, pages_to_read, well_known};

/// The most pages of a site that are read, the first included.
pub const MAX_PAGES: usize = 6;

/// How reading a site ended.
#[derive(Debug)]
pub enum Reading {
    /// At least its first page was read.
    Read(Box<Findings>),
    /// robots.txt does not want us.
    BlockedByRobots,
    /// No page came.
    Unreachable(FetchError),
    /// The domain is for sale, or its host shows a page of its own.
    Parked,
    /// The domain is on the suppression list: nothing was asked.
    Suppressed,
    /// It was stopped on request.
    Cancelled,
}

/// Reads the site at `website`: its first page, then the pages that most likely say whom to contact, on other hosts of the
/// same registered domain too.
pub async fn crawl(
    fetcher: &Fetcher,
    website: &str,
    country: Option<&str>,
    cancel: &CancellationToken,
) -> Reading {
    crawl_beside(fetcher, website, country, None, cancel).await
}

/// The same, where pages that lie on the shelf are not asked for, and those that are read come onto it.
pub(crate) async fn crawl_beside(
    fetcher: &Fetcher,
    website: &str,
    country: Option<&str>,
    shelf: Option<&mut Shelf<'_>>,
    cancel: &CancellationToken,
) -> Reading {
    let Ok(start) = Url::parse(website) else {
        return Reading::Unreachable(FetchError::Unreachable(format!("'{website}' is not a web address")));
    };
    let visit = Visit { fetcher, country, shelf, trail: Trail::default() };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Reading::Cancelled,
        reading = visit.read(&start) => reading,
    }
}

/// What a page said and where it leads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Where it was found.
    pub(crate) url: Url,
    /// What was asked for to get it: its own address and those of redirects.
    pub(crate) hops: Vec<String>,
    /// It is a registrar's, a broker's or a host's own.
    pub(crate) is_parked: bool,
    /// Links that promise something, the likeliest first.
    pub(crate) next: Vec<Url>,
    pub(crate) findings: Findings,
}

/// One reading of a site.
struct Visit<'a, 'b> {
    fetcher: &'a Fetcher,
    country: Option<&'a str>,
    shelf: Option<&'a mut Shelf<'b>>,
    trail: Trail,
}

impl Visit<'_, '_> {
    async fn read(mut self, start: &Url) -> Reading {
        let first = match self.first(start).await {
            Ok(first) => first,
            Err(FetchError::Robots(_)) => return Reading::BlockedByRobots,
            Err(error) => return Reading::Unreachable(error),
        };
        if first.is_parked {
            return Reading::Parked;
        }
        let mut findings = first.findings;
        let mut next = first.next;
        if next.is_empty() && findings.emails.is_empty() {
            next = self.look_around(&first.url, &mut findings).await;
        }
        let mut closed = HashSet::new();
        for url in next {
            if self.trail.pages >= MAX_PAGES {
                break;
            }
            if closed.contains(host_identity(&url)) {
                continue;
            }
            match self.another(&url).await {
                Ok(Some(more)) => findings.absorb(more.findings),
                Ok(None) => {}
                // Who wants to be left alone is not asked for the next page; another host of the site may be.
                Err(FetchError::Busy(_)) => {
                    closed.insert(host_identity(&url).to_owned());
                }
                Err(error) => tracing::debug!(%url, %error, "skipped a page"),
            }
        }
        Reading::Read(Box::new(findings))
    }

    /// Asks for pages where many sites have them, as nothing leads to one: the menu is made by a script. Answers where the
    /// first that there is leads to.
    async fn look_around(&mut self, first: &Url, findings: &mut Findings) -> Vec<Url> {
        for url in well_known(first, self.country) {
            match self.another(&url).await {
                Ok(Some(more)) => {
                    findings.absorb(more.findings);
                    return more.next;
                }
                Err(FetchError::Busy(_)) => break,
                Ok(None) => {}
                Err(error) => tracing::debug!(%url, %error, "a site has no such page"),
            }
        }
        Vec::new()
    }

    /// The first page, wherever it has moved to.
    async fn first(&mut self, url: &Url) -> Result<Told, FetchError> {
        let key = identity(url);
        if let Some(Kept::Page(told)) = self.kept(&key).await {
            self.trail.begin(&told.url, told.hops.iter().cloned());
            return Ok(*told);
        }
        let mut hops = Vec::new();
        let page = self.fetcher.page_if(url, |hop| {
            hops.push(identity(hop));
            true
        });
        let page = page.await?;
        self.trail.begin(&page.url, hops.iter().cloned());
        let told = extracted(page, hops, self.country).await;
        let mut told =
            told.ok_or_else(|| FetchError::Unreachable("its first page could not be read".to_owned()))?;
        if told.is_parked {
            // What it says is not about the business.
            (told.findings, told.next) = (Findings::default(), Vec::new());
        }
        self.keep(&key, Some(&told)).await;
        Ok(told)
    }

    /// Another page, unless it is one that was read or leads to another site: what that says is not about this
    /// business. None where the page cannot be read, or is known to be none.
    async fn another(&mut self, url: &Url) -> Result<Option<Told>, FetchError> {
        let key = identity(url);
        if self.trail.asked.contains(&key) {
            return Ok(None);
        }
        match self.kept(&key).await {
            Some(Kept::Page(told)) => {
                // It may have been read under another address.
                let is_new = !told.hops.iter().any(|hop| self.trail.asked.contains(hop));
                self.trail.went(told.hops.clone());
                return Ok(is_new.then_some(*told));
            }
            Some(Kept::Missing) => {
                self.trail.went(vec![key]);
                return Ok(None);
            }
            None => {}
        }
        let (mut hops, trail) = (Vec::new(), &self.trail);
        let page = self.fetcher.page_if(url, |hop| {
            let wanted = trail.wants(hop);
            if wanted {
                hops.push(identity(hop));
            }
            wanted
        });
        let page = page.await;
        let never_asked =
            matches!(page, Err(FetchError::Robots(_) | FetchError::Refused(_))) && hops.len() < 2;
        if never_asked {
            self.trail.asked.extend(hops);
            return page.map(|_| None);
        }
        self.trail.went(hops.clone());
        match page {
            Ok(page) => {
                let told = extracted(page, hops, self.country).await;
                if let Some(told) = &told {
                    self.keep(&key, Some(told)).await;
                }
                Ok(told)
            }
            Err(error) => {
                let is_none = matches!(
                    error,
                    FetchError::Status(404 | 410) | FetchError::NotHtml(_) | FetchError::Unwanted(_)
                );
                if is_none && !hops.is_empty() {
                    self.keep(&key, None).await;
                }
                Err(error)
            }
        }
    }

    async fn kept(&mut self, key: &str) -> Option<Kept> {
        self.shelf.as_mut()?.get(key).await
    }

    async fn keep(&self, key: &str, told: Option<&Told>) {
        if let Some(shelf) = &self.shelf {
            shelf.put(key, told).await;
        }
    }
}

/// What was asked for of a site.
#[derive(Debug, Default)]
struct Trail {
    /// The registered domain that the first page was found at.
    site: String,
    /// Addresses that were asked for, those of redirects included.
    asked: HashSet<String>,
    /// Pages that were asked for.
    pages: usize,
}

impl Trail {
    /// The first page was found at that address.
    fn begin(&mut self, url: &Url, hops: impl IntoIterator<Item = String>) {
        self.site = registrable(url.host_str().unwrap_or_default()).to_owned();
        self.pages = 1;
        self.asked.extend(hops);
    }

    /// Whether an address is of the site and was not asked for.
    fn wants(&self, hop: &Url) -> bool {
        let host = hop.host_str().unwrap_or_default();
        registrable(host) == self.site && !self.asked.contains(&identity(hop))
    }

    /// A page was asked for, unless nothing was.
    fn went(&mut self, hops: Vec<String>) {
        self.pages += usize::from(!hops.is_empty());
        self.asked.extend(hops);
    }
}

/// What the page says and where to go on. Off the async threads: a page is parsed in one go, and a hostile one
/// takes its time.
async fn extracted(page: Page, hops: Vec<String>, country: Option<&str>) -> Option<Told> {
    let country = country.map(str::to_owned);
    let work = move || {
        let (findings, next) = (extraction::extract(&page, country.as_deref()), pages_to_read(&page));
        Told { hops, is_parked: is_parked(&page), next, findings, url: page.url }
    };
    tokio::task::spawn_blocking(work)
        .await
        .inspect_err(|error| tracing::warn!(%error, "could not read a page"))
        .ok()
}

/// What pages say that are a registrar's, a broker's or a host's own.
const PARKED: &[&str] = &[
    "this domain is for sale",
    "this domain may be for sale",
    "buy this domain",
    "domain is parked",
    "parked free, courtesy of",
    "this domain name has expired",
    "future home of something quite cool",
    "account has been suspended",
    "website has been suspended",
    "welcome to nginx!",
    "apache2 ubuntu default page",
    "apache2 debian default page",
    "test page for the apache http server",
    "<title>iis windows server</title>",
    "<title>default web site page</title>",
];

fn is_parked(page: &Page) -> bool {
    // Only short pages: a long one that uses these words is about something.
    page.html.len() < 50_000 && {
        let text = page.html.to_lowercase();
        PARKED.iter().any(|phrase| text.contains(phrase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        Page { url: Url::parse("https://acme.example/").unwrap(), html: html.to_owned() }
    }

    #[test]
    fn parked_pages_are_recognised() {
        assert!(is_parked(&page("<h1>This domain is for sale!</h1>")));
        assert!(is_parked(&page("<h1>This Account has been suspended.</h1><p>Ask support@host.example</p>")));
        assert!(is_parked(&page("<title>Welcome to nginx!</title>")));
        assert!(!is_parked(&page("<h1>Plumbing</h1>")));
    }
}
