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
            Self::Views => "/leads/views",
            Self::View(_) => "/leads/views/{viewId}",
            Self::Settings => routes::SETTINGS,
        }
    }
}

fn lead(id: &str) -> Option<BusinessId> {
    id.parse().ok().filter(|id: &BusinessId| id.0 > 0)
}

#[cfg(test)]
mod tests {
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
        ] {
            let route = Route::parse(path).unwrap();
            assert!(route.is_plain() && route.path() == path, "{path}: {route:?}");
        }
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
        ] {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }
}
