//! An Overpass server with places of its own, and searches in it.

use std::time::{Duration, Instant};

use contract::GeoPoint;
use discovery::remote::{AnswerCache, ServiceConfig, Timing};
use discovery::source::{Overpass, PlaceStream, SearchArea};
use discovery::{Place, PlaceSource, Record, SourceError};
use serde_json::{Value, json};

use crate::server::{Asked, Reply, Server};

/// Who asks.
pub(crate) const CONTACT: &str = "https://letip.example/about";

/// Little patience, so that tests need none.
pub(crate) const TIMING: Timing = Timing {
    timeout: Duration::from_secs(5),
    spacing: Duration::ZERO,
    backoff: Duration::from_millis(5),
    limited: Duration::from_millis(80),
    longest: Duration::from_secs(3),
    attempts: 3,
};

pub(crate) fn node(id: u64, latitude: f64, longitude: f64, name: &str) -> Value {
    let tags = json!({"name": name, "amenity": "cafe"});
    json!({"type": "node", "id": id, "lat": latitude, "lon": longitude, "tags": tags})
}

pub(crate) fn elements(elements: &[Value]) -> Reply {
    let copyright =
        "The data included in this document is from www.openstreetmap.org. It is made available under ODbL.";
    Reply::json(&json!({
        "version": 0.6, "generator": "Overpass API 0.7.62.7",
        "osm3s": {"timestamp_osm_base": "2026-05-04T09:30:00Z", "copyright": copyright},
        "elements": elements,
    }))
}

/// A failure with status 200.
pub(crate) fn remark(text: &str) -> Reply {
    Reply::json(&json!({"version": 0.6, "elements": [], "remark": text}))
}

pub(crate) const TIMED_OUT: &str = "runtime error: Query timed out in \"query\" at line 1 after 61 seconds.";

/// South, west, north, east of a query.
pub(crate) fn bbox(asked: &Asked) -> [f64; 4] {
    let query = asked.field("data").unwrap();
    let (_, rest) = query.split_once("[bbox:").unwrap();
    let (degrees, _) = rest.split_once(']').unwrap();
    let degrees: Vec<f64> = degrees.split(',').map(|degree| degree.parse().unwrap()).collect();
    degrees.try_into().unwrap()
}

/// Those of the elements that lie in the box of a query, its edges among it.
pub(crate) fn within(asked: &Asked, all: &[Value]) -> Vec<Value> {
    let [south, west, north, east] = bbox(asked);
    let is_within = |element: &&Value| {
        let (lat, lon) = (element["lat"].as_f64().unwrap(), element["lon"].as_f64().unwrap());
        (south..=north).contains(&lat) && (west..=east).contains(&lon)
    };
    all.iter().filter(is_within).cloned().collect()
}

pub(crate) fn config(server: &Server) -> ServiceConfig {
    ServiceConfig::new(server.url("/api/"), CONTACT, TIMING)
}

pub(crate) fn overpass(server: &Server) -> Overpass {
    Overpass::new(&config(server)).unwrap()
}

pub(crate) fn overpass_kept_in(server: &Server, folder: &tempfile::TempDir) -> Overpass {
    Overpass::new(&config(server).kept_in(AnswerCache::new(folder.path()))).unwrap()
}

/// Cafés around the centre of Helsinki.
pub(crate) fn cafes(radius_km: f64) -> SearchArea {
    let centre = GeoPoint::new(60.17, 24.94).unwrap();
    SearchArea::around(centre, radius_km).of(Some(discovery::taxonomy::resolve("cafe").unwrap()))
}

/// What a source tells of an area, and of itself meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) places: Vec<Place>,
    pub(crate) notes: Vec<String>,
    pub(crate) remarks: Vec<String>,
    pub(crate) progress: Vec<(u64, Option<u64>)>,
}

impl Told {
    pub(crate) fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.places.iter().map(|place| place.source_id.as_str()).collect();
        ids.sort_unstable();
        ids
    }
}

pub(crate) async fn told(source: &dyn PlaceSource, area: &SearchArea) -> Result<Told, SourceError> {
    told_of(source.places(area)?).await
}

pub(crate) async fn told_of(mut stream: PlaceStream) -> Result<Told, SourceError> {
    let mut told = Told::default();
    while let Some(chunk) = stream.next_chunk().await.transpose()? {
        told.progress.push((chunk.done, chunk.total));
        told.notes.extend(chunk.note);
        told.remarks.extend(chunk.remark);
        told.places.extend(chunk.records.into_iter().filter_map(|record| match record {
            Record::Place(place) => Some(*place),
            Record::Rejected(_) => None,
        }));
    }
    Ok(told)
}

/// The error of a search of five kilometres.
pub(crate) async fn failure(source: &dyn PlaceSource) -> String {
    told(source, &cafes(5.0)).await.unwrap_err().to_string()
}

/// The time between two requests.
pub(crate) fn gap(earlier: &Asked, later: &Asked) -> Duration {
    Instant::duration_since(&later.at, earlier.at)
}
