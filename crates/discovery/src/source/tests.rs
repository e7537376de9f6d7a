//! Reading files as their users do: by path, through the stream.

use contract::GeoPoint;

use super::*;

/// Every record of a file with that name and content.
pub(crate) fn read_file(name: &str, bytes: &[u8]) -> Result<Vec<Record>, SourceError> {
    let (records, error) = read_all(name, bytes);
    error.map_or(Ok(records), Err)
}

/// The records before an error, and the error.
pub(crate) fn read_all(name: &str, bytes: &[u8]) -> (Vec<Record>, Option<SourceError>) {
    read_area(name, bytes, SearchArea::everywhere())
}

/// The records within so many kilometres.
pub(crate) fn read_within(name: &str, bytes: &[u8], center: (f64, f64), radius_km: f64) -> Vec<Record> {
    let center = GeoPoint { latitude: center.0, longitude: center.1 };
    let (records, error) = read_area(name, bytes, SearchArea::around(center, radius_km));
    assert!(error.is_none(), "{error:?}");
    records
}

fn read_area(name: &str, bytes: &[u8], area: SearchArea) -> (Vec<Record>, Option<SourceError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    match FileSource::open(&path) {
        Ok(source) => collect(&source, area),
        Err(error) => (Vec::new(), Some(error)),
    }
}

pub(crate) fn collect(source: &dyn PlaceSource, area: SearchArea) -> (Vec<Record>, Option<SourceError>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut stream = source.places(&area).unwrap();
        let mut records = Vec::new();
        while let Some(chunk) = stream.next_chunk().await {
            match chunk {
                Ok(chunk) => records.extend(chunk.records),
                Err(error) => return (records, Some(error)),
            }
        }
        (records, None)
    })
}

fn kind(name: &str, bytes: &[u8]) -> Result<FileKind, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    FileSource::open(&path).map(|source| source.kind()).map_err(|error| error.to_string())
}

#[test]
fn the_kind_is_seen_from_the_content_whatever_the_name() {
    let check =
        |name: &str, bytes: &[u8], expect: FileKind| assert_eq!(kind(name, bytes), Ok(expect), "{name}");
    check("a", b"name,city\nA,B\n", FileKind::Csv);
    check("a.json", br#"{"type":"FeatureCollection","features":[]}"#, FileKind::GeoJson);
    check("a.json", b"{\n \"type\": \"FeatureCollection\", \"features\": []}", FileKind::GeoJson);
    check("a.json", b"[{\"name\":\"A\"}]", FileKind::GeoJson);
    check("a.geojson", b"{\"name\":\"A\"}\n{\"name\":\"B\"}\n", FileKind::NdJson);
    check("a.csv", b"\x1e{\"name\":\"A\"}\n", FileKind::NdJson);
    check("a.txt", b"\xff\xfen\0a\0m\0e\0\n\0", FileKind::Csv);
}

#[test]
fn files_of_another_kind_say_what_to_do() {
    let check = |name: &str, bytes: &[u8], part: &str| {
        let error = kind(name, bytes).unwrap_err();
        assert!(error.contains(part), "{name}: {error}");
    };
    check("a.csv", b"", "is empty");
    check("a.xlsx", b"PK\x03\x04rest", "save the sheet as CSV");
    check("a.csv.gz", b"\x1f\x8b\x08\0", "unpack it first");
    check("a.pdf", b"%PDF-1.7", "PDF");
    check("a.osm", b"<?xml version='1.0'?><osm>", "osmium");
    check("a.csv", b"<!DOCTYPE html>", "web page");
    check("a.parquet", b"name,city\nA,B\n", "not like GeoParquet");
    check("a.osm.pbf", b"name,city\nA,B\n", "not like OpenStreetMap PBF");
    check("a.geojson", b"name,city\nA,B\n", "does not begin like GeoJSON");
    check("a.bin", &[0, 1, 2, 3, 0, 0, 0, 5, 0, 1, 2, 0, 0], "no file of places");
    assert!(FileSource::open("/no/such/file.csv").unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn a_reader_whose_stream_is_dropped_ends() {
    let mut text = "name\n".to_owned();
    for number in 0..50_000 {
        text.push_str(&format!("Name {number}\n"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut stream = FileSource::open(&path).unwrap().places(&SearchArea::everywhere()).unwrap();
        let chunk = stream.next_chunk().await.unwrap().unwrap();
        assert_eq!(
            (chunk.records.len(), chunk.total),
            (CHUNK, std::fs::metadata(&path).ok().map(|data| data.len()))
        );
        drop(stream);
    });
}

#[test]
fn an_area_holds_its_circle() {
    let center = GeoPoint { latitude: 60.0, longitude: 25.0 };
    let area = SearchArea::around(center, 1.0);
    for (latitude, longitude) in [(60.008_99, 25.0), (59.991_01, 25.0), (60.0, 25.017_98), (60.0, 24.982_02)]
    {
        let point = GeoPoint { latitude, longitude };
        assert!(point.distance_km(center) <= 1.0);
        assert!(area.admits(Some(point)), "{point}");
    }
    assert!(!area.admits(GeoPoint::new(60.1, 25.0)));
    assert!(!area.admits(None) && SearchArea::everywhere().admits(None));
}

#[test]
fn the_registry_knows_its_default() {
    let registry = SourceRegistry::bundled();
    assert!(registry.get(None).is_some() && registry.get(Some("openstreetmap")).is_some());
    assert!(registry.get(Some("nowhere")).is_none());
    let infos = registry.infos();
    assert!(infos[0].default && infos[0].attribution.contains("OpenStreetMap"));
    assert_eq!(registry.clone().with(BundledSource).infos().len(), 1);
}

#[test]
fn the_bundled_places_are_all_places() {
    let (records, error) = collect(&BundledSource, SearchArea::everywhere());
    assert!(error.is_none());
    let rejected: Vec<_> = records.iter().filter(|record| matches!(record, Record::Rejected(_))).collect();
    assert_eq!(rejected, Vec::<&Record>::new());
    assert_eq!(records.len() as u64, BundledSource.info().places.unwrap());
    for record in &records {
        let Record::Place(place) = record else { continue };
        assert_eq!(
            (place.source, place.country.as_deref()),
            (Some("openstreetmap"), Some("FI")),
            "{place:?}"
        );
        assert!(place.point.is_some());
    }
}
