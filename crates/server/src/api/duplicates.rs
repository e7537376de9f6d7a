//! Businesses that may be the same as one, and the pairs that wait for somebody to say so.

use contract::Page;
use contract::duplicates::{DuplicatePair, LikelyDuplicate, PairFeature};
use contract::endpoint::NoBody;
use contract::endpoints::{ForgetApart, KeepApart, ListDuplicates, ListPairs};
use discovery::matching;
use store::{PairEvidence, Similar, StoredPair};

use super::merges::{require, two, unknown_other};
use super::no_business;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;

/// The most that are told.
const MOST: usize = 20;

pub(super) async fn list(app: App, call: Call<ListDuplicates>) -> Result<Answer<ListDuplicates>, ApiProblem> {
    let similar = app.store().similar_businesses(call.path).await?;
    let similar = similar.ok_or_else(|| no_business(call.path))?;
    // Some hundred pairs are compared: the threads that answer requests have others to answer.
    let compared = tokio::task::spawn_blocking(move || likely(similar)).await;
    Ok(Answer::new(compared.map_err(|error| ApiProblem::internal(&error))?))
}

fn likely(Similar { business, others }: Similar) -> Vec<LikelyDuplicate> {
    let place = business.business.location();
    let found = matching::likely(&business, &others).into_iter().take(MOST);
    let duplicates = found.filter_map(|(position, score)| {
        let other = others.get(position)?.business.clone();
        Some(LikelyDuplicate {
            distance_km: matching::distance_km(place, other.location()),
            business: other,
            score: score.probability,
            reason: score.reason(),
        })
    });
    duplicates.collect()
}

pub(super) async fn pairs(app: App, call: Call<ListPairs>) -> Result<Answer<ListPairs>, ApiProblem> {
    let Page { data, meta } = app.store().list_pairs(&call.query).await?;
    Ok(Answer::new(Page { data: data.into_iter().map(told).collect(), meta }))
}

fn told(pair: StoredPair) -> DuplicatePair {
    let StoredPair { one, other, score, features, found_at, apart_since } = pair;
    let distance_km = matching::distance_km(one.location(), other.location());
    let features = features.into_iter().map(explained).collect();
    DuplicatePair { one, other, score, features, distance_km, found_at, apart_since }
}

fn explained(PairEvidence { feature, value, effect }: PairEvidence) -> PairFeature {
    let known = matching::FEATURES.iter().find(|known| known.name == feature);
    let about = known.map(|known| known.about.to_owned()).unwrap_or_default();
    PairFeature { feature, about, value, effect }
}

pub(super) async fn keep_apart(app: App, call: Call<KeepApart>) -> Result<Answer<KeepApart>, ApiProblem> {
    let (one, other) = (call.path, call.body.other_id);
    two(one, other)?;
    let mut tx = app.store().begin().await?;
    require(&mut tx, one).await?;
    if tx.businesses_by_id(&[other]).await?.is_empty() {
        return Err(unknown_other(other));
    }
    tx.keep_apart(one, other).await?;
    Ok(Answer::committing(tx, NoBody {}))
}

pub(super) async fn forget_apart(
    app: App,
    call: Call<ForgetApart>,
) -> Result<Answer<ForgetApart>, ApiProblem> {
    let (one, other) = call.path;
    let mut tx = app.store().begin().await?;
    tx.forget_apart(one, other).await?;
    Ok(Answer::committing(tx, NoBody {}))
}
