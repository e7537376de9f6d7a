//! What an endpoint is: method, path, types and role, declared once.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::business::word_enum;
use crate::json::{FromJson, Reading};
use crate::{BusinessId, ContactId, JobId, SessionId, SuppressionId, TokenId, UserId, ViewId};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes or starts.
    Post,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

word_enum! {
    /// What a person may do, from least to most.
    Role {
        /// Reads.
        Viewer = "viewer",
        /// Everything but users, keys and settings.
        Member = "member",
        /// Everything.
        Admin = "admin",
    }
}

/// What a call takes of the server, by which it is limited how often one caller may make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// It is answered from what is there.
    Read,
    /// It changes something, and is done before it is answered.
    Write,
    /// It starts long work, changes very much, or sends a whole file.
    Heavy,
}

/// The arguments in a path: `()` for none, else the ids that stand in braces, in their order.
pub trait PathParams: fmt::Debug + Clone + DeserializeOwned + Send + Sync + 'static {
    /// `template` with its braces filled.
    fn fill(&self, template: &str) -> String;
}

impl PathParams for () {
    fn fill(&self, template: &str) -> String {
        template.to_owned()
    }
}

macro_rules! one_id {
    ($($id:ty),+) => {$(
        impl PathParams for $id {
            fn fill(&self, template: &str) -> String {
                fill_one(template, &self.0.to_string())
            }
        }
    )+};
}

one_id!(BusinessId, JobId, SessionId, SuppressionId, TokenId, UserId, ViewId);

impl PathParams for (BusinessId, ContactId) {
    fn fill(&self, template: &str) -> String {
        fill_one(&fill_one(template, &self.0.to_string()), &self.1.to_string())
    }
}

impl PathParams for (BusinessId, BusinessId) {
    fn fill(&self, template: &str) -> String {
        fill_one(&fill_one(template, &self.0.to_string()), &self.1.to_string())
    }
}

fn fill_one(template: &str, value: &str) -> String {
    match (template.find('{'), template.find('}')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{value}{}", &template[..open], &template[close + 1..])
        }
        _ => template.to_owned(),
    }
}

/// One endpoint of the API. The server routes it, the client calls it, the OpenAPI document describes it.
///
/// ```
/// use contract::{BusinessId, Endpoint, endpoint::PathParams, endpoints::GetBusiness};
/// assert_eq!(BusinessId(5).fill(GetBusiness::PATH), "/api/businesses/5");
/// ```
pub trait Endpoint: fmt::Debug + Send + Sync + 'static {
    /// Stable name, the OpenAPI `operationId`.
    const NAME: &'static str;
    /// One line for people.
    const SUMMARY: &'static str;
    /// Group in the documentation.
    const TAG: &'static str;
    /// Method.
    const METHOD: Method;
    /// Path with arguments in braces.
    const PATH: &'static str;
    /// The least role that may call it; none where nobody has to be signed in.
    const ROLE: Option<Role>;
    /// What a call takes of the server.
    const COST: Cost;
    /// Whether its answer may be kept for a repeated request. One that holds a secret, or opens a session, is not.
    const KEEPS_ANSWER: bool;
    /// Status of a success.
    const SUCCESS: u16;
    /// Statuses of its failures beyond 400 and 500, which every endpoint has.
    const FAILURES: &'static [u16];
    /// Arguments in the path.
    type Path: PathParams;
    /// Arguments after the question mark; [`NoQuery`] for none.
    type Query: Schemas + Serialize + DeserializeOwned + Default + Send + Sync + 'static;
    /// Body of the request; [`NoBody`] for none.
    type Body: Schemas + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Body of the success.
    type Response: Schemas + Serialize + DeserializeOwned + FromJson + Send + Sync + 'static;
}

/// No query parameters: any one given is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoQuery {}

/// No body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoBody {}

/// The answer of an endpoint that sends a file: bytes as they come, of the media type that the request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct File;

/// What the OpenAPI document needs to know of a type; nothing without the feature `openapi`.
pub trait Schemas {
    /// The type as query parameters.
    #[cfg(feature = "openapi")]
    #[must_use]
    fn parameters() -> Vec<utoipa::openapi::path::Parameter> {
        Vec::new()
    }

    /// The type's schema, or none where there is no body. Named schemas that it refers to are added to `named`.
    #[cfg(feature = "openapi")]
    fn schema(
        named: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>;
}

impl Schemas for NoQuery {
    #[cfg(feature = "openapi")]
    fn schema(
        _: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
        None
    }
}

impl FromJson for NoBody {
    fn from_json(_: &serde_json::Value, _: &mut Reading) -> Self {
        Self {}
    }
}

impl FromJson for File {
    fn from_json(_: &serde_json::Value, _: &mut Reading) -> Self {
        Self
    }
}

impl Schemas for File {
    #[cfg(feature = "openapi")]
    fn schema(
        _: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
        None
    }
}

impl Schemas for NoBody {
    #[cfg(feature = "openapi")]
    fn schema(
        _: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
        None
    }
}
