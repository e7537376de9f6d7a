//! What an import does.

use contract::event::EventPayload;
use contract::import::ImportField;
use contract::suppression::SuppressionReason;
use discovery::DiscoveryError;
use discovery::import::ImportRequest;
use store::suppression::Subject;
use store::test_support::TestStore;

use crate::support::{assert_adds_up, businesses, file, import_file};

store::stories!(
    bad_rows_are_kept_with_line_and_reason,
    the_same_file_twice_brings_nothing_new,
    duplicates_within_a_file_become_one,
    a_batch_is_one_event,
    a_file_that_is_cut_off_keeps_what_was_whole,
    closed_places_are_left_out,
    a_preview_tells_what_the_import_does,
    addresses_on_the_suppression_list_are_left_out_and_counted,
);

async fn a_preview_tells_what_the_import_does(db: TestStore) {
    let store = db.store().clone();
    let (_folder, known) = file("known.csv", "name,phone,country\nJoe's Diner,(732) 462-1234,US\n");
    import_file(&store, &known).await.0.unwrap();
    let since = store.latest_seq().await.unwrap();
    let text =
        format!("{LEADS}Broken,row\n").replace("name,street", "Company Name,street").replace("zip", "Colour");
    let (_folder, path) = file("leads.csv", text);
    let preview = discovery::preview(&store, &ImportRequest::new(&path)).await.unwrap();
    assert_eq!((preview.kind.as_str(), preview.complete, preview.read), ("CSV", true, 5));
    assert_eq!((preview.new, preview.duplicates, preview.rejected), (2, 2, 1), "{preview:?}");
    let fields: Vec<_> =
        preview.columns.iter().map(|one| (one.column.as_str(), one.field.map(ImportField::as_str))).collect();
    assert_eq!(fields[0], ("Company Name", Some("name")));
    assert_eq!(fields[3], ("Colour", None));
    assert_eq!((preview.sample.len(), preview.duplicate_sample[0].of.as_str()), (2, "Joe's Diner"));
    assert_eq!(preview.rejected_sample[0].line, Some(6));
    assert_eq!(store.latest_seq().await.unwrap(), since, "nothing is written");
    let (outcome, _) = import_file(&store, &path).await;
    let counts = outcome.unwrap().counts;
    assert_eq!((counts.saved, counts.merged, counts.rejected), (2, 2, 1));
}

