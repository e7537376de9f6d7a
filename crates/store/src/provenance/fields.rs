//! The values of a business by the names of its fields in the contract.

use std::collections::BTreeMap;

use contract::{Business, OperatingStatus};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::StoreError;

/// Digests of the values that a business has, by field.
pub type Values = BTreeMap<&'static str, String>;

/// Fields that a source can fill. Whether it is a chain is nobody's word but our own, and labels and notes are people's.
const FIELDS: [&str; 20] = [
    "name",
    "category",
    "industry",
    "street",
    "city",
    "state",
    "postalCode",
    "country",
    "latitude",
    "longitude",
    "phone",
    "phoneDisplay",
    "email",
    "website",
    "openingHours",
    "employeeCount",
    "yearFounded",
    "description",
    "confidence",
    "operatingStatus",
];
const NETWORKS: [&str; 7] = [
    "socials.facebook",
    "socials.instagram",
    "socials.linkedin",
    "socials.x",
    "socials.youtube",
    "socials.tiktok",
    "socials.yelp",
];
/// Fields of which a business holds one in any case.
const ALWAYS: [&str; 2] = ["name", "operatingStatus"];

/// Digests of the values that a business has; that it is open is no value.
#[must_use]
pub fn values(business: &Business) -> Values {
    let Ok(Value::Object(json)) = serde_json::to_value(business) else { return Values::new() };
    let open = Value::from(OperatingStatus::Open.as_str());
    let present = |field: &&'static str| {
        get(&json, field).filter(|value| !value.is_null() && (*field != "operatingStatus" || **value != open))
    };
    let fields = FIELDS.iter().chain(&NETWORKS);
    fields.filter_map(|field| Some((*field, digest(present(field)?)))).collect()
}

/// Whether a business has a value beside those that every one has.
pub(super) fn has_any(business: &Business) -> bool {
    values(business).keys().any(|field| !ALWAYS.contains(field))
}

/// Takes the fields away for which `goes` says so of field and digest; answers which went. The name becomes `unnamed`.
pub(super) fn clear(
    business: &mut Business,
    unnamed: &str,
    goes: impl Fn(&str, &str) -> bool,
) -> Result<Vec<&'static str>, StoreError> {
    let gone: Vec<&'static str> = values(business)
        .into_iter()
        .filter(|(field, digest)| goes(field, digest))
        .map(|(field, _)| field)
        .collect();
    if gone.is_empty() {
        return Ok(gone);
    }
    let unreadable = |error: serde_json::Error| StoreError::Unreadable(error.to_string());
    let mut json = serde_json::to_value(&*business).map_err(unreadable)?;
    for field in &gone {
        let empty = match *field {
            "name" => Value::from(unnamed),
            "operatingStatus" => Value::from(OperatingStatus::Open.as_str()),
            _ => Value::Null,
        };
        let slot = match field.split_once('.') {
            Some((object, inner)) => json.get_mut(object).and_then(|object| object.get_mut(inner)),
            None => json.get_mut(field),
        };
        if let Some(slot) = slot {
            *slot = empty;
        }
    }
    // A point with half of its coordinates is none, and a number without its digits neither.
    *business = serde_json::from_value(json).map_err(unreadable)?;
    Ok(gone)
}

fn get<'j>(json: &'j Map<String, Value>, field: &str) -> Option<&'j Value> {
    match field.split_once('.') {
        Some((object, inner)) => json.get(object)?.get(inner),
        None => json.get(field),
    }
}

fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use contract::{BusinessId, Timestamp};

    use super::*;

    fn acme() -> Business {
        let mut business = Business::named(BusinessId(1), "Acme", Timestamp::default());
        business.phone = Some("+358111".to_owned());
        business.latitude = Some(60.17);
        business.socials.x = Some("https://x.com/acme".to_owned());
        business
    }

    #[test]
    fn every_field_is_one_of_a_business() {
        let json = serde_json::to_value(acme()).unwrap();
        for field in FIELDS.iter().chain(&NETWORKS) {
            assert!(get(json.as_object().unwrap(), field).is_some(), "{field}");
        }
    }

    #[test]
    fn what_goes_is_gone_and_the_rest_stays() {
        let mut business = acme();
        assert_eq!(
            values(&business).into_keys().collect::<Vec<_>>(),
            ["latitude", "name", "phone", "socials.x"]
        );
        let phone = values(&business)["phone"].clone();
        let gone =
            clear(&mut business, "Place 1", |field, digest| digest == phone || field != "phone").unwrap();
        assert_eq!(gone.len(), 4);
        assert_eq!((business.name.as_str(), &business.phone, &business.socials.x), ("Place 1", &None, &None));
        assert!(!has_any(&business) && has_any(&acme()));
        let mut other = acme();
        assert_eq!(clear(&mut other, "", |_, digest| digest == "x").unwrap(), [""; 0]);
        assert_eq!(other, acme());
    }
}
