//! The likeliest duplicates of one business, for people to decide.

use store::KnownBusiness;

use super::frequency::Frequencies;
use super::model::{Matcher, Score, Verdict};
use super::profile::Profile;

/// Of `others` those that may be the same business as `one`, by their place among them, the likeliest first.
#[must_use]
pub fn likely(one: &KnownBusiness, others: &[KnownBusiness]) -> Vec<(usize, Score)> {
    let profile = Profile::from(one);
    let profiles: Vec<Profile> = others.iter().map(Profile::from).collect();
    let seen = profiles.iter().chain([&profile]);
    let matcher = Matcher::new(Frequencies::known().with(seen));
    let scores = profiles.iter().map(|other| matcher.score(&profile, other)).enumerate();
    let mut likely: Vec<_> = scores.filter(|(_, score)| score.verdict() != Verdict::Different).collect();
    likely.sort_by(|(_, one), (_, other)| other.probability.total_cmp(&one.probability));
    likely
}

#[cfg(test)]
mod tests {
    use contract::{Business, BusinessId, Timestamp};

    use super::*;
    use crate::matching::name_key;

    fn known(name: &str, change: impl FnOnce(&mut Business)) -> KnownBusiness {
        let mut business = Business::named(BusinessId(1), name, Timestamp::default());
        (business.latitude, business.longitude) = (Some(60.0), Some(25.0));
        business.city = Some("Helsinki".to_owned());
        change(&mut business);
        KnownBusiness { business, name_key: name_key(name), domain: None }
    }

    #[test]
    fn the_likeliest_come_first_and_others_are_left_out() {
        let phone = |row: &mut Business| row.phone = Some("+35893101691".to_owned());
        let one = known("Kahvila Aurinko", phone);
        let others = [
            known("Autokorjaamo Nopea", |row| row.phone = Some("+35892222222".to_owned())),
            known("Kahvila Aurinko Oy", |row| {
                (row.latitude, row.longitude) = (Some(60.004), Some(25.0));
            }),
            known("Kahvila Aurinko", phone),
        ];
        let found = likely(&one, &others);
        let places: Vec<usize> = found.iter().map(|(place, _)| *place).collect();
        assert_eq!(places.first(), Some(&2), "{found:?}");
        assert!(!places.contains(&0), "{found:?}");
        assert!(found[0].1.reason().contains("same phone number"), "{}", found[0].1.reason());
        assert!(likely(&one, &[]).is_empty());
    }
}
