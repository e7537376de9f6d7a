//! The fields of a lead that people write, as they type them, to a draft or a change and back.

use contract::Business;
#[cfg(any(feature = "ssr", test))]
use contract::Problem;
use contract::edit::{BusinessDraft, BusinessPatch};
use markup::{Node, view};

use crate::components::field::FieldText;
use crate::format;
#[cfg(any(feature = "ssr", test))]
use crate::typed_form::TypedForm;
use crate::typed_form::{change, rebase};

pub(crate) const NAME: FieldText =
    FieldText { name: "name", label: "Name", hint: "As the business writes it." };
pub(crate) const CATEGORY: FieldText =
    FieldText { name: "category", label: "Trade", hint: "In words; the industry follows from it." };
pub(crate) const PHONE: FieldText =
    FieldText { name: "phone", label: "Phone", hint: "With the country's prefix, such as +358 9 1234567." };
pub(crate) const EMAIL: FieldText =
    FieldText { name: "email", label: "E-mail", hint: "An address to write to." };
pub(crate) const WEBSITE: FieldText =
    FieldText { name: "website", label: "Website", hint: "Begins with https:// or http://." };
pub(crate) const STREET: FieldText = FieldText { name: "street", label: "Street", hint: "" };
pub(crate) const POSTAL_CODE: FieldText = FieldText { name: "postalCode", label: "Postal code", hint: "" };
pub(crate) const CITY: FieldText = FieldText { name: "city", label: "City", hint: "" };
pub(crate) const STATE: FieldText =
    FieldText { name: "state", label: "State or region", hint: "Two letters in the United States." };
pub(crate) const COUNTRY: FieldText =
    FieldText { name: "country", label: "Country", hint: "Two letters, such as FI or US." };
pub(crate) const TAGS: FieldText =
    FieldText { name: "tags", label: "Tags", hint: "With commas between them." };
pub(crate) const NOTES: FieldText =
    FieldText { name: "notes", label: "Notes", hint: "For you and those you work with." };

/// The body of `POST /leads/new` and `POST /leads/{id}/edit`: every field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(any(feature = "ssr", test), derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(any(feature = "ssr", test), serde(rename_all = "camelCase", default))]
pub struct LeadForm {
    /// As the business writes it.
    pub name: String,
    /// A trade in words or as a slug.
    pub category: String,
    /// A phone number.
    pub phone: String,
    /// An address to write to.
    pub email: String,
    /// http or https URL.
    pub website: String,
    /// Street and house number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town or city.
    pub city: String,
    /// State or region.
    pub state: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Labels with commas between them.
    pub tags: String,
    /// Free text.
    pub notes: String,
    /// The version of the lead that was shown.
    pub version: String,
    /// The form as it was shown, in JSON.
    #[cfg_attr(any(feature = "ssr", test), serde(skip_serializing_if = "String::is_empty"))]
    pub seen: String,
    /// The same on every press of the button of one rendered form.
    pub idempotency_key: String,
}

/// A form that was refused.
#[cfg(any(feature = "ssr", test))]
#[derive(Clone, Debug, PartialEq)]
pub struct LeadFailure {
    /// As it was typed.
    pub form: LeadForm,
    /// Why.
    pub problem: Problem,
}

