//! Events as they are made by a search or an import.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use contract::EventPayload;
use store::{NewBusiness, Store};

/// What makes an event about 600 bytes long.
const DESCRIPTION: &str = "Cafe and bakery at the market square.";
/// The sizes of bursts, one after the other.
const BURSTS: [u64; 5] = [20, 35, 50, 28, 42];

/// Does what is asked on standard input until that ends.
pub(crate) async fn obey(store: &Store) -> Result<()> {
    let mut lines = crate::input();
    while let Some(line) = lines.recv().await {
        let numbers: Result<Vec<u64>, _> = line.split(' ').map(str::parse).collect();
        let numbers = numbers.ok().and_then(|numbers| <[u64; 3]>::try_from(numbers).ok());
        let [burst, every, count] = numbers.context(line)?;
        println!("{}", produce(store, burst, Duration::from_millis(every), count).await?);
    }
    Ok(())
}

async fn produce(store: &Store, burst: u64, every: Duration, count: u64) -> Result<u64> {
    let row = {
        let mut tx = store.begin().await?;
        let mut new = NewBusiness::named("Kahvila", "kahvila");
        new.business.city = Some("Helsinki".to_owned());
        new.business.category = Some("cafe".to_owned());
        new.business.description = Some(DESCRIPTION.to_owned());
        let row = tx.insert_businesses(vec![new]).await?.pop().context("nothing was stored")?;
        tx.commit().await?;
        row
    };
    let mut ticks = tokio::time::interval(every);
    let mut events = 0;
    for (_, size) in (0..count).zip(BURSTS.iter().cycle()) {
        let size = if burst == 0 { *size } else { burst };
        ticks.tick().await;
        let mut tx = store.begin().await?;
        let mut row = row.clone();
        // When it was committed, or a little before.
        row.notes = Some(micros().to_string());
        tx.append_events((0..size).map(|_| EventPayload::BusinessUpdated(Box::new(row.clone()))));
        tx.commit().await?;
        events += size;
    }
    Ok(events)
}

/// The wall clock, which other processes of the machine see as well.
pub(crate) fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros()
}
