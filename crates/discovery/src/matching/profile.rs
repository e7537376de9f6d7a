//! What of a record is compared, in the form in which it is compared.

use contract::GeoPoint;
use store::KnownBusiness;

use super::words::{self, Street};
use super::{domain, is_shared_platform, name_key};
use crate::normalise::{phones, websites};
use crate::place::Place;
use crate::text::fold;

/// A record as texts, whatever it was read from; every one but the name may be missing.
#[derive(Clone, Debug, Default)]
pub struct Description<'t> {
    /// Its name.
    pub name: &'t str,
    /// Phone numbers in any spelling.
    pub phones: Vec<&'t str>,
    /// URLs of sites and of profiles on social networks.
    pub websites: Vec<&'t str>,
    /// E-mail addresses.
    pub emails: Vec<&'t str>,
    /// Categories in any vocabulary.
    pub categories: Vec<&'t str>,
    /// Street and house number.
    pub street: Option<&'t str>,
    /// Town or city.
    pub city: Option<&'t str>,
    /// State or region.
    pub state: Option<&'t str>,
    /// Postal code.
    pub postal_code: Option<&'t str>,
    /// ISO 3166-1 alpha-2 code, for phones without their country's prefix.
    pub country: Option<&'t str>,
    /// Where it is.
    pub point: Option<GeoPoint>,
}

/// A record in the form that is compared: made once, compared many times.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The name in the form in which spellings of it are equal.
    pub(super) name_key: String,
    /// The words of the name.
    pub(super) words: Vec<String>,
    /// The numbers in the name.
    pub(super) numbers: Vec<String>,
    /// Every phone number.
    pub(super) phones: Vec<PhoneDigits>,
    /// Sites on domains of their own.
    pub(super) sites: Vec<Site>,
    /// `facebook.com/joe`: profiles and pages on platforms.
    pub(super) handles: Vec<String>,
    /// Addresses in lower case.
    pub(super) emails: Vec<String>,
    pub(super) street: Street,
    /// Letters and digits of the postal code.
    pub(super) postal_code: String,
    /// The city, folded.
    pub(super) city: String,
    /// Every word of the address, in which words of a name may occur.
    pub(super) address_words: Vec<String>,
    /// Words of the categories.
    pub(super) trades: Vec<String>,
    pub(super) point: Option<GeoPoint>,
}

/// A phone number without what countries and people write around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PhoneDigits {
    /// With the country's prefix where it is known, without leading zeros.
    pub(super) digits: String,
    /// Whether it belongs to one subscriber, as far as its kind says.
    pub(super) is_own: bool,
}

/// A page on a domain of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The registered domain.
    pub(super) domain: String,
    /// What stands before and after it, without scheme and query.
    pub(super) page: String,
}

/// Fewest digits of a phone number: less is an extension.
const SHORTEST_PHONE: usize = 7;
/// Most values of a kind that are compared.
const MOST: usize = 6;

impl Profile {
    /// The profile of what the texts describe.
    #[must_use]
    pub fn new(of: &Description<'_>) -> Self {
        let name_key = name_key(of.name);
        let address: Vec<&str> = [of.street, of.city, of.state].into_iter().flatten().collect();
        let mut profile = Self {
            words: words::name_words(&name_key),
            numbers: words::numbers(&name_key),
            name_key,
            phones: of.phones.iter().filter_map(|phone| phone_digits(phone, of.country)).take(MOST).collect(),
            sites: Vec::new(),
            handles: Vec::new(),
            emails: of
                .emails
                .iter()
                .filter_map(|email| crate::normalise::emails::parse(email))
                .take(MOST)
                .collect(),
            street: Street::parse(of.street.unwrap_or_default()),
            postal_code: postal_code(of.postal_code.unwrap_or_default()),
            city: fold(of.city.unwrap_or_default()),
            address_words: words::name_words(&fold(&address.join(" "))),
            trades: of.categories.iter().flat_map(|text| words::trade_words(text)).collect(),
            point: of.point,
        };
        profile.trades.sort_unstable();
        profile.trades.dedup();
        for url in of.websites.iter().take(2 * MOST) {
            profile.add_site(url);
        }
        profile
    }

    fn add_site(&mut self, text: &str) {
        let Some(url) = websites::parse(text) else { return };
        let Some(domain) = domain(url.as_str()) else { return };
        let host = url.host_str().unwrap_or_default();
        let host = host.strip_prefix("www.").unwrap_or(host);
        let page = format!("{host}{}", url.path().trim_end_matches('/')).to_lowercase();
        if !is_shared_platform(&domain) {
            self.sites.push(Site { domain, page });
        } else if page.len() > domain.len() {
            self.handles.push(page);
        }
    }

