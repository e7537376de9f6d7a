//! The handlers of the contract's endpoints, one module a domain.

mod appearance;
mod auth;
mod bulk;
mod businesses;
mod by_hand;
mod contacts;
mod duplicates;
mod enrichment;
mod events;
mod export;
pub(crate) mod import;
mod jobs;
mod merges;
mod scraper;
mod suppression;
mod users;
mod views;

use axum::Router;
use store::StoreError;

use crate::app::App;
use crate::endpoint::{mount, mount_file, mount_upload};
use crate::problem::{ApiProblem, CONFLICT, NOT_FOUND};

/// Every endpoint of the contract but [`uploads`]; a test compares the list with it.
pub(crate) fn routes() -> Router<App> {
    use contract::endpoints as e;
    let router = Router::new();
    let router = mount::<e::ListBusinesses, _, _>(router, businesses::list);
    let router = mount::<e::GetStats, _, _>(router, businesses::stats);
    let router = mount::<e::GetFacets, _, _>(router, businesses::facets);
    let router = mount::<e::GetBusinessMap, _, _>(router, businesses::map);
    let router = mount::<e::GetBusiness, _, _>(router, businesses::get);
    let router = mount::<e::CreateBusiness, _, _>(router, businesses::create);
    let router = mount::<e::UpdateBusiness, _, _>(router, businesses::update);
    let router = mount::<e::DeleteBusiness, _, _>(router, businesses::delete);
    let router = mount::<e::ListContacts, _, _>(router, contacts::list);
    let router = mount::<e::AddContact, _, _>(router, contacts::add);
    let router = mount::<e::UpdateContact, _, _>(router, contacts::update);
    let router = mount::<e::DeleteContact, _, _>(router, contacts::delete);
    let router = mount::<e::ListEnrichmentHistory, _, _>(router, enrichment::history);
    let router = mount::<e::BulkBusinesses, _, _>(router, bulk::run);
    let router = mount::<e::ListDuplicates, _, _>(router, duplicates::list);
    let router = mount::<e::ListPairs, _, _>(router, duplicates::pairs);
    let router = mount::<e::KeepApart, _, _>(router, duplicates::keep_apart);
    let router = mount::<e::ForgetApart, _, _>(router, duplicates::forget_apart);
    let router = mount::<e::ListMerges, _, _>(router, merges::list);
    let router = mount::<e::PreviewMerge, _, _>(router, merges::preview);
    let router = mount::<e::MergeBusiness, _, _>(router, merges::merge);
    let router = mount::<e::UnmergeBusiness, _, _>(router, merges::unmerge);
    let router = mount_file::<e::ExportBusinesses, _, _>(router, export::businesses);
    let router = mount::<e::StartScrape, _, _>(router, scraper::start);
    let router = mount::<e::GetScrapeStatus, _, _>(router, scraper::status);
    let router = mount::<e::ListScrapeJobs, _, _>(router, scraper::recent);
    let router = mount::<e::ListSources, _, _>(router, scraper::sources);
    let router = mount::<e::SuggestCategories, _, _>(router, scraper::categories);
    let router = mount::<e::SuggestLocations, _, _>(router, scraper::locations);
    let router = mount::<e::EnrichBusiness, _, _>(router, enrichment::one);
    let router = mount::<e::EnrichBatch, _, _>(router, enrichment::batch);
    let router = mount::<e::GetEnrichmentBatch, _, _>(router, enrichment::batch_state);
    let router = mount::<e::GetEnrichmentQueue, _, _>(router, enrichment::queue);
    let router = mount::<e::GetSpending, _, _>(router, enrichment::spending);
    let router = mount::<e::ListProviders, _, _>(router, enrichment::providers);
    let router = mount::<e::ListJobs, _, _>(router, jobs::list);
    let router = mount::<e::ListFailedJobs, _, _>(router, jobs::failed);
    let router = mount::<e::GetJob, _, _>(router, jobs::get);
    let router = mount_file::<e::GetRejectedRecords, _, _>(router, import::rejected);
    let router = mount::<e::CancelJob, _, _>(router, jobs::cancel);
    let router = mount::<e::RetryJob, _, _>(router, jobs::retry);
    let router = mount::<e::RetryFailedJobs, _, _>(router, jobs::retry_failed);
    let router = mount::<e::ListEvents, _, _>(router, events::list);
    let router = mount::<e::Setup, _, _>(router, auth::setup);
    let router = mount::<e::Login, _, _>(router, auth::login);
    let router = mount::<e::Logout, _, _>(router, auth::logout);
    let router = mount::<e::GetMe, _, _>(router, auth::me);
    let router = mount::<e::ChangePassword, _, _>(router, auth::change_password);
    let router = mount::<e::ListSessions, _, _>(router, auth::sessions);
    let router = mount::<e::RevokeSession, _, _>(router, auth::revoke_session);
    let router = mount::<e::RevokeOtherSessions, _, _>(router, auth::revoke_other_sessions);
    let router = mount::<e::ListTokens, _, _>(router, auth::tokens);
    let router = mount::<e::CreateToken, _, _>(router, auth::create_token);
    let router = mount::<e::RevokeToken, _, _>(router, auth::revoke_token);
    let router = mount::<e::ListViews, _, _>(router, views::list);
    let router = mount::<e::CreateView, _, _>(router, views::create);
    let router = mount::<e::UpdateView, _, _>(router, views::update);
    let router = mount::<e::DeleteView, _, _>(router, views::delete);
    let router = mount::<e::GetAppearance, _, _>(router, appearance::get);
    let router = mount::<e::UpdateAppearance, _, _>(router, appearance::update);
    let router = mount::<e::ListUsers, _, _>(router, users::list);
    let router = mount::<e::CreateUser, _, _>(router, users::create);
    let router = mount::<e::UpdateUser, _, _>(router, users::update);
    let router = mount::<e::DeleteUser, _, _>(router, users::delete);
    let router = mount::<e::ListSuppressions, _, _>(router, suppression::list);
    let router = mount::<e::AddSuppression, _, _>(router, suppression::add);
    mount::<e::RemoveSuppression, _, _>(router, suppression::remove)
}

/// The endpoints that take a file: a large one takes its time.
pub(crate) fn uploads() -> Router<App> {
    use contract::endpoints as e;
    let router = mount_upload::<e::PreviewImport, _, _>(Router::new(), import::preview);
    mount_upload::<e::ImportBusinesses, _, _>(router, import::begin)
}

impl From<StoreError> for ApiProblem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound { .. } => Self::new(NOT_FOUND, error.to_string()),
            StoreError::Conflict(detail) => Self::new(CONFLICT, detail),
            StoreError::BadCursor => {
                Self::invalid(vec![contract::FieldError::new("cursor", "format", error.to_string())])
            }
            _ if error.is_transient() => {
                tracing::warn!(%error, "database is not available");
                Self::unavailable(
                    "the database cannot be used now; try again",
                    std::time::Duration::from_secs(2),
                )
            }
            _ => Self::internal(&error),
        }
    }
}

fn no_business(id: contract::BusinessId) -> ApiProblem {
    ApiProblem::new(NOT_FOUND, format!("there is no business {id}; it may have been deleted or merged"))
}

fn no_job(id: contract::JobId) -> ApiProblem {
    ApiProblem::new(NOT_FOUND, format!("there is no job {id}; GET /api/jobs lists those that are kept"))
}
