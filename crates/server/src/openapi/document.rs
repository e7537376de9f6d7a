//! The OpenAPI 3.1 document, made from the contract's endpoints alone.

use std::any::TypeId;

use contract::auth::{
    ApiToken, ApiTokenCreated, LoginRequest, Me, NewApiToken, NewUser, PasswordChange, Session, SetupRequest,
    User, UserChange,
};
use contract::bulk::{BulkAnswer, BulkRequest};
use contract::duplicates::{ApartRequest, DuplicatePair, LikelyDuplicate, MergePreview, MergedBusiness};
use contract::edit::{
    BusinessContacts, BusinessDraft, BusinessPatch, ContactPatch, ContactSaved, ContactsChanged,
    MergeRequest, UnmergeRequest,
};
use contract::endpoint::{Cost, Schemas};
use contract::endpoints::{EnrichBusiness, Visitor, visit};
use contract::enrichment::{
    BatchAccepted, BatchEnrichmentRequest, EnrichmentBatch, EnrichmentLogEntry, ProviderInfo,
};
use contract::event::EventPage;
use contract::import::{FileUpload, ImportPreview};
use contract::job::RetriedJobs;
use contract::map::BusinessMap;
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo};
use contract::problem::PROBLEM_JSON;
use contract::stats::Facets;
use contract::views::{NewView, SavedView, ViewChange};
use contract::{
    Business, BusinessDetail, BusinessId, ContactId, Endpoint, Job, JobAccepted, JobId, Method, Page,
    Problem, Role, ScrapeRequest, Stats,
};
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayItems, ObjectBuilder, Schema, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::config::RateLimits;
use crate::extract::precondition::is_guarded;
use crate::idempotency::LONGEST_KEY;
use crate::problem::KINDS;

/// The document that describes every endpoint of the contract.
#[must_use]
pub fn openapi_document() -> OpenApi {
    let mut operations = Operations { paths: Paths::default(), named: named_types() };
    visit(&mut operations);
    let info = InfoBuilder::new()
        .title("Le Tip Lead System")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(operations.paths)
        .components(Some(ComponentsBuilder::new().schemas_from_iter(operations.named).build()))
        .tags(Some(TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build())))
        .build()
}

const ABOUT: &str = "Finds businesses, stores them as leads and enriches them. JSON in camelCase, times in RFC 3339 \
    UTC, errors as RFC 9457 problems. A GET answers 304 to a known `If-None-Match`; a POST may carry \
    `Idempotency-Key`; a change of a lead names the version that was seen in `If-Match`; every answer carries `x-request-id`. \
    Calls are counted for each person, for a person's tokens together, and by network for whoever has not signed in; whoever \
    calls too often is answered 429 with `Retry-After`. The limits named here are those of a server that was not told others.";

const TAGS: [(&str, &str); 9] = [
    ("businesses", "Leads: list, figures, detail, change."),
    ("contacts", "The people of a lead."),
    ("scraper", "Looking for places."),
    ("enrichment", "Contacts and profiles from a business's own website."),
    ("jobs", "Long work: how it goes, cancel, retry."),
    ("events", "The event log over plain HTTP."),
    ("auth", "Signing in, sessions, API tokens."),
    ("views", "Lists of leads that a person has given a name."),
    ("users", "Accounts, for admins."),
];

type Named = Vec<(String, RefOr<Schema>)>;

