//! The query keys: the only place that builds one.
//!
//! A key is a JSON array of lower-case nouns and objects of arguments, the general before the particular, so
//! that a prefix names a family: [`businesses::all`] is a prefix of every list and of no detail.

use serde::Serialize;
use serde_json::{Map, Value};

/// A query's key. Serialises as a JSON array.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Key(Vec<Value>);

impl Key {
    fn of(noun: &'static str) -> Self {
        Self(vec![Value::from(noun)])
    }

    fn noun(mut self, noun: &'static str) -> Self {
        self.0.push(Value::from(noun));
        self
    }

    fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        let mut arguments = Map::new();
        arguments.insert(name.to_owned(), to_value(value));
        self.0.push(Value::Object(arguments));
        self
    }

    fn filtered(mut self, filters: impl Serialize) -> Self {
        self.0.push(to_value(filters));
        self
    }

    /// The key's segments.
    #[must_use]
    pub fn segments(&self) -> &[Value] {
        &self.0
    }

    /// Whether this key names a family that `other` belongs to, or is the same key.
    #[must_use]
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

/// Filters and ids of this crate always have a JSON form; null stands for what has none.
fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Lists of businesses.
pub mod businesses {
    use super::Key;
    use crate::BusinessQuery;
    use crate::map::MapQuery;

    /// Every list.
    #[must_use]
    pub fn all() -> Key {
        Key::of("businesses")
    }

    /// The list of `filters`, its order and page included.
    #[must_use]
    pub fn list(filters: &BusinessQuery) -> Key {
        all().filtered(filters)
    }

    /// The facets of every list.
    #[must_use]
    pub fn all_facets() -> Key {
        Key::of("business-facets")
    }

    /// The facets of the list of `filters`; order and page do not matter to them.
    #[must_use]
    pub fn facets(filters: &BusinessQuery) -> Key {
        all_facets().filtered(filters.filters())
    }

    /// What a map shows of a list. It counts over all businesses as facets do, and belongs to them: whatever has these
    /// counted anew has it drawn anew.
    #[must_use]
    pub fn map(query: &MapQuery) -> Key {
        all_facets().noun("map").filtered(query)
    }
}

/// One business.
pub mod business {
    use super::Key;
    use crate::BusinessId;

    /// The business with its contacts.
    #[must_use]
    pub fn detail(id: BusinessId) -> Key {
        Key::of("business").with("id", id)
    }

    /// Its contacts.
    #[must_use]
    pub fn contacts(id: BusinessId) -> Key {
        detail(id).noun("contacts")
    }

    /// What enrichment did to it.
    #[must_use]
    pub fn enrichment_history(id: BusinessId) -> Key {
        detail(id).noun("enrichment-history")
    }
}

/// Figures.
pub mod stats {
    use super::Key;

    /// Every figure.
    #[must_use]
    pub fn all() -> Key {
        Key::of("business-stats")
    }

    /// The figures of the overview.
    #[must_use]
    pub fn dashboard() -> Key {
        all().with("scope", "dashboard")
    }
}

/// Searches for places.
pub mod scraper {
    use super::Key;
    use crate::JobId;
    use crate::places::SuggestQuery;

    /// One search.
    #[must_use]
    pub fn status(job: JobId) -> Key {
        Key::of("scraper-job").with("jobId", job)
    }

    /// The latest searches.
    #[must_use]
    pub fn jobs() -> Key {
        Key::of("scraper-jobs")
    }

    /// The sources of places.
    #[must_use]
    pub fn sources() -> Key {
        Key::of("scraper-sources")
    }

    /// Categories that answer what was typed.
    #[must_use]
    pub fn categories(query: &SuggestQuery) -> Key {
        Key::of("scraper-categories").filtered(query)
    }

    /// Locations that answer what was typed.
    #[must_use]
    pub fn locations(query: &SuggestQuery) -> Key {
        Key::of("scraper-locations").filtered(query)
    }
}

/// Enrichment.
pub mod enrichment {
    use super::Key;
    use crate::{BusinessId, JobId};

    /// How the enrichment of a business goes.
    #[must_use]
    pub fn status(business: BusinessId) -> Key {
        Key::of("enrichment-status").with("businessId", business)
    }

    /// How many businesses wait, and why others failed.
    #[must_use]
    pub fn queue() -> Key {
        Key::of("enrichment-queue")
    }

    /// What paid services cost.
    #[must_use]
    pub fn spending() -> Key {
        Key::of("enrichment-spending")
    }

    /// What can enrich.
    #[must_use]
    pub fn providers() -> Key {
        Key::of("enrichment-providers")
    }

    /// How a batch goes.
    #[must_use]
    pub fn batch(job: JobId) -> Key {
        Key::of("enrichment-batch").with("jobId", job)
    }
}

