//! Fills a SQLite store with a million businesses and times what people do with it.
//!
//! `cargo run --release -p store --example million [rows] [batch]`; the figures go to stdout, one a line.

use std::time::{Duration, Instant};

use contract::event::BulkUpdated;
use contract::map::MapQuery;
use contract::{BusinessQuery, EventPayload, SourceRef, Timestamp};
use serde_json::json;
use store::{LookupKey, NewBusiness, Store, StoreConfig, StoreError};

const DEFAULT_ROWS: usize = 1_000_000;
const DEFAULT_BATCH: usize = 5_000;

const FIRST: &[&str] =
    &["Golden", "Blue", "Old", "New", "Royal", "Happy", "Silver", "Green", "Little", "Grand"];
const SECOND: &[&str] =
    &["Dragon", "River", "Oak", "Star", "Café", "Lion", "Garden", "Harbor", "Stone", "Maple"];
const KINDS: &[&str] =
    &["restaurant", "hairdresser", "dentist", "plumber", "bakery", "florist", "bar", "gym"];
const STATES: &[&str] = &["NJ", "NY", "CA", "TX", "WA", "OR", "FL", "IL", "MA", "PA"];

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn degrees(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1_000_000) as f64 / 1e6
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let rows = numbers.next().transpose()?.unwrap_or(DEFAULT_ROWS);
    let batch = numbers.next().transpose()?.unwrap_or(DEFAULT_BATCH);
    let folder = tempfile::tempdir()?;
    let store = Store::open(&StoreConfig::sqlite(folder.path())).await?;
    fill(&store, rows, batch).await?;
    println!("memory at most: {} MB", peak_memory_mb());
    println!("file: {} MB", std::fs::metadata(folder.path().join("letip.db"))?.len() / 1_000_000);
    ask(&store, rows).await?;
    println!("memory at most: {} MB", peak_memory_mb());
    store.close().await?;
    Ok(())
}

/// Inserts batch by batch as an import does: look up what is known, insert, one event, commit.
async fn fill(store: &Store, rows: usize, batch: usize) -> Result<(), StoreError> {
    let mut random = Random(42);
    let (mut lookup, mut insert) = (Duration::ZERO, Duration::ZERO);
    let mut first = 0;
    while first < rows {
        let new: Vec<_> = (first..rows.min(first + batch)).map(|id| business(id, &mut random)).collect();
        let keys: Vec<_> = new.iter().map(key).collect();
        first += new.len();

        let mut tx = store.begin().await?;
        let started = Instant::now();
        tx.known_businesses(&keys).await?;
        lookup += started.elapsed();
        let started = Instant::now();
        let stored = tx.insert_businesses(new).await?;
        let (ids, versions) = stored.iter().map(|row| (row.id, row.version)).unzip();
        tx.append_events([EventPayload::BusinessesBulkUpdated(BulkUpdated { ids, versions })]);
        tx.commit().await?;
        insert += started.elapsed();
        if first % 100_000 < batch {
            println!(
                "{first} rows: {:.0} inserts/s, {:.0} look-ups/s, {:.0} rows/s together, {} MB",
                first as f64 / insert.as_secs_f64(),
                first as f64 / lookup.as_secs_f64(),
                first as f64 / (insert + lookup).as_secs_f64(),
                peak_memory_mb(),
            );
        }
    }
    Ok(())
}

fn business(id: usize, random: &mut Random) -> NewBusiness {
    let (first, second, kind) = (random.pick(FIRST), random.pick(SECOND), random.pick(KINDS));
    let number = random.below(20_000);
    let name = format!("{first} {second} {kind} {number}");
    let mut new = NewBusiness::named(&name, &name.to_lowercase());
    let row = &mut new.business;
    row.category = Some(kind.to_owned());
    row.industry = Some(if random.below(2) == 0 { "food" } else { "services" }.to_owned());
    row.street = Some(format!("{} {second} Street", random.below(9999)));
    row.city = Some(format!("City {}", random.below(3000)));
    row.state = Some(random.pick(STATES).to_owned());
    row.postal_code = Some(format!("{:05}", random.below(99_999)));
    row.country = Some("US".to_owned());
    row.latitude = Some(random.degrees(30.0, 45.0));
    row.longitude = Some(random.degrees(-120.0, -75.0));
    row.phone = Some(format!("+1{:010}", random.below(1_000_000_000)));
    if random.below(2) == 0 {
        let domain = format!("{}{number}.example", first.to_lowercase());
        row.website = Some(format!("https://{domain}/"));
        new.domain = Some(domain);
    }
    if random.below(10) == 0 {
        row.email = Some(format!("info@{number}.example"));
    }
    row.confidence = Some(random.degrees(0.0, 1.0));
    row.sources = vec![SourceRef {
        source: "generated".to_owned(),
        source_id: format!("{:016x}-{id}", random.0),
        fetched_at: Timestamp::from_millis(0),
        licence: Some("CC0-1.0".to_owned()),
    }];
    new
}

