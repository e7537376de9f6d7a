//! Every endpoint of the API, each declared once.

use crate::auth::{
    ApiToken, ApiTokenCreated, LoginRequest, Me, NewApiToken, NewUser, PasswordChange, Session, SetupRequest,
    User, UserChange,
};
use crate::bulk::{BulkAnswer, BulkRequest};
use crate::columns::{Appearance, AppearanceChange};
use crate::duplicates::{
    ApartRequest, DuplicatePair, LikelyDuplicate, MergePreview, MergedBusiness, PairQuery,
};
use crate::edit::{
    BusinessContacts, BusinessDraft, BusinessPatch, ContactPatch, ContactSaved, ContactsChanged,
    MergeRequest, UnmergeRequest,
};
use crate::endpoint::{Cost, Endpoint, File, Method, NoBody, NoQuery, Role, Schemas};
use crate::enrichment::{
    BatchAccepted, BatchEnrichmentRequest, EnrichmentBatch, EnrichmentLogEntry, EnrichmentQueue,
    HistoryQuery, ProviderInfo, Spending,
};
use crate::event::{EventPage, EventQuery};
use crate::export::ExportQuery;
use crate::import::{FileUpload, ImportPreview};
use crate::job::{FailedJobQuery, JobQuery, RetriedJobs, RetryQuery};
use crate::map::{BusinessMap, MapQuery};
use crate::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use crate::stats::Facets;
use crate::suppression::{NewSuppression, Suppression, SuppressionAdded, SuppressionQuery};
use crate::views::{NewView, SavedView, ViewChange};
use crate::{
    Business, BusinessDetail, BusinessId, BusinessQuery, ContactId, Job, JobAccepted, JobId, Page,
    ScrapeRequest, SessionId, Stats, SuppressionId, TokenId, UserId, ViewId,
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
    ApartRequest,
    ApiTokenCreated,
    Appearance,
    AppearanceChange,
    BatchAccepted,
    BatchEnrichmentRequest,
    BulkAnswer,
    BulkRequest,
    Business,
    BusinessContacts,
    BusinessDetail,
    BusinessDraft,
    BusinessMap,
    BusinessPatch,
    ContactPatch,
    ContactSaved,
    ContactsChanged,
    EnrichmentBatch,
    EnrichmentQueue,
    EventPage,
    Facets,
    ImportPreview,
    Job,
    JobAccepted,
    LoginRequest,
    Me,
    MergePreview,
    MergeRequest,
    NewApiToken,
    NewSuppression,
    NewUser,
    NewView,
    Page<Business>,
    Page<DuplicatePair>,
    Page<EnrichmentLogEntry>,
    Page<Job>,
    Page<Suppression>,
    PasswordChange,
    RetriedJobs,
    SavedView,
    ScrapeRequest,
    SetupRequest,
    Spending,
    Stats,
    SuppressionAdded,
    UnmergeRequest,
    User,
    UserChange,
    Vec<ApiToken>,
    Vec<CategorySuggestion>,
    Vec<Job>,
    Vec<LikelyDuplicate>,
    Vec<LocationSuggestion>,
    Vec<MergedBusiness>,
    Vec<ProviderInfo>,
    Vec<SavedView>,
    Vec<Session>,
    Vec<SourceInfo>,
    Vec<User>,
    ViewChange,
);
query_schemas!(
    BusinessQuery,
    EventQuery,
    ExportQuery,
    FailedJobQuery,
    HistoryQuery,
    JobQuery,
    MapQuery,
    PairQuery,
    RetryQuery,
    SuggestQuery,
    SuppressionQuery,
);

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
    (heavy) => {
        true
    };
}

/// What a call of an endpoint takes of the server.
macro_rules! cost {
    ($method:ident heavy) => {
        Cost::Heavy
    };
    (Get $($mark:ident)?) => {
        Cost::Read
    };
    ($method:ident $($mark:ident)?) => {
        Cost::Write
    };
}

