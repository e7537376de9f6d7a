//! Profiles elsewhere, from links: pages and people, not share buttons and posts.

use contract::Socials;
use url::Url;

use crate::Context;
use crate::document::Document;
use crate::findings::{Method, Profile};
use crate::registrable;

/// Hosts of profiles; parsing every link of a page would take longer than reading the page.
const HOSTS: &[&str] = &[
    "facebook.com",
    "fb.com",
    "instagram.com",
    "linkedin.com",
    "twitter.com",
    "x.com",
    "youtube.com",
    "tiktok.com",
    "yelp.com",
];

/// The profiles that the page links to.
pub(super) fn findings(document: &Document<'_>) -> Socials {
    let mut socials = Socials::default();
    for (_, href) in document.links() {
        if HOSTS.iter().any(|host| href.contains(host))
            && let Some(url) = document.join(&href)
        {
            add(&mut socials, &url);
        }
    }
    socials
}

/// Hosts of further profiles.
const FURTHER: &[&str] = &["nextdoor.com", "g.page", "goo.gl", "google."];

/// How likely a link to a profile is the business's own: a map may show a neighbour or the way.
const OWN: f64 = 0.8;

/// Profiles of the page's links that have no field of their own, the first of each network.
pub(super) fn further(context: &Context<'_>) -> Vec<Profile> {
    let document = context.document;
    let mut found: Vec<Profile> = Vec::new();
    for (element, href) in document.links() {
        if !FURTHER.iter().any(|host| href.contains(host)) {
            continue;
        }
        let Some(url) = document.join(&href) else { continue };
        let Some((network, profile)) = further_profile(&url) else { continue };
        if found.iter().all(|known| known.network != network) {
            let snippet = format!("{} <{profile}>", document.around(element));
            let url = context.finding(profile, &snippet, Method::Link, OWN);
            found.push(Profile { network, url });
        }
    }
    found
}

/// The network and the address of the profile that the URL names.
fn further_profile(url: &Url) -> Option<(&'static str, String)> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_start_matches("www.");
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let is_google_maps = match host {
        "g.page" | "maps.app.goo.gl" => !parts.is_empty(),
        "goo.gl" => matches!(parts[..], ["maps", _, ..]),
        _ => {
            let is_google = registrable(host).starts_with("google.");
            let on_maps = host.starts_with("maps.");
            let is_place = matches!(parts[..], ["maps", "place", _, ..]);
            let has_number = url.query_pairs().any(|(name, value)| name == "cid" && !value.is_empty());
            let is_numbered = has_number && (on_maps || parts.first() == Some(&"maps"));
            is_google && (is_place || is_numbered)
        }
    };
    if is_google_maps {
        let mut url = url.clone();
        url.set_fragment(None);
        // What a link tells of whoever follows it; the number of a place stays.
        let number = url.query_pairs().find(|(name, _)| name == "cid").map(|(_, value)| value.into_owned());
        url.set_query(None);
        if let Some(number) = number {
            url.query_pairs_mut().append_pair("cid", &number);
        }
        return Some(("googleMaps", url.into()));
    }
    let is_business = matches!(parts[..], ["pages" | "page" | "business", _, ..]);
    (host == "nextdoor.com" && is_business).then(|| ("nextdoor", profile_url(url)))
}

/// Adds the profile that the URL names, if it names one and none of its kind is known.
pub(super) fn add(socials: &mut Socials, url: &Url) {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").trim_start_matches("m.");
    let segments: Vec<&str> =
        url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let Some(first) = segments.first().copied() else { return };
    let slot = match host {
        "facebook.com" | "fb.com" if is_facebook_page(first, url) => &mut socials.facebook,
        "instagram.com" if !matches!(first, "p" | "reel" | "explore" | "stories" | "accounts") => {
            &mut socials.instagram
        }
        "linkedin.com" if matches!(first, "company" | "in" | "school") && segments.len() > 1 => {
            &mut socials.linkedin
        }
        "twitter.com" | "x.com" if !matches!(first, "intent" | "share" | "home" | "hashtag" | "search") => {
            &mut socials.x
        }
        "youtube.com" if first.starts_with('@') || matches!(first, "channel" | "user" | "c") => {
            &mut socials.youtube
        }
        "tiktok.com" if first.starts_with('@') => &mut socials.tiktok,
        "yelp.com" if first == "biz" && segments.len() > 1 => &mut socials.yelp,
        _ => return,
    };
    if slot.is_none() {
        *slot = Some(profile_url(url));
    }
}