fn key(new: &NewBusiness) -> LookupKey {
    let source = &new.business.sources[0];
    LookupKey {
        source: source.source.clone(),
        source_id: source.source_id.clone(),
        name_key: new.name_key.clone(),
        location: new.business.location(),
        phones: new.business.phone.iter().cloned().collect(),
        domain: new.domain.clone(),
    }
}

async fn ask(store: &Store, rows: usize) -> Result<(), Box<dyn std::error::Error>> {
    let questions = [
        ("page 1", json!({})),
        ("page 1000", json!({"page": 1000})),
        ("page 10000", json!({"page": 10000})),
        ("by name, page 1", json!({"sort": "name"})),
        ("by name, page 1000", json!({"sort": "name", "page": 1000})),
        ("by city and name, page 1", json!({"sort": "city,-name"})),
        ("a city", json!({"city": "city 77"})),
        ("a category, page 1000", json!({"category": "dentist", "page": 1000})),
        ("a state with e-mail", json!({"state": "nj", "hasEmail": true})),
        ("a state with e-mail by name", json!({"state": "nj", "hasEmail": true, "sort": "name"})),
        ("no such state", json!({"state": "zz"})),
        ("a source", json!({"source": "generated"})),
        ("a rare word", json!({"search": "12345"})),
        ("a common word", json!({"search": "golden"})),
        ("a common word by name", json!({"search": "golden", "sort": "name"})),
        ("a common word, page 1000", json!({"search": "golden", "page": 1000})),
        ("a common prefix", json!({"search": "st"})),
        ("two words, category, state", json!({"search": "golden drag", "category": "bar", "state": "NY"})),
        ("nearest 20", json!({"near": "40.7,-100"})),
        ("within 5 km", json!({"near": "40.7,-100", "radiusKm": 5})),
        ("within 50 km", json!({"near": "40.7,-100", "radiusKm": 50})),
        ("within 500 km", json!({"near": "40.7,-100", "radiusKm": 500})),
        ("a box", json!({"bbox": "-101,40,-100,41"})),
    ];
    for (name, question) in questions {
        let query: BusinessQuery = serde_json::from_value(question)?;
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..3 {
            let started = Instant::now();
            total = store.list_businesses(&query).await?.meta.total;
            times.push(started.elapsed());
        }
        println!("{name}: {total} rows, {:.1} ms first, {:.1} ms again", ms(times[0]), ms(times[2]));
    }
    let started = Instant::now();
    let stats = store.stats(Timestamp::from_millis(0)).await?;
    println!("figures: {:.1} ms", ms(started.elapsed()));
    assert_eq!(stats.total, rows as u64);
    let started = Instant::now();
    store.facets(&serde_json::from_value(json!({"state": "NJ"}))?).await?;
    println!("facets of a state: {:.1} ms", ms(started.elapsed()));
    for (name, question) in [
        ("a map of all", json!({})),
        ("a map of a box", json!({"within": "-101,40,-98,42"})),
        ("a map of a state", json!({"state": "NJ"})),
        ("a map of a circle", json!({"near": "40.7,-100", "radiusKm": "50"})),
    ] {
        let query: MapQuery = serde_json::from_value(question)?;
        let started = Instant::now();
        let map = store.business_map(&query).await?;
        println!("{name}: {} rows in {} spots, {:.1} ms", map.total, map.spots.len(), ms(started.elapsed()));
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The largest resident set so far, where the system tells it.
fn peak_memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1000
}
