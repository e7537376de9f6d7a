use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, Float64Array, ListArray, NullArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::place::{Place, Record};
use crate::source::tests::{collect, read_all, read_file, read_within};
use crate::source::{FileSource, PlaceSource, SearchArea};

/// A file of these columns, with so many rows a row group.
fn file(columns: Vec<(&str, ArrayRef)>, group: usize) -> Vec<u8> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn structs(parts: Vec<(&str, ArrayRef)>) -> ArrayRef {
    let fields: Fields =
        parts.iter().map(|(name, part)| Field::new(*name, part.data_type().clone(), true)).collect();
    Arc::new(StructArray::new(fields, parts.into_iter().map(|(_, part)| part).collect(), None))
}

/// One list an element.
fn lists(items: ArrayRef) -> ArrayRef {
    let field = Arc::new(Field::new("item", items.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(vec![1; items.len()]);
    Arc::new(ListArray::new(field, offsets, items, None))
}

fn points(at: &[(f64, f64)]) -> ArrayRef {
    let wkb = |(latitude, longitude): &(f64, f64)| {
        [&[1_u8][..], &1_u32.to_le_bytes(), &longitude.to_le_bytes(), &latitude.to_le_bytes()].concat()
    };
    let all: Vec<Vec<u8>> = at.iter().map(wkb).collect();
    Arc::new(BinaryArray::from(all.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

const AT: [(f64, f64); 3] = [(60.17, 24.94), (40.26, -74.27), (60.171, 24.941)];

fn overture() -> Vec<(&'static str, ArrayRef)> {
    let side = |of: fn(&(f64, f64)) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(AT.iter().map(of)))
    };
    vec![
        ("id", texts(&["1", "2", "3"])),
        ("geometry", points(&AT)),
        (
            "bbox",
            structs(vec![
                ("xmin", side(|at| at.1)),
                ("xmax", side(|at| at.1)),
                ("ymin", side(|at| at.0)),
                ("ymax", side(|at| at.0)),
            ]),
        ),
        ("names", structs(vec![("primary", texts(&["Kahvila", "Joe's", ""]))])),
        ("taxonomy", structs(vec![("primary", texts(&["coffee_shop", "plumbing", "cafe"]))])),
        ("basic_category", texts(&["cafe", "home_service", "cafe"])),
        ("emails", Arc::new(NullArray::new(3))),
        ("phones", lists(texts(&["+358 9 1234567", "+17324621234", ""]))),
        (
            "addresses",
            lists(structs(vec![
                ("locality", texts(&["Helsinki", "Freehold", "Helsinki"])),
                ("region", texts(&["FI-18", "US-NJ", "FI-18"])),
                ("country", texts(&["FI", "US", "FI"])),
            ])),
        ),
        ("operating_status", texts(&["open", "permanently_closed", "open"])),
    ]
}

fn places(records: Vec<Record>) -> Vec<Place> {
    records
        .into_iter()
        .filter_map(|record| match record {
            Record::Place(place) => Some(*place),
            Record::Rejected(_) => None,
        })
        .collect()
}

#[test]
fn overtures_columns_are_read() {
    let records = read_file("o.parquet", &file(overture(), 10)).unwrap();
    assert_eq!(records.len(), 3);
    let Record::Rejected(rejected) = &records[2] else { panic!("a place without a name was taken") };
    assert_eq!((rejected.line, rejected.source_id.as_deref()), (Some(3), Some("3")));
    let found = places(records);
    assert_eq!((found[0].name.as_str(), found[0].categories[0].slug), ("Kahvila", "cafe"));
    assert_eq!((found[0].source, found[0].source_id.as_str()), (Some("overture"), "1"));
    assert_eq!(found[1].state.as_deref(), Some("NJ"));
    assert_eq!(found[1].status, contract::OperatingStatus::PermanentlyClosed);
    assert_eq!(found[1].phone.as_ref().unwrap().display, "(732) 462-1234");
    assert_eq!(found[0].point, contract::GeoPoint::new(60.17, 24.94));
}

#[test]
fn columns_of_json_text_are_read_the_same() {
    let columns = vec![
        ("id", texts(&["1"])),
        ("names", texts(&[r#"{"primary":"Joe's"}"#])),
        ("categories", texts(&[r#"{"primary":"plumbing","alternate":["contractor"]}"#])),
        ("phones", texts(&[r#"["+17324621234"]"#])),
        ("addresses", texts(&[r#"[{"locality":"Freehold","region":"NJ","country":"US"}]"#])),
        ("bbox", texts(&[r#"{"xmin":-74.28,"xmax":-74.26,"ymin":40.25,"ymax":40.27}"#])),
    ];
    let found = places(read_file("o.parquet", &file(columns, 10)).unwrap());
    assert_eq!((found[0].name.as_str(), found[0].categories[0].slug), ("Joe's", "plumber"));
    assert_eq!((found[0].city.as_deref(), found[0].point.is_some()), (Some("Freehold"), true));
}

#[test]
fn row_groups_elsewhere_are_not_read() {
    let bytes = file(overture(), 1);
    let records = read_within("o.parquet", &bytes, (40.26, -74.27), 5.0);
    let found = places(records);
    assert_eq!((found.len(), found[0].name.as_str()), (1, "Joe's"));
    // The third row, which is bad, lies in a group that is left out.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o.parquet");
    std::fs::write(&path, &bytes).unwrap();
    let source = FileSource::open(&path).unwrap();
    let center = contract::GeoPoint { latitude: 40.26, longitude: -74.27 };
    let (records, _) = collect(&source, SearchArea::around(center, 5.0));
    assert_eq!(records.len(), 1);
    assert_eq!(source.info().licence, "CDLA-Permissive-2.0");
}

#[test]
fn tables_of_another_schema_are_read_by_their_column_names() {
    let columns = vec![
        ("business_name", texts(&["Joe's"])),
        ("latitude", Arc::new(Float64Array::from(vec![40.26])) as ArrayRef),
        ("longitude", Arc::new(Float64Array::from(vec![-74.27])) as ArrayRef),
        ("category", texts(&["Plumbers"])),
    ];
    let found = places(read_file("t.parquet", &file(columns, 10)).unwrap());
    assert_eq!((found[0].name.as_str(), found[0].categories[0].slug), ("Joe's", "plumber"));
    assert!(found[0].point.is_some());
    let error = read_file("t.parquet", &file(vec![("colour", texts(&["red"]))], 10)).unwrap_err();
    assert!(error.to_string().contains("no column for the name"), "{error}");
}

#[test]
fn a_file_that_is_cut_off_or_damaged_says_so() {
    let bytes = file(overture(), 10);
    for length in [bytes.len() - 1, bytes.len() / 2, 20] {
        let error = read_file("cut.parquet", &bytes[..length]).unwrap_err().to_string();
        assert!(error.contains("cut off"), "{length}: {error}");
    }
    let mut damaged = bytes.clone();
    let footer = damaged.len() - 8 - 100;
    for byte in &mut damaged[footer..footer + 60] {
        *byte ^= 0xff;
    }
    let error = read_file("bad.parquet", &damaged).unwrap_err().to_string();
    assert!(error.contains("damaged") || error.contains("cut off"), "{error}");
    for at in (8..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        let _ = read_all("changed.parquet", &changed);
    }
}
