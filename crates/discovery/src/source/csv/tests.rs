use contract::import::ImportField;

use crate::error::SourceError;
use crate::import::ColumnMap;
use crate::place::{Place, Record, Rejected};
use crate::source::tests::read_file;
use crate::source::{FileSource, PlaceSource, SearchArea};

fn read(bytes: &[u8]) -> (Vec<Place>, Vec<Rejected>) {
    let mut places = Vec::new();
    let mut rejected = Vec::new();
    for record in read_file("leads.csv", bytes).unwrap() {
        match record {
            Record::Place(place) => places.push(*place),
            Record::Rejected(one) => rejected.push(*one),
        }
    }
    (places, rejected)
}

fn names(places: &[Place]) -> Vec<&str> {
    places.iter().map(|place| place.name.as_str()).collect()
}

#[test]
fn columns_are_found_by_name_in_any_order_and_language_of_delimiter() {
    for text in [
        "Business Name,City,ZIP,Phone\nJoe's,Freehold,07728,(732) 462-1234\n",
        "zip;phone;business name;city\r\n07728;+1 732 462 1234;Joe's;Freehold\r\n",
        "\n\nphone\tname\tcity\tpostal code\n+17324621234\tJoe's\tFreehold\t07728",
    ] {
        let (places, rejected) = read(text.as_bytes());
        assert_eq!((names(&places), rejected.len()), (vec!["Joe's"], 0), "{text}");
        assert_eq!(places[0].city.as_deref(), Some("Freehold"), "{text}");
        assert_eq!(places[0].postal_code.as_deref(), Some("07728"), "{text}");
    }
}

#[test]
fn encodings_are_recognised() {
    let text = "name,city\nKäpylän Kahvila,Järvenpää\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [b"\xff\xfe".as_slice(), &utf_16].concat();
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for bytes in [text.as_bytes(), &[b"\xef\xbb\xbf", text.as_bytes()].concat(), &with_mark, &utf_16, &latin]
    {
        let (places, _) = read(bytes);
        assert_eq!(names(&places), ["Käpylän Kahvila"]);
        assert_eq!(places[0].city.as_deref(), Some("Järvenpää"));
    }
}

#[test]
fn quoted_fields_may_span_lines_and_lines_are_counted_right() {
    let (places, rejected) = read(b"name,notes\n\"A\",\"one\ntwo\"\nB,x\n,nameless\n");
    assert_eq!(names(&places), ["A", "B"]);
    assert_eq!(places[0].notes.as_deref(), Some("one two"));
    assert_eq!((places[0].line, places[1].line), (Some(2), Some(4)));
    assert_eq!(rejected[0].line, Some(5));
}

#[test]
fn bad_rows_are_told_with_line_and_reason_and_the_rest_is_read() {
    let text = "id,name,latitude,longitude\n1,A,60,25\n2,B\n3,,60,25\n4,D,north,25\n5,E,91,25\n6,F,60,25,extra\n7,G,60,25,\n8,H\u{1},60,25\n";
    let (places, rejected) = read(text.as_bytes());
    assert_eq!(names(&places), ["A", "G"]);
    let lines: Vec<_> = rejected.iter().map(|one| one.line.unwrap()).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 9]);
    let reasons: Vec<&str> = rejected.iter().map(|one| one.reason.as_str()).collect();
    for (reason, part) in
        reasons.iter().zip(["2 fields", "no name", "no point", "no point", "5 fields", "no text"])
    {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(rejected[0].raw, "2,B");
    assert_eq!(rejected[2].source_id.as_deref(), Some("4"));
}

#[test]
fn one_quote_too_many_costs_one_row() {
    let (places, rejected) = read(b"name,city\nA,X\nB,\"Y\nC,Z\n\"D, E\",W\nF,V\n");
    assert_eq!(names(&places), ["A", "C", "D, E", "F"]);
    assert_eq!((rejected.len(), rejected[0].line), (1, Some(3)));
    assert!(rejected[0].reason.contains("never closed"), "{}", rejected[0].reason);
}

#[test]
fn a_quote_open_to_the_end_costs_one_row() {
    let mut text = "name,city\nA,\"X\n".to_owned();
    for number in 0..500 {
        text.push_str(&format!("B{number},Y\n"));
    }
    let (places, rejected) = read(text.as_bytes());
    assert_eq!((places.len(), rejected.len(), rejected[0].line), (500, 1, Some(2)));
}

