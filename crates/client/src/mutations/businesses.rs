//! Writing businesses by hand: each is shown at once, and as it was before if the server refuses.

use std::sync::Arc;

use contract::bulk::{BulkAnswer, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, MergeRequest};
use contract::endpoint::NoBody;
use contract::{Business, BusinessId, Timestamp, keys};
use requery::{MutationOptions, QueryClient, QueryFilters};
use serde::{Deserialize, Serialize};

use super::in_turn::{OwnVersions, scope};
use super::optimistic::{self, patched, temporary};
use super::{kept, renew_job_lists, renew_lists, show_business};
use crate::{ApiClient, ApiError, Connection, IdempotencyKey, queries};

/// A change of that version of a business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BusinessUpdate {
    /// The business.
    pub id: BusinessId,
    /// The version that was seen.
    pub version: u64,
    /// What changes.
    pub patch: BusinessPatch,
}

/// Adds a business: shown in the lists that it belongs to under a temporary negative id, which the server's replaces.
/// Called with the draft and the time that its row shows until then.
#[must_use]
pub fn create_business(api: &ApiClient) -> MutationOptions<Business, ApiError, (BusinessDraft, Timestamp)> {
    let api = api.clone();
    MutationOptions::with_context(move |(draft, _): (BusinessDraft, Timestamp), call| {
        api.create_business(&draft, IdempotencyKey::of(call.idempotency_key()))
    })
    .optimistic(|layer, (draft, now)| {
        layer.insert(temporary(draft, *now));
    })
    .on_success(|business: Arc<Business>, call| async move { show_business(&call.client, &business) })
    // Who calls it is told by the call.
    .on_error(|_, _| async {})
    .on_settled(|_, call| async move {
        renew_figures(&call.client);
    })
    .mutation_key(kept::ADD)
    .resumable()
}

/// Changes fields of a business.
#[must_use]
pub fn update_business(api: &ApiClient) -> MutationOptions<Business, ApiError, BusinessUpdate> {
    shown_update(api, &OwnVersions::default())
}

/// The same for a page that goes on changing the business while an answer is on its way: changes of one business are sent
/// one after the other, each of the version that the one before led to.
#[must_use]
pub fn update_business_in_turn(
    api: &ApiClient,
    own: &OwnVersions,
    id: BusinessId,
) -> MutationOptions<Business, ApiError, BusinessUpdate> {
    shown_update(api, own).mutation_key(kept::CHANGE).scope(scope(id)).resumable()
}

pub(super) fn shown_update(
    api: &ApiClient,
    own: &OwnVersions,
) -> MutationOptions<Business, ApiError, BusinessUpdate> {
    let (api, own) = (api.clone(), own.clone());
    MutationOptions::with_context(move |update: BusinessUpdate, call| {
        let version = own.now(update.id, update.version);
        let key = IdempotencyKey::of(call.idempotency_key());
        let (own, answer) = (own.clone(), api.update_business(update.id, version, &update.patch, key));
        async move {
            let business = answer.await?;
            own.note(business.id, version, business.version);
            Ok(business)
        }
    })
    .optimistic(|layer, update| {
        let patch = update.patch.clone();
        layer.update::<Business>(update.id, move |business| *business = patched(business, &patch));
    })
    .on_success(|business: Arc<Business>, call| async move { show_business(&call.client, &business) })
    .on_error(|error: Arc<ApiError>, call| async move { show_current(&call.client, &error) })
}

/// Deletes that version of a business: its row is gone at once, and totals are one less.
#[must_use]
pub fn delete_business(api: &ApiClient) -> MutationOptions<NoBody, ApiError, (BusinessId, u64)> {
    shown_deletion(api, &OwnVersions::default())
}

/// The same behind the changes of the business that the page made before it.
#[must_use]
pub fn delete_business_in_turn(
    api: &ApiClient,
    own: &OwnVersions,
    id: BusinessId,
) -> MutationOptions<NoBody, ApiError, (BusinessId, u64)> {
    shown_deletion(api, own).mutation_key(kept::DELETE).scope(scope(id)).resumable()
}

