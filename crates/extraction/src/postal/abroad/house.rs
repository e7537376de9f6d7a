//! The line of an address that says where in a town, in countries that write the code before the town.

use super::super::street::{listed, listed_end};
use super::{Country, Order, Word, bare, is_other, words};

/// Pieces between a street and its code: a floor, a flat.
pub(super) const MAX_BETWEEN: usize = 2;

/// The longest piece with a street, in words.
const MAX_WORDS: usize = 12;

/// A piece of text that may be a part of a street, with where it starts in the whole text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

/// A street in a piece.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    /// Where it starts in the piece.
    start: usize,
    numbered: bool,
}

impl Country {
    /// The street of the pieces before a code, the nearest first, and where it starts in the whole text.
    pub(super) fn street(&self, pieces: &[Piece<'_>]) -> Option<(usize, String)> {
        let mut between: Vec<&str> = Vec::new();
        for (depth, piece) in pieces.iter().take(MAX_BETWEEN + 1).enumerate() {
            if let Some(part) = self.part(piece.text) {
                let above = pieces.get(depth + 1).copied();
                return self.joined(*piece, part, above, &between);
            }
            if !is_between(piece.text) {
                break;
            }
            between.push(piece.text);
        }
        // A box stands for a street where there is none.
        let nearest = pieces.first().filter(|nearest| is_box(nearest.text))?;
        Some((nearest.start, nearest.text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// A street with what stands above it and between it and the code: `12, rue de la Paix` and `Calle Mayor, 5` are cut
    /// at their commas.
    fn joined(
        &self,
        piece: Piece<'_>,
        part: Part<'_>,
        above: Option<Piece<'_>>,
        between: &[&str],
    ) -> Option<(usize, String)> {
        let mut start = piece.start + part.start;
        let mut parts = vec![part.text];
        parts.extend(between.iter().rev());
        if !part.numbered {
            let number = above.filter(|above| is_number(above.text) && part.start == 0);
            match (self.order, number) {
                (Order::NumberFirst, Some(number)) => {
                    start = number.start;
                    parts.insert(0, number.text);
                }
                (Order::NumberLast, _) if between.last().is_some_and(|next| is_number(next)) => {}
                _ => return None,
            }
        }
        let street = parts.join(", ");
        Some((start, street.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// The street in one piece.
    fn part<'a>(&self, text: &'a str) -> Option<Part<'a>> {
        let words = words(text);
        if words.len() > MAX_WORDS || text.contains('@') {
            return None;
        }
        self.by_end(text, &words).or_else(|| self.by_first(text, &words))
    }

    /// `Hauptstraße 5`: a word that ends like a street's name, then the number.
    fn by_end<'a>(&self, text: &'a str, words: &[Word<'a>]) -> Option<Part<'a>> {
        let is_street = |index: &usize| {
            let (word, next) = (bare(words[*index].1), words[*index + 1].1);
            is_house_number(next, 4) && listed_end(self.end, &word)
        };
        let street = (0..words.len().checked_sub(1)?).find(is_street)?;
        let word = bare(words[street].1);
        let alone = listed(self.end, &word);
        if alone && street == 0 && !listed(self.whole, &word) {
            return None;
        }
        let belongs = |index: &usize| {
            let word = words[*index].1;
            let capital = word.starts_with(char::is_uppercase);
            capital && (listed("before-abroad", &bare(word)) || (alone && street <= 3)) && !is_other(word)
        };
        let before = (0..street).rev().take_while(belongs).last().unwrap_or(street);
        if !words[before].1.starts_with(char::is_uppercase) {
            return None;
        }
        let start = words[before].0;
        Some(Part { text: &text[start..end_of_unit(words, street + 1)], start, numbered: true })
    }

    /// `Calle Mayor 5`, `12 rue de la Paix`, `Am Markt 3`: a word that streets' names begin with.
    fn by_first<'a>(&self, text: &'a str, words: &[Word<'a>]) -> Option<Part<'a>> {
        if self.order == Order::NumberFirst {
            let first = words.iter().take(4).position(|(_, word)| listed(self.first, &bare(word)))?;
            let numbered = first > 0 && is_number(&text[..words[first].0]);
            let named = words.len() > first + 1 && (first == 0 || numbered);
            return named.then_some(Part { text, start: 0, numbered });
        }
        // The name of a business may stand before it: `Acme S.L. C/ Alcalá`.
        let first = (0..words.len().min(6)).find(|index| {
            let word = words[*index].1;
            let begins = *index == 0 || listed("not-street", &bare(words[index - 1].1));
            begins && word.starts_with(char::is_uppercase) && listed(self.first, &bare(word))
        })?;
        // A street has a name before its number, and `Im Jahr 2019` is none.
        let number = (first + 2..words.len()).find(|index| is_house_number(words[*index].1, 3));
        let named = words.get(first + 1)?.1.chars().any(char::is_alphabetic);
        let end = number.map_or(text.len(), |number| end_of_unit(words, number));
        let without = text.to_lowercase().ends_with("s/n");
        let start = words[first].0;
        named.then_some(Part { text: &text[start..end], start, numbered: number.is_some() || without })
    }
}

/// `Postfach 12 34`.
fn is_box(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let boxed = words.next().is_some_and(|first| listed("box-abroad", &bare(first)));
    let rest: Vec<&str> = words.collect();
    let figures = rest.iter().all(|word| word.bytes().all(|b| b.is_ascii_digit()));
    boxed && figures && (1..=3).contains(&rest.len())
}

/// Where what belongs to a house number ends: `12 A 5`, `3 lgh 1201`.
fn end_of_unit(words: &[Word<'_>], number: usize) -> usize {
    let belongs = |word: &Word<'_>| {
        let plain = word.1.trim_end_matches(['.', ',']);
        let short = plain.len() <= 4 && plain.bytes().any(|byte| byte.is_ascii_digit());
        plain.chars().count() == 1 || short || listed("unit-abroad", &bare(plain))
    };
    let more = words[number + 1..].iter().take(4).take_while(|word| belongs(word)).count();
    let (at, word) = words[number + more];
    at + word.trim_end_matches([',', '.']).len()
}

/// `5`, `12a`, `3-5`, `12/3/4`, with no more digits in a row than that.
fn is_house_number(word: &str, digits: usize) -> bool {
    let word = word.trim_end_matches([',', '.']);
    let parts: Vec<&str> = word.split(['-', '–', '/', '+']).collect();
    let is_part = |part: &&str| {
        let figures = part.bytes().take_while(u8::is_ascii_digit).count();
        figures <= digits && part.len() - figures <= 1 && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let starts = word.starts_with(|c: char| c.is_ascii_digit());
    starts && parts.len() <= 3 && parts.iter().all(is_part)
}

/// Whether a text is a house number and no more: `12 bis`, `nº 5`.
fn is_number(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| is_house_number(word, 4);
    let unit = |word: &str| bare(word).chars().count() == 1 || listed("unit-abroad", &bare(word));
    (1..=3).contains(&words.len())
        && words.iter().any(|word| number(word))
        && words.iter().all(|word| number(word) || unit(word))
}

/// Whether a piece may stand between a street and its code: a number, a floor, a flat, a box.
fn is_between(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let counted = |word: &&str| word.chars().count() <= 4 && word.starts_with(|c: char| c.is_ascii_digit());
    let unit = words.iter().any(|word| listed("unit-abroad", &bare(word)) || counted(word));
    (is_box(text) || (words.len() <= 4 && unit))
        && !words.iter().any(|word| is_other(word) || word.contains('@'))
}
