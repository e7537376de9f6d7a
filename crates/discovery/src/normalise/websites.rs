//! Websites and profiles on social networks.

use contract::Socials;
use url::Url;

use crate::place::Network;

/// The first of the URLs that is the business's own site; those that are profiles go into `socials`.
#[must_use]
pub fn own_site(urls: &[String], socials: &mut Socials) -> Option<String> {
    let mut own = None;
    for url in urls.iter().flat_map(|text| text.split([';', ' ', '\n'])).filter_map(parse) {
        if let Some(network) = network_of(&url) {
            set(network, url.as_str(), socials);
        } else if own.is_none() {
            own = Some(url.into());
        }
    }
    own
}

/// The absolute http or https URL that the text is; `www.example.com` counts as one.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let text = text.trim();
    let has_scheme =
        text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphabetic()));
    let url = if has_scheme { Url::parse(text) } else { Url::parse(&format!("http://{text}")) }.ok()?;
    let host = url.host_str()?;
    let is_web = matches!(url.scheme(), "http" | "https") && host.contains('.') && !host.ends_with('.');
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest).split(['/', '?', '#']).next();
    let names_somebody = authority.is_some_and(|authority| authority.contains('@'));
    (is_web && text.len() <= 2000 && !names_somebody).then_some(url)
}

/// Puts a profile, given as URL or as name on its network, where it belongs. What is there already stays.
pub fn add_profile(network: Option<Network>, profile: &str, socials: &mut Socials) {
    let profile = profile.split(';').next().unwrap_or(profile).trim();
    if profile.is_empty() || profile.len() > 500 {
        return;
    }
    let url = parse(profile).filter(|_| profile.contains('.'));
    match (network, url) {
        (_, Some(url)) if network_of(&url).is_some() => {
            if let Some(of_url) = network_of(&url) {
                set(of_url, url.as_str(), socials);
            }
        }
        (Some(network), None) => {
            let name = profile.trim_start_matches('@');
            let is_name = name.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c));
            if is_name && !name.is_empty() {
                set(network, &format!("{}{name}", home(network)), socials);
            }
        }
        _ => {}
    }
}

fn home(network: Network) -> &'static str {
    match network {
        Network::Facebook => "https://www.facebook.com/",
        Network::Instagram => "https://www.instagram.com/",
        Network::Linkedin => "https://www.linkedin.com/company/",
        Network::X => "https://x.com/",
        Network::Youtube => "https://www.youtube.com/@",
        Network::Tiktok => "https://www.tiktok.com/@",
        Network::Yelp => "https://www.yelp.com/biz/",
    }
}

fn set(network: Network, url: &str, socials: &mut Socials) {
    let field = match network {
        Network::Facebook => &mut socials.facebook,
        Network::Instagram => &mut socials.instagram,
        Network::Linkedin => &mut socials.linkedin,
        Network::X => &mut socials.x,
        Network::Youtube => &mut socials.youtube,
        Network::Tiktok => &mut socials.tiktok,
        Network::Yelp => &mut socials.yelp,
    };
    field.get_or_insert_with(|| url.to_owned());
}

/// The network that the URL is a profile of; a network's home page is no profile.
#[must_use]
pub fn network_of(url: &Url) -> Option<Network> {
    let host = url.host_str()?;
    let is_at =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let networks = [
        ("facebook.com", Network::Facebook),
        ("fb.com", Network::Facebook),
        ("fb.me", Network::Facebook),
        ("instagram.com", Network::Instagram),
        ("linkedin.com", Network::Linkedin),
        ("twitter.com", Network::X),
        ("x.com", Network::X),
        ("youtube.com", Network::Youtube),
        ("tiktok.com", Network::Tiktok),
        ("yelp.com", Network::Yelp),
    ];
    let network = networks.iter().find(|(domain, _)| is_at(domain)).map(|(_, network)| *network)?;
    (url.path().len() > 1).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_made_absolute_or_refused() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(parse(text).as_ref().map(Url::as_str), expect, "{text}");
        };
        check("https://example.fi/a", Some("https://example.fi/a"));
        check("www.example.fi", Some("http://www.example.fi/"));
        check("EXAMPLE.fi:8080/x", Some("http://example.fi:8080/x"));
        for text in
            ["", "n/a", "ftp://example.fi", "javascript:alert(1)", "info@example.fi", "http://", "example"]
        {
            check(text, None);
        }
    }

    #[test]
    fn profiles_among_websites_are_recognised() {
        let mut socials = Socials::default();
        let urls = ["https://www.facebook.com/joe".to_owned(), "joe.fi;https://instagram.com/joe".to_owned()];
        assert_eq!(own_site(&urls, &mut socials).as_deref(), Some("http://joe.fi/"));
        assert_eq!(socials.facebook.as_deref(), Some("https://www.facebook.com/joe"));
        assert_eq!(socials.instagram.as_deref(), Some("https://instagram.com/joe"));
    }

    #[test]
    fn profiles_are_taken_by_url_and_by_name() {
        let mut socials = Socials::default();
        add_profile(Some(Network::Instagram), "@joes.diner", &mut socials);
        add_profile(Some(Network::X), "https://twitter.com/joe", &mut socials);
        add_profile(None, "https://www.youtube.com/@joe", &mut socials);
        add_profile(None, "https://www.facebook.com/", &mut socials);
        add_profile(Some(Network::Tiktok), "no name at all", &mut socials);
        assert_eq!(socials.instagram.as_deref(), Some("https://www.instagram.com/joes.diner"));
        assert_eq!(socials.x.as_deref(), Some("https://twitter.com/joe"));
        assert_eq!(socials.youtube.as_deref(), Some("https://www.youtube.com/@joe"));
        assert_eq!((socials.facebook, socials.tiktok), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,60}") {
            let mut socials = Socials::default();
            let _ = own_site(std::slice::from_ref(&text), &mut socials);
            add_profile(Some(Network::Facebook), &text, &mut socials);
        }
    }
}
