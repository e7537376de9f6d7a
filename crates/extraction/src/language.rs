//! Languages that a page may be in beside English: their words decide what its abbreviations mean.

use rlibphonenumber::Region;

use crate::document::{Document, Tag};

/// Some of the languages whose words are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Languages(u8);

/// ISO 639-1 codes of the languages whose words are known.
const CODES: [&str; 7] = ["de", "es", "fi", "fr", "it", "nl", "sv"];

impl Languages {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u8::MAX >> (8 - CODES.len()));

    /// The language of that code, whatever its case; none where its words are not known.
    pub(super) fn of_code(code: &str) -> Self {
        let place = CODES.iter().position(|known| known.eq_ignore_ascii_case(code));
        Self(place.map_or(0, |place| 1 << place))
    }

    fn of_region(region: Region) -> Self {
        let codes: &[&str] = match region {
            Region::AT | Region::DE | Region::LI => &["de"],
            Region::BE => &["nl", "fr"],
            Region::CH => &["de", "fr", "it"],
            Region::ES => &["es"],
            Region::FI => &["fi", "sv"],
            Region::FR => &["fr"],
            Region::IT => &["it"],
            Region::LU => &["fr", "de"],
            Region::NL => &["nl"],
            Region::SE => &["sv"],
            _ => &[],
        };
        codes.iter().fold(Self::NONE, |all, code| all.or(Self::of_code(code)))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of either.
    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each by itself.
    pub(super) fn each(self) -> impl Iterator<Item = Self> {
        (0..CODES.len()).map(|place| Self(1 << place)).filter(move |one| !self.and(*one).is_empty())
    }
}

/// The languages of a page: the one that it declares, else those of the countries that it is about.
pub(super) fn of_page(document: &Document<'_>, regions: &[Region]) -> Languages {
    let html = document.tree.with_tag(Tag::Html).next();
    let declared = html.and_then(|html| document.tree.attribute(html, "lang"));
    let declared = declared.map_or(Languages::NONE, |tag| {
        Languages::of_code(tag.split(['-', '_']).next().unwrap_or_default().trim())
    });
    if declared.is_empty() {
        regions.iter().fold(Languages::NONE, |all, region| all.or(Languages::of_region(*region)))
    } else {
        declared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::page;

    fn of(html: &str, regions: &[Region]) -> Languages {
        of_page(&Document::parse(&page(html)), regions)
    }

    #[test]
    fn what_a_page_declares_counts_before_its_countries() {
        let both = Languages::of_code("fi").or(Languages::of_code("sv"));
        assert_eq!(of("<html lang=sv-FI><p>x", &[Region::FI]), Languages::of_code("sv"));
        assert_eq!(of("<html lang=en-US><p>x", &[Region::FI, Region::US]), both);
        assert_eq!(of("<p>x", &[Region::US]), Languages::NONE);
        assert_eq!((both.each().count(), Languages::ALL.each().count()), (2, CODES.len()));
    }
}
