//! The places that the program carries.

use contract::places::{SourceInfo, SourceState};

use super::{PlaceSource, PlaceStream, SearchArea, SourceError, osm};
use crate::bundled;
use crate::normalise;
use crate::timestamp::today;

/// The businesses of central Helsinki, from OpenStreetMap.
#[derive(Clone, Copy, Debug, Default)]
pub struct BundledSource;

impl PlaceSource for BundledSource {
    fn info(&self) -> SourceInfo {
        SourceInfo {
            source: osm::SOURCE.to_owned(),
            name: "OpenStreetMap: central Helsinki".to_owned(),
            coverage: "Named businesses of central Helsinki, carried by the program".to_owned(),
            licence: osm::LICENCE.to_owned(),
            attribution: osm::ATTRIBUTION.to_owned(),
            licence_url: Some(osm::LICENCE_URL.to_owned()),
            cost: "free, works without a network".to_owned(),
            default: false,
            state: SourceState::Ready,
            message: None,
            places: Some(bundled::count()),
            retention_days: None,
        }
    }

    fn fingerprint(&self) -> String {
        bundled::fingerprint()
    }

    fn places(&self, area: &SearchArea) -> Result<PlaceStream, SourceError> {
        let name = "the embedded places".into();
        Ok(PlaceStream::spawn(name, area.clone(), |sink| {
            let total = bundled::count();
            for (done, place) in (1..).zip(bundled::places()?) {
                sink.progress(done, Some(total));
                let mut raw = osm::raw_place(place.id.clone(), &place.tags, place.point(), today());
                raw.country.get_or_insert_with(|| bundled::COUNTRY.to_owned());
                sink.push(normalise::record(raw, || format!("{:?}", place.tags)))?;
            }
            Ok(())
        }))
    }
}