/// The types that answers, bodies and lists are made of, by name; what they refer to is added with them.
fn named_types() -> Named {
    let mut named = Named::new();
    macro_rules! add {
        ($($name:literal: $type:ty),+ $(,)?) => {$(
            <$type as ToSchema>::schemas(&mut named);
            named.push(($name.to_owned(), <$type as PartialSchema>::schema()));
        )+};
    }
    add!(
        "ApartRequest": ApartRequest,
        "ApiToken": ApiToken,
        "ApiTokenCreated": ApiTokenCreated,
        "BatchAccepted": BatchAccepted,
        "BatchEnrichmentRequest": BatchEnrichmentRequest,
        "BulkAnswer": BulkAnswer,
        "BulkRequest": BulkRequest,
        "Business": Business,
        "BusinessContacts": BusinessContacts,
        "BusinessDetail": BusinessDetail,
        "BusinessDraft": BusinessDraft,
        "BusinessMap": BusinessMap,
        "BusinessPage": Page<Business>,
        "BusinessPatch": BusinessPatch,
        "CategorySuggestion": CategorySuggestion,
        "ContactPatch": ContactPatch,
        "ContactSaved": ContactSaved,
        "ContactsChanged": ContactsChanged,
        "DuplicatePair": DuplicatePair,
        "DuplicatePairPage": Page<DuplicatePair>,
        "EnrichmentBatch": EnrichmentBatch,
        "EnrichmentLogEntry": EnrichmentLogEntry,
        "EnrichmentLogPage": Page<EnrichmentLogEntry>,
        "EventPage": EventPage,
        "Facets": Facets,
        "ImportPreview": ImportPreview,
        "Job": Job,
        "JobAccepted": JobAccepted,
        "JobPage": Page<Job>,
        "LikelyDuplicate": LikelyDuplicate,
        "LocationSuggestion": LocationSuggestion,
        "LoginRequest": LoginRequest,
        "Me": Me,
        "MergePreview": MergePreview,
        "MergeRequest": MergeRequest,
        "MergedBusiness": MergedBusiness,
        "NewApiToken": NewApiToken,
        "NewUser": NewUser,
        "NewView": NewView,
        "PasswordChange": PasswordChange,
        "Problem": Problem,
        "ProviderInfo": ProviderInfo,
        "RetriedJobs": RetriedJobs,
        "SavedView": SavedView,
        "ScrapeRequest": ScrapeRequest,
        "Session": Session,
        "SetupRequest": SetupRequest,
        "SourceInfo": SourceInfo,
        "Stats": Stats,
        "UnmergeRequest": UnmergeRequest,
        "User": User,
        "UserChange": UserChange,
        "ViewChange": ViewChange,
    );
    named
}

/// A named type by its name, a list by the name of its items, any other schema as it is.
fn by_name(schema: RefOr<Schema>, named: &Named) -> RefOr<Schema> {
    if let Some((name, _)) = named.iter().find(|(_, known)| *known == schema) {
        return Ref::from_schema_name(name).into();
    }
    match schema {
        RefOr::T(Schema::Array(mut list)) => {
            if let ArrayItems::RefOrSchema(item) = list.items {
                list.items = ArrayItems::RefOrSchema(Box::new(by_name(*item, named)));
            }
            RefOr::T(Schema::Array(list))
        }
        other => other,
    }
}

struct Operations {
    paths: Paths,
    named: Named,
}

impl Visitor for Operations {
    fn endpoint<E: Endpoint>(&mut self) {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(operation_id(E::NAME)))
            .summary(Some(E::SUMMARY.trim()))
            .description(Some(format!("{} {}", needed(E::ROLE), counted(E::COST))))
            .tag(E::TAG)
            .parameters(Some(parameters::<E>()))
            .request_body(request_body::<E>(&mut self.named))
            .response(E::SUCCESS.to_string(), success::<E>(&mut self.named));
        <E::Query as Schemas>::schema(&mut self.named);
        for status in failures::<E>() {
            operation = operation.response(status.to_string(), failure(status));
        }
        self.paths.add_path_operation(E::PATH, vec![http_method(E::METHOD)], operation.build());
    }
}

/// Who may call an endpoint, in words.
fn needed(role: Option<Role>) -> String {
    role.map_or_else(|| "For anyone.".to_owned(), |role| format!("Needs the role {role}."))
}

/// How often one caller may make a call, in words.
fn counted(cost: Cost) -> String {
    let limits = RateLimits::default();
    let (kind, limit) = match cost {
        Cost::Read => ("a read", limits.reads),
        Cost::Write => ("a change", limits.writes),
        Cost::Heavy => ("heavy", limits.heavy),
    };
    limit.map_or_else(String::new, |limit| format!("Counted as {kind}: {limit} a minute for each caller."))
}