/// Declares endpoints, and [`visit`] over all of them.
macro_rules! endpoints {
    ($(
        $(#[doc = $summary:literal])+
        $name:ident = $method:ident $path:literal in $tag:literal for $role:ident $($mark:ident)? {
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
                const COST: Cost = cost!($method $($mark)?);
                const KEEPS_ANSWER: bool = keeps_answer!($($mark)?);
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
    /// Where the businesses of a filter are, those close together as one spot.
    GetBusinessMap = Get "/api/businesses/map" in "businesses" for Viewer {
        path: (), query: MapQuery, body: NoBody, 200 => BusinessMap, failures: [422]
    }
    /// One business with its contacts.
    GetBusiness = Get "/api/businesses/{id}" in "businesses" for Viewer {
        path: BusinessId, query: NoQuery, body: NoBody, 200 => BusinessDetail, failures: [404]
    }
    /// Add a business by hand.
    CreateBusiness = Post "/api/businesses" in "businesses" for Member {
        path: (), query: NoQuery, body: BusinessDraft, 201 => Business, failures: [413, 415, 422]
    }
    /// Change fields of a business: what is absent stays, null clears. What a person set is not overwritten later.
    UpdateBusiness = Patch "/api/businesses/{id}" in "businesses" for Member {
        path: BusinessId, query: NoQuery, body: BusinessPatch, 200 => Business, failures: [404, 412, 413, 415, 422]
    }
    /// Delete a business with its contacts and history.
    DeleteBusiness = Delete "/api/businesses/{id}" in "businesses" for Member {
        path: BusinessId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404, 412]
    }
    /// The contacts of a business, the primary one first.
    ListContacts = Get "/api/businesses/{id}/contacts" in "contacts" for Viewer {
        path: BusinessId, query: NoQuery, body: NoBody, 200 => BusinessContacts, failures: [404]
    }
    /// Add a contact by hand.
    AddContact = Post "/api/businesses/{id}/contacts" in "contacts" for Member {
        path: BusinessId, query: NoQuery, body: ContactPatch, 201 => ContactSaved, failures: [404, 413, 415, 422]
    }
    /// Change fields of a contact; If-Match names the business's version.
    UpdateContact = Patch "/api/businesses/{id}/contacts/{contactId}" in "contacts" for Member {
        path: (BusinessId, ContactId), query: NoQuery, body: ContactPatch, 200 => ContactSaved,
        failures: [404, 412, 413, 415, 422]
    }
    /// Delete a contact, so that it is not found again; If-Match names the business's version.
    DeleteContact = Delete "/api/businesses/{id}/contacts/{contactId}" in "contacts" for Member {
        path: (BusinessId, ContactId), query: NoQuery, body: NoBody, 200 => ContactsChanged, failures: [404, 412]
    }
    /// What enrichment did for a business, the newest first, each value with its evidence.
    ListEnrichmentHistory = Get "/api/businesses/{id}/enrichment-history" in "enrichment" for Viewer {
        path: BusinessId, query: HistoryQuery, body: NoBody, 200 => Page<EnrichmentLogEntry>, failures: [404, 422]
    }
    /// Do one thing to many businesses: at once up to 500 of them, else, and to enrich them, by a job (202).
    BulkBusinesses = Post "/api/businesses/bulk" in "businesses" for Member heavy {
        path: (), query: NoQuery, body: BulkRequest, 200 => BulkAnswer, failures: [404, 413, 415, 422]
    }
    /// The businesses of a filter with their contacts as a file, in the order of their list, with the attribution of their sources.
    ExportBusinesses = Get "/api/businesses/export" in "businesses" for Viewer heavy {
        path: (), query: ExportQuery, body: NoBody, 200 => File, failures: [422]
    }
    /// The businesses that may be the same as this one, the likeliest first, at most 20.
    ListDuplicates = Get "/api/businesses/{id}/duplicates" in "businesses" for Viewer {
        path: BusinessId, query: NoQuery, body: NoBody, 200 => Vec<LikelyDuplicate>, failures: [404]
    }
    /// What was merged into a business and can be undone, the last first.
    ListMerges = Get "/api/businesses/{id}/merges" in "businesses" for Viewer {
        path: BusinessId, query: NoQuery, body: NoBody, 200 => Vec<MergedBusiness>, failures: [404]
    }
    /// What a merge of the other business into the first would leave. Nothing is written.
    PreviewMerge = Get "/api/businesses/{id}/merge/{otherId}" in "businesses" for Viewer {
        path: (BusinessId, BusinessId), query: NoQuery, body: NoBody, 200 => MergePreview, failures: [404, 422]
    }
    /// Merge another business into this one; the other is then gone, and nothing that either says is lost.
    MergeBusiness = Post "/api/businesses/{id}/merge" in "businesses" for Member {
        path: BusinessId, query: NoQuery, body: MergeRequest, 200 => Business, failures: [404, 409, 413, 415, 422]
    }
    /// Undo a merge: the business that was merged away is back, under its own id. What a search or an import merged becomes a
    /// business of its own, and the two are said to be two.
    UnmergeBusiness = Post "/api/businesses/{id}/unmerge" in "businesses" for Member {
        path: BusinessId, query: NoQuery, body: UnmergeRequest, 200 => Business, failures: [404, 409, 413, 415, 422]
    }
    /// The pairs of businesses that searches and imports found to be perhaps one, the likeliest first, at most 10,000; or
    /// those that people said are two. Pairs of which one is gone are left out.
    ListPairs = Get "/api/businesses/pairs" in "businesses" for Viewer {
        path: (), query: PairQuery, body: NoBody, 200 => Page<DuplicatePair>, failures: [422]
    }
    /// Say that another business is not this one: the two are not told as perhaps one again.
    KeepApart = Post "/api/businesses/{id}/apart" in "businesses" for Member {
        path: BusinessId, query: NoQuery, body: ApartRequest, 204 => NoBody, failures: [404, 413, 415, 422]
    }
    /// Take back that the two are not one: if they were found to be perhaps one, they wait for somebody to decide again.
    ForgetApart = Delete "/api/businesses/{id}/apart/{otherId}" in "businesses" for Member {
        path: (BusinessId, BusinessId), query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
    }
    /// What an import of a file would do: columns, sample, duplicates. Nothing is written.
    PreviewImport = Post "/api/businesses/import/preview" in "businesses" for Member heavy {
        path: (), query: NoQuery, body: FileUpload, 200 => ImportPreview, failures: [413, 415, 422]
    }
    /// Import a file of places.
    ImportBusinesses = Post "/api/businesses/import" in "businesses" for Member heavy {
        path: (), query: NoQuery, body: FileUpload, 202 => JobAccepted, failures: [413, 415, 422]
    }
    /// Look for places around a location.
    StartScrape = Post "/api/scraper/scrape" in "scraper" for Member heavy {
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
    EnrichBusiness = Post "/api/enrichment/{id}" in "enrichment" for Member heavy {
        path: BusinessId, query: NoQuery, body: NoBody, 202 => JobAccepted, failures: [404, 409]
    }
    /// Enrich many businesses.
    EnrichBatch = Post "/api/enrichment/batch" in "enrichment" for Member heavy {
        path: (), query: NoQuery, body: BatchEnrichmentRequest, 202 => BatchAccepted,
        failures: [404, 409, 413, 415, 422]
    }
    /// A batch with where each of its businesses stands.
    GetEnrichmentBatch = Get "/api/enrichment/batch/{jobId}" in "enrichment" for Viewer {
        path: JobId, query: NoQuery, body: NoBody, 200 => EnrichmentBatch, failures: [404]
    }
    /// How many businesses wait to be enriched, and why others failed to be.
    GetEnrichmentQueue = Get "/api/enrichment/queue" in "enrichment" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => EnrichmentQueue, failures: []
    }
    /// What paid services cost this month.
    GetSpending = Get "/api/enrichment/spending" in "enrichment" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Spending, failures: []
    }
    /// What can enrich, with its cost and quota.
    ListProviders = Get "/api/enrichment/providers" in "enrichment" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<ProviderInfo>, failures: []
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
    /// The records that a job could not use, as CSV with line and reason.
    GetRejectedRecords = Get "/api/jobs/{id}/rejected" in "jobs" for Viewer {
        path: JobId, query: NoQuery, body: NoBody, 200 => File, failures: [404]
    }
    /// Stop a job; 409 when it is finished already.
    CancelJob = Post "/api/jobs/{id}/cancel" in "jobs" for Member {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404, 409]
    }
    /// Put a failed or cancelled job back into the queue; 409 when it is neither.
    RetryJob = Post "/api/jobs/{id}/retry" in "jobs" for Member heavy {
        path: JobId, query: NoQuery, body: NoBody, 200 => Job, failures: [404, 409]
    }
    /// Put failed jobs back into the queue, all or those of one kind or cause, at most 1,000 at once; of batches, the members
    /// that failed.
    RetryFailedJobs = Post "/api/jobs/retry-failed" in "jobs" for Member heavy {
        path: (), query: RetryQuery, body: NoBody, 200 => RetriedJobs, failures: []
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
    /// Change one's password; every other session ends. A token needs the role admin for it.
    ChangePassword = Post "/api/auth/password" in "auth" for Viewer secret {
        path: (), query: NoQuery, body: PasswordChange, 204 => NoBody, failures: [409, 413, 415, 422, 429]
    }
    /// The sessions of the person, the latest used first.
    ListSessions = Get "/api/auth/sessions" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<Session>, failures: []
    }
    /// End a session. A token needs the role admin for it.
    RevokeSession = Delete "/api/auth/sessions/{id}" in "auth" for Viewer {
        path: SessionId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
    }
    /// End every session of the person but the one of this request. A token needs the role admin for it.
    RevokeOtherSessions = Delete "/api/auth/sessions" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 204 => NoBody, failures: [409]
    }
    /// The API tokens of the person, the newest first.
    ListTokens = Get "/api/auth/tokens" in "auth" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<ApiToken>, failures: []
    }
    /// Make an API token; its secret is shown this once. A token needs the role admin for it.
    CreateToken = Post "/api/auth/tokens" in "auth" for Viewer secret {
        path: (), query: NoQuery, body: NewApiToken, 201 => ApiTokenCreated, failures: [403, 409, 413, 415, 422]
    }
    /// End an API token. A token of a lower role than admin ends itself alone.
    RevokeToken = Delete "/api/auth/tokens/{id}" in "auth" for Viewer {
        path: TokenId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
    }
    /// The person's saved views of the list of businesses, by name.
    ListViews = Get "/api/views" in "views" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Vec<SavedView>, failures: []
    }
    /// Save a view under a name that the person has not given yet; 409 where they have the most already.
    CreateView = Post "/api/views" in "views" for Viewer {
        path: (), query: NoQuery, body: NewView, 201 => SavedView, failures: [409, 413, 415, 422]
    }
    /// Rename a saved view, or let it show another list.
    UpdateView = Patch "/api/views/{id}" in "views" for Viewer {
        path: ViewId, query: NoQuery, body: ViewChange, 200 => SavedView,
        failures: [404, 409, 412, 413, 415, 422]
    }
    /// Forget a saved view; the leads that it shows stay.
    DeleteView = Delete "/api/views/{id}" in "views" for Viewer {
        path: ViewId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404, 412]
    }
    /// How the person has the pages laid out.
    GetAppearance = Get "/api/appearance" in "views" for Viewer {
        path: (), query: NoQuery, body: NoBody, 200 => Appearance, failures: []
    }
    /// Lay the person's pages out differently: what is absent stays, null takes a choice back. The last change holds.
    UpdateAppearance = Patch "/api/appearance" in "views" for Viewer {
        path: (), query: NoQuery, body: AppearanceChange, 200 => Appearance, failures: [413, 415, 422]
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
    /// The suppression list, the newest first: who is neither stored nor shown.
    ListSuppressions = Get "/api/suppressions" in "suppression" for Admin {
        path: (), query: SuppressionQuery, body: NoBody, 200 => Page<Suppression>, failures: [422]
    }
    /// Put an address or a domain on the suppression list; what is stored of it is deleted at once.
    AddSuppression = Post "/api/suppressions" in "suppression" for Admin heavy {
        path: (), query: NoQuery, body: NewSuppression, 201 => SuppressionAdded, failures: [413, 415, 422]
    }
    /// Take an entry off the suppression list; what was deleted does not come back.
    RemoveSuppression = Delete "/api/suppressions/{id}" in "suppression" for Admin {
        path: SuppressionId, query: NoQuery, body: NoBody, 204 => NoBody, failures: [404]
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
        let contact = (BusinessId(7), crate::ContactId(9));
        assert_eq!(contact.fill(UpdateContact::PATH), "/api/businesses/7/contacts/9");
        assert_eq!(().fill(GetStats::PATH), "/api/businesses/stats");
    }
}
