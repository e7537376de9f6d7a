//! Files of labelled pairs: one row a pair, the second record's columns with the prefix `base_`, in Overture's
//! columns, of which nested ones may be JSON texts. Parquet, NDJSON or CSV.

use std::path::Path;

use serde_json::{Map, Value};

use super::decode::{Line, Lines};
use super::sniff::{FileKind, kind_of};
use super::{csv, overture, parquet};
use crate::error::SourceError;
use crate::geocoder;
use crate::matching::{Description, Profile};
use crate::place::RawPlace;
use contract::GeoPoint;

/// What the columns of the second record begin with.
const BASE: &str = "base_";
/// Columns without which a row is no pair.
const NEEDED: [&str; 4] = ["id", "base_id", "names", "base_names"];

/// Two records of which it may be known whether they are one business.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledPair {
    /// The first record's identifier.
    pub id: String,
    /// The second record's.
    pub base_id: String,
    /// Whether they are one business, where the file says so.
    pub same: Option<bool>,
    /// The first record.
    pub record: Profile,
    /// The second record.
    pub base: Profile,
}

/// Reads every pair of the file, in its order.
///
/// # Errors
/// When the file cannot be read, is empty or damaged, or is no file of pairs.
pub fn read_pairs(path: &Path) -> Result<Vec<LabelledPair>, SourceError> {
    let mut pairs = Vec::new();
    let mut take = |row: &Map<String, Value>| pairs.push(pair(row));
    match kind_of(path)? {
        FileKind::Parquet => parquet::rows(path, &NEEDED, &mut take)?,
        FileKind::Csv => csv::rows(path, &NEEDED, &mut take)?,
        FileKind::NdJson => lines(path, &mut take)?,
        FileKind::GeoJson | FileKind::OsmPbf => {
            return Err(SourceError::WrongKind {
                path: path.to_owned(),
                found: "not a table of pairs",
                advice: "give a .parquet, .ndjson or .csv file with one pair a row".to_owned(),
            });
        }
    }
    if pairs.is_empty() { Err(SourceError::Empty { path: path.to_owned() }) } else { Ok(pairs) }
}

/// That the columns of a table are those of pairs.
pub(super) fn check_columns(path: &Path, needed: &[&str], columns: &[&str]) -> Result<(), SourceError> {
    let missing: Vec<&str> = needed.iter().copied().filter(|name| !columns.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(SourceError::MissingColumns {
        path: path.to_owned(),
        missing: missing.join(", "),
        columns: crate::text::shortened(&columns.join(", "), 300),
    })
}

fn lines(path: &Path, take: &mut dyn FnMut(&Map<String, Value>)) -> Result<(), SourceError> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let mut lines = Lines::new(super::open(path)?).map_err(unreadable)?;
    while let Some((number, line)) = lines.next_line().map_err(unreadable)? {
        let text = match line {
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => text,
            Line::TooLong(_) => {
                let detail = format!("line {number} is longer than a megabyte, which no pair is");
                return Err(SourceError::damaged(path, detail));
            }
        };
        // A line that cannot be read ends the reading: scores that answer to no row would mislead.
        let row: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
            SourceError::damaged(path, format!("line {number} is no JSON object: {error}"))
        })?;
        let columns: Vec<&str> = row.keys().map(String::as_str).collect();
        check_columns(path, &NEEDED, &columns)?;
        take(&row);
    }
    Ok(())
}

fn pair(row: &Map<String, Value>) -> LabelledPair {
    let base: Map<String, Value> = row
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(BASE)?.to_owned(), value.clone())))
        .collect();
    let text = |name: &str| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    LabelledPair {
        id: text("id"),
        base_id: text("base_id"),
        same: label(row.get("label")),
        record: profile(row),
        base: profile(&base),
    }
}

/// `1`, `1.0`, `true` and `"1"` are yes.
fn label(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(same) => Some(*same),
        Value::Number(number) => Some(number.as_f64()? >= 0.5),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            number => {
                number.parse::<f64>().ok().filter(|number| !number.is_nan()).map(|number| number >= 0.5)
            }
        },
        _ => None,
    }
}

fn profile(row: &Map<String, Value>) -> Profile {
    let raw = overture::raw_place(row, None);
    let mut categories = Vec::new();
    for name in ["categories", "taxonomy", "basic_category"] {
        row.get(name).map(overture::opened).iter().for_each(|value| gather(value, &mut categories));
    }
    describe(&raw, &categories)
}

fn describe(raw: &RawPlace, categories: &[String]) -> Profile {
    let profiles = raw.profiles.iter().map(|(_, profile)| profile.as_str());
    Profile::new(&Description {
        name: &raw.name,
        phones: raw.phones.iter().map(String::as_str).collect(),
        websites: raw.websites.iter().map(String::as_str).chain(profiles).collect(),
        emails: raw.emails.iter().map(String::as_str).collect(),
        categories: categories.iter().map(String::as_str).collect(),
        street: raw.street.as_deref(),
        city: raw.city.as_deref(),
        state: raw.state.as_deref(),
        postal_code: raw.postal_code.as_deref(),
        country: raw.country.as_deref().and_then(geocoder::country_code),
        point: raw.coordinates.and_then(|(latitude, longitude)| GeoPoint::new(latitude, longitude)),
    })
}

/// Every text in the value, however deep.
fn gather(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|value| gather(value, texts)),
        Value::Object(object) => object.values().for_each(|value| gather(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
