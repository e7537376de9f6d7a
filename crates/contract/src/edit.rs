//! What people write of a business and of its contacts: bodies of create and change.
//!
//! A change is a JSON merge patch (RFC 7396): what is absent stays, null clears.

mod change;
mod checks;
mod contact;

use serde::{Deserialize, Serialize};

use crate::{BusinessId, FieldError, OperatingStatus};

pub use change::Change;
pub use contact::{BusinessContacts, ContactPatch, ContactSaved, ContactsChanged};

use checks::{Checks, LINE, NOTE};

/// The most tags of a business.
pub const MAX_TAGS: usize = 50;
/// The longest tag, in characters.
pub const MAX_TAG_LENGTH: usize = 50;
/// The longest name, in characters.
pub const MAX_NAME_LENGTH: usize = 300;

/// The fields of a business that a person may set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessPatch {
    /// As the business writes it; cannot be cleared.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 300))]
    pub name: Change<String>,
    /// A trade, by slug or in words; the industry follows from it.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100))]
    pub category: Change<String>,
    /// Street and house number.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub street: Change<String>,
    /// Town or city.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub city: Change<String>,
    /// State or region.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub state: Change<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100))]
    pub postal_code: Change<String>,
    /// ISO 3166-1 alpha-2 code.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100))]
    pub country: Change<String>,
    /// Degrees north; together with the longitude, or neither.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>, minimum = -90.0, maximum = 90.0))]
    pub latitude: Change<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>, minimum = -180.0, maximum = 180.0))]
    pub longitude: Change<f64>,
    /// A phone number, with the country's prefix unless the country is known; stored as E.164.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 100))]
    pub phone: Change<String>,
    /// Address to write to.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 254))]
    pub email: Change<String>,
    /// http or https URL.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 2000))]
    pub website: Change<String>,
    /// Profiles elsewhere, each for itself; null clears all.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<SocialsPatch>))]
    pub socials: Change<SocialsPatch>,
    /// In OpenStreetMap's `opening_hours` syntax, or in words.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 1000))]
    pub opening_hours: Change<String>,
    /// Number of people employed.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, maximum = 10_000_000))]
    pub employee_count: Change<u32>,
    /// Year of foundation.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i32>, minimum = 1000, maximum = 2200))]
    pub year_founded: Change<i32>,
    /// What the business says of itself.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 4000))]
    pub description: Change<String>,
    /// Whether it is a branch of a chain; null is no.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub chain: Change<bool>,
    /// Whether it is open for business at all; null is open.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<OperatingStatus>))]
    pub operating_status: Change<OperatingStatus>,
    /// All labels, at most 50 of at most 50 characters; null clears them.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(schema_with = tags_schema))]
    pub tags: Change<Vec<String>>,
    /// Free text.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 4000))]
    pub notes: Change<String>,
}

/// Profiles that a person may set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SocialsPatch {
    /// facebook.com page.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub facebook: Change<String>,
    /// instagram.com profile.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub instagram: Change<String>,
    /// linkedin.com company or person.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub linkedin: Change<String>,
    /// x.com profile.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub x: Change<String>,
    /// youtube.com channel.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub youtube: Change<String>,
    /// tiktok.com profile.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub tiktok: Change<String>,
    /// yelp.com business.
    #[serde(skip_serializing_if = "Change::is_keep")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 500))]
    pub yelp: Change<String>,
}

impl SocialsPatch {
    /// Every profile cleared.
    #[must_use]
    pub fn clear_all() -> Self {
        let clear = || Change::Clear;
        Self {
            facebook: clear(),
            instagram: clear(),
            linkedin: clear(),
            x: clear(),
            youtube: clear(),
            tiktok: clear(),
            yelp: clear(),
        }
    }

