//! Every endpoint of the API, each declared once.

use crate::auth::{
    ApiToken, ApiTokenCreated, LoginRequest, Me, NewApiToken, NewUser, PasswordChange, Session, SetupRequest,
    User, UserChange,
};
use crate::endpoint::{Endpoint, Method, NoBody, NoQuery, Role, Schemas};
use crate::enrichment::{BatchAccepted, BatchEnrichmentRequest};
use crate::event::{EventPage, EventQuery};
use crate::job::{FailedJobQuery, JobQuery};
use crate::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use crate::stats::Facets;
use crate::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Job, JobAccepted, JobId, Page, ScrapeRequest,
    SessionId, Stats, TokenId, UserId,
};

/// Declares bodies and answers: their schemas come from `ToSchema`.
macro_rules! schemas {
    ($($type:ty),+ $(,)?) => {$(
        impl Schemas for $type {
            #[cfg(feature = "openapi")]
            fn schema(
                named: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
            ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
                <$type as utoipa::ToSchema>::schemas(named);
                Some(<$type as utoipa::PartialSchema>::schema())
            }
        }
    )+};
}

/// Declares query strings: their parameters come from `IntoParams`.
macro_rules! query_schemas {
    ($($type:ty),+ $(,)?) => {$(
        impl Schemas for $type {
            #[cfg(feature = "openapi")]
            fn parameters() -> Vec<utoipa::openapi::path::Parameter> {
                <$type as utoipa::IntoParams>::into_params(|| None)
            }

            #[cfg(feature = "openapi")]
            fn schema(
                named: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
            ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
                <$type as utoipa::ToSchema>::schemas(named);
                None
            }
        }
    )+};
}

schemas!(
    ApiTokenCreated,
    BatchAccepted,
    BatchEnrichmentRequest,
    BusinessDetail,
    EventPage,
    Facets,
    Job,
    JobAccepted,
    LoginRequest,
    Me,
    NewApiToken,
    NewUser,
    Page<Business>,
    Page<Job>,
    PasswordChange,
    ScrapeRequest,
    SetupRequest,
    Stats,
    User,
    UserChange,
    Vec<ApiToken>,
    Vec<CategorySuggestion>,
    Vec<Job>,
    Vec<LocationSuggestion>,
    Vec<Session>,
    Vec<SourceInfo>,
    Vec<User>,
);
query_schemas!(BusinessQuery, EventQuery, FailedJobQuery, JobQuery, SuggestQuery);

/// Who may call an endpoint.
macro_rules! role {
    (Anyone) => {
        None
    };
    ($role:ident) => {
        Some(Role::$role)
    };
}

/// Whether the answer of an endpoint may be kept.
macro_rules! keeps_answer {
    () => {
        true
    };
    (secret) => {
        false
    };
}

