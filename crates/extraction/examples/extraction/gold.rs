//! Marked pages, and the fields that are compared.

use std::collections::BTreeMap;
use std::path::Path;

use extraction::{Findings, Method, Page, PhoneKind, charset};
use url::Url;

/// A page with what people marked in it.
pub(crate) struct Marked {
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) page: Page,
    /// The text without its tags, for what stands in it at all.
    pub(crate) text: String,
    gold: BTreeMap<String, Vec<String>>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Email,
    Phone,
    Fax,
    PostalCode,
    Street,
    City,
    Person,
    PersonWithRole,
}

impl Field {
    pub(crate) const ALL: &[Self] = &[
        Self::Email,
        Self::Phone,
        Self::Fax,
        Self::PostalCode,
        Self::Street,
        Self::City,
        Self::Person,
        Self::PersonWithRole,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "e-mail address",
            Self::Phone => "phone and fax number",
            Self::Fax => "fax number told apart",
            Self::PostalCode => "postal code",
            Self::Street => "street",
            Self::City => "city",
            Self::Person => "person",
            Self::PersonWithRole => "person with role",
        }
    }

    pub(crate) fn has_baseline(self) -> bool {
        matches!(self, Self::Email | Self::Phone | Self::PostalCode)
    }

    /// What was found; of addresses only those that a reader of the page sees, as people marked only these.
    pub(crate) fn found(self, findings: &Findings, page: &Marked) -> Vec<String> {
        let addresses = findings.addresses.iter();
        match self {
            Self::Email => findings
                .emails
                .iter()
                .filter(|it| {
                    it.method == Method::WrittenOut
                        || page.text.contains(&it.value)
                        || page.has_gold(Self::Email, &it.value)
                })
                .map(|it| it.value.clone())
                .collect(),
            Self::Phone => findings.phones.iter().map(|it| it.number.value.clone()).collect(),
            Self::Fax => findings
                .phones
                .iter()
                .filter(|it| it.kind == PhoneKind::Fax)
                .map(|it| it.number.value.clone())
                .collect(),
            Self::PostalCode => addresses.filter_map(|it| it.postal_code.clone()).collect(),
            Self::Street => addresses.filter_map(|it| it.street.clone()).collect(),
            Self::City => addresses.filter_map(|it| it.city.clone()).collect(),
            Self::Person => findings.people.iter().map(|it| it.name.value.clone()).collect(),
            Self::PersonWithRole => {
                let with_role = findings.people.iter().filter_map(|it| Some((it, it.title.as_ref()?)));
                with_role.map(|(it, _)| it.name.value.clone()).collect()
            }
        }
    }
}

impl Marked {
    /// What people marked.
    pub(crate) fn gold(&self, field: Field) -> Vec<String> {
        let of = |key: &str| self.gold.get(key).cloned().unwrap_or_default();
        match field {
            Field::Email => of("email"),
            // Two numbers in one mark, and extensions.
            Field::Phone => [of("tel"), of("fax")].concat().iter().flat_map(|mark| numbers(mark)).collect(),
            Field::Fax => of("fax"),
            Field::PostalCode => of("zipcode"),
            Field::Street => of("street"),
            Field::City => of("city"),
            // One word is half of a name that is marked elsewhere.
            Field::Person => of("per").into_iter().filter(|name| name.contains(' ')).collect(),
            Field::PersonWithRole if of("func").is_empty() => Vec::new(),
            Field::PersonWithRole => self.gold(Field::Person),
        }
    }

    fn has_gold(&self, field: Field, value: &str) -> bool {
        let keys = self.gold(field);
        keys.iter().any(|mark| super::compare::key(field, mark) == super::compare::key(field, value))
    }
}

fn numbers(mark: &str) -> Vec<String> {
    let mark = mark.split("ext").next().unwrap_or_default();
    mark.split(',')
        .map(str::to_owned)
        .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 7)
        .collect()
}

pub(crate) fn read(folder: &Path) -> Result<Vec<Marked>, String> {
    let text =
        std::fs::read_to_string(folder.join("gold.json")).map_err(|error| format!("gold.json: {error}"))?;
    let gold: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_str(&text).map_err(|error| format!("gold.json: {error}"))?;
    gold.into_iter().map(|(name, gold)| marked(folder, name, gold)).collect()
}

fn marked(folder: &Path, name: String, gold: BTreeMap<String, Vec<String>>) -> Result<Marked, String> {
    let path = std::path::absolute(folder.join(&name)).map_err(|error| format!("{name}: {error}"))?;
    let body = std::fs::read(&path).map_err(|error| format!("{name}: {error}"))?;
    let url = Url::from_file_path(&path).map_err(|()| format!("{name}: no URL"))?;
    let page = Page { url, html: charset::decode(None, &body) };
    let text = super::baseline::text(&page.html).to_lowercase();
    Ok(Marked { name, body, page, text, gold })
}
