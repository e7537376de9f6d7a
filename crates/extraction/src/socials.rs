//! Profiles elsewhere, from links: pages and people, not share buttons and posts.

use contract::Socials;
use url::Url;

use crate::document::Document;

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
}
