//! Names, word by word and letter by letter.

use std::collections::HashSet;

use super::{flag, ratio};
use crate::matching::align::{self, Alignment};
use crate::matching::frequency::Frequencies;
use crate::matching::profile::Profile;
use crate::matching::words;

/// Words of the address in a name (`of Kerrville`) count this much: they say where, not what.
const PLACE_WORD: f64 = 0.25;

pub(super) struct Name {
    pub(super) similarity: f64,
    pub(super) letters: f64,
    pub(super) containment: f64,
    pub(super) contained: f64,
    pub(super) both_extra: f64,
    pub(super) one_extra: f64,
    pub(super) trade_extra: f64,
    pub(super) rarity: f64,
    pub(super) weight: f64,
    pub(super) numbers: f64,
}

pub(super) fn compare(one: &Profile, other: &Profile, frequencies: &Frequencies) -> Name {
    let letters = letters_in_common(&one.squeezed_name(), &other.squeezed_name());
    let numbers = numbers(&one.numbers, &other.numbers);
    if one.words.is_empty() || other.words.is_empty() {
        return Name { letters, numbers, ..Name::UNKNOWN };
    }
    let Alignment { left, right } = align::align(&one.words, &other.words);
    let context = Context { one, other, frequencies };
    let (left, right) = (context.side(&one.words, &left), context.side(&other.words, &right));
    let matched = left.matched + right.matched;
    let (contained_left, contained_right) = (left.share_matched(), right.share_matched());
    Name {
        similarity: matched / (left.whole() + right.whole() - left.lost - right.lost).max(f64::MIN_POSITIVE),
        letters,
        containment: contained_left.min(contained_right),
        contained: contained_left.max(contained_right),
        both_extra: left.extra.min(right.extra),
        one_extra: left.extra.max(right.extra),
        trade_extra: left.trade.max(right.trade),
        rarity: left.rarest.max(right.rarest),
        weight: matched,
        numbers,
    }
}

impl Name {
    const UNKNOWN: Self = Self {
        similarity: f64::NAN,
        letters: f64::NAN,
        containment: f64::NAN,
        contained: f64::NAN,
        both_extra: f64::NAN,
        one_extra: f64::NAN,
        trade_extra: f64::NAN,
        rarity: f64::NAN,
        weight: f64::NAN,
        numbers: f64::NAN,
    };
}

/// What is known beside the words themselves.
struct Context<'p> {
    one: &'p Profile,
    other: &'p Profile,
    frequencies: &'p Frequencies,
}

/// The weights of one name's words by what became of them.
#[derive(Default)]
struct Side {
    /// Matched, each by how well.
    matched: f64,
    /// What of matched words is not alike.
    lost: f64,
    /// Not matched, but words of the address.
    place: f64,
    /// Not matched, and words for a trade.
    trade: f64,
    /// Not matched, and neither.
    extra: f64,
    /// The rarest that is matched.
    rarest: f64,
}

impl Context<'_> {
    fn side(&self, words: &[String], alike: &[f64]) -> Side {
        let mut side = Side::default();
        for (word, &alike) in words.iter().zip(alike) {
            let weight = self.frequencies.weight(word);
            if alike > 0.0 {
                side.matched += weight * alike;
                side.lost += weight * (1.0 - alike);
                side.rarest = side.rarest.max(weight * alike);
            } else if self.is_of_address(word) {
                side.place += weight * PLACE_WORD;
            } else if self.is_trade(word) {
                side.trade += weight;
            } else {
                side.extra += weight;
            }
        }
        side
    }

    fn is_of_address(&self, word: &String) -> bool {
        self.one.address_words.contains(word) || self.other.address_words.contains(word)
    }

    fn is_trade(&self, word: &str) -> bool {
        let singular = words::singular(word);
        let is_in = |profile: &Profile| profile.trades.iter().any(|trade| trade == singular);
        words::is_trade(word) || is_in(self.one) || is_in(self.other)
    }
}

impl Side {
    fn whole(&self) -> f64 {
        self.matched + self.lost + self.place + self.trade + self.extra
    }

    fn share_matched(&self) -> f64 {
        (self.matched + self.lost) / self.whole().max(f64::MIN_POSITIVE)
    }
}

/// Dice's coefficient of the pairs of neighbouring letters, without spaces.
fn letters_in_common(one: &str, other: &str) -> f64 {
    if one.is_empty() || other.is_empty() {
        return f64::NAN;
    }
    if one == other {
        return 1.0;
    }
    let pairs = |text: &str| -> HashSet<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (left, right) = (pairs(one), pairs(other));
    let all = left.len() + right.len();
    if all == 0 { 0.0 } else { 2.0 * ratio(left.intersection(&right).count(), all) }
}

/// Equal, different, or half: only one name has a number.
fn numbers(one: &[String], other: &[String]) -> f64 {
    match (one.is_empty(), other.is_empty()) {
        (true, true) => f64::NAN,
        (false, false) => flag(one == other),
        _ => 0.5,
    }
}
