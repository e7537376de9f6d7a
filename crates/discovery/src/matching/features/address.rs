//! Addresses, part by part.

use super::{flag, ratio};
use crate::matching::align::{self, spelling_similarity};
use crate::matching::profile::Profile;

/// An equal number that is not the first of both addresses.
const OTHER_NUMBER: f64 = 0.7;
/// Words of a street that are short are parts of many: `st`, `rua`, `via`.
const SHORT_WORD: f64 = 0.4;
/// Differences of house numbers beyond this one are all the same, as its logarithm.
const MOST_DIFFERENCE: f64 = 7.0;

pub(super) struct Address {
    pub(super) house_number: f64,
    pub(super) house_number_difference: f64,
    pub(super) street: f64,
    pub(super) unit: f64,
    pub(super) unit_missing: f64,
    pub(super) postal_code: f64,
    pub(super) city: f64,
}

pub(super) fn compare(one: &Profile, other: &Profile) -> Address {
    let (left, right) = (&one.street, &other.street);
    let is_empty = left.words.is_empty() && left.numbers.is_empty();
    let has_both = !(is_empty || right.words.is_empty() && right.numbers.is_empty());
    let difference = left.house_number().zip(right.house_number()).map(|(left, right)| left.abs_diff(right));
    let (unit, unit_missing) = match (&left.unit, &right.unit) {
        (Some(one), Some(other)) => (flag(one == other), f64::NAN),
        _ if has_both => (f64::NAN, flag(left.unit.is_some() != right.unit.is_some())),
        _ => (f64::NAN, f64::NAN),
    };
    Address {
        house_number: house_number(&left.numbers, &right.numbers),
        house_number_difference: difference
            .map_or(f64::NAN, |metres| f64::from(metres).ln_1p().min(MOST_DIFFERENCE)),
        street: street(&left.words, &right.words),
        unit,
        unit_missing,
        postal_code: postal_code(&one.postal_code, &other.postal_code),
        city: if one.city.is_empty() || other.city.is_empty() {
            f64::NAN
        } else {
            spelling_similarity(&one.city, &other.city)
        },
    }
}

fn house_number(one: &[String], other: &[String]) -> f64 {
    match (one.first(), other.first()) {
        (Some(left), Some(right)) if left == right => 1.0,
        (Some(_), Some(_)) if one.iter().any(|number| other.contains(number)) => OTHER_NUMBER,
        (Some(_), Some(_)) => 0.0,
        _ => f64::NAN,
    }
}

fn street(one: &[String], other: &[String]) -> f64 {
    if one.is_empty() || other.is_empty() {
        return f64::NAN;
    }
    let aligned = align::align(one, other);
    let (mut matched, mut whole) = (0.0, 0.0);
    for (word, alike) in one.iter().zip(&aligned.left).chain(other.iter().zip(&aligned.right)) {
        let weight = if word.chars().count() > 3 { 1.0 } else { SHORT_WORD };
        matched += weight * alike;
        whole += weight;
    }
    matched / whole
}

/// The share of the codes that is equal from their beginning, where areas are told from.
fn postal_code(one: &str, other: &str) -> f64 {
    if one.is_empty() || other.is_empty() {
        return f64::NAN;
    }
    let equal = one.bytes().zip(other.bytes()).take_while(|(left, right)| left == right).count();
    ratio(equal, one.len().max(other.len()))
}
