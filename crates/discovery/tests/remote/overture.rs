//! A release of Overture in an object store: what is read of it, and what is not.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{Field, Fields, Schema};
use discovery::PlaceSource as _;
use discovery::remote::{AnswerCache, ServiceConfig};
use discovery::source::{OvertureRelease, SearchArea};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use crate::server::{Asked, Reply, Server};
use crate::support::{CONTACT, TIMING, told};

const FOLDER: &str = "release/2026-11-18.0/theme=places/type=place/";
const ROWS_A_GROUP: usize = 50;

/// A file of places, a row group for each degree of latitude from `south` on, with a column that nobody reads.
fn file(south: u32, degrees: u32) -> Vec<u8> {
    let rows: Vec<(String, f32, f32)> = (0..degrees * 50)
        .map(|row| (format!("gers-{south}-{row}"), south as f32 + row as f32 / 50.0, 24.94))
        .collect();
    let text = |of: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new((0..rows.len()).map(|row| Some(of(row))).collect::<StringArray>())
    };
    let degree = |of: fn(&(String, f32, f32)) -> f32| -> ArrayRef {
        Arc::new(Float32Array::from_iter_values(rows.iter().map(of)))
    };
    let columns = vec![
        ("id", text(&|row| rows[row].0.clone())),
        (
            "bbox",
            structs(vec![
                ("xmin", degree(|row| row.2)),
                ("xmax", degree(|row| row.2)),
                ("ymin", degree(|row| row.1)),
                ("ymax", degree(|row| row.1)),
            ]),
        ),
        ("unread", text(&|row| format!("{row}").repeat(2_000).chars().rev().collect())),
        ("names", structs(vec![("primary", text(&|row| format!("Kahvila {row}")))])),
        ("basic_category", text(&|_| "cafe".to_owned())),
        (
            "operating_status",
            text(&|row| if row % 10 == 9 { "permanently_closed" } else { "open" }.to_owned()),
        ),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns.into_iter().map(|(_, column)| column).collect())
            .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(ROWS_A_GROUP)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn structs(parts: Vec<(&str, ArrayRef)>) -> ArrayRef {
    let fields: Fields =
        parts.iter().map(|(name, part)| Field::new(*name, part.data_type().clone(), true)).collect();
    Arc::new(StructArray::new(fields, parts.into_iter().map(|(_, part)| part).collect(), None))
}

/// An object store with two releases; of the newer one the file that `files` gives by its number.
fn store(asked: &Asked, files: &[Vec<u8>]) -> Reply {
    if asked.path == "/" {
        return list(asked, files.len());
    }
    let number = asked.path.rsplit_once("part-").unwrap().1.trim_end_matches(".parquet");
    part(asked, &files[number.parse::<usize>().unwrap()], &format!("\"v{number}\""))
}

/// One file a page.
fn list(asked: &Asked, files: usize) -> Reply {
    assert_eq!(asked.field("list-type").as_deref(), Some("2"));
    let prefix = asked.field("prefix").unwrap();
    let inside = if asked.field("delimiter").is_some() {
        let folder =
            |name: &str| format!("<CommonPrefixes><Prefix>release/{name}/</Prefix></CommonPrefixes>");
        ["2026-10-21.0", "2026-11-18.0", "2026-09-23.1", "notes"].map(folder).concat()
    } else if prefix == FOLDER {
        let at: usize = asked.field("continuation-token").map_or(0, |token| token.parse().unwrap());
        let next = if at + 1 < files {
            format!("<NextContinuationToken>{}</NextContinuationToken>", at + 1)
        } else {
            String::new()
        };
        format!(
            "<IsTruncated>{}</IsTruncated>{next}<Contents><Key>{FOLDER}part-{at}.parquet</Key><ETag>&quot;v{at}&quot;</ETag><Size>1</Size></Contents>",
            at + 1 < files
        )
    } else {
        String::new()
    };
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>maps</Name><Prefix>{prefix}</Prefix>{inside}</ListBucketResult>"
    );
    Reply::status(200, xml).with("content-type", "application/xml")
}