/// `ListBusinesses` as `listBusinesses`.
fn operation_id(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

fn http_method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

fn parameters<E: Endpoint>() -> Vec<Parameter> {
    let mut parameters = Vec::new();
    parameters.extend(path_parameters::<E>());
    parameters.extend(<E::Query as Schemas>::parameters());
    match E::METHOD {
        Method::Get => {
            let text = ObjectBuilder::new().schema_type(Type::String);
            parameters.push(header("If-None-Match", "Entity tags that the client has.", text));
        }
        Method::Post | Method::Patch | Method::Delete => {
            let about = match E::KEEPS_ANSWER {
                true => "Makes repeated requests one, for 24 hours.",
                false => {
                    "Read, and not heeded: the answer is of one moment, or holds a secret, and is not kept."
                }
            };
            let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
            let key = key.max_length(Some(LONGEST_KEY)).pattern(Some("^[!-~]+$"));
            parameters.push(header("Idempotency-Key", about, key));
        }
    }
    if is_guarded::<E>() {
        let version = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^\"[0-9]+\"$"));
        let seen = header("If-Match", "The version that was seen, in quotes: `\"3\"`.", version);
        parameters.push(ParameterBuilder::from(seen).required(Required::True).build());
    }
    parameters
}

/// The arguments in the path's braces.
fn path_parameters<E: Endpoint>() -> impl Iterator<Item = Parameter> {
    let names = E::PATH.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(path_schema::<E>(name)))
            .build()
    })
}

fn path_schema<E: Endpoint>(name: &str) -> RefOr<Schema> {
    let is_business = E::PATH.starts_with("/api/businesses/") || E::PATH == EnrichBusiness::PATH;
    match name {
        "contactId" => ContactId::schema(),
        "otherId" => BusinessId::schema(),
        "id" if is_business => BusinessId::schema(),
        _ => JobId::schema(),
    }
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn request_body<E: Endpoint>(named: &mut Named) -> Option<RequestBody> {
    let schema = <E::Body as Schemas>::schema(named)?;
    let schema = by_name(schema, named);
    let body = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(media_type::<E::Body>(), Content::new(Some(schema)));
    Some(body.build())
}

fn media_type<B: 'static>() -> &'static str {
    if TypeId::of::<B>() == TypeId::of::<FileUpload>() { "multipart/form-data" } else { "application/json" }
}

fn success<E: Endpoint>(named: &mut Named) -> Response {
    let mut response = ResponseBuilder::new().description(success_words(E::SUCCESS));
    if let Some(schema) = <E::Response as Schemas>::schema(named) {
        let schema = by_name(schema, named);
        response = response.content("application/json", Content::new(Some(schema)));
    }
    if E::METHOD == Method::Get {
        response = response.header("ETag", text_header("Names these bytes."));
    }
    match E::SUCCESS {
        201 => response = response.header("Location", text_header("Where what was made is asked for.")),
        202 => response = response.header("Location", text_header("Where the job is asked for.")),
        _ => {}
    }
    response.build()
}

fn success_words(status: u16) -> &'static str {
    match status {
        201 => "Made.",
        202 => "Taken; a job does it.",
        204 => "Done.",
        _ => "Found.",
    }
}

fn text_header(description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
    header.description = Some(description.to_owned());
    header
}

/// What every endpoint may answer, and what this one adds. Also where nobody needs to be signed in, a token that has ended
/// is told so; and where no body is taken, one that is no empty object.
fn failures<E: Endpoint>() -> Vec<u16> {
    let not_modified = (E::METHOD == Method::Get).then_some(304);
    let mut all: Vec<u16> =
        E::FAILURES.iter().copied().chain([400, 401, 403, 429, 500, 503]).chain(not_modified).collect();
    if E::METHOD != Method::Get {
        all.extend([413, 415, 422]);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn failure(status: u16) -> Response {
    if status == 304 {
        return Response::new("The client has the current answer.");
    }
    let titles: Vec<&str> =
        KINDS.iter().filter(|kind| kind.status.as_u16() == status).map(|kind| kind.title).collect();
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response =
        ResponseBuilder::new().description(format!("{}.", titles.join(". "))).content(PROBLEM_JSON, content);
    if matches!(status, 429 | 503) {
        response = response.header("Retry-After", text_header("Seconds after which to try again."));
    }
    response.build()
}
