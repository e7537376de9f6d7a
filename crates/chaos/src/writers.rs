//! Changes of the database.

use std::time::Duration;

use anyhow::Result;
use contract::event::BulkUpdated;
use contract::{Business, BusinessId, BusinessQuery, EnrichmentStatus, EventPayload, JobKind, Timestamp};
use fastrand::Rng;
use store::{NewBusiness, NewJob, Store, StoreError};

const NAMES: [&str; 6] = ["Kahvila", "Ravintola", "Café Ääni", "Autokorjaamo", "Kukkakauppa", "kahvila 2"];
const CITIES: [&str; 3] = ["Helsinki", "Espoo", "Vantaa"];

/// The most businesses that are changed at once.
const BATCH: usize = 6;

/// Makes so many changes with pauses between them, and says how many were committed.
pub(crate) async fn write(store: Store, mut rng: Rng, changes: u32, longest_pause: u64) -> Result<u64> {
    let mut commits = 0;
    for _ in 0..changes {
        commits += u64::from(change(&store, &mut rng).await?);
        tokio::time::sleep(Duration::from_millis(rng.u64(0..=longest_pause))).await;
    }
    Ok(commits)
}

/// One change; false where there was nothing to change.
async fn change(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    match rng.u8(0..20) {
        0..6 => create(store, rng).await,
        6..13 => update(store, rng).await,
        13..16 => delete(store, rng).await,
        16..18 => bulk(store, rng).await,
        18 => job(store, rng).await,
        _ => forget(store, rng).await,
    }
}

/// The first businesses, so that there is something to see.
pub(crate) async fn begin(store: &Store, rng: &mut Rng) -> Result<()> {
    for _ in 0..3 {
        create(store, rng).await?;
    }
    Ok(())
}

async fn create(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    let mut tx = store.begin().await?;
    let new = (0..rng.usize(1..=BATCH)).map(|_| random(rng)).collect();
    let rows = tx.insert_businesses(new).await?;
    tx.append_events(rows.into_iter().map(|row| EventPayload::BusinessCreated(Box::new(row))));
    tx.commit().await?;
    Ok(true)
}

async fn update(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    let ids = some_ids(store, rng).await?;
    let mut tx = store.begin().await?;
    let mut known = tx.businesses_by_id(&ids).await?;
    known.iter_mut().for_each(|known| vary(&mut known.business, rng));
    let rows = tx.update_businesses(known).await?;
    let is_change = !rows.is_empty();
    tx.append_events(rows.into_iter().map(|row| EventPayload::BusinessUpdated(Box::new(row))));
    tx.commit().await?;
    Ok(is_change)
}

async fn delete(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    let Some(id) = some_ids(store, rng).await?.first().copied() else { return Ok(false) };
    let mut tx = store.begin().await?;
    let deleted = match tx.delete_business(id, None).await {
        Ok(deleted) => deleted,
        // Another writer was quicker.
        Err(StoreError::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    tx.append_events([EventPayload::BusinessDeleted(deleted)]);
    tx.commit().await?;
    Ok(true)
}

/// New and changed ones, of which the event only says that they are.
async fn bulk(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    let ids = some_ids(store, rng).await?;
    let mut tx = store.begin().await?;
    let mut known = tx.businesses_by_id(&ids).await?;
    known.iter_mut().for_each(|known| vary(&mut known.business, rng));
    let mut rows = tx.update_businesses(known).await?;
    // Now and then more than a client asks for by id.
    let count = if rng.u8(0..8) == 0 { 210 } else { rng.usize(1..=BATCH) };
    rows.extend(tx.insert_businesses((0..count).map(|_| random(rng)).collect()).await?);
    let (ids, versions) = rows.iter().map(|row| (row.id, row.version)).unzip();
    tx.append_events([EventPayload::BusinessesBulkUpdated(BulkUpdated { ids, versions })]);
    tx.commit().await?;
    Ok(true)
}

async fn job(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    let job = store.enqueue_job(NewJob::new(JobKind::Scrape, serde_json::json!({}))).await?;
    if rng.bool() {
        store.cancel_job(job.job_id).await?;
    }
    Ok(true)
}

/// Clients that are further behind than this are reset.
async fn forget(store: &Store, rng: &mut Rng) -> Result<bool, StoreError> {
    store.prune_events(Timestamp::from_millis(0), rng.u64(0..40)).await?;
    Ok(false)
}

async fn some_ids(store: &Store, rng: &mut Rng) -> Result<Vec<BusinessId>, StoreError> {
    let query = BusinessQuery { limit: Some(100), ..BusinessQuery::default() };
    let mut ids: Vec<_> = store.list_businesses(&query).await?.data.iter().map(|row| row.id).collect();
    rng.shuffle(&mut ids);
    ids.truncate(rng.usize(1..=BATCH));
    Ok(ids)
}

/// A business like the others.
pub(crate) fn random(rng: &mut Rng) -> NewBusiness {
    let mut new = NewBusiness::named("", "");
    vary(&mut new.business, rng);
    new.name_key = new.business.name.to_lowercase();
    new
}

/// Changes what lists are filtered and ordered by.
pub(crate) fn vary(business: &mut Business, rng: &mut Rng) {
    business.name = format!("{} {}", NAMES[rng.usize(0..NAMES.len())], rng.u8(0..30));
    business.city = Some(CITIES[rng.usize(0..CITIES.len())].to_owned());
    business.category = rng.bool().then(|| "cafe".to_owned());
    business.phone = rng.bool().then(|| "+358401234567".to_owned());
    business.enrichment_status =
        if rng.bool() { EnrichmentStatus::Pending } else { EnrichmentStatus::Enriched };
}
