//! Which pages of a site promise to say whom to contact.

use std::cmp::Reverse;
use std::collections::HashSet;

use extraction::Page;
use url::Url;

use crate::fetcher::host_identity;

/// What two addresses of one page have in common.
pub(crate) fn identity(url: &Url) -> String {
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

/// Pages that are asked for though nothing leads to them.
const MAX_GUESSES: usize = 4;

/// Where sites have the page that says whom to contact, by the country of the business; the likeliest first.
pub(crate) fn well_known(first: &Url, country: Option<&str>) -> Vec<Url> {
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

/// Other hosts of a site that are asked: each has a robots.txt of its own to be read first.
const MAX_OTHER_HOSTS: usize = 3;

/// The least that a link to another host has to promise: to be about the business. Shops, blogs and help desks have pages of
/// places and terms too, which say less.
const ABOUT: u32 = 6;
/// The least that the name of a host has to promise, as `kontakt.example.com` does: to be of contacts or of a team.
const TEAM: u32 = 8;

/// Links of one page that are considered.
const MAX_CANDIDATES: usize = 30;

/// Links of the first page that promise something, the likeliest first. Of those that differ in numbers alone, as the
/// days of a calendar do, one comes before all that are different, and the rest behind them.
///
/// Links to other hosts of the registered domain come behind those of the site's own of equal promise.
pub(crate) fn pages_to_read(first: &Page) -> Vec<Url> {
    let mut seen = HashSet::from([identity(&first.url)]);
    let mut scored: Vec<(Reverse<u32>, bool, Url)> = extraction::links(first)
        .into_iter()
        .filter_map(|(url, text)| {
            let is_elsewhere = host_identity(&url) != host_identity(&first.url);
            let score = if is_elsewhere { promise_elsewhere(&url, &text) } else { promise(&url, &text) };
            Some((Reverse(score?), is_elsewhere, url))
        })
        .collect();
    // A stable sort: links of equal promise keep the page's order.
    scored.sort_by_key(|(score, is_elsewhere, _)| (*score, *is_elsewhere));
    let mut others = HashSet::new();
    scored.retain(|(_, is_elsewhere, url)| {
        let host = host_identity(url);
        !is_elsewhere
            || others.contains(host)
            || (others.len() < MAX_OTHER_HOSTS && others.insert(host.to_owned()))
    });
    let urls = scored.into_iter().map(|(.., url)| url).filter(|url| seen.insert(identity(url)));
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

/// What a link to another host of the site promises, by its address and its text, or by the name of the host alone.
fn promise_elsewhere(url: &Url, text: &str) -> Option<u32> {
    let label = host_identity(url).split('.').next().unwrap_or_default();
    let by_name = PROMISING.iter().filter(|(word, score)| *score >= TEAM && label.contains(word));
    let by_link = promise(url, text).filter(|score| *score >= ABOUT);
    by_link.max(by_name.map(|(_, score)| *score).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_at(url: &str, html: &str) -> Page {
        Page { url: Url::parse(url).unwrap(), html: html.to_owned() }
    }

    fn page(html: &str) -> Page {
        page_at("https://acme.example/", html)
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
    fn other_hosts_of_the_domain_are_read_where_they_are_about_the_business() {
        let check = |link: &str, text: &str, expect: bool| {
            let page = page_at("https://www.acme.co.uk/", &format!("<a href='{link}'>{text}</a>"));
            let found = pages_to_read(&page);
            assert_eq!(found.len(), usize::from(expect), "{link} {text}: {found:?}");
        };
        check("https://shop.acme.co.uk/contact", "x", true);
        check("https://kontakt.acme.co.uk/", "Visit", true);
        check("//our-team.acme.co.uk", "x", true);
        check("https://shop.acme.co.uk/x", "About us", true);
        check("https://acme.co.uk/contact", "x", true);
        // A shop of its own, places and terms, another's site.
        check("https://shop.acme.co.uk/", "Shop", false);
        check("https://shop.acme.co.uk/legal", "Locations", false);
        check("https://meet.acme.co.uk/", "x", false);
        check("https://other.co.uk/contact", "Contact", false);
        check("https://acme.com/contact", "Contact", false);
        check("mailto:contact@acme.co.uk", "Contact", false);
    }

    #[test]
    fn a_neighbour_on_a_platform_is_another_site() {
        let links = "<a href='https://www.wixsite.com/contact'>Contact</a>
            <a href='https://other.wixsite.com/contact'>Contact</a><a href='https://wixsite.com/about'>About</a>
            <a href='https://acme.wixsite.com/contact'>Contact</a>";
        let urls = pages_to_read(&page_at("https://acme.wixsite.com/", links));
        let urls: Vec<_> = urls.iter().map(Url::as_str).collect();
        assert_eq!(urls, ["https://acme.wixsite.com/contact"]);
    }

    #[test]
    fn own_pages_come_before_those_of_other_hosts_and_these_are_few() {
        let others: String =
            (0..9).map(|n| format!("<a href='https://h{}.acme.example/contact'>x</a>", letter(n))).collect();
        let page = page(&format!("{others}<a href='/team'>x</a><a href='/contact'>x</a>"));
        let urls: Vec<_> = pages_to_read(&page).iter().map(Url::to_string).collect();
        let expect = [
            "https://acme.example/contact",
            "https://ha.acme.example/contact",
            "https://hb.acme.example/contact",
            "https://hc.acme.example/contact",
            "https://acme.example/team",
        ];
        assert_eq!(urls, expect);
    }

    fn letter(number: u8) -> char {
        char::from(b'a' + number)
    }
}
