//! Phones, sites, profiles and e-mail addresses.

use super::{flag, ratio};
use crate::matching::align::spelling_similarity;
use crate::matching::frequency::Frequencies;
use crate::matching::profile::{PhoneDigits, Profile, Site};

/// What an equal number tells that is toll-free or for a whole company, beside one of one's own.
const NOT_OWN: f64 = 0.5;
/// Digits at the end of a number that are compared.
const TAIL: usize = 9;
/// Fewest digits that make two numbers equal if the shorter is the end of the longer.
const SHORTEST: usize = 7;
/// Longest page whose spelling is compared.
const LONGEST_PAGE: usize = 120;

pub(super) struct Contact {
    pub(super) phone: f64,
    pub(super) phone_prefix: f64,
    pub(super) domain: f64,
    pub(super) domain_spelling: f64,
    pub(super) page: f64,
    pub(super) profile: f64,
    pub(super) email: f64,
}

pub(super) fn compare(one: &Profile, other: &Profile, frequencies: &Frequencies) -> Contact {
    let (phone, phone_prefix) = phones(&one.phones, &other.phones, frequencies);
    let (domain, domain_spelling, page) = sites(&one.sites, &other.sites, frequencies);
    Contact {
        phone,
        phone_prefix,
        domain,
        domain_spelling,
        page,
        profile: in_common(&one.handles, &other.handles),
        email: in_common(&one.emails, &other.emails),
    }
}

/// How much equal numbers tell; for different ones 0, and how much of them is equal. A number for a whole
/// country beside one of a place is no difference.
fn phones(one: &[PhoneDigits], other: &[PhoneDigits], frequencies: &Frequencies) -> (f64, f64) {
    let pairs = || one.iter().flat_map(|left| other.iter().map(move |right| (left, right)));
    let told = |(left, right): (&PhoneDigits, &PhoneDigits)| {
        let ownership = frequencies.ownership(&left.digits).min(frequencies.ownership(&right.digits));
        if left.is_own && right.is_own { ownership } else { ownership * NOT_OWN }
    };
    let equal = pairs().filter(|(left, right)| are_equal(&left.digits, &right.digits)).map(told);
    if let Some(most) = equal.max_by(f64::total_cmp) {
        return (most, f64::NAN);
    }
    let own = pairs().filter(|(left, right)| left.is_own && right.is_own);
    let prefix =
        own.map(|(left, right)| prefix_in_common(&left.digits, &right.digits)).max_by(f64::total_cmp);
    prefix.map_or((f64::NAN, f64::NAN), |prefix| (0.0, prefix))
}

/// Sources write a number with or without its country, and some lose digits of that.
fn are_equal(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    (short.len() >= SHORTEST && long.ends_with(short)) || (short.len() >= TAIL && tail(short) == tail(long))
}

fn tail(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(TAIL)..).unwrap_or(digits)
}

/// The digits that equal numbers have in common, however they are written.
pub(in crate::matching) fn phone_ends(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(SHORTEST)..).unwrap_or(digits)
}

fn prefix_in_common(one: &str, other: &str) -> f64 {
    let equal = tail(one).bytes().zip(tail(other).bytes()).take_while(|(left, right)| left == right).count();
    ratio(equal, TAIL)
}

/// How much equal domains tell, how alike different ones are, how alike the pages on an equal one are.
fn sites(one: &[Site], other: &[Site], frequencies: &Frequencies) -> (f64, f64, f64) {
    let pairs = || one.iter().flat_map(|left| other.iter().map(move |right| (left, right)));
    let equal = || pairs().filter(|(left, right)| left.domain == right.domain);
    if let Some(most) = equal().map(|(left, _)| frequencies.ownership(&left.domain)).max_by(f64::total_cmp) {
        // A page that is the whole site says nothing of which page is meant.
        let deep = equal().filter(|(left, right)| is_deep(left) && is_deep(right));
        let page = deep.map(|(left, right)| page_similarity(&left.page, &right.page)).max_by(f64::total_cmp);
        return (most, f64::NAN, page.unwrap_or(f64::NAN));
    }
    let alike = pairs().map(|(left, right)| spelling_similarity(&left.domain, &right.domain));
    alike.max_by(f64::total_cmp).map_or((f64::NAN, f64::NAN, f64::NAN), |alike| (0.0, alike, f64::NAN))
}

fn is_deep(site: &Site) -> bool {
    site.page.contains('/')
}

fn page_similarity(one: &str, other: &str) -> f64 {
    let path = |page: &str| -> String {
        let path = page.split_once('/').map_or("", |(_, path)| path);
        path.chars().take(LONGEST_PAGE).collect()
    };
    let (one, other) = (path(one), path(other));
    if one <= other {
        strsim::normalized_levenshtein(&one, &other)
    } else {
        strsim::normalized_levenshtein(&other, &one)
    }
}

fn in_common(one: &[String], other: &[String]) -> f64 {
    if one.is_empty() || other.is_empty() {
        return f64::NAN;
    }
    flag(one.iter().any(|value| other.contains(value)))
}
