//! Precision and recall of one field over all pages: each page's values as a set, compared by what makes them equal.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gold::Field;

#[derive(Debug, Default)]
pub(crate) struct Score {
    right: usize,
    too_many: usize,
    missed: usize,
}

impl Score {
    /// Counts one page; what was missed and what was too much.
    pub(crate) fn add(&mut self, field: Field, gold: &[String], found: &[String]) -> Vec<String> {
        let keys = |values: &[String]| -> BTreeSet<String> {
            values.iter().map(|value| key(field, value)).collect()
        };
        let (gold, found) = (keys(gold), keys(found));
        let right = found.iter().filter(|value| gold.iter().any(|mark| same(field, mark, value))).count();
        let missed: Vec<_> =
            gold.iter().filter(|mark| !found.iter().any(|value| same(field, mark, value))).collect();
        let too_many: Vec<_> =
            found.iter().filter(|value| !gold.iter().any(|mark| same(field, mark, value))).collect();
        self.right += right;
        self.missed += missed.len();
        self.too_many += too_many.len();
        let missed = missed.into_iter().map(|value| format!("missed {value}"));
        missed.chain(too_many.into_iter().map(|value| format!("too much {value}"))).collect()
    }

    pub(crate) fn shown(&self) -> Value {
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let precision = share(self.right, self.right + self.too_many);
        let recall = share(self.right, self.right + self.missed);
        let f1 =
            if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
        json!({ "precision": precision, "recall": recall, "f1": f1, "marked": self.right + self.missed })
    }
}

/// What is compared of a value.
pub(crate) fn key(field: Field, value: &str) -> String {
    match field {
        Field::Email => value.to_lowercase().replace("[at]", "@").replace("[dot]", "."),
        // The last eight digits are the same with and without trunk and country codes.
        Field::Phone | Field::Fax => {
            let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
            digits[digits.len().saturating_sub(8)..].iter().collect()
        }
        Field::PostalCode => value.to_uppercase(),
        Field::Street | Field::City | Field::Person | Field::PersonWithRole => {
            let plain = value.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
            plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}

/// Streets are the same when one holds the other whole: people differ in whether a building belongs to it.
pub(crate) fn same(field: Field, mark: &str, value: &str) -> bool {
    let holds = |one: &str, other: &str| format!(" {one} ").contains(&format!(" {other} "));
    mark == value || (field == Field::Street && (holds(mark, value) || holds(value, mark)))
}