async fn addresses_on_the_suppression_list_are_left_out_and_counted(db: TestStore) {
    let store = db.store().clone();
    let mut text = "name,email,city\n".to_owned();
    // More than a batch, so that one is decided on while the one before it is written.
    for row in 0..7000 {
        let domain = if row % 1000 == 999 { "acme.example" } else { "other.example" };
        text.push_str(&format!("Business {row},info{row}@{domain},Freehold\n"));
    }
    text.push_str("Rejected,info@acme.example\n");
    let mut tx = store.begin().await.unwrap();
    let domain = Subject::domain("acme.example").unwrap();
    tx.suppress(&domain, SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    let (_folder, path) = file("leads.csv", text);
    let preview = discovery::preview(&store, &ImportRequest::new(&path)).await.unwrap();
    assert!(!format!("{:?}", preview.sample).contains("acme.example"));
    for (saved, merged) in [(7000, 0), (0, 7000)] {
        let (outcome, rejections) = import_file(&store, &path).await;
        let outcome = outcome.unwrap();
        let counts = outcome.counts;
        assert_eq!((counts.saved, counts.merged, counts.suppressed), (saved, merged, 7));
        assert_adds_up(&outcome);
        assert_eq!(rejections[0].raw, None, "the rejected record is not kept in full");
    }
    let all = businesses(&store).await;
    assert_eq!(all.iter().filter(|business| business.email.is_none()).count(), 7);
    assert!(all.iter().all(|business| business.version == 1), "nothing was new the second time");
}

async fn bad_rows_are_kept_with_line_and_reason(db: TestStore) {
    let store = db.store().clone();
    let mut text = "name,city,latitude,longitude\n".to_owned();
    for row in 0..3000 {
        match row {
            1500 => text.push_str("Broken,\"Freehold,40.2,-74.2\n"),
            2000 => text.push_str("Too,few\n"),
            2500 => text.push_str("Far Off,Nowhere,140.2,-74.2\n"),
            _ => text.push_str(&format!("Business {row},Freehold,40.{row:04},-74.2\n")),
        }
    }
    let (_folder, path) = file("leads.csv", text);
    let (outcome, rejections) = import_file(&store, &path).await;
    let counts = outcome.unwrap().counts;
    assert_eq!((counts.found, counts.saved, counts.rejected), (3000, 2997, 3));
    let told: Vec<_> = rejections.iter().map(|one| (one.line.unwrap(), one.reason.as_str())).collect();
    assert_eq!(told.iter().map(|one| one.0).collect::<Vec<_>>(), [1502, 2002, 2502]);
    assert!(told[0].1.contains("never closed") && told[1].1.contains("2 fields"), "{told:?}");
    assert!(told[2].1.contains("no point on Earth"), "{told:?}");
    assert_eq!(rejections[1].raw.as_deref(), Some("Too,few"));
    assert_eq!(rejections[2].name.as_deref(), Some("Far Off"));
}

const LEADS: &str = "\
name,street,city,zip,country,phone
Joe's Diner,1 Main St,Freehold,07728,US,(732) 462-1234
JOES DINER LLC,2 Other St,Freehold,07728,US,+17324621234
Joe's Diner,9 Elm St,Austin,73301,US,(512) 555-0100
Ann's,1 Main St,Freehold,07728,US,(732) 462-1234
";

async fn duplicates_within_a_file_become_one(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("leads.csv", LEADS);
    let outcome = import_file(&store, &path).await.0.unwrap();
    assert_adds_up(&outcome);
    assert_eq!((outcome.counts.saved, outcome.counts.merged), (3, 1));
    assert!(outcome.merges[0].reason.contains("phone number"), "{:?}", outcome.merges);
}

async fn the_same_file_twice_brings_nothing_new(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("leads.csv", LEADS);
    import_file(&store, &path).await.0.unwrap();
    let before = businesses(&store).await;
    let outcome = import_file(&store, &path).await.0.unwrap();
    assert_eq!((outcome.counts.saved, outcome.counts.merged), (0, 4));
    assert_eq!(businesses(&store).await, before);
}

async fn a_batch_is_one_event(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("leads.csv", LEADS);
    let seq = store.latest_seq().await.unwrap();
    import_file(&store, &path).await.0.unwrap();
    let events = store.events_since(seq, 1000).await.unwrap().events;
    let bulk: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.payload {
            EventPayload::BusinessesBulkUpdated(bulk) => Some(bulk),
            EventPayload::BusinessCreated(_) | EventPayload::BusinessUpdated(_) => panic!("{event:?}"),
            _ => None,
        })
        .collect();
    assert_eq!(bulk.len(), 1);
    let stored = businesses(&store).await;
    assert_eq!(bulk[0].ids, stored.iter().map(|one| one.id).collect::<Vec<_>>());
    assert_eq!(bulk[0].versions, stored.iter().map(|one| one.version).collect::<Vec<_>>());
}

async fn a_file_that_is_cut_off_keeps_what_was_whole(db: TestStore) {
    let store = db.store().clone();
    let feature =
        |name: &str| format!(r#"{{"type":"Feature","geometry":null,"properties":{{"name":"{name}"}}}}"#);
    let text = format!("{{\"features\":[{},{},{{\"type\":", feature("A"), feature("B"));
    let (_folder, path) = file("cut.geojson", text);
    let (outcome, _) = import_file(&store, &path).await;
    assert!(matches!(outcome, Err(DiscoveryError::Source(_))), "{outcome:?}");
    assert_eq!(businesses(&store).await.len(), 2);
}

async fn closed_places_are_left_out(db: TestStore) {
    let store = db.store().clone();
    let text = "name,city,date_closed\nOpen,Freehold,\nGone,Freehold,2021-05-04\n";
    let (_folder, path) = file("places.csv", text);
    let counts = import_file(&store, &path).await.0.unwrap().counts;
    assert_eq!((counts.found, counts.saved, counts.closed), (2, 1, 1));
}