    /// Each profile with its field's name.
    #[must_use]
    pub fn each(&self) -> [(&'static str, &Change<String>); 7] {
        [
            ("socials.facebook", &self.facebook),
            ("socials.instagram", &self.instagram),
            ("socials.linkedin", &self.linkedin),
            ("socials.x", &self.x),
            ("socials.youtube", &self.youtube),
            ("socials.tiktok", &self.tiktok),
            ("socials.yelp", &self.yelp),
        ]
    }
}

impl BusinessPatch {
    /// Fields of a business that nobody sets by hand, and where their values come from.
    pub const SET_ELSEWHERE: &'static [(&'static str, &'static str)] = &[
        ("id", "the server gives it"),
        ("version", "the server counts it; say which one you saw in If-Match"),
        ("industry", "it follows from the category"),
        ("phoneDisplay", "it follows from the phone number"),
        ("confidence", "sources say it"),
        ("sources", "searches and imports write them"),
        ("enrichmentStatus", "enrichment writes it"),
        ("enrichmentError", "enrichment writes it"),
        ("contactCount", "it is counted"),
        ("contacts", "change them at /api/businesses/{id}/contacts"),
        ("createdAt", "the server writes it"),
        ("updatedAt", "the server writes it"),
    ];

    /// What is wrong with the patch's form; whether the category, the country, the phone number and the addresses
    /// are any is the server's to say.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.text("name", &self.name, MAX_NAME_LENGTH, LINE);
        checks.rule(self.name == Change::Clear, "name", "required", "a business needs a name");
        for (field, value, most) in [
            ("category", &self.category, 100),
            ("street", &self.street, 300),
            ("city", &self.city, 300),
            ("state", &self.state, 300),
            ("postalCode", &self.postal_code, 100),
            ("openingHours", &self.opening_hours, 1000),
            ("country", &self.country, 100),
            ("phone", &self.phone, 100),
            ("email", &self.email, 254),
            ("website", &self.website, 2000),
        ] {
            checks.text(field, value, most, LINE);
        }
        checks.text("description", &self.description, 4000, NOTE);
        checks.text("notes", &self.notes, 4000, NOTE);
        if let Change::Set(socials) = &self.socials {
            socials.each().into_iter().for_each(|(field, value)| checks.text(field, value, 500, LINE));
        }
        checks.range("latitude", &self.latitude, -90.0..=90.0, "give degrees north, -90 to 90");
        checks.range("longitude", &self.longitude, -180.0..=180.0, "give degrees east, -180 to 180");
        checks.range("employeeCount", &self.employee_count, 0..=10_000_000, "give a number up to 10,000,000");
        checks.range("yearFounded", &self.year_founded, 1000..=2200, "give a year from 1000 to 2200");
        if let Change::Set(tags) = &self.tags {
            checks.tags("tags", tags);
        }
        checks.done()
    }
}

/// A business that a person adds: the fields of a change, with a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BusinessDraft(pub BusinessPatch);

impl BusinessDraft {
    /// What is wrong with the draft's form.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = self.0.validate().err().unwrap_or_default();
        if self.0.name == Change::Keep {
            errors.insert(0, FieldError::new("name", "required", "a business needs a name"));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// All labels: the derive says nothing of the items of a list.
#[cfg(feature = "openapi")]
fn tags_schema() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
    let tag = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX_TAG_LENGTH));
    let kinds = SchemaType::from_iter([Type::Array, Type::Null]);
    let about = "All labels, at most 50 of at most 50 characters; null clears them.";
    ArrayBuilder::new()
        .schema_type(kinds)
        .items(tag)
        .max_items(Some(MAX_TAGS))
        .description(Some(about))
        .build()
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for BusinessDraft {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::RefOr;
        use utoipa::openapi::schema::Schema;
        let mut schema = BusinessPatch::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required = vec!["name".to_owned()];
        }
        schema
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for BusinessDraft {
    fn schemas(named: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        BusinessPatch::schemas(named);
    }
}

/// Which business becomes part of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeRequest {
    /// The one that is merged into the business of the path, and is gone then.
    pub other_id: BusinessId,
    /// The version of the business of the path that was looked at; 409 where it has another by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The version of the other one that was looked at; 409 where it has another by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_version: Option<u64>,
}

impl MergeRequest {
    /// A merge of `other_id`, whatever the versions of the two are.
    #[must_use]
    pub fn of(other_id: BusinessId) -> Self {
        Self { other_id, version: None, other_version: None }
    }
}

/// Which merge is undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnmergeRequest {
    /// The one that is brought back; the last one that was merged unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_id: Option<BusinessId>,
}

/// What is wrong with a tag that is to be added or taken away.
///
/// # Errors
/// One entry a rule that it breaks.
pub fn check_tag(field: &str, tag: &str) -> Result<(), Vec<FieldError>> {
    let mut checks = Checks::default();
    checks.tags(field, &[tag.to_owned()]);
    checks.done()
}

#[cfg(test)]
mod tests;
