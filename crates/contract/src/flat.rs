//! Queries that are the filters of a list and something of their own beside them: in a URL they stand side by side.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serializer};

use crate::BusinessQuery;

/// Parameters of a list that say which part of it is shown, and not what is in it.
const NOT_FILTERS: [&str; 4] = ["page", "limit", "cursor", "sort"];

/// A query, taken apart.
pub(crate) struct Flat {
    /// What stands beside the filters, as it was written; each at most once.
    pub(crate) own: Vec<(String, String)>,
    pub(crate) filters: BusinessQuery,
}

impl Flat {
    /// The value of that name, read; none where it was not given.
    pub(crate) fn take<T: std::str::FromStr, E: Error>(&self, name: &'static str) -> Result<Option<T>, E>
    where
        T::Err: fmt::Display,
    {
        let given = self.own.iter().find(|(own, _)| own == name);
        given.map(|(_, text)| text.parse()).transpose().map_err(E::custom)
    }
}

/// Writes the filters behind what stands beside them; what is none is left out.
pub(crate) fn write<S: Serializer>(
    serializer: S,
    own: &[(&'static str, Option<String>)],
    filters: &BusinessQuery,
) -> Result<S::Ok, S::Error> {
    use serde::ser::Error;
    let filters = serde_json::to_value(filters).map_err(S::Error::custom)?;
    let mut map = serializer.serialize_map(None)?;
    for (name, value) in own {
        if let Some(value) = value {
            map.serialize_entry(name, value)?;
        }
    }
    for (name, value) in filters.as_object().into_iter().flatten() {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Takes pairs apart: those named in `own`, and the filters. `refusal` says why order and paging are not taken.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    own: &'static [&'static str],
    refusal: &'static str,
) -> Result<Flat, D::Error> {
    deserializer.deserialize_map(Pairs { own, refusal })
}

struct Pairs {
    own: &'static [&'static str],
    refusal: &'static str,
}

impl<'de> Visitor<'de> for Pairs {
    type Value = Flat;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parameters of a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Flat, A::Error> {
        let (mut own, mut filters) = (Vec::<(String, String)>::new(), Vec::<(String, String)>::new());
        while let Some((name, value)) = pairs.next_entry::<String, String>()? {
            match self.own.iter().copied().find(|known| *known == name) {
                Some(known) if own.iter().any(|(given, _)| *given == name) => {
                    return Err(A::Error::duplicate_field(known));
                }
                Some(_) => own.push((name, value)),
                None if NOT_FILTERS.contains(&name.as_str()) => return Err(A::Error::custom(self.refusal)),
                None => filters.push((name, value)),
            }
        }
        let text = serde_urlencoded::to_string(&filters).map_err(A::Error::custom)?;
        let filters = serde_urlencoded::from_str(&text).map_err(A::Error::custom)?;
        Ok(Flat { own, filters })
    }
}

/// The parameters of such a query: its own, then the filters.
#[cfg(feature = "openapi")]
pub(crate) fn parameters(
    own: impl IntoIterator<Item = utoipa::openapi::path::Parameter>,
) -> Vec<utoipa::openapi::path::Parameter> {
    let filters = <BusinessQuery as utoipa::IntoParams>::into_params(|| None).into_iter();
    let taken = filters.filter(|parameter| !NOT_FILTERS.contains(&parameter.name.as_str()));
    own.into_iter().chain(taken).collect()
}

/// One of its own parameters.
#[cfg(feature = "openapi")]
pub(crate) fn parameter(
    name: &str,
    required: utoipa::openapi::Required,
    description: &str,
    schema: impl Into<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
) -> utoipa::openapi::path::Parameter {
    use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