/// What a store answers to a range request.
fn part(asked: &Asked, whole: &[u8], tag: &str) -> Reply {
    let length = whole.len();
    let span = span(&asked.range, length);
    let place = format!("bytes {}-{}/{length}", span.start, span.end - 1);
    Reply::bytes(206, whole[span].to_vec()).with("content-range", place).with("etag", tag)
}

fn span(range: &str, length: usize) -> Range<usize> {
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    match first {
        "" => length.saturating_sub(last.parse().unwrap())..length,
        first => first.parse().unwrap()..length.min(last.parse::<usize>().unwrap() + 1),
    }
}

fn config(server: &Server, path: &str) -> ServiceConfig {
    ServiceConfig::new(server.url(path), CONTACT, TIMING)
}

fn around(latitude: f64) -> SearchArea {
    SearchArea::around(contract::GeoPoint::new(latitude, 24.94).unwrap(), 20.0)
}

/// Bytes that were sent for range requests of files.
fn sent(server: &Server, length: usize) -> usize {
    server
        .asked()
        .iter()
        .filter(|asked| !asked.range.is_empty())
        .map(|asked| span(&asked.range, length).len())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_newest_release_only_the_row_groups_and_columns_that_are_needed_are_read() {
    let files = vec![file(10, 12), file(55, 12)];
    let lengths: Vec<usize> = files.iter().map(Vec::len).collect();
    let server = Server::start(move |asked, _| store(asked, &files)).await;
    let source = OvertureRelease::new(&config(&server, "/"), None).unwrap();
    let told = told(&source, &around(60.5)).await.unwrap();
    assert!((15..25).contains(&told.places.len()), "{}", told.places.len());
    assert!(
        told.places
            .iter()
            .all(|place| place.source == Some("overture") && place.categories[0].slug == "cafe")
    );
    assert_eq!(told.progress.last(), Some(&(50, Some(50))), "one row group of one file");
    assert!(told.notes.iter().any(|note| note.contains("2 files")), "{:?}", told.notes);

    let asked = server.asked();
    let lists: Vec<&str> =
        asked.iter().filter(|asked| asked.path == "/").map(|asked| asked.query.as_str()).collect();
    assert_eq!(lists.len(), 3, "releases, and two pages of files: {lists:?}");
    let rows: Vec<&Asked> =
        asked.iter().filter(|asked| asked.range.len() > 6 && !asked.range.contains("=-")).collect();
    assert!(rows.iter().all(|asked| asked.path.ends_with("part-1.parquet")), "{rows:?}");
    let read: usize = rows.iter().map(|asked| span(&asked.range, lengths[1]).len()).sum();
    assert!(read < lengths[1] / 12, "{read} of {}", lengths[1]);
    assert!(asked.iter().all(|asked| asked.agent.contains(CONTACT)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_where_nothing_lies_reads_footers_alone() {
    let files = vec![file(10, 4)];
    let server = Server::start(move |asked, _| store(asked, &files)).await;
    let source = OvertureRelease::new(&config(&server, "/"), Some("2026-11-18.0")).unwrap();
    assert!(told(&source, &around(-40.0)).await.unwrap().places.is_empty());
    let ranges: Vec<String> =
        server.asked().into_iter().map(|asked| asked.range).filter(|range| !range.is_empty()).collect();
    assert!(ranges.iter().all(|range| range.starts_with("bytes=-")), "{ranges:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_kept_and_a_search_that_failed_reads_only_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let files = vec![file(55, 10)];
    let length = files[0].len();
    let server = Server::start(move |asked, before| {
        // The list, the footer, and one part of the row group; then the store is away for a while.
        if (3..3 + TIMING.attempts as usize).contains(&before) {
            Reply::status(503, "")
        } else {
            store(asked, &files)
        }
    })
    .await;
    let source = || {
        let config = config(&server, "/").kept_in(AnswerCache::new(folder.path()));
        OvertureRelease::new(&config, Some("2026-11-18.0")).unwrap()
    };
    let area = SearchArea::around(contract::GeoPoint::new(60.0, 24.94).unwrap(), 50.0);
    let error = told(&source(), &area).await.unwrap_err().to_string();
    assert!(error.contains("is busy"), "{error}");
    let first = sent(&server, length);
    let places = told(&source(), &area).await.unwrap().places.len();
    assert!(places > 40, "{places}");
    let ranges: Vec<String> =
        server.asked().into_iter().map(|asked| asked.range).filter(|range| !range.is_empty()).collect();
    let answered: Vec<&String> =
        ranges.iter().take(2).chain(ranges.iter().skip(2 + TIMING.attempts as usize)).collect();
    let mut distinct = answered.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), answered.len(), "nothing was read twice: {ranges:?}");
    assert!(first > 0);

    let before = server.asked().len();
    assert_eq!(told(&source(), &area).await.unwrap().places.len(), places);
    assert_eq!(server.asked().len(), before + 1, "the list alone is asked for again");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_is_enough_and_is_not_believed_to_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let whole = file(59, 3);
    let server = Server::start(move |asked, _| {
        assert_eq!(asked.path, "/maps/places.parquet");
        part(asked, &whole, "\"one\"")
    })
    .await;
    let config = config(&server, "/maps/places.parquet").kept_in(AnswerCache::new(folder.path()));
    let source = OvertureRelease::new(&config, None).unwrap();
    let places = told(&source, &around(60.5)).await.unwrap().places.len();
    assert!(places > 10, "{places}");
    let before = server.asked().len();
    assert_eq!(told(&source, &around(60.5)).await.unwrap().places.len(), places);
    assert_eq!(server.asked().len(), before + 1, "its end is looked at again, its rows are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_other_than_it_should_is_told() {
    let check = async |path: &str, reply: fn(&Asked, &[u8]) -> Reply, part: &str| {
        let whole = file(59, 3);
        let server = Server::start(move |asked, _| reply(asked, &whole)).await;
        let source = OvertureRelease::new(&config(&server, path), None).unwrap();
        let error = told(&source, &around(60.5)).await.unwrap_err().to_string();
        assert!(error.contains(part), "{part}: {error}");
    };
    let one = "/p.parquet";
    check(one, |_, whole| Reply::bytes(200, whole.to_vec()), "no parts of them").await;
    check(one, |asked, whole| part(asked, &whole[..whole.len() / 2], "\"1\""), "damaged").await;
    check(
        one,
        |_, _| Reply::status(404, "<Error><Message>The specified key does not exist.</Message></Error>"),
        "does not exist",
    )
    .await;
    check(one, |_, _| Reply::status(403, "<Error><Code>AccessDenied</Code></Error>"), "AccessDenied").await;
    check(one, |asked, whole| part(asked, whole, "\"1\"").cut(), "gave no answer").await;
    check(one, |_, whole| Reply::bytes(206, whole.to_vec()), "more came than").await;
    check(one, |_, _| Reply::bytes(206, b"PAR1".to_vec()), "without its place").await;
    check("/", |_, _| Reply::status(200, "<html>hello</html>"), "no list of objects").await;
    check("/", |_, _| Reply::status(200, "<ListBucketResult></ListBucketResult>"), "no release").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_while_it_is_read_is_not_mixed() {
    let whole = file(59, 3);
    let server = Server::start(move |asked, before| {
        part(asked, &whole, if before == 0 { "\"old\"" } else { "\"new\"" })
    })
    .await;
    let source = OvertureRelease::new(&config(&server, "/p.parquet"), None).unwrap();
    let error = told(&source, &around(60.5)).await.unwrap_err().to_string();
    assert!(error.contains("another version"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_not_there_is_named_and_its_terms_are_told() {
    let files = vec![file(59, 1)];
    let server = Server::start(move |asked, _| store(asked, &files)).await;
    let source = OvertureRelease::new(&config(&server, "/"), Some("2020-01-01.0")).unwrap();
    let error = told(&source, &around(60.5)).await.unwrap_err().to_string();
    assert!(error.contains("2020-01-01.0") && error.contains("is that release there"), "{error}");
    let error = OvertureRelease::new(&config(&server, "/"), Some("../x y")).unwrap_err().to_string();
    assert!(error.contains("is no release"), "{error}");
    let info = source.info();
    assert_eq!((info.source.as_str(), info.licence.as_str()), ("overture", "CDLA-Permissive-2.0"));
    assert!(info.cost.contains("free") && info.coverage.contains("2020-01-01.0"), "{info:?}");
}
