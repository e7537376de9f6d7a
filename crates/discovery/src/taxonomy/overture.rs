//! Categories of Overture places.

use super::Category;
use super::data::TABLES;

/// What an Overture place says of its category, in the newer and the older columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OvertureCategory {
    /// `taxonomy.primary`, or the older `categories.primary`.
    pub primary: Option<String>,
    /// `taxonomy.hierarchy`, from the broadest to the narrowest.
    pub hierarchy: Vec<String>,
    /// `basic_category`.
    pub basic: Option<String>,
    /// `taxonomy.alternates`, or the older `categories.alternate`.
    pub alternates: Vec<String>,
}

/// The category of an Overture place: that of its primary id; else of the narrowest known id above it; else
/// of its basic category; else of the first alternate that is known.
#[must_use]
pub fn from_overture(category: &OvertureCategory) -> Option<&'static Category> {
    category
        .primary
        .iter()
        .chain(category.hierarchy.iter().rev())
        .chain(category.basic.iter())
        .chain(category.alternates.iter())
        .find_map(|id| by_id(id))
}

/// An id that is written out wins over a pattern.
fn by_id(id: &str) -> Option<&'static Category> {
    let id = id.trim();
    let index = TABLES.overture.get(id).copied().or_else(|| by_pattern(id))?;
    TABLES.categories.get(index)
}

fn by_pattern(id: &str) -> Option<usize> {
    let ends = TABLES.overture_endings.iter().filter(|(ending, _)| id.ends_with(ending));
    let begins = TABLES.overture_beginnings.iter().filter(|(beginning, _)| id.starts_with(beginning));
    ends.chain(begins).max_by_key(|(pattern, _)| pattern.len()).map(|(_, index)| *index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(category: OvertureCategory) -> Option<&'static str> {
        from_overture(&category).map(|category| category.slug)
    }

    fn primary(id: &str) -> Option<&'static str> {
        slug(OvertureCategory { primary: Some(id.to_owned()), ..OvertureCategory::default() })
    }

    #[test]
    fn newer_and_older_ids_meet() {
        for (newer, older) in [
            ("attorney_or_law_firm", "lawyer"),
            ("dental_clinic", "dentist"),
            ("bank_or_credit_union", "bank_credit_union"),
            ("chiropractic", "chiropractor"),
            ("eyewear_store", "eyewear_and_optician"),
            ("photography_service", "photographer"),
            ("tutoring_service", "tutoring_center"),
        ] {
            assert!(primary(newer).is_some(), "{newer}");
            assert_eq!(primary(newer), primary(older), "{newer} {older}");
        }
    }

    #[test]
    fn patterns_give_way_to_ids() {
        assert_eq!(primary("ethiopian_restaurant"), Some("restaurant"));
        assert_eq!(primary("fast_food_restaurant"), Some("fast_food"));
        assert_eq!(primary("smoothie_juice_bar"), Some("juice_bar"));
        assert_eq!(primary("whiskey_bar"), Some("bar"));
        assert_eq!(primary("no_such_thing"), None);
    }

    #[test]
    fn an_unknown_id_falls_back_to_what_stands_above_it() {
        let texts = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut category = OvertureCategory {
            primary: Some("unheard_of".to_owned()),
            hierarchy: texts(&["services_and_business", "plumbing", "unheard_of"]),
            basic: Some("home_service".to_owned()),
            alternates: texts(&["electrician"]),
        };
        assert_eq!(slug(category.clone()), Some("plumber"));
        category.hierarchy.clear();
        assert_eq!(slug(category.clone()), Some("handyman"));
        category.basic = None;
        assert_eq!(slug(category), Some("electrician"));
    }
}
