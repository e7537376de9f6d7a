//! What records are found and counted by. It is made of every record; profiles only of those that are compared.

use super::features::phone_ends;
use super::frequency::digest;
use super::profile::{PhoneDigits, phones_of};
use super::{Profile, is_shared_platform, words};
use crate::place::Place;

/// The part of a [`Profile`] that says which others are worth a comparison and how common its values are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signature {
    /// The words of the name.
    pub(super) words: Vec<String>,
    /// Digest of the name key.
    pub(super) name: u64,
    /// Digests of the phone numbers and domains.
    pub(super) values: Vec<u64>,
    /// What a record of the same business may have in common with it whatever its name: the ends of its own phone
    /// numbers, and its domains.
    pub(crate) contact_keys: Vec<String>,
    /// Its own phone numbers, as E.164 would write them.
    pub(crate) phones: Vec<String>,
}

impl Signature {
    fn new<'d>(
        words: Vec<String>,
        name_key: &str,
        phones: &'d [PhoneDigits],
        domains: impl Iterator<Item = &'d str> + Clone,
    ) -> Self {
        let own = phones.iter().filter(|phone| phone.is_own);
        let digits = phones.iter().map(|phone| phone.digits.as_str());
        Self {
            words,
            name: digest(name_key),
            values: digits.chain(domains.clone()).map(digest).collect(),
            contact_keys: own
                .clone()
                .map(|phone| phone_ends(&phone.digits))
                .chain(domains)
                .map(str::to_owned)
                .collect(),
            phones: own.map(|phone| format!("+{}", phone.digits)).collect(),
        }
    }
}

impl From<&Profile> for Signature {
    fn from(profile: &Profile) -> Self {
        let domains = profile.sites.iter().map(|site| site.domain.as_str());
        Self::new(profile.words.clone(), &profile.name_key, &profile.phones, domains)
    }
}

impl From<&Place> for Signature {
    fn from(place: &Place) -> Self {
        let own = place.domain.as_deref().filter(|domain| !is_shared_platform(domain));
        // Pages on social networks are on platforms.
        Self::new(words::name_words(&place.name_key), &place.name_key, &phones_of(place), own.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use crate::place::{Network, RawPlace};

    #[test]
    fn it_is_the_part_of_the_profile_that_it_stands_for() {
        let text = |text: &str| vec![text.to_owned()];
        let sites = ["www.joes.example.com/menu", "https://facebook.com/joes", "", "joes.wixsite.com/x"];
        let phones = ["(732) 462-1234; 732-462-9999", "1-800-555-0199", "12", ""];
        for (site, phone) in sites.iter().flat_map(|site| phones.iter().map(move |phone| (site, phone))) {
            let raw = RawPlace {
                name: "Joe's Diner & Diner 24".to_owned(),
                websites: text(site),
                phones: text(phone),
                country: Some("US".to_owned()),
                profiles: vec![
                    (Some(Network::X), "joes".to_owned()),
                    (None, "https://fb.me/joes".to_owned()),
                    (None, "https://www.yelp.com/biz/joes".to_owned()),
                    (Some(Network::Youtube), "joes".to_owned()),
                    (Some(Network::Tiktok), "joes".to_owned()),
                    (Some(Network::Instagram), "joes".to_owned()),
                    (Some(Network::Linkedin), "joes".to_owned()),
                ],
                ..RawPlace::default()
            };
            let place = normalise::place(raw).unwrap();
            assert_eq!(Signature::from(&place), Signature::from(&Profile::from(&place)), "{site} {phone}");
        }
    }
}