    /// The name without spaces.
    pub(super) fn squeezed_name(&self) -> String {
        self.name_key.replace(' ', "")
    }
}

/// The digits of a number, with the country's prefix where the number is valid in its country.
fn phone_digits(text: &str, country: Option<&str>) -> Option<PhoneDigits> {
    if let Some(phone) = phones::parse(text, country) {
        let digits = phone.e164.trim_start_matches('+').to_owned();
        return Some(PhoneDigits { digits, is_own: phone.is_own });
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).take(20).collect();
    let digits = digits.trim_start_matches('0');
    (digits.len() >= SHORTEST_PHONE).then(|| PhoneDigits { digits: digits.to_owned(), is_own: true })
}

fn postal_code(text: &str) -> String {
    let code: String = fold(text).chars().filter(|c| c.is_alphanumeric()).take(12).collect();
    // The last four of nine digits say which side of the street.
    let is_zip_plus_four = code.len() == 9 && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_zip_plus_four { code[..5].to_owned() } else { code }
}

impl From<&Place> for Profile {
    fn from(place: &Place) -> Self {
        let mut profile = Self::new(&Description {
            name: &place.name,
            phones: Vec::new(),
            websites: place.website.as_deref().into_iter().chain(place.socials.profiles()).collect(),
            emails: place.email.as_deref().into_iter().collect(),
            categories: place.categories.iter().map(|category| category.slug).collect(),
            street: place.street.as_deref(),
            city: place.city.as_deref(),
            state: place.state.as_deref(),
            postal_code: place.postal_code.as_deref(),
            country: place.country.as_deref(),
            point: place.point,
        });
        profile.phones = phones_of(place);
        profile
    }
}

/// The phone numbers of a place. The first is parsed already, and most places have no other.
pub(super) fn phones_of(place: &Place) -> Vec<PhoneDigits> {
    let first = place.phone.as_ref().map(|phone| PhoneDigits {
        digits: phone.e164.trim_start_matches('+').to_owned(),
        is_own: phone.is_own,
    });
    let parsed = usize::from(place.phone.is_some() && place.numbers.len() == 1);
    let mut phones: Vec<_> = first.into_iter().collect();
    let others = place.numbers.iter().skip(parsed);
    for phone in others.filter_map(|text| phone_digits(text, place.country.as_deref())).take(MOST) {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    phones
}

impl From<&KnownBusiness> for Profile {
    fn from(known: &KnownBusiness) -> Self {
        let business = &known.business;
        Self::new(&Description {
            name: &business.name,
            phones: business.phone.as_deref().into_iter().collect(),
            websites: business.website.as_deref().into_iter().chain(business.socials.profiles()).collect(),
            emails: business.email.as_deref().into_iter().collect(),
            categories: business.category.as_deref().into_iter().collect(),
            street: business.street.as_deref(),
            city: business.city.as_deref(),
            state: business.state.as_deref(),
            postal_code: business.postal_code.as_deref(),
            country: business.country.as_deref(),
            point: business.location(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(websites: &[&'static str], phones: &[&'static str]) -> Profile {
        Profile::new(&Description {
            name: "Joe's",
            websites: websites.to_vec(),
            phones: phones.to_vec(),
            country: Some("US"),
            ..Description::default()
        })
    }

    #[test]
    fn sites_are_told_from_pages_on_platforms() {
        let profile = described(&["https://www.joes.com/Menu/", "https://facebook.com/joes", "n/a", ""], &[]);
        assert_eq!(profile.sites, [Site { domain: "joes.com".into(), page: "joes.com/menu".into() }]);
        assert_eq!(profile.handles, ["facebook.com/joes"]);
    }

    #[test]
    fn phones_are_digits_valid_or_not() {
        let digits = |text: &'static str| {
            described(&[], &[text]).phones.into_iter().map(|phone| (phone.digits, phone.is_own)).next()
        };
        assert_eq!(digits("(732) 462-1234"), Some(("17324621234".into(), true)));
        assert_eq!(digits("1-800-555-0199"), Some(("18005550199".into(), false)));
        assert_eq!(digits("310/246-15011"), Some(("31024615011".into(), true)), "no number of the country's");
        assert_eq!(digits("null"), None);
        assert_eq!(digits("ext. 12"), None);
    }

    #[test]
    fn postal_codes_have_no_spaces_and_no_side_of_the_street() {
        assert_eq!(postal_code("07728-1234"), "07728");
        assert_eq!(postal_code("N4S 1C2"), "n4s1c2");
        assert_eq!(postal_code("62670-000"), "62670000");
    }
}
