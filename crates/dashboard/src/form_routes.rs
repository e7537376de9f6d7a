//! Paths of the forms that the application itself does not know, most of them about leads: links lead to them as to another
//! site, and the page's program has no way to read them.

use contract::{BusinessId, ContactId, ViewId};

use crate::routes;

/// A document of forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormRoute {
    /// `/leads/{id}/contacts/new`
    NewContact(BusinessId),
    /// `/leads/{id}/contacts/{contactId}`
    Contact(BusinessId, ContactId),
    /// `/leads/{id}/duplicates`
    Duplicates(BusinessId),
    /// `/leads/{id}/duplicates/{otherId}`
    Merge(BusinessId, BusinessId),
    /// `/duplicates`
    Pairs,
    /// `/leads/views`
    Views,
    /// `/leads/views/{viewId}`
    View(ViewId),
    /// `/settings`
    Settings,
}

impl FormRoute {
    /// The document at a path, taken apart at its slashes.
    #[must_use]
    pub fn parse(segments: &[&str]) -> Option<Self> {
        match segments {
            ["leads", "views"] => Some(Self::Views),
            ["leads", "views", id] => id.parse().ok().map(Self::View),
            ["settings"] => Some(Self::Settings),
            ["duplicates"] => Some(Self::Pairs),
            ["leads", id, "contacts", "new"] => lead(id).map(Self::NewContact),
            ["leads", id, "contacts", contact] => {
                let contact = contact.parse().ok().filter(|contact: &ContactId| contact.0 > 0);
                Some(Self::Contact(lead(id)?, contact?))
            }
            ["leads", id, "duplicates"] => lead(id).map(Self::Duplicates),
            ["leads", id, "duplicates", other] => Some(Self::Merge(lead(id)?, lead(other)?)),
            _ => None,
        }
    }

    /// Its address.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::NewContact(id) => routes::new_contact(id),
            Self::Contact(id, contact) => routes::contact(id, contact),
            Self::Duplicates(id) => routes::duplicates(id),
            Self::Merge(id, other) => format!("{}/{other}", routes::duplicates(id)),
            Self::Pairs => routes::PAIRS.to_owned(),
            Self::Views => routes::VIEWS.to_owned(),
            Self::View(id) => format!("{}/{id}", routes::VIEWS),
            Self::Settings => routes::SETTINGS.to_owned(),
        }
    }

    /// The path with names in the place of ids.
    #[must_use]
    pub fn pattern(self) -> &'static str {
        match self {
            Self::NewContact(_) => "/leads/{id}/contacts/new",
            Self::Contact(..) => "/leads/{id}/contacts/{contactId}",
            Self::Duplicates(_) => "/leads/{id}/duplicates",
            Self::Merge(..) => "/leads/{id}/duplicates/{otherId}",
            Self::Pairs => routes::PAIRS,
            Self::Views => "/leads/views",
            Self::View(_) => "/leads/views/{viewId}",
            Self::Settings => routes::SETTINGS,
        }
    }
}

/// The address of a page of the pairs of leads that may be one, or that are said to be two.
#[must_use]
pub fn pairs_url(is_apart: bool, page: u32) -> String {
    let mut query = Vec::new();
    query.extend(is_apart.then(|| "apart=true".to_owned()));
    query.extend((page > 1).then(|| format!("page={page}")));
    let path = FormRoute::Pairs.path();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

fn lead(id: &str) -> Option<BusinessId> {
    id.parse().ok().filter(|id: &BusinessId| id.0 > 0)
}

#[cfg(test)]
mod tests {
    use super::pairs_url;
    use crate::routes::Route;

    #[test]
    fn paths_lead_to_their_form_and_back() {
        for path in [
            "/leads/7/contacts/new",
            "/leads/7/contacts/9",
            "/leads/7/duplicates",
            "/leads/7/duplicates/8",
            "/leads/views",
            "/leads/views/019f0000-0000-7000-8000-000000000001",
            "/settings",
            "/duplicates",
        ] {
            let route = Route::parse(path).unwrap();
            assert!(route.is_plain() && route.path() == path, "{path}: {route:?}");
        }
    }

    #[test]
    fn a_page_of_pairs_has_an_address() {
        let addresses =
            [(false, 1), (true, 1), (false, 3), (true, 2)].map(|(apart, page)| pairs_url(apart, page));
        let expect =
            ["/duplicates", "/duplicates?apart=true", "/duplicates?page=3", "/duplicates?apart=true&page=2"];
        assert_eq!(addresses, expect);
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "/leads/x/contacts/new",
            "/leads/7/contacts/x",
            "/leads/7/contacts/0",
            "/leads/0/duplicates",
            "/leads/7/duplicates/x",
            "/leads/views/x",
            "/leads/7/views",
            "/settings/x",
            "/duplicates/x",
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }
}
