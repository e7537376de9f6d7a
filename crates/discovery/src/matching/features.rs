//! A pair of records as numbers, each of which people can understand.

mod address;
mod contact;
mod name;

use super::frequency::Frequencies;
use super::profile::Profile;

pub(super) use contact::phone_ends;

/// Number of features.
pub(super) const COUNT: usize = FEATURES.len();

/// The features of a pair, in the order of [`FEATURES`]; what a record does not say is NaN.
pub type Values = [f64; COUNT];

/// Whether a greater value speaks for one business or for two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Greater speaks for the same business.
    Same,
    /// Greater speaks for different businesses.
    Different,
    /// Either may be.
    Either,
}

/// A feature of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its name, as it is printed.
    pub name: &'static str,
    /// What it means, for people.
    pub about: &'static str,
    /// What a greater value says.
    pub direction: Direction,
}

const fn feature(name: &'static str, direction: Direction, about: &'static str) -> Feature {
    Feature { name, about, direction }
}

/// Every feature.
pub const FEATURES: [Feature; 26] = [
    feature(
        "nameSimilarity",
        Direction::Same,
        "share of the names' words that match, rare words counting more",
    ),
    feature("nameLetters", Direction::Same, "share of neighbouring letters that the names have in common"),
    feature("nameContainment", Direction::Same, "share of the longer name that stands in the shorter"),
    feature("nameContained", Direction::Same, "share of the shorter name that stands in the longer"),
    feature(
        "nameBothExtra",
        Direction::Different,
        "weight of words that each name has and the other has not",
    ),
    feature("nameOneExtra", Direction::Different, "weight of words that one name has and the other has not"),
    feature("nameTradeExtra", Direction::Different, "weight of words for a trade that only one name has"),
    feature("nameRarity", Direction::Same, "how rare the rarest word is that both names have"),
    feature("nameWeight", Direction::Either, "weight of all words that the names have in common"),
    feature("nameNumbers", Direction::Same, "whether the numbers in the names are equal"),
    feature("phone", Direction::Same, "equal phone numbers, less where several businesses share them"),
    feature("phonePrefix", Direction::Same, "how much of different phone numbers is equal"),
    feature("domain", Direction::Same, "equal domains, less where several businesses share them"),
    feature("domainSpelling", Direction::Same, "how alike different domains are spelt"),
    feature("page", Direction::Same, "how alike the pages on one domain are"),
    feature("profile", Direction::Same, "whether a profile on a social network is the same"),
    feature("email", Direction::Same, "whether an e-mail address is the same"),
    feature("houseNumber", Direction::Same, "whether the house numbers are equal"),
    feature("houseNumberDifference", Direction::Different, "how far the house numbers are apart"),
    feature("street", Direction::Same, "share of the streets' words that match"),
    feature("unit", Direction::Same, "whether suite or floor are equal"),
    feature("unitMissing", Direction::Different, "whether only one address has a suite or floor"),
    feature("postalCode", Direction::Same, "how much of the postal codes is equal"),
    feature("city", Direction::Same, "how alike the cities are spelt"),
    feature("category", Direction::Same, "share of the categories' words that match"),
    feature("distanceKm", Direction::Different, "kilometres between the two places"),
];

/// What a pair of records shows. Which of them is which makes no difference.
#[must_use]
pub fn compare(one: &Profile, other: &Profile, frequencies: &Frequencies) -> Values {
    let name = name::compare(one, other, frequencies);
    let contact = contact::compare(one, other, frequencies);
    let address = address::compare(one, other);
    [
        name.similarity,
        name.letters,
        name.containment,
        name.contained,
        name.both_extra,
        name.one_extra,
        name.trade_extra,
        name.rarity,
        name.weight,
        name.numbers,
        contact.phone,
        contact.phone_prefix,
        contact.domain,
        contact.domain_spelling,
        contact.page,
        contact.profile,
        contact.email,
        address.house_number,
        address.house_number_difference,
        address.street,
        address.unit,
        address.unit_missing,
        address.postal_code,
        address.city,
        category(one, other),
        distance(one, other),
    ]
}

/// How much of the shorter list of category words stands in the longer one.
fn category(one: &Profile, other: &Profile) -> f64 {
    let shortest = one.trades.len().min(other.trades.len());
    if shortest == 0 {
        return f64::NAN;
    }
    let common = one.trades.iter().filter(|word| other.trades.binary_search(word).is_ok()).count();
    ratio(common, shortest)
}

fn distance(one: &Profile, other: &Profile) -> f64 {
    super::distance_km(one.point, other.point).unwrap_or(f64::NAN)
}

/// A share; of nothing, nothing is known.
#[expect(clippy::cast_precision_loss, reason = "texts do not have 2^52 words")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// 1 for yes, 0 for no.
fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

#[cfg(test)]
mod tests;
