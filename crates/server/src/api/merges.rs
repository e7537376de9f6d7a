//! Two businesses become one, and two again.

use contract::endpoints::{ListMerges, MergeBusiness, PreviewMerge, UnmergeBusiness};
use contract::{BusinessId, EventPayload, FieldError};
use store::{Merged, Unmerged, WriteTx};

use super::no_business;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, CONFLICT};

pub(super) async fn list(app: App, call: Call<ListMerges>) -> Result<Answer<ListMerges>, ApiProblem> {
    Ok(Answer::new(app.store().list_merges(call.path).await?))
}

pub(super) async fn preview(app: App, call: Call<PreviewMerge>) -> Result<Answer<PreviewMerge>, ApiProblem> {
    let (kept, other) = call.path;
    two(kept, other)?;
    Ok(Answer::new(app.store().preview_merge(kept, other).await?))
}

/// Whether these are two businesses.
pub(super) fn two(one: BusinessId, other: BusinessId) -> Result<(), ApiProblem> {
    if one != other {
        return Ok(());
    }
    let message = "give another business; this one is that of the path";
    Err(ApiProblem::invalid(vec![FieldError::new("otherId", "range", message)]))
}

/// The other business of a request is not there.
pub(super) fn unknown_other(other: BusinessId) -> ApiProblem {
    let message = format!("there is no business {other}; it may have been deleted or merged");
    ApiProblem::invalid(vec![FieldError::new("otherId", "unknown", message)])
}

pub(super) async fn merge(app: App, call: Call<MergeBusiness>) -> Result<Answer<MergeBusiness>, ApiProblem> {
    let (kept, other) = (call.path, call.body.other_id);
    two(kept, other)?;
    let mut tx = app.store().begin().await?;
    require(&mut tx, kept).await?;
    if tx.businesses_by_id(&[other]).await?.is_empty() {
        return Err(unknown_other(other));
    }
    let Merged { business, deleted } = tx.merge_businesses(kept, other).await?;
    // Both grew by one.
    let is_as_seen = |seen: Option<u64>, now: u64| seen.is_none_or(|seen| now == seen + 1);
    let request = call.body;
    if !is_as_seen(request.version, business.version) || !is_as_seen(request.other_version, deleted.version) {
        let detail =
            "one of the two was changed since they were looked at; look at them again and merge then";
        return Err(ApiProblem::new(CONFLICT, detail));
    }
    tx.append_events([
        EventPayload::BusinessUpdated(Box::new(business.clone())),
        EventPayload::BusinessDeleted(deleted),
        EventPayload::StatsUpdated {},
    ]);
    Ok(Answer::committing(tx, business))
}

pub(super) async fn unmerge(
    app: App,
    call: Call<UnmergeBusiness>,
) -> Result<Answer<UnmergeBusiness>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    require(&mut tx, call.path).await?;
    let unmerged = tx.unmerge_business(call.path, call.body.other_id).await?;
    let Unmerged { kept, restored } = unmerged.ok_or_else(|| match call.body.other_id {
        Some(other) => ApiProblem::new(CONFLICT, format!("business {other} was not merged into this one")),
        None => ApiProblem::new(CONFLICT, "nothing was merged into this business, or all of it was undone"),
    })?;
    tx.append_events([
        EventPayload::BusinessUpdated(Box::new(kept)),
        EventPayload::BusinessCreated(Box::new(restored.clone())),
        EventPayload::StatsUpdated {},
    ]);
    Ok(Answer::committing(tx, restored))
}

/// Whether the business of the path is there.
pub(super) async fn require(tx: &mut WriteTx, id: BusinessId) -> Result<(), ApiProblem> {
    let found = tx.businesses_by_id(&[id]).await?;
    if found.is_empty() { Err(no_business(id)) } else { Ok(()) }
}
