//! What paid sources are asked with, and what they cost.

use std::time::Duration;

use contract::GeoPoint;
use discovery::source::SearchArea;
use discovery::{PlaceSource, SourceError};
use metered::{Timing, Usd};
use store::Store;

use crate::jobs::now;
use crate::support::{Told, told_of};

pub(crate) const KEY: &str = "k3y-that-nobody-may-see";

/// Waits of a test: none that it does not ask for.
pub(crate) const TIMING: Timing = Timing {
    timeout: Duration::from_secs(5),
    spacing: Duration::from_millis(1),
    backoff: Duration::from_millis(1),
};

pub(crate) fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

/// Plumbers around Freehold, New Jersey.
pub(crate) fn plumbers(radius_km: f64) -> SearchArea {
    around(radius_km).of(Some(discovery::taxonomy::resolve("plumber").unwrap()))
}

pub(crate) fn around(radius_km: f64) -> SearchArea {
    SearchArea::around(freehold(), radius_km)
}

pub(crate) fn freehold() -> GeoPoint {
    GeoPoint::new(40.26, -74.27).unwrap()
}

/// What a paid source tells of an area.
pub(crate) async fn bought(
    source: &dyn PlaceSource,
    area: &SearchArea,
    store: &Store,
) -> Result<Told, SourceError> {
    told_of(source.buy(area, store)?).await
}

/// What the month has cost by now.
pub(crate) async fn spent(store: &Store) -> Usd {
    let spending = store.provider_spending(now()).await.unwrap();
    Usd::from_millionths(spending.iter().map(|one| one.committed).sum())
}
