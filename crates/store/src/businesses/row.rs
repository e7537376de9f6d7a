//! A business as a row: the order of its columns, how they are written and how they are read.

use contract::{Business, BusinessId, Timestamp};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{from_json, json, word};
use crate::sql::{Columns, stored};
use crate::{KnownBusiness, StoreError, geo, text};

/// Columns that are read back, in the order of [`decode`], then those that [`decode_known`] adds.
const READ: &[&str] = &[
    "id",
    "version",
    "name",
    "category",
    "industry",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "latitude",
    "longitude",
    "phone",
    "phone_display",
    "email",
    "website",
    "socials",
    "opening_hours",
    "employee_count",
    "year_founded",
    "description",
    "chain",
    "operating_status",
    "confidence",
    "sources",
    "enrichment_status",
    "enrichment_error",
    "tags",
    "notes",
    "contact_count",
    "created_at",
    "updated_at",
    "name_key",
    "domain",
];
/// Columns that are only compared: folded, derived or rearranged copies of the others.
const COMPARED: &[&str] = &[
    "name_sort",
    "city_key",
    "state_key",
    "category_key",
    "cell",
    "source_set",
    "has_website",
    "has_email",
    "has_phone",
];

/// Number of columns that [`columns`] lists.
pub(super) const COLUMN_COUNT: usize = READ.len();

/// The columns of [`decode`], qualified with `table`.
pub(super) fn columns(table: &str) -> String {
    let qualified: Vec<_> = READ.iter().map(|column| format!("{table}.{column}")).collect();
    qualified.join(", ")
}

/// Every column, in the order of [`encode`].
pub(super) fn all_columns() -> impl Iterator<Item = &'static str> {
    READ.iter().chain(COMPARED).copied()
}

/// The values of every column, in the order of [`all_columns`].
pub(super) fn encode(
    business: &Business,
    name_key: &str,
    domain: Option<&str>,
) -> Result<Vec<Value>, StoreError> {
    let b = business;
    Ok(vec![
        b.id.0.into(),
        stored(b.version).into(),
        b.name.as_str().into(),
        optional(&b.category),
        optional(&b.industry),
        optional(&b.street),
        optional(&b.city),
        optional(&b.state),
        optional(&b.postal_code),
        optional(&b.country),
        b.latitude.into(),
        b.longitude.into(),
        optional(&b.phone),
        optional(&b.phone_display),
        optional(&b.email),
        optional(&b.website),
        json_unless_default(&b.socials)?,
        optional(&b.opening_hours),
        b.employee_count.map(i64::from).into(),
        b.year_founded.map(i64::from).into(),
        optional(&b.description),
        b.chain.into(),
        b.operating_status.as_str().into(),
        b.confidence.into(),
        json(&b.sources)?.into(),
        b.enrichment_status.as_str().into(),
        optional(&b.enrichment_error),
        json_unless_default(&b.tags)?,
        optional(&b.notes),
        i64::from(b.contact_count).into(),
        b.created_at.as_millis().into(),
        b.updated_at.as_millis().into(),
        name_key.into(),
        domain.into(),
        text::fold(&b.name).into(),
        text::fold_or_missing(b.city.as_deref()).into(),
        text::fold_or_missing(b.state.as_deref()).into(),
        b.category.as_deref().unwrap_or(text::MISSING).into(),
        b.location().map(|point| geo::cell(point.latitude)).into(),
        source_set(b).into(),
        b.website.is_some().into(),
        b.email.is_some().into(),
        b.phone.is_some().into(),
    ])
}

/// The words that a search finds the business by, joined by spaces.
pub(super) fn search_words(business: &Business) -> String {
    let b = business;
    let mut words = text::words(&b.name);
    let others = [&b.street, &b.city, &b.state, &b.postal_code, &b.category, &b.industry, &b.notes];
    for other in others.into_iter().flatten() {
        text::add_words(other, &mut words);
    }
    words.join(" ")
}

/// The sources as one text in which each stands between bars: `|openstreetmap|overture|`.
fn source_set(business: &Business) -> String {
    let mut sources: Vec<&str> = business.sources.iter().map(|one| one.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    format!("|{}|", sources.join("|"))
}

/// The pattern of LIKE, with `\` as its escape, that finds a source in a source set.
pub(super) fn source_pattern(source: &str) -> String {
    let escaped = source.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%|{escaped}|%")
}

/// Reads what [`columns`] selected.
pub(super) fn decode(row: &QueryResult) -> Result<Business, StoreError> {
    Ok(Business {
        id: BusinessId(row.column(0)?),
        version: row.count(1)?,
        name: row.column(2)?,
        category: row.column(3)?,
        industry: row.column(4)?,
        street: row.column(5)?,
        city: row.column(6)?,
        state: row.column(7)?,
        postal_code: row.column(8)?,
        country: row.column(9)?,
        latitude: row.column(10)?,
        longitude: row.column(11)?,
        phone: row.column(12)?,
        phone_display: row.column(13)?,
        email: row.column(14)?,
        website: row.column(15)?,
        socials: from_json_or_default(row.column(16)?)?,
        opening_hours: row.column(17)?,
        employee_count: narrow(row.column(18)?)?,
        year_founded: narrow(row.column(19)?)?,
        description: row.column(20)?,
        chain: row.column(21)?,
        operating_status: word(&row.column::<String>(22)?)?,
        confidence: row.column(23)?,
        sources: from_json_or_default(row.column(24)?)?,
        enrichment_status: word(&row.column::<String>(25)?)?,
        enrichment_error: row.column(26)?,
        tags: from_json_or_default(row.column(27)?)?,
        notes: row.column(28)?,
        contact_count: narrow(row.column(29)?)?.unwrap_or_default(),
        created_at: Timestamp::from_millis(row.column(30)?),
        updated_at: Timestamp::from_millis(row.column(31)?),
    })
}

/// Reads what [`columns`] selected, with what the matcher compares.
pub(super) fn decode_known(row: &QueryResult) -> Result<KnownBusiness, StoreError> {
    Ok(KnownBusiness { business: decode(row)?, name_key: row.column(32)?, domain: row.column(33)? })
}

fn optional(text: &Option<String>) -> Value {
    text.as_deref().into()
}

fn json_unless_default<T: Serialize + Default + PartialEq>(value: &T) -> Result<Value, StoreError> {
    let text = if *value == T::default() { None } else { Some(json(value)?) };
    Ok(text.into())
}

fn from_json_or_default<T: DeserializeOwned + Default>(text: Option<String>) -> Result<T, StoreError> {
    text.map_or_else(|| Ok(T::default()), |text| from_json(&text))
}

fn narrow<T: TryFrom<i64>>(number: Option<i64>) -> Result<Option<T>, StoreError> {
    let narrowed = number.map(T::try_from).transpose();
    narrowed.map_err(|_| StoreError::Unreadable(format!("a number out of range, {number:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewBusiness;

    #[test]
    fn every_column_has_a_value() {
        let new = NewBusiness::named("Café", "cafe");
        let values = encode(&new.business, &new.name_key, None).unwrap();
        assert_eq!(values.len(), all_columns().count());
    }

    #[test]
    fn a_source_pattern_is_literal() {
        assert_eq!(source_pattern("a_b%"), r"%|a\_b\%|%");
    }
}
