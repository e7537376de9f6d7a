use crate::error::SourceError;
use crate::place::{Place, Record};
use crate::source::tests::{read_all, read_file};

fn places(name: &str, text: &str) -> Vec<Place> {
    let place = |record| match record {
        Record::Place(place) => *place,
        Record::Rejected(rejected) => panic!("{rejected:?}"),
    };
    read_file(name, text.as_bytes()).unwrap().into_iter().map(place).collect()
}

const JOE: &str = r#"{"type":"Feature","id":"node/5","geometry":{"type":"Point","coordinates":[24.94,60.17]},"properties":{"name":"Joe","shop":"hairdresser","addr:city":"Helsinki","phone":"+358 9 1234567"}}"#;

#[test]
fn features_of_a_collection_are_read() {
    let text = format!(r#"{{"type":"FeatureCollection","features":[{JOE},{JOE}]}}"#);
    let places = places("joe.geojson", &text);
    assert_eq!(places.len(), 2);
    assert_eq!((places[0].name.as_str(), places[0].source_id.as_str()), ("Joe", "node/5"));
    assert_eq!((places[0].categories[0].slug, places[0].city.as_deref()), ("hairdresser", Some("Helsinki")));
    assert_eq!(places[0].point, contract::GeoPoint::new(60.17, 24.94));
}

#[test]
fn one_object_a_line_is_read_with_or_without_record_separators() {
    let flat = r#"{"title":"Ann","location":{"lat":60.2,"lng":24.9},"categoryName":"Coffee shop","permanentlyClosed":false}"#;
    let places = places("places.ndjson", &format!("\u{1e}{JOE}\n\n{flat}\r\n"));
    assert_eq!(places[1].name, "Ann");
    assert_eq!(places[1].point, contract::GeoPoint::new(60.2, 24.9));
    assert_eq!(places[1].categories[0].slug, "cafe");
}

#[test]
fn an_array_of_objects_is_read() {
    let places = places("places.json", r#"[{"name":"A","lat":60.1,"lon":24.9},{"name":"B"}]"#);
    assert_eq!((places[0].point.is_some(), places[1].point), (true, None));
}

#[test]
fn overtures_features_are_read_with_text_or_objects() {
    for names in [r#"{"primary":"Joe"}"#, r#""{\"primary\":\"Joe\"}""#] {
        let line = format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[1,2]}},"properties":{{"id":"08f","names":{names},"categories":{{"primary":"plumbing"}}}}}}"#
        );
        let places = places("o.geojsonl", &line);
        assert_eq!((places[0].name.as_str(), places[0].source_id.as_str()), ("Joe", "08f"));
        assert_eq!(places[0].categories[0].slug, "plumber");
    }
}

#[test]
fn an_area_is_where_its_corners_are_in_the_mean() {
    let ring = r#"{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}"#;
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{ring},"properties":{{"name":"A"}}}}]}}"#
    );
    assert_eq!(places("a.geojson", &text)[0].point, contract::GeoPoint::new(1.0, 1.0));
}

#[test]
fn bad_records_are_told_and_the_rest_is_read() {
    let text = format!(
        "{JOE}\n{{\"name\":}}\n5\n{{\"type\":\"Feature\",\"properties\":null}}\n{{\"name\":\"\"}}\n{JOE}\n"
    );
    let records = read_file("a.ndjson", text.as_bytes()).unwrap();
    let rejected: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            Record::Rejected(one) => Some((one.line.unwrap(), one.reason.as_str())),
            Record::Place(_) => None,
        })
        .collect();
    assert_eq!(records.len(), 6);
    assert_eq!(rejected.iter().map(|one| one.0).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert!(rejected[0].1.contains("no JSON") && rejected[1].1.contains("no object"), "{rejected:?}");
    let collection = format!("{{\"features\":[{JOE},\n{{\"name\":}},\n{JOE}]}}");
    assert_eq!(read_file("a.geojson", collection.as_bytes()).unwrap().len(), 3);
}

#[test]
fn a_collection_that_is_cut_off_gives_what_is_whole_and_says_so() {
    let text = format!("{{\"type\":\"FeatureCollection\",\"features\":[{JOE},\n{JOE},\n{}", &JOE[..50]);
    let (records, error) = read_all("cut.geojson", text.as_bytes());
    assert_eq!(records.len(), 2);
    let error = error.unwrap();
    assert!(matches!(error, SourceError::Truncated { .. }), "{error}");
    assert!(error.to_string().contains("line 3") && error.to_string().contains("after 2"), "{error}");
}
