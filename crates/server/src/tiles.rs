//! Map tiles of a server that the operator names. Without one, maps have a plain ground, and browsers ask nobody.

use std::sync::Arc;

use url::Url;

/// The parts of a tile's address that differ between tiles.
const PLACES: [&str; 3] = ["{z}", "{x}", "{y}"];
/// Longest attribution, in characters: it stands in the corner of a map on a phone.
const MAX_ATTRIBUTION: usize = 200;

/// Tiles in Web Mercator under the list of leads as a map: where browsers get them, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapTiles {
    template: String,
    attribution: String,
    max_zoom: u8,
    origin: Arc<str>,
}

impl MapTiles {
    /// The zoom level down to which servers have tiles, unless something else is known of one.
    pub const MAX_ZOOM: u8 = 19;
    /// The last zoom level that may be said to exist: there a tile is four metres wide at the equator.
    pub const DEEPEST: u8 = 23;

    /// Tiles whose addresses are `template` with numbers for `{z}`, `{x}` and `{y}`, shown with `attribution`, down to the zoom
    /// level `max_zoom`. Every browser is told all three, and a key in the address too.
    ///
    /// # Errors
    /// [`MapTilesError`] says what is wrong with which of them. It repeats nothing that may be secret.
    pub fn new(template: &str, attribution: &str, max_zoom: u8) -> Result<Self, MapTilesError> {
        let (template, attribution) = (template.trim(), attribution.trim());
        let origin = origin_of(template)?;
        if attribution.is_empty() {
            return Err(MapTilesError::NoAttribution);
        }
        if attribution.chars().count() > MAX_ATTRIBUTION || attribution.chars().any(char::is_control) {
            return Err(MapTilesError::UnfitAttribution);
        }
        if max_zoom > Self::DEEPEST {
            return Err(MapTilesError::Deep(max_zoom));
        }
        Ok(Self {
            template: template.to_owned(),
            attribution: attribution.to_owned(),
            max_zoom,
            origin: origin.into(),
        })
    }

    /// Whom browsers may ask for them, as a content security policy has it.
    pub(crate) fn origin(&self) -> Arc<str> {
        Arc::clone(&self.origin)
    }

    /// What documents say of them.
    pub(crate) fn told(&self) -> dashboard::MapTiles {
        let Self { template, attribution, max_zoom, .. } = self.clone();
        dashboard::MapTiles { template, attribution, max_zoom }
    }
}

