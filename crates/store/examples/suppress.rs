//! Fills a SQLite store with enriched businesses and times how long it takes to put somebody on the suppression list.
//!
//! `cargo run --release -p store --example suppress [businesses]`; the last line is one JSON object.

use std::path::Path;
use std::time::Instant;

use contract::enrichment::Evidence;
use contract::suppression::SuppressionReason;
use contract::{Business, EmailStatus, EventPayload, Timestamp};
use serde_json::json;
use store::suppression::Subject;
use store::{NewBusiness, NewContact, NewEnrichmentEntry, Store, StoreConfig, StoreError, WriteTx};

const DEFAULT_BUSINESSES: usize = 1_000_000;
const BATCH: usize = 2_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let businesses =
        std::env::args().nth(1).map(|text| text.parse()).transpose()?.unwrap_or(DEFAULT_BUSINESSES);
    let folder = tempfile::tempdir()?;
    let store = Store::open(&StoreConfig::sqlite(folder.path())).await?;
    for first in (0..businesses).step_by(BATCH) {
        fill(&store, first, businesses.min(first + BATCH)).await?;
    }
    let bytes = size(folder.path())?;
    let middle = businesses / 2;
    let subjects = [
        ("an address that nobody has", Subject::email("nobody@nowhere.example")),
        ("somebody's address", Subject::email(&address(middle))),
        ("a domain", Subject::domain(&domain(middle + 1))),
        ("a name at a domain", Subject::person(&name(middle + 2), &domain(middle + 2))),
    ];
    let mut times = Vec::new();
    for (what, subject) in subjects {
        let subject = subject.ok_or("the subject is none")?;
        let begun = Instant::now();
        let mut tx = store.begin().await?;
        let added = tx.suppress(&subject, SuppressionReason::Requested).await?;
        tx.commit().await?;
        let took = begun.elapsed();
        times.push(json!({ "what": what, "contacts": added.contacts_removed, "ms": took.as_millis() }));
    }
    println!("{}", json!({ "businesses": businesses, "bytes": bytes, "times": times }));
    store.close().await?;
    Ok(())
}

/// Businesses as enrichment leaves them: each with two events, a contact and an entry of the log with its evidence.
async fn fill(store: &Store, first: usize, end: usize) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let saved = tx.insert_businesses((first..end).map(business).collect()).await?;
    tx.append_events(saved.iter().map(|one| EventPayload::BusinessCreated(Box::new(one.clone()))));
    for (number, business) in (first..).zip(&saved) {
        enrich(&mut tx, number, business).await?;
    }
    tx.append_events(saved.into_iter().map(|one| EventPayload::BusinessUpdated(Box::new(one))));
    tx.commit().await.map(drop)
}

fn business(number: usize) -> NewBusiness {
    let name = format!("Green Oak Plumbing {number}");
    let mut new = NewBusiness::named(&name, &name.to_lowercase());
    let row = &mut new.business;
    row.category = Some("plumber".to_owned());
    row.city = Some(format!("City {}", number % 3000));
    row.phone = Some(format!("+1732{number:07}"));
    row.email = Some(format!("info@{}", domain(number)));
    row.website = Some(format!("https://{}/", domain(number)));
    row.description = (number.is_multiple_of(3)).then(|| {
        "A family business since 1974. We repair, install and look after everything around the house."
            .to_owned()
    });
    NewBusiness { domain: Some(domain(number)), ..new }
}

async fn enrich(tx: &mut WriteTx, number: usize, business: &Business) -> Result<(), StoreError> {
    let found_at = Timestamp::from_millis(0);
    let page = format!("https://{}/contact", domain(number));
    let contact = NewContact {
        name: Some(name(number)),
        title: Some("Owner".to_owned()),
        email: Some(address(number)),
        email_status: EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: true,
        confidence: 0.9,
        source_url: Some(page.clone()),
        found_at,
    };
    tx.replace_contacts(business.id, vec![contact]).await?;
    let evidence = |field: &str, value: String| Evidence {
        field: field.to_owned(),
        snippet: Some(format!("Write to {value} at any time")),
        value,
        source_url: page.clone(),
        confidence: 0.9,
    };
    tx.log_enrichment(NewEnrichmentEntry {
        business_id: business.id,
        provider: "website".to_owned(),
        status: "enriched".to_owned(),
        fields_written: vec!["email".to_owned(), "contacts".to_owned()],
        cost_minor: 0,
        currency: "USD".to_owned(),
        started_at: found_at,
        duration_ms: 1_000,
        error: None,
        evidence: vec![
            evidence("email", format!("info@{}", domain(number))),
            evidence("contact", name(number)),
            evidence("contact.email", address(number)),
        ],
    })
    .await
    .map(drop)
}

fn name(number: usize) -> String {
    format!("Jane Roe {}", char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)))
}

fn address(number: usize) -> String {
    format!("jane@{}", domain(number))
}

fn domain(number: usize) -> String {
    format!("business{number}.example")
}

/// Bytes of all files of the database.
fn size(folder: &Path) -> std::io::Result<u64> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}
