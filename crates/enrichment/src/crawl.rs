//! Which pages of a site are read, and how reading a site ends.

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
    let first = tokio::select! {
        first = fetcher.page(&start) => first,
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
        let page = tokio::select! {
            page = fetcher.page(&url) => page,
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

fn pages_to_read(first: &Page) -> Vec<Url> {
    let mut scored: Vec<(u32, Url)> = extract::links(first)
        .into_iter()
        .filter(|(url, _)| *url != first.url)
        .filter_map(|(url, text)| Some((promise(&url, &text)?, url)))
        .collect();
    // A stable sort: links of equal promise keep the page's order.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, url)| url).take(MAX_PAGES - 1).collect()
}

fn promise(url: &Url, text: &str) -> Option<u32> {
    let haystack = format!("{} {}", url.path(), text).to_lowercase();
    PROMISING.iter().filter(|(word, _)| haystack.contains(word)).map(|(_, score)| *score).max()
}

const PARKED: &[&str] = &[
    "this domain is for sale",
    "this domain may be for sale",
    "buy this domain",
    "domain is parked",
    "parked free, courtesy of",
    "this domain name has expired",
    "future home of something quite cool",
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
    fn the_most_promising_pages_come_first_and_are_few() {
        let links: String = (0..20).map(|n| format!("<a href='/about/{n}'>x</a>")).collect();
        let page =
            page(&format!("<a href='/blog'>Blog</a>{links}<a href='/c'>Contact us</a><a href='/team'>x</a>"));
        let urls: Vec<_> = pages_to_read(&page).into_iter().map(|url| url.path().to_owned()).collect();
        assert_eq!(urls, ["/c", "/team", "/about/0", "/about/1", "/about/2"]);
    }

    #[test]
    fn parked_pages_are_recognised() {
        assert!(is_parked(&page("<h1>This domain is for sale!</h1>")));
        assert!(!is_parked(&page("<h1>Plumbing</h1>")));
    }
}