#[test]
fn a_line_without_end_is_one_bad_row() {
    let text = format!("name,city\nA,X\nB,{}\nC,Y\n", "x".repeat(3 << 20));
    let (places, rejected) = read(text.as_bytes());
    assert_eq!((names(&places), rejected.len()), (vec!["A", "C"], 1));
    assert!(rejected[0].raw.len() < 5000);
}

#[test]
fn a_table_without_names_is_refused_with_its_columns() {
    let error = read_file("leads.csv", b"colour,size\nred,5\n").unwrap_err().to_string();
    assert!(error.contains("no column for the name") && error.contains("colour, size"), "{error}");
}

#[test]
fn overtures_columns_are_read_from_a_table_too() {
    let text = concat!(
        "id,names,categories,confidence,phones,addresses,geometry\n",
        r#"1,"{""primary"":""Joe's""}","{""primary"":""plumbing""}",0.9,"[""+17324621234""]","#,
        r#""[{""locality"":""Freehold"",""region"":""NJ"",""country"":""US""}]",POINT (-74.27 40.26)"#,
        "\n"
    );
    let (places, rejected) = read(text.as_bytes());
    assert_eq!(rejected, []);
    assert_eq!((places[0].name.as_str(), places[0].categories[0].slug), ("Joe's", "plumber"));
    assert_eq!(places[0].point, contract::GeoPoint::new(40.26, -74.27));
    assert_eq!(places[0].phone.as_ref().unwrap().e164, "+17324621234");
}

/// A table whose name stands under a word that nobody knows, and an identifier under that of the name.
const KUNDEN: &str = "Firma,Name,Telefon,Score,\nKahvila Oy,K1,+358 9 1234567,5,x\nLeipomo Oy,K2,,7,\n";

/// The file with these columns taken for what is said, and its records.
fn corrected(
    text: &str,
    columns: &[(usize, Option<ImportField>)],
) -> Result<(FileSource, Vec<Place>, tempfile::TempDir), SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kunden.csv");
    std::fs::write(&path, text).unwrap();
    let file = FileSource::open(&path)?.with_columns(ColumnMap(columns.iter().copied().collect()))?;
    file.check()?;
    let mut stream = file.places(&SearchArea::everywhere())?;
    let mut places = Vec::new();
    while let Some(chunk) = stream.blocking_next_chunk() {
        places.extend(chunk?.records.into_iter().filter_map(|record| match record {
            Record::Place(place) => Some(*place),
            Record::Rejected(_) => None,
        }));
    }
    Ok((file, places, folder))
}

#[test]
fn columns_are_what_a_person_says_they_are() {
    use ImportField::{Name, Phone, SourceId, Tags};
    let said = [(0, Some(Name)), (1, Some(SourceId)), (2, Some(Phone)), (4, Some(Tags))];
    let (file, places, _folder) = corrected(KUNDEN, &said).unwrap();
    assert_eq!(names(&places), ["Kahvila Oy", "Leipomo Oy"]);
    assert_eq!(
        (places[0].source_id.as_str(), places[0].tags.as_slice()),
        ("K1", ["x".to_owned()].as_slice())
    );
    assert_eq!(places[0].phone.as_ref().unwrap().e164, "+35891234567");
    let table = file.table().unwrap();
    let fields: Vec<_> = table.columns.iter().map(|column| column.field).collect();
    // What is not said stays what the name says: here a score is how sure it is.
    let score = Some(ImportField::Confidence);
    assert_eq!(fields, [Some(Name), Some(SourceId), Some(Phone), score, Some(Tags)]);
    assert_eq!(table.by_name, [None, Some(Name), None, score, None]);
    assert_eq!(table.columns[0].sample, ["Kahvila Oy", "Leipomo Oy"]);
    assert!(table.can_be_corrected);
}

