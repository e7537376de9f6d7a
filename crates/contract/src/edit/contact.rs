//! Contacts as people write them, and what is answered.

use serde::{Deserialize, Serialize};

use super::Change;
use super::checks::{Checks, LINE};
use crate::{Contact, FieldError, from_json};

/// The fields of a contact that a person may set. At least one of name, e-mail address, phone number and LinkedIn
/// profile has to have a value afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactPatch {
    /// The person's name.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub name: Change<String>,
    /// Role, such as `Owner`.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub title: Change<String>,
    /// Address to write to; a new one counts as not checked.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 254))]
    pub email: Change<String>,
    /// A phone number, with the country's prefix unless the business's country is known; stored as E.164.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100))]
    pub phone: Change<String>,
    /// linkedin.com URL.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub linkedin: Change<String>,
    /// The one to call first: every other one no longer is. Null is no.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub is_primary: Change<bool>,
}

impl ContactPatch {
    /// Fields of a contact that nobody sets by hand, and where their values come from.
    pub const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = &[
        ("id", "the server gives it"),
        ("businessId", "the path names the business"),
        ("emailStatus", "the check of the address writes it"),
        ("confidence", "whoever finds the contact says it"),
        ("sourceUrl", "whoever finds the contact says it"),
        ("foundAt", "the server writes it"),
    ];

    /// What is wrong with the patch's form; whether the phone number and the addresses are any is the server's to
    /// say.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        for (field, value, most) in [
            ("name", &self.name, 300),
            ("title", &self.title, 300),
            ("email", &self.email, 254),
            ("phone", &self.phone, 100),
            ("linkedin", &self.linkedin, 500),
        ] {
            checks.text(field, value, most, LINE);
        }
        checks.done()
    }
}

/// The contacts of a business.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessContacts {
    /// The business's version: what a change of a contact says in `If-Match`.
    pub version: u64,
    /// Number of contacts.
    pub contact_count: u32,
    /// The contacts, the primary one first.
    pub data: Vec<Contact>,
}

from_json!(deserialize BusinessContacts { version, contact_count, data });

/// A contact that was added or changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactSaved {
    /// The business's version now.
    pub version: u64,
    /// Number of contacts now.
    pub contact_count: u32,
    /// The contact.
    pub contact: Contact,
}

from_json!(deserialize ContactSaved { version, contact_count, contact });

/// What became of a business when a contact of it was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactsChanged {
    /// The business's version now.
    pub version: u64,
    /// Number of contacts now.
    pub contact_count: u32,
}

from_json!(deserialize ContactsChanged { version, contact_count });
