//! Canonical categories, the words people have for them, and what OpenStreetMap and Overture call them.

mod data;
mod osm;
mod overture;
mod suggest;
mod words;

pub use data::Category;
pub use osm::{from_osm_tags, is_place};
pub(crate) use osm::{place_keys, place_tags};
pub use overture::{OvertureCategory, from_overture};
pub use suggest::suggest;

use data::TABLES;

/// Every category, grouped by industry.
#[must_use]
pub fn all() -> &'static [Category] {
    &TABLES.categories
}

/// The category of that slug.
#[must_use]
pub fn by_slug(slug: &str) -> Option<&'static Category> {
    resolve(slug).ok().filter(|category| category.slug == slug)
}

/// The text names no category.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no known category")]
pub struct UnknownCategory {
    /// What was asked for.
    pub text: String,
    /// Labels of the nearest categories, the nearest first; each resolves.
    pub suggestions: Vec<String>,
}

/// The category that the text names: a slug, a label or a synonym, in any case, in the singular or plural.
///
/// # Errors
/// [`UnknownCategory`] with the nearest labels.
pub fn resolve(text: &str) -> Result<&'static Category, UnknownCategory> {
    find(text)
        .ok_or_else(|| UnknownCategory { text: text.trim().to_owned(), suggestions: suggest::nearest(text) })
}

/// The category that the text names, if any; as [`resolve`] without the search for suggestions.
#[must_use]
pub fn find(text: &str) -> Option<&'static Category> {
    TABLES.spellings.get(&words::spelling(text)).map(|&index| &TABLES.categories[index])
}

#[cfg(test)]
mod tests;