#[test]
fn what_is_said_counts_before_what_names_say() {
    let (_, places, _folder) = corrected(KUNDEN, &[(0, Some(ImportField::Name))]).unwrap();
    assert_eq!(names(&places), ["Kahvila Oy", "Leipomo Oy"]);
    let phones = "name,phone,Zentrale\nA,+358 9 1234567,+358 9 7654321\n";
    let (_, places, _folder) = corrected(phones, &[(2, Some(ImportField::Phone))]).unwrap();
    assert_eq!(places[0].phone.as_ref().unwrap().e164, "+35897654321");
    assert_eq!(places[0].numbers.len(), 2, "of phone numbers each counts");
}

#[test]
fn columns_that_cannot_be_taken_so_are_refused_with_what_would_be_right() {
    let check = |text: &str, columns: &[(usize, Option<ImportField>)], told: &str| {
        let error = corrected(text, columns).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    };
    check(KUNDEN, &[(1, None)], "no column for the name");
    check(KUNDEN, &[(9, None)], "there is no column 10; the first row names 5");
    let city = Some(ImportField::City);
    check(KUNDEN, &[(0, city), (4, city)], "'Firma' and 'column 5' cannot both be city");
    check(KUNDEN, &[(0, Some(ImportField::Sources))], "'Firma' cannot be sources");
    let overture = "id,names,categories,confidence\n08f,\"{\"\"primary\"\":\"\"A\"\"}\",,0.9\n";
    check(overture, &[(1, None)], "Overture");
}

#[test]
fn columns_are_called_by_their_names() {
    let (file, _, _folder) = corrected("name,Tel,tel,Score\nA,1,2,3\n", &[]).unwrap();
    let named = |name: &str, field| file.column_map(&[(name.to_owned(), field)]).unwrap().0;
    let phone = Some(ImportField::Phone);
    assert_eq!(named("Tel", phone), [(1, phone)].into(), "as it is written, where one is");
    assert_eq!(named("TEL", phone), [(1, phone), (2, phone)].into());
    assert_eq!(named(" score ", None), [(3, None)].into());
    let error = file.column_map(&[("Fax".to_owned(), phone)]).unwrap_err().to_string();
    assert!(error.contains("there is no column 'Fax'; its columns are: name, Tel, tel, Score"), "{error}");
}

#[test]
fn a_table_that_was_exported_is_any_table_once_its_records_are_left_out() {
    let text = "name,sources,licences,attribution\nA,overture 1; openstreetmap node/2,,\n'@B,overture 3,,\n";
    let (file, places, _folder) = corrected(text, &[]).unwrap();
    assert_eq!(file.table().unwrap().columns[1].field, Some(ImportField::Sources));
    assert_eq!((names(&places), places[0].source_id.as_str()), (vec!["A", "@B"], "1"));
    assert!(places.iter().all(|place| place.lead.is_some()));
    let (_, places, _folder) = corrected(text, &[(1, None)]).unwrap();
    assert!(places.iter().all(|place| place.lead.is_none() && place.source_id.starts_with("content:")));
}

#[test]
fn contacts_of_an_exported_table_are_no_fields_of_the_business() {
    let row = "A,,,Jane Doe,Owner,jane@a.example,safe,+358501234567,\"Jane Doe, jane@a.example\",1";
    let header = "name,phone,email,contactName,contactRole,contactEmail,contactEmailStatus,contactPhone,contacts,contactCount";
    let exported = format!("{header},sources,licences,attribution\n{row},overture 1,,\n");
    let (file, places, _folder) = corrected(&exported, &[]).unwrap();
    let place = &places[0];
    assert_eq!((place.name.as_str(), &place.phone, &place.email), ("A", &None, &None));
    assert!(place.numbers.is_empty());
    let columns = file.table().unwrap().columns;
    let known: Vec<_> =
        columns.iter().filter(|column| column.field.is_some()).map(|column| column.column.as_str()).collect();
    assert_eq!(known, ["name", "phone", "email", "sources"]);
    // Unless somebody says so, and in a table from elsewhere, where such a column is how the business is reached.
    let said = [(7, Some(ImportField::Phone))];
    let (_, places, _folder) = corrected(&exported, &said).unwrap();
    assert_eq!(places[0].phone.as_ref().unwrap().e164, "+358501234567");
    let (_, places, _folder) = corrected(&format!("{header}\n{row}\n"), &[]).unwrap();
    assert_eq!(places[0].email.as_deref(), Some("jane@a.example"));
}
