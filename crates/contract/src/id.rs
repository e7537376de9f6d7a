//! Identifiers: positive integers for businesses and contacts, UUIDv7 for all others.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::json::{FromJson, Reading};

macro_rules! integer_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromJson for $name {
            fn from_json(json: &serde_json::Value, reading: &mut Reading) -> Self {
                Self(i64::from_json(json, reading))
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

integer_id! {
    /// Identifies a business. Positive once the server has stored it; a negative one is a client's temporary id.
    BusinessId
}

integer_id! {
    /// Identifies a contact of a business.
    ContactId
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{SchemaFormat, Type};
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::Custom("uuid".to_owned())))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromJson for $name {
            fn from_json(json: &serde_json::Value, reading: &mut Reading) -> Self {
                reading.text(json, Self(uuid::Uuid::nil()), |text| {
                    text.parse().map_err(|_| format!("'{text}' is no UUID"))
                })
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// Identifies a job: a UUIDv7, so that later jobs sort after earlier ones.
    JobId
}

uuid_id! {
    /// Identifies a person who may sign in: a UUIDv7.
    UserId
}

uuid_id! {
    /// Identifies a session: a UUIDv7. It is not what a browser proves itself with.
    SessionId
}

uuid_id! {
    /// Identifies a saved view of the list of leads: a UUIDv7.
    ViewId
}

uuid_id! {
    /// Identifies an API token: a UUIDv7. It is not the token's secret.
    TokenId
}

uuid_id! {
    /// Identifies an entry of the suppression list: a UUIDv7.
    SuppressionId
}
