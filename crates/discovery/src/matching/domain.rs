//! The domain of a website as evidence of who it belongs to.

use url::Url;

/// Endings below which people register names, beside those of one label.
const SECOND_LEVEL: [&str; 22] = [
    "co.uk", "org.uk", "me.uk", "ltd.uk", "com.au", "net.au", "org.au", "co.nz", "co.za", "co.jp", "or.jp",
    "com.br", "com.mx", "com.tr", "co.in", "com.sg", "com.hk", "co.kr", "com.cn", "com.tw", "co.il",
    "com.ar",
];

/// Sites that give pages to many businesses: the same domain says nothing there.
const PLATFORMS: [&str; 45] = [
    "facebook.com",
    "fb.com",
    "fb.me",
    "instagram.com",
    "linkedin.com",
    "twitter.com",
    "x.com",
    "youtube.com",
    "tiktok.com",
    "yelp.com",
    "linktr.ee",
    "google.com",
    "goo.gl",
    "g.page",
    "business.site",
    "sites.google.com",
    "wixsite.com",
    "weebly.com",
    "wordpress.com",
    "blogspot.com",
    "squarespace.com",
    "godaddysites.com",
    "webnode.com",
    "jimdo.com",
    "jimdosite.com",
    "tripadvisor.com",
    "booking.com",
    "airbnb.com",
    "opentable.com",
    "doordash.com",
    "grubhub.com",
    "ubereats.com",
    "wolt.com",
    "foodora.fi",
    "menufy.com",
    "toasttab.com",
    "square.site",
    "myshopify.com",
    "etsy.com",
    "bit.ly",
    "tinyurl.com",
    "raflaamo.fi",
    "github.io",
    "netlify.app",
    "carrd.co",
];

/// The registered domain of a website: `example.co.uk` of `https://shop.example.co.uk/a`. None for an address in
/// numbers.
#[must_use]
pub fn domain(website: &str) -> Option<String> {
    let url = Url::parse(website).ok()?;
    let host = url.domain()?.trim_end_matches('.').to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let ends_in_two =
        labels.len() > 2 && SECOND_LEVEL.contains(&labels[labels.len() - 2..].join(".").as_str());
    let kept = if ends_in_two { 3 } else { 2 };
    (labels.len() >= kept).then(|| labels[labels.len() - kept..].join("."))
}

/// Whether a registered domain belongs to a platform on which many businesses have their pages.
#[must_use]
pub fn is_shared_platform(domain: &str) -> bool {
    PLATFORMS.contains(&domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_part_is_taken() {
        let check = |url: &str, expect: Option<&str>| assert_eq!(domain(url).as_deref(), expect, "{url}");
        check("https://www.example.fi/menu?x=1", Some("example.fi"));
        check("http://EXAMPLE.fi:8080", Some("example.fi"));
        check("https://shop.example.co.uk", Some("example.co.uk"));
        check("https://example.co.uk", Some("example.co.uk"));
        check("http://192.0.2.1/", None);
        check("not a url", None);
    }

    #[test]
    fn platforms_are_known() {
        assert!(is_shared_platform(&domain("https://www.facebook.com/joe").unwrap()));
        assert!(!is_shared_platform("joe.fi"));
    }
}
