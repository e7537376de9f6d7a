//! What is exported from here comes back as the same leads.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use contract::columns::Columns;
use contract::export::ExportFormat;
use contract::records::records_text;
use contract::{
    Business, BusinessId, BusinessQuery, EmailStatus, OperatingStatus, ScrapeRequest, SourceRef, Timestamp,
};
use export::Attributions;
use futures::TryStreamExt;
use store::test_support::{self, TestStore};
use store::{NewBusiness, NewContact, Store};

use crate::support::{around_helsinki, assert_adds_up, businesses, file, import_file, search};

store::stories!(
    an_export_comes_back_whole_in_an_empty_database,
    an_export_brings_nothing_new_where_it_is_from,
    a_table_of_chosen_columns_has_every_lead_too,
    a_lead_that_was_deleted_comes_back_beside_its_neighbour,
    leads_stay_apart_from_one_batch_to_the_next,
    a_record_stays_with_the_business_that_has_it,
    rows_without_their_records_are_those_of_any_file,
);

/// The forms that an import reads.
const FORMS: [ExportFormat; 3] = [ExportFormat::Csv, ExportFormat::Json, ExportFormat::Geojson];

/// A database of the same kind with nothing in it.
async fn another(db: &TestStore) -> TestStore {
    if db.folder().is_some() { test_support::sqlite().await } else { test_support::postgres().await }
}

/// A lead of that name and of these records, without a place.
fn lead(name: &str, records: &[(&str, &str)]) -> NewBusiness {
    let source = |(source, id): &(&str, &str)| SourceRef {
        source: (*source).to_owned(),
        source_id: (*id).to_owned(),
        fetched_at: Timestamp::default(),
        licence: None,
    };
    let business = Business {
        city: Some("Helsinki".to_owned()),
        country: Some("FI".to_owned()),
        sources: records.iter().map(source).collect(),
        ..Business::named(BusinessId(0), name, Timestamp::default())
    };
    NewBusiness { name_key: discovery::matching::name_key(name), domain: None, business }
}

/// The same at the same door, with the same number.
fn at_the_door(one: NewBusiness) -> NewBusiness {
    let business = Business {
        street: Some("Kauppatori 1".to_owned()),
        postal_code: Some("00170".to_owned()),
        latitude: Some(60.1675),
        longitude: Some(24.9525),
        phone: Some("+358912345678".to_owned()),
        phone_display: Some("09 12345678".to_owned()),
        ..one.business
    };
    NewBusiness { business, ..one }
}

async fn store_all(store: &Store, leads: Vec<NewBusiness>) -> Vec<Business> {
    let mut tx = store.begin().await.unwrap();
    let stored = tx.insert_businesses(leads).await.unwrap();
    tx.commit().await.unwrap();
    stored
}

/// Somebody who is reached otherwise than the business.
fn person() -> NewContact {
    NewContact {
        name: Some("Jane Doe".to_owned()),
        title: Some("Owner".to_owned()),
        email: Some("jane@elsewhere.example".to_owned()),
        email_status: EmailStatus::Safe,
        phone: Some("+358501234567".to_owned()),
        linkedin: Some("https://www.linkedin.com/in/jane".to_owned()),
        is_primary: true,
        confidence: 0.9,
        source_url: None,
        found_at: Timestamp::default(),
    }
}

