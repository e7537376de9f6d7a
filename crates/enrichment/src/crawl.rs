//! Which pages of a site are read, and how reading a site ends.

use std::collections::HashSet;

use tokio_util::sync::CancellationToken;
use url::Url;

use crate::extract::{self, Findings};
use crate::fetcher::{FetchError, Fetcher, Page};

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
    let Ok(start) = Url::parse(website) else {
        return Reading::Unreachable(FetchError::Unreachable(format!("'{website}' is not a web address")));
    };
    let mut trail = Trail::default();
    let first = tokio::select! {
        first = trail.first(fetcher, &start) => first,
        () = cancel.cancelled() => return Reading::Cancelled,
    };
    let first = match first {
        Ok(page) => page,
        Err(FetchError::Robots(_)) => return Reading::BlockedByRobots,
        Err(error) => return Reading::Unreachable(error),
    };
    if is_parked(&first) {
        return Reading::Parked;
    }
    let Some((mut findings, next)) = extracted(first, country).await else {
        return Reading::Unreachable(FetchError::Unreachable("its first page could not be read".to_owned()));
    };
    for url in next {
        if trail.pages >= MAX_PAGES {
            break;
        }
        let page = tokio::select! {
            page = trail.next(fetcher, &url) => page,
            () = cancel.cancelled() => return Reading::Cancelled,
        };
        match page {
            Ok(page) => {
                if let Some((more, _)) = extracted(page, country).await {
                    findings.absorb(more);
                }
            }
            Err(error) => tracing::debug!(%url, %error, "skipped a page"),
        }
    }
    Reading::Read(Box::new(findings))
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
    /// The first page, wherever it has moved to.
    async fn first(&mut self, fetcher: &Fetcher, url: &Url) -> Result<Page, FetchError> {
        let asked = &mut self.asked;
        let page = fetcher
            .page_if(url, |hop| {
                asked.insert(identity(hop));
                true
            })
            .await?;
        self.site = extract::junk::registrable(page.url.host_str().unwrap_or_default()).to_owned();
        self.pages = 1;
        Ok(page)
    }

    /// Another page, unless it is one that was read or leads to another site: what that says is not about this
    /// business.
    async fn next(&mut self, fetcher: &Fetcher, url: &Url) -> Result<Page, FetchError> {
        let mut hops = Vec::new();
        let page = fetcher
            .page_if(url, |hop| {
                let host = hop.host_str().unwrap_or_default();
                let wanted =
                    extract::junk::registrable(host) == self.site && !self.asked.contains(&identity(hop));
                if wanted {
                    hops.push(identity(hop));
                }
                wanted
            })
            .await;
        let never_asked =
            matches!(page, Err(FetchError::Robots(_) | FetchError::Refused(_))) && hops.len() < 2;
        self.pages += usize::from(!hops.is_empty() && !never_asked);
        self.asked.extend(hops);
        page
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
async fn extracted(page: Page, country: Option<&str>) -> Option<(Findings, Vec<Url>)> {
    let country = country.map(str::to_owned);
    let work = move || (extract::extract(&page, country.as_deref()), pages_to_read(&page));
    tokio::task::spawn_blocking(work)
        .await
        .inspect_err(|error| tracing::warn!(%error, "could not read a page"))
        .ok()
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
    let mut scored: Vec<(u32, Url)> = extract::links(first)
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