fn is_facebook_page(first: &str, url: &Url) -> bool {
    const NOT_PAGES: &[&str] = &[
        "sharer",
        "sharer.php",
        "share",
        "share.php",
        "dialog",
        "plugins",
        "tr",
        "events",
        "groups",
        "hashtag",
        "login",
    ];
    !NOT_PAGES.contains(&first) && (first != "profile.php" || url.query_pairs().any(|(name, _)| name == "id"))
}

/// Without tracking; Facebook's numbered profiles need their query.
fn profile_url(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    if !url.path().ends_with("profile.php") {
        url.set_query(None);
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use crate::tests::extracted;

    #[test]
    fn profiles_are_told_from_share_buttons() {
        let html = "<a href='https://www.facebook.com/sharer/sharer.php?u=x'>s</a>
            <a href='https://www.facebook.com/AcmePlumbing?ref=x'>f</a>
            <a href='https://twitter.com/intent/tweet'>t</a><a href='//x.com/acme'>x</a>
            <a href='https://www.instagram.com/p/abc'>p</a>
            <a href='https://www.linkedin.com/company/acme/'>l</a>
            <a href='https://www.yelp.com/biz/acme-plumbing'>y</a><a href='https://www.youtube.com/watch?v=1'>v</a>";
        let socials = extracted(html).socials;
        assert_eq!(socials.facebook.as_deref(), Some("https://www.facebook.com/AcmePlumbing"));
        assert_eq!(socials.x.as_deref(), Some("https://x.com/acme"));
        assert_eq!(socials.linkedin.as_deref(), Some("https://www.linkedin.com/company/acme/"));
        assert_eq!(socials.yelp.as_deref(), Some("https://www.yelp.com/biz/acme-plumbing"));
        assert_eq!((socials.instagram, socials.youtube), (None, None));
    }

    #[test]
    fn profiles_without_a_field_are_found_too() {
        let check = |href: &str, expect: Option<(&str, &str)>| {
            let found = extracted(&format!("<p>Find us <a href='{href}'>here</a></p>")).profiles;
            let told: Vec<_> =
                found.iter().map(|profile| (profile.network, profile.url.value.as_str())).collect();
            assert_eq!(told, expect.into_iter().collect::<Vec<_>>(), "{href}");
        };
        let nextdoor = "https://nextdoor.com/pages/acme-plumbing-freehold-nj/";
        check(&format!("{nextdoor}?utm_source=site"), Some(("nextdoor", nextdoor)));
        check("https://nextdoor.com/login", None);
        check("https://g.page/acme-plumbing?share", Some(("googleMaps", "https://g.page/acme-plumbing")));
        check("https://maps.app.goo.gl/AbC1", Some(("googleMaps", "https://maps.app.goo.gl/AbC1")));
        check("https://goo.gl/maps/AbC1", Some(("googleMaps", "https://goo.gl/maps/AbC1")));
        check("https://goo.gl/AbC1", None);
        let numbered = "https://maps.google.com/?cid=123";
        check("https://maps.google.com/?cid=123&hl=en", Some(("googleMaps", numbered)));
        let place = "https://www.google.com/maps/place/Acme/@40.2,-74.3,17z";
        check(&format!("{place}?entry=ttu"), Some(("googleMaps", place)));
        check("https://www.google.com/maps/dir/?api=1", None);
        check("https://www.google.com/search?q=maps", None);
        check("https://google.other.example/maps/place/x", None);
        check("https://other.example/google.com/maps/place/x", None);
    }

    #[test]
    fn the_first_profile_of_a_network_counts() {
        let html = "<a href='https://g.page/acme'>a</a><a href='https://g.page/other'>b</a>
            <a href='https://nextdoor.com/pages/acme'>c</a>";
        let found = extracted(html).profiles;
        assert_eq!((found.len(), found[0].url.value.as_str()), (2, "https://g.page/acme"));
        assert!(found.iter().all(|profile| super::Profile::NETWORKS.contains(&profile.network)));
    }
}
