//! Which pages of a site are read, and how reading a site ends.

use std::collections::HashSet;

use extraction::{Findings, Page, registrable};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::failure::FetchError;
use crate::fetcher::Fetcher;
use crate::kept::{Kept, Shelf};

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

/// Reads the site at `website`: its first page, then the pages that most likely say whom to contact.
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
        for url in next {
            if self.trail.pages >= MAX_PAGES {
                break;
            }
            match self.another(&url).await {
                Ok(Some(more)) => findings.absorb(more.findings),
                Ok(None) => {}
                // Who wants to be left alone is not asked for the next page.
                Err(FetchError::Busy(_)) => break,
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

/// What two addresses of one page have in common.
fn identity(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_tracking = |name: &str| name.starts_with("utm_") || matches!(name, "gclid" | "fbclid" | "mc_cid");
    let query: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !is_tracking(pair.split('=').next().unwrap_or_default()))
        .collect();
    let (user, port, path) = (url.username(), url.port(), url.path().trim_end_matches('/'));
    format!("{user}@{host}:{port:?}{path}?{}", query.join("&"))
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

/// Pages that are asked for though nothing leads to them.
const MAX_GUESSES: usize = 4;

/// Where sites have the page that says whom to contact, by the country of the business; the likeliest first.
fn well_known(first: &Url, country: Option<&str>) -> Vec<Url> {
    let paths: &[&str] = match country {
        Some("FI") => &["/yhteystiedot", "/ota-yhteytta", "/contact", "/kontakt"],
        Some("SE" | "NO" | "DK") => &["/kontakt", "/kontakta-oss", "/om-oss", "/contact"],
        Some("DE" | "AT" | "CH") => &["/kontakt", "/impressum", "/contact", "/ueber-uns"],
        Some("FR" | "BE" | "LU") => &["/contact", "/contactez-nous", "/a-propos", "/mentions-legales"],
        Some("ES" | "MX" | "AR" | "CO" | "CL") => {
            &["/contacto", "/contact", "/quienes-somos", "/aviso-legal"]
        }
        _ => &["/contact", "/contact-us", "/about", "/about-us"],
    };
    paths.iter().take(MAX_GUESSES).filter_map(|path| first.join(path).ok()).collect()
}

/// Words of links that lead to contacts, the likeliest first; English, Finnish, German, Swedish, French, Spanish.
const PROMISING: &[(&str, u32)] = &[
    ("contact", 10),
    ("yhteys", 10),
    ("kontakt", 10),
    ("contacto", 10),
    ("impressum", 9),
    ("our-team", 8),
    ("team", 8),
    ("staff", 8),
    ("henkilo", 8),
    ("people", 7),
    ("meet", 7),
    ("about", 6),
    ("meista", 6),
    ("ueber-uns", 6),
    ("om-oss", 6),
    ("a-propos", 6),
    ("attorneys", 6),
    ("doctors", 6),
    ("leadership", 5),
    ("management", 5),
    ("location", 4),
    ("legal", 2),
];

/// Links of one page that are considered.
const MAX_CANDIDATES: usize = 30;

/// Links of the first page that promise something, the likeliest first. Of those that differ in numbers alone, as the
/// days of a calendar do, one comes before all that are different, and the rest behind them.
fn pages_to_read(first: &Page) -> Vec<Url> {
    let mut seen = HashSet::from([identity(&first.url)]);
    let mut scored: Vec<(u32, Url)> = extraction::links(first)
        .into_iter()
        .filter_map(|(url, text)| Some((promise(&url, &text)?, url)))
        .collect();
    // A stable sort: links of equal promise keep the page's order.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let urls = scored.into_iter().map(|(_, url)| url).filter(|url| seen.insert(identity(url)));
    let mut forms = HashSet::new();
    let (mut urls, more): (Vec<Url>, Vec<Url>) = urls.partition(|url| forms.insert(without_numbers(url)));
    urls.extend(more);
    urls.truncate(MAX_CANDIDATES);
    urls
}

fn without_numbers(url: &Url) -> String {
    identity(url).chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn promise(url: &Url, text: &str) -> Option<u32> {
    let haystack = format!("{}?{} {text}", url.path(), url.query().unwrap_or_default()).to_lowercase();
    PROMISING.iter().filter(|(word, _)| haystack.contains(word)).map(|(_, score)| *score).max()
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
    fn the_most_promising_pages_come_first_and_each_once() {
        let links: String = (0..90).map(|n| format!("<a href='/about/{n}'>x</a>")).collect();
        let page = page(&format!(
            "<a href='/blog'>Blog</a>{links}<a href='/c'>Contact us</a><a href='/team'>x</a>
                <a href='http://www.acme.example/team/?utm_source=menu'>x</a><a href='/'>About</a>"
        ));
        let urls: Vec<_> = pages_to_read(&page).into_iter().map(|url| url.path().to_owned()).collect();
        assert_eq!(urls[..4], ["/c", "/team", "/about/0", "/about/1"]);
        assert_eq!(urls.len(), MAX_CANDIDATES);
    }

    #[test]
    fn a_page_may_be_named_in_the_query() {
        let page = page("<a href='/index.php?page=contact'>Visit</a><a href='/index.php?page=news'>News</a>");
        let urls: Vec<_> = pages_to_read(&page).into_iter().map(|url| url.to_string()).collect();
        assert_eq!(urls, ["https://acme.example/index.php?page=contact"]);
    }

    #[test]
    fn a_calendar_does_not_take_the_place_of_other_pages() {
        let days: String =
            (1..=31).map(|n| format!("<a href='/contact/{n}'>x</a><a href='/c?d={n}'>Contact</a>")).collect();
        let page = page(&format!("{days}<a href='/team'>x</a><a href='/about'>x</a>"));
        let urls: Vec<_> = pages_to_read(&page).into_iter().map(|url| url.path().to_owned()).collect();
        assert_eq!(urls[..5], ["/contact/1", "/c", "/team", "/about", "/contact/2"]);
    }

    #[test]
    fn parked_pages_are_recognised() {
        assert!(is_parked(&page("<h1>This domain is for sale!</h1>")));
        assert!(is_parked(&page("<h1>This Account has been suspended.</h1><p>Ask support@host.example</p>")));
        assert!(is_parked(&page("<title>Welcome to nginx!</title>")));
        assert!(!is_parked(&page("<h1>Plumbing</h1>")));
    }
}
