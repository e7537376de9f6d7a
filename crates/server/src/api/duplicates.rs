//! Businesses that may be the same as one.

use contract::duplicates::LikelyDuplicate;
use contract::endpoints::ListDuplicates;
use discovery::matching;
use store::Similar;

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