/// The one server that has all tiles.
fn origin_of(template: &str) -> Result<String, MapTilesError> {
    if let Some(missing) = PLACES.into_iter().find(|place| !template.contains(place)) {
        return Err(MapTilesError::Missing(missing));
    }
    let filled =
        |number: &str| PLACES.into_iter().fold(template.to_owned(), |url, place| url.replace(place, number));
    let (one, other) = (filled("1"), filled("2"));
    if one.contains(['{', '}']) {
        return Err(MapTilesError::Unknown);
    }
    let url = Url::parse(&one).map_err(|_| MapTilesError::NoUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(MapTilesError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(MapTilesError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(MapTilesError::Fragment);
    }
    let origin = url.origin();
    if Url::parse(&other).ok().is_none_or(|other| other.origin() != origin) {
        return Err(MapTilesError::Servers);
    }
    // Whatever else a URL may have there, means something else in a policy, or nothing.
    let host = url.host_str().unwrap_or_default();
    if !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')) {
        return Err(MapTilesError::Host);
    }
    Ok(origin.ascii_serialization())
}

/// Why map tiles cannot be had. Each message reads after the name of what is wrong, and says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MapTilesError {
    /// A part of the address that differs between tiles is not there.
    #[error(
        "the URL of map tiles has no {0}; write one such as https://tiles.example.org/{{z}}/{{x}}/{{y}}.png"
    )]
    Missing(&'static str),
    /// There are other placeholders.
    #[error(
        "the URL of map tiles has braces besides {{z}}, {{x}} and {{y}}; write out what they stand for, such as the name of one server for {{s}}"
    )]
    Unknown,
    /// It is none.
    #[error(
        "the URL of map tiles cannot be read; write one such as https://tiles.example.org/{{z}}/{{x}}/{{y}}.png"
    )]
    NoUrl,
    /// Browsers ask by other ways.
    #[error("the URL of map tiles is neither http: nor https:; give one that is")]
    Scheme,
    /// It has a user's name or password.
    #[error(
        "the URL of map tiles holds a user name or password, which every browser would be given; leave them out, and use a server that asks for none"
    )]
    Credentials,
    /// It has a part that no server sees.
    #[error("the URL of map tiles has a part behind '#', which no server is told; leave it out")]
    Fragment,
    /// A number stands in the name of the server.
    #[error(
        "the URL of map tiles has {{z}}, {{x}} or {{y}} in the name of its server; have them in the path, and name one server"
    )]
    Servers,
    /// A host that no content security policy can name.
    #[error(
        "the host in the URL of map tiles cannot be named in the page's security policy; give a domain name or an IPv4 address"
    )]
    Host,
    /// It is empty.
    #[error(
        "the attribution of map tiles is empty; write whose they are, as their server asks, such as 'Map © Example'"
    )]
    NoAttribution,
    /// It does not fit.
    #[error(
        "the attribution of map tiles is longer than {max} characters or has control characters; write it as one short line",
        max = MAX_ATTRIBUTION
    )]
    UnfitAttribution,
    /// There is no such level.
    #[error("there is no zoom level {0} of map tiles; give one from 0 to {deepest}", deepest = MapTiles::DEEPEST)]
    Deep(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://tiles.example.org/{z}/{x}/{y}.png";

    fn tiles(template: &str) -> Result<MapTiles, MapTilesError> {
        MapTiles::new(template, "Map © Example", MapTiles::MAX_ZOOM)
    }

    #[test]
    fn the_policy_names_the_server_alone() {
        let check = |template: &str, expect: &str| assert_eq!(&*tiles(template).unwrap().origin(), expect);
        check(URL, "https://tiles.example.org");
        check(" https://Tiles.Example.org:443/{z}/{y}/{x}?key=k ", "https://tiles.example.org");
        check("http://127.0.0.1:8080/t?z={z}&x={x}&y={y}", "http://127.0.0.1:8080");
        check("https://käsi.example/{z}/{x}/{y}", "https://xn--ksi-qla.example");
    }

    #[test]
    fn what_no_browser_could_use_is_refused_with_what_to_do() {
        let check = |template: &str, expect: MapTilesError| {
            let error = tiles(template).unwrap_err();
            assert_eq!(error, expect, "{template}");
            assert!(error.to_string().contains("; "), "{error}");
        };
        check("https://tiles.example.org/{z}/{x}.png", MapTilesError::Missing("{y}"));
        check("https://tiles.example.org/", MapTilesError::Missing("{z}"));
        check("https://{s}.example.org/{z}/{x}/{y}.png", MapTilesError::Unknown);
        check("https://tiles.example.org/{z}/{x}/{y}{r}.png", MapTilesError::Unknown);
        check("/{z}/{x}/{y}.png", MapTilesError::NoUrl);
        check("https://:99999/{z}/{x}/{y}.png", MapTilesError::NoUrl);
        check("ftp://tiles.example.org/{z}/{x}/{y}.png", MapTilesError::Scheme);
        check("data:image/png,{z}{x}{y}", MapTilesError::Scheme);
        check("https://ada:secret@tiles.example.org/{z}/{x}/{y}.png", MapTilesError::Credentials);
        check("https://ada@tiles.example.org/{z}/{x}/{y}.png", MapTilesError::Credentials);
        check("https://tiles.example.org/{z}/{x}#{y}", MapTilesError::Fragment);
        check("https://t{z}.example.org/{x}/{y}.png", MapTilesError::Servers);
        check("https://[::1]:8080/{z}/{x}/{y}.png", MapTilesError::Host);
        check("https://a;script-src/{z}/{x}/{y}.png", MapTilesError::Host);
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let error = tiles("https://ada:secret@tiles.example.org/{z}/{x}/{y}.png").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }

    #[test]
    fn whose_they_are_is_one_short_line() {
        let check = |attribution: &str, expect: MapTilesError| {
            assert_eq!(MapTiles::new(URL, attribution, 19), Err(expect), "{attribution:?}");
        };
        check("  ", MapTilesError::NoAttribution);
        check("Map\n© Example", MapTilesError::UnfitAttribution);
        check(&"©".repeat(201), MapTilesError::UnfitAttribution);
        assert!(MapTiles::new(URL, &"©".repeat(200), 19).is_ok());
        assert_eq!(MapTiles::new(URL, "Map © Example", 24), Err(MapTilesError::Deep(24)));
    }
}
