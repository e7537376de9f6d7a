//! Names of places, US ZIP codes and coordinates to points, without a network. [`Nominatim`] finds what is not known
//! here, where somebody named a server of it.
//!
//! Cities are GeoNames' of a thousand people and more. A name that several places have is ambiguous, and the
//! candidates are listed, unless all but one are clearly lesser: one of them is in `data/prominent.psv`
//! (capitals, and cities known worldwide by their name alone), or all are in the United States and one has at
//! least 20 ZIP codes and ten times as many as any other. What was chosen stands in [`Location::label`].

mod areas;
mod candidates;
mod columns;
mod gazetteer;
mod nominatim;
mod suggest;
mod zips;

use contract::GeoPoint;
use contract::places::LocationSuggestion;

pub use areas::{country_code, country_name, region};
pub use gazetteer::key;
pub use nominatim::Nominatim;
pub use suggest::suggest;

use candidates::Candidate;
use gazetteer::GAZETTEER;

/// Where something is.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// Unambiguous: resolves to the same point again.
    pub label: String,
    /// The point.
    pub point: GeoPoint,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// Code of the region where regions have one, else its name.
    pub region: Option<String>,
    /// What must be shown with it, where a service found it.
    pub attribution: Option<String>,
}

impl From<Location> for LocationSuggestion {
    fn from(location: Location) -> Self {
        Self {
            label: location.label,
            latitude: location.point.latitude,
            longitude: location.point.longitude,
            country: location.country,
            region: location.region,
        }
    }
}

/// Why a text is no location.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GeocodeError {
    /// Nothing of that name is known.
    #[error(
        "'{text}' is no known place; write a city, a city and its state or country, a US ZIP code, or latitude,longitude"
    )]
    Unknown {
        /// What was asked for.
        text: String,
        /// Labels of the places whose names are nearest, the nearest first.
        suggestions: Vec<String>,
    },
    /// Several places have the name.
    #[error("'{text}' is the name of several places; add the state or country")]
    Ambiguous {
        /// What was asked for.
        text: String,
        /// The places, the best known first.
        candidates: Vec<Location>,
    },
    /// Nothing of that name is known here, and the service that was asked instead gave no answer.
    #[error("'{text}' is no place that is known without a network, and {reason}")]
    Unanswered {
        /// What was asked for.
        text: String,
        /// Why there is no answer.
        reason: String,
        /// Labels of the places whose names are nearest, the nearest first.
        suggestions: Vec<String>,
    },
    /// Two numbers that are no coordinates.
    #[error("'{text}' is no point on Earth; latitude goes from -90 to 90 and longitude from -180 to 180")]
    OutOfRange {
        /// What was asked for.
        text: String,
    },
}

/// The location that the text names: `Helsinki`, `Helsinki, Finland`, `Freehold, NJ`, `07728`, `60.17, 24.94`.
///
/// # Errors
/// [`GeocodeError`], which says what would have been understood.
pub fn resolve(text: &str) -> Result<Location, GeocodeError> {
    let text = text.trim();
    if let Some(point) = coordinates(text) {
        return located(text, point);
    }
    if let Some(found) = postal(text) {
        return Ok(found);
    }
    let candidates = candidates::find(text);
    match candidates::dominant(&candidates) {
        Some(candidate) => Ok(candidate.location()),
        None if candidates.is_empty() => {
            Err(GeocodeError::Unknown { text: text.to_owned(), suggestions: suggest::nearest(text) })
        }
        None => Err(GeocodeError::Ambiguous {
            text: text.to_owned(),
            candidates: candidates.iter().map(Candidate::location).collect(),
        }),
    }
}

/// Loads what is otherwise loaded on first use: some tens of milliseconds, and about 8 MB from then on.
pub fn warm() {
    let _ = (GAZETTEER.len(), zips::TABLE.len());
}

/// ISO 3166-1 alpha-2 code of the country whose city is nearest to the point: a guess near a border.
#[must_use]
pub fn nearest_country(point: GeoPoint) -> Option<&'static str> {
    GAZETTEER.nearest(point).map(|city| GAZETTEER.area(city).country)
}

fn located(text: &str, point: Option<GeoPoint>) -> Result<Location, GeocodeError> {
    let point = point.ok_or_else(|| GeocodeError::OutOfRange { text: text.to_owned() })?;
    Ok(Location { label: text.to_owned(), point, country: None, region: None, attribution: None })
}

/// The point that two numbers are, `Some(None)` if they are no point; `None` if the text is not two numbers.
/// A label may end in them: `Springfield (39.801, -89.643)`.
fn coordinates(text: &str) -> Option<Option<GeoPoint>> {
    let bare =
        text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map_or(text, |(_, inside)| inside);
    let mut numbers = bare.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let (first, second) = (degrees(numbers.next()?)?, degrees(numbers.next()?)?);
    numbers.next().is_none().then(|| GeoPoint::new(first, second))
}

/// Degrees north or east: `60.17`, `60.17°N`, `24.94W`.
fn degrees(text: &str) -> Option<f64> {
    let number = text.trim_end_matches(['N', 'E', 'S', 'W', 'n', 'e', 's', 'w']).trim_end_matches('°');
    let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite() && !number.is_empty())?;
    let is_reversed = text.ends_with(['S', 'W', 's', 'w']);
    Some(if is_reversed { -value } else { value })
}

/// A ZIP code, alone or after the city and state that it is in: `Freehold, NJ 07728`.
fn postal(text: &str) -> Option<Location> {
    let words: Vec<&str> = text.split([',', ' ']).filter(|word| !word.is_empty()).collect();
    let bare = match words.as_slice() {
        [rest @ .., last] if country_code(last) == Some("US") && zips::five_digits(last).is_none() => rest,
        all => all,
    };
    let (last, before) = bare.split_last()?;
    let zip = zips::TABLE.by_code(zips::five_digits(last)?)?;
    let names_it = |word: &&&str| {
        let word = key(word);
        key(zip.city).split(' ').any(|part| part == word)
            || region("US", &word).is_some_and(|(code, _)| code == zip.state)
    };
    (before.is_empty() || before.iter().any(|word| names_it(&word))).then(|| zip_location(&zip))
}

fn zip_location(zip: &zips::Zip) -> Location {
    Location {
        label: format!("{}, {} {}", zip.city, zip.state, zip.code()),
        point: zip.point,
        country: Some("US".to_owned()),
        region: Some(zip.state.to_owned()),
        attribution: None,
    }
}

#[cfg(test)]
mod tests;
