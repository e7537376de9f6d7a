//! Saved views: lists of businesses that a person has given a name.

use serde::{Deserialize, Serialize};

use crate::{BusinessQuery, FieldError, Timestamp, ViewId, from_json};

/// The longest name of a view, in characters.
pub const MAX_VIEW_NAME: usize = 100;
/// The most views that a person has.
pub const MAX_VIEWS: usize = 100;
/// The longest query of a view, in bytes.
const MAX_VIEW_QUERY: usize = 4000;

/// A list that a person has given a name. It is theirs alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedView {
    /// UUIDv7.
    pub id: ViewId,
    /// Grows by one with every change, starting at 1.
    pub version: u64,
    /// What the person calls it.
    pub name: String,
    /// Filters, order and size of the list as they stand in a URL, such as `city=Espoo&sort=name`; empty for all leads.
    pub query: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

from_json!(deserialize SavedView { id, version, name, query, created_at, updated_at });

/// A view to be saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewView {
    /// 1 to 100 characters in one line; whatever the case, the person has no other view of that name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// Parameters of `GET /api/businesses`, encoded as in a URL. Page and cursor are left out.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub query: String,
}

impl NewView {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked(Some(&self.name), Some(&self.query))
    }
}

/// What is to be another on a view; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewChange {
    /// As in a new view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: Option<String>,
    /// As in a new view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub query: Option<String>,
}

impl ViewChange {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked(self.name.as_deref(), self.query.as_deref())
    }
}

/// The query of a view without page and cursor, written in one way.
///
/// ```
/// let query = contract::views::canonical("page=3&sort=name&city=Espoo")?;
/// assert_eq!(query, "sort=name&city=Espoo");
/// # Ok::<(), contract::FieldError>(())
/// ```
///
/// # Errors
/// What is wrong with it, as an error of the field `query`.
pub fn canonical(query: &str) -> Result<String, FieldError> {
    let wrong = |message: String| FieldError::new("query", "format", message);
    let parsed: BusinessQuery = serde_urlencoded::from_str(query).map_err(|error| {
        wrong(format!("write filters as in the address of a list, such as city=Espoo&sort=name ({error})"))
    })?;
    let list = BusinessQuery { page: None, cursor: None, ..parsed };
    if let Some(error) = list.validate().err().and_then(|errors| errors.into_iter().next()) {
        return Err(wrong(format!("{}: {}", error.field, error.message)));
    }
    serde_urlencoded::to_string(&list).map_err(|error| wrong(error.to_string()))
}

fn checked(name: Option<&str>, query: Option<&str>) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if let Some(name) = name {
        let length = name.trim().chars().count();
        if !(1..=MAX_VIEW_NAME).contains(&length) || name.chars().any(char::is_control) {
            errors.push(FieldError::new("name", "range", "give a name of 1 to 100 characters in one line"));
        }
    }
    if query.is_some_and(|query| query.len() > MAX_VIEW_QUERY) {
        errors.push(FieldError::new("query", "range", "give at most 4000 characters"));
    } else if let Some(error) = query.and_then(|query| canonical(query).err()) {
        errors.push(error);
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(name: &str, query: &str) -> Vec<String> {
        let new = NewView { name: name.into(), query: query.into() };
        new.validate().err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_view_has_a_name_and_a_list() {
        assert!(wrong("Espoo", "city=Espoo&sort=-name").is_empty() && wrong("é", "").is_empty());
        for name in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(wrong(name, ""), ["name"], "{name:?}");
        }
        for query in ["colour=red", "sort=colour", "radiusKm=5", "limit=900", &"a".repeat(4001)] {
            assert_eq!(wrong("Espoo", query), ["query"], "{query}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_list_is_told() {
        let told = |query| canonical(query).unwrap_err().message;
        assert!(told("colour=red").contains("colour"), "{}", told("colour=red"));
        assert!(told("radiusKm=5").contains("near"), "{}", told("radiusKm=5"));
    }

    #[test]
    fn one_list_is_written_in_one_way() {
        for query in ["city=Caf%C3%A9&sort=name", "sort=name&page=9&city=Café&cursor=x"] {
            assert_eq!(canonical(query).unwrap(), "sort=name&city=Caf%C3%A9", "{query}");
        }
    }
}
