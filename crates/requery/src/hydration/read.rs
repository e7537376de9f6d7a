//! Dehydrated state from JSON, field by field: readers that are derived for each type are several times as large, and a
//! page pays for them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{DehydratedMutation, DehydratedPending, DehydratedQuery, DehydratedState};
use crate::Timestamp;

/// Why a value is not what was to be read.
type Reason = String;

macro_rules! read_by {
    ($($type:ty: $read:path),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $read(Value::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    )*};
}

read_by!(
    DehydratedState: state,
    DehydratedQuery: query,
    DehydratedPending: pending,
    DehydratedMutation: mutation
);

pub(super) fn state(state: Value) -> Result<DehydratedState, Reason> {
    let mut fields = Fields::of(state)?;
    Ok(DehydratedState {
        queries: fields.list("queries", query)?,
        pending: fields.list("pending", pending)?,
        mutations: fields.list("mutations", mutation)?,
    })
}

fn query(query: Value) -> Result<DehydratedQuery, Reason> {
    let mut fields = Fields::of(query)?;
    Ok(DehydratedQuery {
        query_key: fields.required("queryKey")?,
        data: fields.required("data")?,
        data_updated_at: fields.time("dataUpdatedAt")?,
        is_invalidated: fields.optional("isInvalidated").map_or(Ok(false), |value| flag(&value))?,
        meta: fields.optional("meta"),
    })
}

fn pending(pending: Value) -> Result<DehydratedPending, Reason> {
    let mut fields = Fields::of(pending)?;
    Ok(DehydratedPending {
        query_key: fields.required("queryKey")?,
        dehydrated_at: fields.time("dehydratedAt")?,
        meta: fields.optional("meta"),
    })
}

fn mutation(mutation: Value) -> Result<DehydratedMutation, Reason> {
    let mut fields = Fields::of(mutation)?;
    let failures = fields.optional("failureCount").map_or(Ok(0), |count| number(&count))?;
    Ok(DehydratedMutation {
        mutation_key: fields.required("mutationKey")?,
        variables: fields.required("variables")?,
        submitted_at: fields.time("submittedAt")?,
        idempotency_key: text(fields.required("idempotencyKey")?)?,
        failure_count: u32::try_from(failures).map_err(|_| "too many failures".to_owned())?,
        scope: fields.optional("scope").map(text).transpose()?,
        meta: fields.optional("meta"),
    })
}

struct Fields(serde_json::Map<String, Value>);

impl Fields {
    fn of(value: Value) -> Result<Self, Reason> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(expected("an object")),
        }
    }

    fn required(&mut self, name: &str) -> Result<Value, Reason> {
        let value = self.0.get_mut(name).map(Value::take);
        value.ok_or_else(|| ["missing field `", name, "`"].concat())
    }

    fn optional(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }

    /// Nothing is an empty list.
    fn list<T>(&mut self, name: &str, read: fn(Value) -> Result<T, Reason>) -> Result<Vec<T>, Reason> {
        let items = match self.optional(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(expected("an array")),
        };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(read(item)?);
        }
        Ok(list)
    }

    fn time(&mut self, name: &str) -> Result<Timestamp, Reason> {
        self.required(name).and_then(|value| number(&value)).map(Timestamp::from_millis)
    }
}

fn text(value: Value) -> Result<String, Reason> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(expected("a string")),
    }
}

fn flag(value: &Value) -> Result<bool, Reason> {
    value.as_bool().ok_or_else(|| expected("a boolean"))
}

fn number(value: &Value) -> Result<u64, Reason> {
    value.as_u64().ok_or_else(|| expected("a whole number"))
}

fn expected(what: &str) -> Reason {
    ["expected ", what].concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let written = DehydratedState {
            queries: vec![DehydratedQuery {
                query_key: json!(["a", 1]),
                data: json!(null),
                data_updated_at: Timestamp::from_millis(5),
                is_invalidated: true,
                meta: Some(json!({"by": "x"})),
            }],
            pending: vec![DehydratedPending {
                query_key: json!(["b"]),
                dehydrated_at: Timestamp::from_millis(6),
                meta: None,
            }],
            mutations: vec![DehydratedMutation {
                mutation_key: json!(["c"]),
                variables: json!([1]),
                submitted_at: Timestamp::from_millis(7),
                idempotency_key: "k".into(),
                failure_count: 2,
                scope: Some("s".into()),
                meta: None,
            }],
        };
        let json = serde_json::to_value(&written).unwrap();
        let read: DehydratedState = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), json);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (json, reason) in [
            ("[]", "an object"),
            (r#"{"queries":{}}"#, "an array"),
            (r#"{"queries":[{"data":1,"dataUpdatedAt":1}]}"#, "`queryKey`"),
            (r#"{"queries":[{"queryKey":[],"data":1,"dataUpdatedAt":"x"}]}"#, "a whole number"),
            (r#"{"pending":[{"queryKey":[]}]}"#, "`dehydratedAt`"),
            (r#"{"queries":[{"queryKey":[],"data":1,"dataUpdatedAt":1,"isInvalidated":1}]}"#, "a boolean"),
            ("{", "EOF"),
        ] {
            let error = DehydratedState::from_json(json).unwrap_err().to_string();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
