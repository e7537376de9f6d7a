//! What a source is asked for.

use contract::{BoundingBox, GeoPoint};

use crate::place::Place;
use crate::taxonomy::Category;
use crate::text::fold;

/// Which part of the world is asked for, and which places of it are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchArea {
    circle: Option<(GeoPoint, f64)>,
    bounds: Option<BoundingBox>,
    category: Option<&'static Category>,
    words: Vec<String>,
    most: Option<usize>,
}

impl SearchArea {
    /// All of it.
    #[must_use]
    pub fn everywhere() -> Self {
        Self { circle: None, bounds: None, category: None, words: Vec::new(), most: None }
    }

    /// What lies within so many kilometres of the point.
    #[must_use]
    pub fn around(center: GeoPoint, radius_km: f64) -> Self {
        // A little more, so that rounding leaves out nothing that lies on the circle.
        let bounds = BoundingBox::around(center, radius_km * 1.001 + 0.001);
        Self { circle: Some((center, radius_km)), bounds: Some(bounds), ..Self::everywhere() }
    }

    /// The same for places of one category alone: a source may leave out others, and need not.
    #[must_use]
    pub fn of(self, category: Option<&'static Category>) -> Self {
        Self { category, ..self }
    }

    /// The same for places whose names have all these words, which are folded.
    #[must_use]
    pub fn named(self, words: &[String]) -> Self {
        Self { words: words.to_vec(), ..self }
    }

    /// The same for so many places: a source that costs money gives no more than are needed for the nearest of them.
    #[must_use]
    pub fn nearest(self, most: usize) -> Self {
        Self { most: Some(most), ..self }
    }

    /// Kilometres from the middle, if the place is wanted. Without a middle none is.
    #[must_use]
    pub fn distance_of(&self, place: &Place) -> Option<f64> {
        let (center, radius_km) = self.circle?;
        let is_of_category =
            self.category.is_none_or(|wanted| place.categories.iter().any(|one| one.slug == wanted.slug));
        if !is_of_category || !self.has_words(&place.name) {
            return None;
        }
        Some(place.point?.distance_km(center)).filter(|km| *km <= radius_km)
    }

    fn has_words(&self, name: &str) -> bool {
        let name = if self.words.is_empty() { String::new() } else { fold(name) };
        self.words.iter().all(|word| name.contains(word.as_str()))
    }

    /// The middle and the radius in kilometres.
    pub(crate) fn circle(&self) -> Option<(GeoPoint, f64)> {
        self.circle
    }

    pub(crate) fn category(&self) -> Option<&'static Category> {
        self.category
    }

    /// What it is called by the words of the name, or else by the category; `None` if anything is wanted.
    pub(crate) fn wording(&self) -> Option<String> {
        if self.words.is_empty() {
            self.category.map(|category| category.label.to_owned())
        } else {
            Some(self.words.join(" "))
        }
    }

    /// How many places are wanted, if that is said.
    pub(crate) fn most(&self) -> Option<usize> {
        self.most
    }

    pub(crate) fn bounds(&self) -> Option<BoundingBox> {
        self.bounds
    }

    pub(crate) fn admits(&self, point: Option<GeoPoint>) -> bool {
        match (self.bounds, point) {
            (None, _) => true,
            (Some(bounds), Some(point)) => bounds.contains(point),
            (Some(_), None) => false,
        }
    }
}
