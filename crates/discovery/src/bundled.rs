//! The places that the program carries, and how they are made: the facts of the named places in an OpenStreetMap
//! extract, one JSON object a line, compressed. The same extract gives the same bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use contract::GeoPoint;
use serde::{Deserialize, Serialize};

use crate::error::{DiscoveryError, SourceError};
use crate::source::pbf::{self, OsmPlace};

static PLACES: &[u8] = include_bytes!("../data/helsinki.ndjson.zst");

/// The country that all of them are in.
pub(crate) const COUNTRY: &str = "FI";

/// Tags that are kept: what says what a place is, and what becomes a field of a business.
const KEPT: [&str; 61] = [
    "abandoned",
    "addr:city",
    "addr:country",
    "addr:full",
    "addr:hamlet",
    "addr:housenumber",
    "addr:place",
    "addr:postcode",
    "addr:province",
    "addr:state",
    "addr:street",
    "addr:suburb",
    "aeroway",
    "amenity",
    "beauty",
    "brand",
    "brand:website",
    "brand:wikidata",
    "building",
    "club",
    "contact:email",
    "contact:facebook",
    "contact:instagram",
    "contact:linkedin",
    "contact:mobile",
    "contact:phone",
    "contact:tiktok",
    "contact:twitter",
    "contact:website",
    "contact:yelp",
    "contact:youtube",
    "craft",
    "cuisine",
    "description",
    "diplomatic",
    "disused",
    "email",
    "emergency",
    "end_date",
    "facebook",
    "golf",
    "healthcare",
    "healthcare:speciality",
    "historic",
    "industrial",
    "instagram",
    "leisure",
    "man_made",
    "military",
    "mobile",
    "name",
    "office",
    "opening_hours",
    "operational_status",
    "operator",
    "operator:wikidata",
    "phone",
    "phone:mobile",
    "place",
    "shop",
    "sport",
];
/// The rest of them; the two lists together are in order.
const KEPT_TOO: [&str; 10] = [
    "social_facility",
    "start_date",
    "street_vendor",
    "studio",
    "tourism",
    "training",
    "twitter",
    "url",
    "waterway",
    "website",
];

/// A place as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptPlace {
    pub(crate) id: String,
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    pub(crate) tags: BTreeMap<String, String>,
}

/// What an extraction made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractSummary {
    /// Places kept.
    pub places: u64,
    /// Named places left out, because none of the nodes that say where they are is in the file.
    pub without_location: u64,
    /// Size of the file made.
    pub bytes: u64,
}

/// Writes the named places of an OSM PBF file into one compact file.
///
/// # Errors
/// When the PBF file cannot be read to its end, or `out` cannot be written.
pub fn extract(pbf: &Path, out: &Path) -> Result<ExtractSummary, DiscoveryError> {
    let mut lines = Vec::new();
    let mut without_location = 0;
    pbf::for_each_place(pbf, |place, _, _| -> Result<(), DiscoveryError> {
        match kept(&place) {
            Some(place) => lines.push(line(&place)?),
            None => without_location += 1,
        }
        Ok(())
    })?;
    let write_error = |source| DiscoveryError::Write { path: out.to_owned(), source };
    let packed = zstd::encode_all(lines.concat().as_bytes(), 22).map_err(write_error)?;
    std::fs::write(out, &packed).map_err(write_error)?;
    Ok(ExtractSummary { places: lines.len() as u64, without_location, bytes: packed.len() as u64 })
}

fn line(place: &KeptPlace) -> Result<String, SourceError> {
    let text = serde_json::to_string(place)
        .map_err(|error| SourceError::damaged(Path::new(&place.id), error.to_string()))?;
    Ok(text + "\n")
}

fn kept(place: &OsmPlace<'_>) -> Option<KeptPlace> {
    let is_kept = |key: &str| KEPT.contains(&key) || KEPT_TOO.contains(&key);
    let tags = place
        .tags
        .iter()
        .filter(|(key, _)| is_kept(key))
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let GeoPoint { latitude: lat, longitude: lon } = place.point?;
    Some(KeptPlace { id: place.id.clone(), lat, lon, tags: tags.collect() })
}

impl KeptPlace {
    /// Where it is.
    pub(crate) fn point(&self) -> Option<GeoPoint> {
        GeoPoint::new(self.lat, self.lon)
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let bytes = zstd::decode_all(PLACES).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
});

/// Number of places.
pub(crate) fn count() -> u64 {
    TEXT.lines().count() as u64
}

/// Changes when the places do.
pub(crate) fn fingerprint() -> String {
    let digest = PLACES.iter().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}")
}

/// The places in the order of the extract.
pub(crate) fn places() -> Result<Vec<KeptPlace>, SourceError> {
    let parse = |line: &str| {
        serde_json::from_str(line)
            .map_err(|error| SourceError::damaged(Path::new("helsinki.ndjson.zst"), error.to_string()))
    };
    TEXT.lines().map(parse).collect()
}