/// The fields as a form shows them, each made by `field` of what it is called, what stands in it, and what is typed there: of
/// the last one several lines.
pub(crate) fn laid_out(typed: &LeadForm, field: &dyn Fn(FieldText, &str, &'static str) -> Node) -> Node {
    view! {
        {field(NAME, &typed.name, "text")}
        {field(CATEGORY, &typed.category, "text")}
        <div class="form__pair">
            {field(PHONE, &typed.phone, "tel")}
            {field(EMAIL, &typed.email, "email")}
        </div>
        {field(WEBSITE, &typed.website, "url")}
        {field(STREET, &typed.street, "text")}
        <div class="form__pair">
            {field(POSTAL_CODE, &typed.postal_code, "text")}
            {field(CITY, &typed.city, "text")}
        </div>
        <div class="form__pair">
            {field(STATE, &typed.state, "text")}
            {field(COUNTRY, &typed.country, "text")}
        </div>
        {field(TAGS, &typed.tags, "text")}
        {field(NOTES, &typed.notes, "")}
    }
}

impl LeadForm {
    /// The form as a lead fills it in.
    #[must_use]
    pub fn of(lead: &Business) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: lead.name.clone(),
            category: lead.category.as_deref().map(format::label).unwrap_or_default(),
            phone: text(&lead.phone),
            email: text(&lead.email),
            website: text(&lead.website),
            street: text(&lead.street),
            postal_code: text(&lead.postal_code),
            city: text(&lead.city),
            state: text(&lead.state),
            country: text(&lead.country),
            tags: lead.tags.join(", "),
            notes: text(&lead.notes),
            version: lead.version.to_string(),
            seen: String::new(),
            idempotency_key: String::new(),
        }
    }

    /// The lead that the form adds.
    #[must_use]
    pub fn draft(&self) -> BusinessDraft {
        BusinessDraft(self.changes(&Self::default()))
    }

    /// What was changed in a form that was filled in as `before`: a field that nobody touched stays what it is, also in
    /// who wrote it.
    #[must_use]
    pub fn changes(&self, before: &Self) -> BusinessPatch {
        BusinessPatch {
            name: change(&self.name, &before.name),
            category: change(&self.category, &before.category),
            phone: change(&self.phone, &before.phone),
            email: change(&self.email, &before.email),
            website: change(&self.website, &before.website),
            street: change(&self.street, &before.street),
            postal_code: change(&self.postal_code, &before.postal_code),
            city: change(&self.city, &before.city),
            state: change(&self.state, &before.state),
            country: change(&self.country, &before.country),
            tags: change(&self.tags, &before.tags).map(|tags| labels(&tags)),
            notes: change(&self.notes, &before.notes),
            ..BusinessPatch::default()
        }
    }

    /// The fields that people write, in the order in which a form shows them.
    pub(crate) fn each(&mut self) -> [(FieldText, &mut String); 12] {
        [
            (NAME, &mut self.name),
            (CATEGORY, &mut self.category),
            (PHONE, &mut self.phone),
            (EMAIL, &mut self.email),
            (WEBSITE, &mut self.website),
            (STREET, &mut self.street),
            (POSTAL_CODE, &mut self.postal_code),
            (CITY, &mut self.city),
            (STATE, &mut self.state),
            (COUNTRY, &mut self.country),
            (TAGS, &mut self.tags),
            (NOTES, &mut self.notes),
        ]
    }

    /// The form as it is filled in `now`, with what was changed since `seen` put on top.
    #[must_use]
    pub fn over(mut self, mut seen: Self, mut now: Self) -> Self {
        let texts = |form: &mut Self| form.each().map(|(_, text)| std::mem::take(text));
        let (typed, seen) = (texts(&mut self), texts(&mut seen));
        for ((typed, seen), (_, now)) in typed.iter().zip(&seen).zip(now.each()) {
            rebase(typed, seen, now);
        }
        now
    }

    /// The labels of fields that differ in `now`, with what stands in them there.
    #[must_use]
    pub fn differences(mut self, mut now: Self) -> Vec<(&'static str, String)> {
        let fields = self.each().into_iter().zip(now.each());
        let differs = fields.filter(|((_, before), (_, now))| !change(now, before).is_keep());
        differs.map(|(_, (text, now))| (text.label, now.clone())).collect()
    }
}

#[cfg(any(feature = "ssr", test))]
impl TypedForm for LeadForm {
    fn seen(&self) -> &str {
        &self.seen
    }

    fn set_seen(&mut self, seen: String) {
        self.seen = seen;
    }

    fn fields(&mut self) -> Vec<&mut String> {
        self.each().map(|(_, text)| text).into()
    }
}

fn labels(text: &str) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in text.split(',').map(str::trim).filter(|label| !label.is_empty()) {
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use contract::edit::Change;

    use super::*;

    fn form(body: &str) -> LeadForm {
        serde_urlencoded::from_str(body).unwrap()
    }

    #[test]
    fn only_what_was_changed_is_written() {
        let before = form("name=Kaisla&category=Florist&phone=%2B3589123&notes=a%0Ab&version=4");
        assert_eq!(before.changes(&before), BusinessPatch::default());
        let typed = form("name=+Kaisla+&category=&phone=%2B3589124&notes=a%0D%0Ab&version=4");
        let expect = BusinessPatch {
            category: Change::Clear,
            phone: Change::Set("+3589124".into()),
            ..BusinessPatch::default()
        };
        assert_eq!(typed.changes(&before), expect);
    }

    #[test]
    fn a_change_goes_on_top_of_what_came_between() {
        let mut typed =
            LeadForm { notes: "shared".into(), ..form("name=Kaisla&city=Espoo&version=4") }.shown();
        typed.city = "Vantaa".into();
        let now = form("name=Kaisla+Oy&city=Espoo&notes=theirs&version=5");
        let next = typed.on_top_of(now.clone());
        let shown = (next.name.as_str(), next.city.as_str(), next.notes.as_str(), next.version.as_str());
        assert_eq!(shown, ("Kaisla Oy", "Vantaa", "theirs", "5"));
        assert_eq!(next.as_seen(), now);
        assert_eq!(next.changes(&next.as_seen()).city, Change::Set("Vantaa".to_owned()));
    }

    #[test]
    fn what_somebody_else_changed_is_named_and_kept_under_ones_own() {
        let seen = form("name=Kaisla&phone=1&notes=shared");
        let typed = LeadForm { phone: "2".into(), ..seen.clone() };
        let now = form("name=Kaisla+Oy&phone=3&notes=");
        let differences = seen.clone().differences(now.clone());
        let expect = [("Name", "Kaisla Oy"), ("Phone", "3"), ("Notes", "")];
        assert_eq!(differences, expect.map(|(label, now)| (label, now.to_owned())));
        let next = typed.over(seen, now);
        assert_eq!((next.name.as_str(), next.phone.as_str(), next.notes.as_str()), ("Kaisla Oy", "2", ""));
    }

    #[test]
    fn labels_are_told_apart_by_commas_and_named_once() {
        let typed = form("name=Kaisla&tags=warm%2C+call+back%2C%2C+warm");
        let expect = Change::Set(vec!["warm".to_owned(), "call back".to_owned()]);
        assert_eq!(typed.draft().0.tags, expect);
        assert_eq!(form("tags=").changes(&form("tags=warm")).tags, Change::Clear);
    }
}