pub(super) fn shown_deletion(
    api: &ApiClient,
    own: &OwnVersions,
) -> MutationOptions<NoBody, ApiError, (BusinessId, u64)> {
    let (api, own, deleted) = (api.clone(), own.clone(), own.clone());
    MutationOptions::with_context(move |(id, version): (BusinessId, u64), call| {
        api.delete_business(id, own.now(id, version), IdempotencyKey::of(call.idempotency_key()))
    })
    .optimistic(|layer, (id, _)| {
        layer.remove::<Business>(*id);
    })
    .on_success(move |_: Arc<NoBody>, call| {
        let (id, version) = *call.variables;
        let last = deleted.now(id, version);
        async move {
            call.client.delete::<Business>(id, last + 1);
        }
    })
    .on_error(|error: Arc<ApiError>, call| async move { show_current(&call.client, &error) })
    .on_settled(|_, call| async move {
        renew_figures(&call.client);
    })
}

/// Does one thing to many businesses. What is named by id is shown at once; lists are fetched anew when it is done, and
/// the job where one does it.
#[must_use]
pub fn bulk_businesses(
    api: &ApiClient,
    connection: &Connection,
) -> MutationOptions<BulkAnswer, ApiError, BulkRequest> {
    let (sender, api, connection) = (api.clone(), api.clone(), connection.clone());
    MutationOptions::with_context(move |request: BulkRequest, call| {
        sender.bulk_businesses(&request, IdempotencyKey::of(call.idempotency_key()))
    })
    .optimistic(|layer, request| {
        for id in request.ids.iter().flatten() {
            optimistic::bulk(layer, *id, request);
        }
    })
    .on_success(move |answer: Arc<BulkAnswer>, call| {
        let status = answer.job_id.map(|job| queries::job(&api, &connection, job));
        async move {
            if let Some(status) = status {
                // Started, not awaited: the page moves on at once and joins the fetch.
                drop(call.client.prefetch_query(&status));
                renew_job_lists(&call.client);
            }
        }
    })
    // Who calls it is told by the call.
    .on_error(|_, _| async {})
    .on_settled(|_, call| async move {
        renew_lists(&call.client);
        for id in call.variables.ids.iter().flatten() {
            drop(call.client.invalidate_queries(QueryFilters::prefix(keys::business::detail(*id))));
        }
    })
    .mutation_key(kept::BULK)
    .resumable()
}

/// Merges a business (the second) into another (the first), which is left.
#[must_use]
pub fn merge_business(api: &ApiClient) -> MutationOptions<Business, ApiError, (BusinessId, BusinessId)> {
    let api = api.clone();
    MutationOptions::with_context(move |(kept, other): (BusinessId, BusinessId), call| {
        api.merge_business(kept, &MergeRequest::of(other), IdempotencyKey::of(call.idempotency_key()))
    })
    .optimistic(|layer, (_, other)| {
        layer.remove::<Business>(*other);
    })
    .on_success(|business: Arc<Business>, call| async move { show_business(&call.client, &business) })
    .on_settled(|_, call| async move {
        renew_lists(&call.client);
        for id in [call.variables.0, call.variables.1] {
            drop(call.client.invalidate_queries(QueryFilters::prefix(keys::business::detail(id))));
        }
    })
}

/// Undoes the last merge into a business, or that of the second.
#[must_use]
pub fn unmerge_business(
    api: &ApiClient,
) -> MutationOptions<Business, ApiError, (BusinessId, Option<BusinessId>)> {
    let api = api.clone();
    MutationOptions::with_context(move |(kept, other): (BusinessId, Option<BusinessId>), call| {
        api.unmerge_business(kept, other, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|restored: Arc<Business>, call| async move {
        show_business(&call.client, &restored);
        renew_lists(&call.client);
        for id in [call.variables.0, restored.id] {
            drop(call.client.invalidate_queries(QueryFilters::prefix(keys::business::detail(id))));
        }
    })
}

/// Another change came first: it is shown, so that the next one is made of it.
pub(super) fn show_current(client: &QueryClient, error: &ApiError) {
    if let Some(current) = error.current() {
        show_business(client, &current);
    }
}

fn renew_figures(client: &QueryClient) {
    for key in [keys::businesses::all_facets(), keys::stats::all()] {
        // Started, not awaited.
        drop(client.invalidate_queries(QueryFilters::prefix(key)));
    }
}