/// Declares endpoints, and [`visit`] over all of them.
macro_rules! endpoints {
    ($(
        $(#[doc = $summary:literal])+
        $name:ident = $method:ident $path:literal in $tag:literal for $role:ident $($secret:ident)? {
            path: $args:ty, query: $query:ty, body: $body:ty, $success:literal => $response:ty,
            failures: [$($failure:literal),*]
        }
    )+) => {
        $(
            $(#[doc = $summary])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Endpoint for $name {
                const NAME: &'static str = stringify!($name);
                const SUMMARY: &'static str = concat!($($summary),+);
                const TAG: &'static str = $tag;
                const METHOD: Method = Method::$method;
                const PATH: &'static str = $path;
                const ROLE: Option<Role> = role!($role);
                const KEEPS_ANSWER: bool = keeps_answer!($($secret)?);
                const SUCCESS: u16 = $success;
                const FAILURES: &'static [u16] = &[$($failure),*];
                type Path = $args;
                type Query = $query;
                type Body = $body;
                type Response = $response;
            }
        )+

        /// Shows every endpoint to `visitor`, in declared order.
        pub fn visit(visitor: &mut impl Visitor) {
            $(visitor.endpoint::<$name>();)+
        }
    };
}

/// Sees every endpoint once, with its types.
pub trait Visitor {
    /// Called for each endpoint.
    fn endpoint<E: Endpoint>(&mut self);
}

endpoints! {
    /// List businesses by filter, place and full text.
    ListBusinesses = Get "/api/businesses" in "businesses" for Viewer {
        path: (), query: BusinessQuery, body: NoBody, 200 => Page<Business>, failures: [422]
    }
    /// Figures over all businesses.
    GetStats = Get "/api/businesses/stats" in "businesses" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Stats, failures: []
    }
    /// How the businesses of a filter spread over its facets.
    GetFacets = Get "/api/businesses/facets" in "businesses" for Viewer {
        path: (), query: BusinessQuery, body: NoBody, 200 => Facets, failures: [422]
    }
    /// One business with its contacts.
    GetBusiness = Get "/api/businesses/{id}" in "businesses" for Viewer {
        path: BusinessId, query: NoQuery, body: NoBody, 200 => BusinessDetail, failures: [404]
    }
    /// Look for places around a location.
    StartScrape = Post "/api/scraper/scrape" in "scraper" for Member {
        path: (), query: NoQuery, body: ScrapeRequest, 202 => JobAccepted, failures: [413, 415, 422]
    }
    /// How a search goes, with live counts.
    GetScrapeStatus = Get "/api/scraper/status/{jobId}" in "scraper" for Viewer {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404]
    }
    /// The latest 20 searches, the newest first.
    ListScrapeJobs = Get "/api/scraper/jobs" in "scraper" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<Job>, failures: []
    }
    /// The sources of places with their state and licence.
    ListSources = Get "/api/scraper/sources" in "scraper" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<SourceInfo>, failures: []
    }
    /// Categories that answer what was typed.
    SuggestCategories = Get "/api/scraper/categories" in "scraper" for Viewer {
        path: (), query: SuggestQuery, body: NoBody, 200 => Vec<CategorySuggestion>, failures: [422]
    }
    /// Locations that answer what was typed, without a network.
    SuggestLocations = Get "/api/scraper/locations" in "scraper" for Viewer {
        path: (), query: SuggestQuery, body: NoBody, 200 => Vec<LocationSuggestion>, failures: [422]
    }
    /// Enrich one business.
    EnrichBusiness = Post "/api/enrichment/{id}" in "enrichment" for Member {
        path: BusinessId, query: NoQuery, body: NoBody, 202 => JobAccepted, failures: [404, 409]
    }
    /// Enrich many businesses.
    EnrichBatch = Post "/api/enrichment/batch" in "enrichment" for Member {
        path: (), query: NoQuery, body: BatchEnrichmentRequest, 202 => BatchAccepted, failures: [404, 413, 415, 422]
    }
    /// List jobs, the newest first.
    ListJobs = Get "/api/jobs" in "jobs" for Viewer {
        path: (), query: JobQuery, body: NoBody, 200 => Page<Job>, failures: [422]
    }
    /// List failed jobs, the newest first.
    ListFailedJobs = Get "/api/jobs/failed" in "jobs" for Viewer {
        path: (), query: FailedJobQuery, body: NoBody, 200 => Page<Job>, failures: [422]
    }
    /// One job.
    GetJob = Get "/api/jobs/{id}" in "jobs" for Viewer {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404]
    }
    /// Stop a job; 409 when it is finished already.
    CancelJob = Post "/api/jobs/{id}/cancel" in "jobs" for Member {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404, 409]
    }
    /// Put a failed or cancelled job back into the queue; 409 when it is neither.
    RetryJob = Post "/api/jobs/{id}/retry" in "jobs" for Member {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404, 409]
    }
    /// Past events, for catching up over plain HTTP.
    ListEvents = Get "/api/events" in "events" for Viewer {
        path: (), query: EventQuery, body: NoBody, 200 => EventPage, failures: [422]
    }
    /// Make the first account, with the link that the server prints; signs in.
    Setup = Post "/api/auth/setup" in "auth" for Anyone secret {
        path: (), query: NoQuery, body: SetupRequest, 200 => Me, failures: [403, 413, 415, 422, 429]
    }
    /// Sign in.
    Login = Post "/api/auth/login" in "auth" for Anyone secret {
        path: (), query: NoQuery, body: LoginRequest, 200 => Me, failures: [401, 413, 415, 422, 429]
    }
    /// Sign out: the session of this request ends.
    Logout = Post "/api/auth/logout" in "auth" for Anyone secret {
        path: (), query: NoQuery, body: NoBody, 204 => NoBody, failures: []
    }
    /// Who makes this request.
    GetMe = Get "/api/auth/me" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Me, failures: []
    }
    /// Change one's password; every other session ends.
    ChangePassword = Post "/api/auth/password" in "auth" for Viewer secret {
        path: (), query: NoQuery, body: PasswordChange, 204 => NoBody, failures: [409, 413, 415, 422, 429]
    }
    /// The sessions of the person, the latest used first.
    ListSessions = Get "/api/auth/sessions" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<Session>, failures: []
    }
    /// End a session.
    RevokeSession = Delete "/api/auth/sessions/{id}" in "auth" for Viewer {
        path: SessionId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
    }
    /// The API tokens of the person, the newest first.
    ListTokens = Get "/api/auth/tokens" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<ApiToken>, failures: []
    }
    /// Make an API token; its secret is shown this once.
    CreateToken = Post "/api/auth/tokens" in "auth" for Viewer secret {
        path: (), query: NoQuery, body: NewApiToken, 201 => ApiTokenCreated, failures: [403, 409, 413, 415, 422]
    }
    /// End an API token.
    RevokeToken = Delete "/api/auth/tokens/{id}" in "auth" for Viewer {
        path: TokenId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
    }
    /// Everybody who may sign in, by name.
    ListUsers = Get "/api/users" in "users" for Admin {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<User>, failures: []
    }
    /// Make an account.
    CreateUser = Post "/api/users" in "users" for Admin secret {
        path: (), query: NoQuery, body: NewUser, 201 => User, failures: [409, 413, 415, 422]
    }
    /// Change an account; 409 where it would leave no admin.
    UpdateUser = Patch "/api/users/{id}" in "users" for Admin {
        path: UserId, query: NoQuery, body: UserChange, 200 => User, failures: [404, 409, 413, 415, 422]
    }
    /// Remove an account with its sessions and tokens; 409 where it would leave no admin.
    DeleteUser = Delete "/api/users/{id}" in "users" for Admin {
        path: UserId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404, 409]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[derive(Default)]
    struct Seen(Vec<(&'static str, Method, &'static str)>);

    impl Visitor for Seen {
        fn endpoint<E: Endpoint>(&mut self) {
            self.0.push((E::NAME, E::METHOD, E::PATH));
        }
    }

    #[test]
    fn each_endpoint_has_its_own_name_and_route() {
        let mut seen = Seen::default();
        visit(&mut seen);
        let names: HashSet<_> = seen.0.iter().map(|(name, ..)| name).collect();
        let routes: HashSet<_> = seen.0.iter().map(|(_, method, path)| (method, path)).collect();
        assert_eq!((names.len(), routes.len()), (seen.0.len(), seen.0.len()));
    }

    #[test]
    fn paths_are_filled_with_their_argument() {
        use crate::endpoint::PathParams;
        assert_eq!(BusinessId(7).fill(GetBusiness::PATH), "/api/businesses/7");
        let job = JobId(uuid::Uuid::nil());
        assert_eq!(job.fill(CancelJob::PATH), "/api/jobs/00000000-0000-0000-0000-000000000000/cancel");
        assert_eq!(().fill(GetStats::PATH), "/api/businesses/stats");
    }
}
