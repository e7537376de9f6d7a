//! The fields of a contact that people write, as they type them, to a change and back.

use contract::edit::{Change, ContactPatch};
use contract::{Contact, Timestamp};
use serde::{Deserialize, Serialize};

use crate::typed_form::{TypedForm, change};

/// The body of the forms that add and change a contact: every field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContactForm {
    /// The person's name.
    pub name: String,
    /// Role, such as `Owner`.
    pub title: String,
    /// A phone number.
    pub phone: String,
    /// An address to write to.
    pub email: String,
    /// linkedin.com URL.
    pub linkedin: String,
    /// `yes` for the one to call first, else `no`.
    pub is_primary: String,
    /// The version of the lead that was shown.
    pub version: String,
    /// The form as it was shown, in JSON.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub seen: String,
    /// The same on every press of the button of one rendered form.
    pub idempotency_key: String,
}

impl ContactForm {
    /// The form of a contact that is to be added.
    #[must_use]
    pub fn empty() -> Self {
        Self { is_primary: "no".to_owned(), ..Self::default() }
    }

    /// The form as a contact of that version of its lead fills it in.
    #[must_use]
    pub fn of(contact: &Contact, version: u64) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: text(&contact.name),
            title: text(&contact.title),
            phone: text(&contact.phone),
            email: text(&contact.email),
            linkedin: text(&contact.linkedin),
            is_primary: if contact.is_primary { "yes" } else { "no" }.to_owned(),
            version: version.to_string(),
            ..Self::default()
        }
    }

    /// What was changed in a form that was filled in as `before`.
    #[must_use]
    pub fn changes(&self, before: &Self) -> ContactPatch {
        let is_primary = match self.is_primary == before.is_primary {
            true => Change::Keep,
            false => Change::Set(self.is_primary == "yes"),
        };
        ContactPatch {
            name: change(&self.name, &before.name),
            title: change(&self.title, &before.title),
            phone: change(&self.phone, &before.phone),
            email: change(&self.email, &before.email),
            linkedin: change(&self.linkedin, &before.linkedin),
            is_primary,
        }
    }
}

impl TypedForm for ContactForm {
    fn seen(&self) -> &str {
        &self.seen
    }

    fn set_seen(&mut self, seen: String) {
        self.seen = seen;
    }

    fn fields(&mut self) -> Vec<&mut String> {
        vec![
            &mut self.name,
            &mut self.title,
            &mut self.phone,
            &mut self.email,
            &mut self.linkedin,
            &mut self.is_primary,
        ]
    }
}

/// Where a value of a contact came from.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactEvidence {
    /// The value, as it was found.
    pub value: String,
    /// What was found out of it, or the text that it stood in.
    pub says: Option<String>,
    /// The page that holds it.
    pub source_url: String,
    /// 0 to 1.
    pub confidence: f64,
    /// When it was found.
    pub found_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> ContactForm {
        serde_urlencoded::from_str(body).unwrap()
    }

    #[test]
    fn only_what_was_changed_is_written() {
        let before = form("name=Maija&email=m%40example.org&isPrimary=no&version=4");
        assert_eq!(before.changes(&before), ContactPatch::default());
        let typed = form("name=Maija&email=&title=Owner&isPrimary=yes&version=4");
        let expect = ContactPatch {
            title: Change::Set("Owner".into()),
            email: Change::Clear,
            is_primary: Change::Set(true),
            ..ContactPatch::default()
        };
        assert_eq!(typed.changes(&before), expect);
        assert_eq!(ContactForm::empty().changes(&ContactForm::empty()), ContactPatch::default());
    }

    #[test]
    fn a_change_goes_on_top_of_what_came_between() {
        let mut typed = form("name=Maija&title=Cook&isPrimary=no&version=4").shown();
        typed.title = "Owner".into();
        let now = form("name=Maija+Virtanen&title=Cook&isPrimary=yes&version=5");
        let next = typed.on_top_of(now.clone());
        let shown =
            (next.name.as_str(), next.title.as_str(), next.is_primary.as_str(), next.version.as_str());
        assert_eq!(shown, ("Maija Virtanen", "Owner", "yes", "5"));
        assert_eq!(next.as_seen(), now);
    }
}
