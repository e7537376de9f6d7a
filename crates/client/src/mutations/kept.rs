//! What is written is kept until the server has it, also where the page is left before.
//!
//! Mutations with these keys are `resumable`: a [`requery::Outbox`] keeps them. The next page sends what an earlier one could
//! not, in its order and under the same idempotency keys, so that what the server has done by then is not done again.

use std::sync::Arc;

use contract::BusinessId;
use contract::bulk::BulkRequest;
use contract::edit::BusinessDraft;
use contract::endpoint::NoBody;
use requery::{MaybeSend, MaybeSync, MutationCall, MutationOptions, QueryClient};

use super::businesses::{show_current, shown_deletion, shown_update};
use super::{BusinessUpdate, OwnVersions, bulk_businesses, create_business, enrich_business};
use crate::{ApiClient, ApiError, Connection};

pub(super) const ADD: [&str; 2] = ["businesses", "add"];
pub(super) const CHANGE: [&str; 2] = ["businesses", "change"];
pub(super) const DELETE: [&str; 2] = ["businesses", "delete"];
pub(super) const BULK: [&str; 2] = ["businesses", "bulk"];
pub(super) const ENRICH: [&str; 2] = ["businesses", "enrich"];

/// What an earlier page wrote and could not bring to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum LeftBehind {
    /// A business was added.
    Added(BusinessDraft),
    /// Fields of a business were changed.
    Changed(BusinessUpdate),
    /// That version of a business was deleted.
    Deleted(BusinessId, u64),
    /// One thing was done to many businesses.
    Bulk(BulkRequest),
    /// A business was to be enriched.
    Enrich(BusinessId),
}

/// Has the cache know how what an earlier page wrote is sent; `refused` is told of what the server does not take, as nobody
/// else is there who was.
pub fn finish_what_was_left(
    client: &QueryClient,
    api: &ApiClient,
    connection: &Connection,
    own: &OwnVersions,
    refused: impl Fn(LeftBehind, Arc<ApiError>) + Clone + MaybeSend + MaybeSync + 'static,
) {
    let add = create_business(api);
    learn(client, ADD, add, &refused, |(draft, _)| LeftBehind::Added(draft.clone()));
    let change = shown_update(api, own).resumable();
    learn(client, CHANGE, change, &refused, |update| LeftBehind::Changed(update.clone()));
    let delete: MutationOptions<NoBody, _, _> = shown_deletion(api, own).resumable();
    learn(client, DELETE, delete, &refused, |(id, version)| LeftBehind::Deleted(*id, *version));
    let bulk = bulk_businesses(api, connection);
    learn(client, BULK, bulk, &refused, |request| LeftBehind::Bulk(request.clone()));
    learn(client, ENRICH, enrich_business(api), &refused, |id| LeftBehind::Enrich(*id));
}

fn learn<T, V>(
    client: &QueryClient,
    key: [&'static str; 2],
    options: MutationOptions<T, ApiError, V>,
    refused: &(impl Fn(LeftBehind, Arc<ApiError>) + Clone + MaybeSend + MaybeSync + 'static),
    left: fn(&V) -> LeftBehind,
) where
    T: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    let refused = refused.clone();
    let told = move |error: Arc<ApiError>, call: MutationCall<V, ()>| {
        show_current(&call.client, &error);
        refused(left(&call.variables), error);
        async {}
    };
    client.set_mutation_defaults(key, options.on_error(told));
}