/// Jobs of every kind.
pub mod jobs {
    use super::Key;
    use crate::JobId;
    use crate::job::JobQuery;

    /// One job.
    #[must_use]
    pub fn detail(job: JobId) -> Key {
        Key::of("job").with("id", job)
    }

    /// Every list of jobs.
    #[must_use]
    pub fn all() -> Key {
        Key::of("jobs")
    }

    /// The list of `filters`.
    #[must_use]
    pub fn list(filters: &JobQuery) -> Key {
        all().filtered(filters)
    }

    /// The newest of `filters`, without their page.
    #[must_use]
    pub fn latest(filters: &JobQuery) -> Key {
        all().noun("latest").filtered(filters)
    }

    /// The failed ones.
    #[must_use]
    pub fn failed() -> Key {
        all().with("status", "failed")
    }
}

/// Who is signed in.
pub mod auth {
    use super::Key;

    /// The person at the page.
    #[must_use]
    pub fn me() -> Key {
        Key::of("auth").noun("me")
    }
}

/// Saved views.
pub mod views {
    use super::Key;

    /// One's own.
    #[must_use]
    pub fn all() -> Key {
        Key::of("saved-views")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::MapQuery;
    use crate::places::SuggestQuery;
    use crate::{BusinessId, BusinessQuery, JobId};

    fn every_key() -> Vec<Key> {
        let (filters, typed) =
            (BusinessQuery { city: Some("Espoo".into()), ..Default::default() }, SuggestQuery::default());
        let (id, job) = (BusinessId(5), JobId(uuid::Uuid::nil()));
        vec![
            businesses::all(),
            businesses::list(&filters),
            businesses::all_facets(),
            businesses::facets(&filters),
            businesses::map(&MapQuery { filters: filters.clone(), ..MapQuery::default() }),
            business::detail(id),
            business::contacts(id),
            business::enrichment_history(id),
            stats::all(),
            stats::dashboard(),
            scraper::status(job),
            scraper::jobs(),
            views::all(),
            enrichment::queue(),
            enrichment::spending(),
            jobs::latest(&crate::job::JobQuery::default()),
            scraper::sources(),
            scraper::categories(&typed),
            scraper::locations(&typed),
            enrichment::status(id),
            enrichment::batch(job),
            enrichment::providers(),
            jobs::detail(job),
            jobs::all(),
            jobs::list(&Default::default()),
            jobs::failed(),
            auth::me(),
        ]
    }

    #[test]
    fn keys_are_lower_case_nouns_and_argument_objects() {
        let verbs =
            ["get", "list", "fetch", "load", "create", "update", "delete", "enrich", "scrape", "search"];
        for key in every_key() {
            assert!(key.segments()[0].is_string(), "{key:?} must open with a noun");
            for segment in key.segments() {
                let Some(noun) = segment.as_str() else {
                    assert!(segment.is_object(), "{segment} is neither noun nor arguments");
                    continue;
                };
                assert!(noun.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{noun}");
                assert!(noun.split('-').all(|word| !verbs.contains(&word)), "{noun} holds a verb");
            }
        }
    }

    #[test]
    fn the_family_of_lists_holds_every_list_and_no_detail() {
        for key in every_key() {
            let is_list = key.segments()[0] == "businesses";
            assert_eq!(businesses::all().is_prefix_of(&key), is_list, "{key:?}");
        }
        assert!(business::detail(BusinessId(5)).is_prefix_of(&business::contacts(BusinessId(5))));
        assert!(!business::detail(BusinessId(5)).is_prefix_of(&business::contacts(BusinessId(55))));
    }

    #[test]
    fn facets_forget_order_and_page() {
        let first = BusinessQuery { page: Some(1), ..Default::default() };
        let second = BusinessQuery { page: Some(2), ..Default::default() };
        assert_eq!(businesses::facets(&first), businesses::facets(&second));
        assert_ne!(businesses::list(&first), businesses::list(&second));
    }

    #[test]
    fn a_map_is_drawn_anew_with_the_facets() {
        let query = MapQuery { within: "24,60,25,61".parse().ok(), ..MapQuery::default() };
        assert!(businesses::all_facets().is_prefix_of(&businesses::map(&query)));
        assert_ne!(businesses::map(&query), businesses::map(&MapQuery::default()));
    }

    #[test]
    fn keys_read_as_the_contract_writes_them() {
        let text = |key: Key| serde_json::to_string(&key).unwrap();
        assert_eq!(text(business::contacts(BusinessId(5))), r#"["business",{"id":5},"contacts"]"#);
        assert_eq!(text(stats::dashboard()), r#"["business-stats",{"scope":"dashboard"}]"#);
        assert_eq!(text(jobs::failed()), r#"["jobs",{"status":"failed"}]"#);
        assert_eq!(text(auth::me()), r#"["auth","me"]"#);
    }
}