/// The 60 cafés around the centre, chains with outlets side by side among them; leads of nobody's record that are alike in
/// everything; two records of a source that may have a business twice; and what is written in an unusual way. Somebody works at
/// each of the latter.
async fn fill(store: &Store) {
    let request = ScrapeRequest { max_results: Some(60), ..around_helsinki("cafe", 2.0) };
    assert_eq!(search(store, &request).await.counts.saved, 60);
    let mut odd = lead("@Home, \"the\" Café", &[("file:mine", "7; 8% a")]);
    odd.business.tags = vec!["warm, cosy".to_owned(), "new".to_owned()];
    odd.business.socials.facebook = Some("https://www.facebook.com/athome".to_owned());
    odd.business.operating_status = OperatingStatus::PermanentlyClosed;
    let mut leads = vec![odd, lead("Only a Name", &[]), lead("Only a Name", &[])];
    leads.extend([at_the_door(lead("Twin", &[])), at_the_door(lead("Twin", &[]))]);
    leads.extend(["08a", "08b"].map(|id| at_the_door(lead("Kiosk", &[("overture", id)]))));
    leads.push(at_the_door(lead("Merged", &[("openstreetmap", "node/1"), ("overture", "08c")])));
    let stored = store_all(store, leads).await;
    let mut tx = store.begin().await.unwrap();
    for business in stored {
        tx.replace_contacts(business.id, vec![person()]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// An export of everything, as a file.
async fn exported(store: &Store, form: ExportFormat, columns: Option<&str>) -> (tempfile::TempDir, PathBuf) {
    let mut out = Vec::new();
    let columns: Option<Columns> = columns.map(|columns| columns.parse().unwrap());
    let now = Timestamp::from_millis(0);
    let mut writer = export::writer(form, &mut out, Attributions::default(), columns.as_ref(), now).unwrap();
    let details = store.business_detail_stream(&BusinessQuery::default());
    for detail in details.try_collect::<Vec<_>>().await.unwrap() {
        writer.business(&detail).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    file(&format!("leads.{}", form.extension()), out)
}

/// What a lead is to a person, with the records that it was made from.
fn said(business: &Business) -> String {
    let b = business;
    let records = records_text(business);
    let address = (&b.street, &b.city, &b.state, &b.postal_code, &b.country, b.latitude, b.longitude);
    let reach = (&b.phone, &b.phone_display, &b.email, &b.website, &b.socials);
    let more = (&b.category, &b.opening_hours, b.year_founded, &b.tags, b.operating_status, b.chain);
    format!("{} {records} {address:?} {reach:?} {more:?}", b.name)
}

async fn all_said(store: &Store) -> BTreeSet<String> {
    businesses(store).await.iter().map(said).collect()
}

async fn an_export_comes_back_whole_in_an_empty_database(db: TestStore) {
    fill(db.store()).await;
    let leads = all_said(db.store()).await;
    assert_eq!(leads.len(), 68);
    for form in FORMS {
        let elsewhere = another(&db).await;
        let (_folder, path) = exported(db.store(), form, None).await;
        let outcome = import_file(elsewhere.store(), &path).await.0.unwrap();
        assert_adds_up(&outcome);
        assert_eq!((outcome.counts.found, outcome.counts.saved), (68, 68), "{form}: {:?}", outcome.merges);
        // Whoever works there is no part of the business, and is not read.
        assert!(std::fs::read_to_string(&path).unwrap().contains("jane@elsewhere.example"), "{form}");
        assert_eq!(all_said(elsewhere.store()).await, leads, "{form}");
        assert!(businesses(elsewhere.store()).await.iter().all(|one| one.contact_count == 0), "{form}");

        let before = businesses(elsewhere.store()).await;
        let again = import_file(elsewhere.store(), &path).await.0.unwrap().counts;
        assert_eq!((again.saved, again.merged), (0, 68), "{form}");
        assert_eq!(businesses(elsewhere.store()).await, before, "{form}");

        // And back again from there.
        let before = businesses(db.store()).await;
        let (_folder, path) = exported(elsewhere.store(), form, None).await;
        let back = import_file(db.store(), &path).await.0.unwrap().counts;
        assert_eq!((back.saved, back.merged), (0, 68), "{form}");
        assert_eq!(businesses(db.store()).await, before, "{form}");
    }
}

async fn an_export_brings_nothing_new_where_it_is_from(db: TestStore) {
    fill(db.store()).await;
    let before = businesses(db.store()).await;
    for form in FORMS {
        let (_folder, path) = exported(db.store(), form, None).await;
        let preview =
            discovery::preview(db.store(), &discovery::import::ImportRequest::new(&path)).await.unwrap();
        assert_eq!((preview.new, preview.duplicates), (0, 68), "{form}");
        let outcome = import_file(db.store(), &path).await.0.unwrap();
        assert_eq!((outcome.counts.saved, outcome.counts.merged), (0, 68), "{form}: {:?}", outcome.reviews);
        assert!(outcome.merges.iter().all(|one| one.score.is_none()), "{form}: {:?}", outcome.merges);
        assert_eq!(businesses(db.store()).await, before, "{form}");
    }
}

async fn a_table_of_chosen_columns_has_every_lead_too(db: TestStore) {
    fill(db.store()).await;
    let elsewhere = another(&db).await;
    let (_folder, path) = exported(db.store(), ExportFormat::Csv, Some("city")).await;
    let counts = import_file(elsewhere.store(), &path).await.0.unwrap().counts;
    assert_eq!((counts.saved, counts.merged), (68, 0));
    let records = |all: Vec<Business>| all.iter().map(records_text).collect::<BTreeSet<_>>();
    assert_eq!(records(businesses(elsewhere.store()).await), records(businesses(db.store()).await));
    let before = businesses(db.store()).await;
    import_file(db.store(), &path).await.0.unwrap();
    assert_eq!(businesses(db.store()).await, before);
}

async fn a_lead_that_was_deleted_comes_back_beside_its_neighbour(db: TestStore) {
    let stored = store_all(
        db.store(),
        vec![
            at_the_door(lead("Twin", &[])),
            at_the_door(lead("Twin", &[])),
            at_the_door(lead("Kiosk", &[("overture", "08a")])),
            at_the_door(lead("Kiosk", &[("overture", "08b")])),
        ],
    )
    .await;
    let (_folder, path) = exported(db.store(), ExportFormat::Csv, None).await;
    for gone in [&stored[0], &stored[2]] {
        let mut tx = db.store().begin().await.unwrap();
        tx.delete_businesses(&[gone.id]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let counts = import_file(db.store(), &path).await.0.unwrap().counts;
    assert_eq!((counts.saved, counts.merged), (2, 2), "the neighbour is the lead of another row");
    assert_eq!(businesses(db.store()).await.len(), 4);
}

/// Rows of an export with that many leads, of which ten each have the same name at the same door.
fn table(rows: usize) -> String {
    let mut text = "name,city,latitude,longitude,sources,licences,attribution\n".to_owned();
    let names = rows / 10;
    for row in 0..rows {
        let name = row % names;
        writeln!(text, "Kiosk {name},Helsinki,60.{name:04},25.0,overture {row},,").unwrap();
    }
    text
}

async fn leads_stay_apart_from_one_batch_to_the_next(db: TestStore) {
    let (_folder, path) = file("leads.csv", table(7_000));
    let outcome = import_file(db.store(), &path).await.0.unwrap();
    assert_eq!((outcome.counts.saved, outcome.counts.merged), (7_000, 0));
    let again = import_file(db.store(), &path).await.0.unwrap().counts;
    assert_eq!((again.saved, again.merged), (0, 7_000));
}

async fn a_record_stays_with_the_business_that_has_it(db: TestStore) {
    let both = [("overture", "1"), ("openstreetmap", "node/2"), ("file:more", "3")];
    let stored = store_all(db.store(), vec![lead("One", &both[..1]), lead("Two", &both[1..2])]).await;
    let text = "name,sources,licences,attribution\nOne,overture 1; openstreetmap node/2; file:more 3,,\n";
    let (_folder, path) = file("leads.csv", text);
    let counts = import_file(db.store(), &path).await.0.unwrap().counts;
    assert_eq!((counts.saved, counts.merged), (0, 1));
    let of = |business: &Business| (business.id, records_text(business));
    let now: Vec<_> =
        businesses(db.store()).await.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect();
    let expect = ["overture 1; file:more 3", "openstreetmap node/2"];
    assert_eq!(now, [0, 1].map(|at| (stored[at].id, expect[at].to_owned())));
}

async fn rows_without_their_records_are_those_of_any_file(db: TestStore) {
    let rows = "Kiosk,Kauppatori 1,00170,FI,+358 9 12345678,from a friend,,\n";
    let text = format!("name,street,zip,country,phone,sources,licences,attribution\n{rows}{rows}");
    let (_folder, path) = file("leads.csv", text);
    let counts = import_file(db.store(), &path).await.0.unwrap().counts;
    assert_eq!((counts.saved, counts.merged), (1, 1));
    assert_eq!(businesses(db.store()).await[0].sources[0].source, "file:leads");
}
