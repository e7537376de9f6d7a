//! Rows of the event log.

use std::ops::Range;

use contract::{Event, EventPayload, Timestamp};
use sea_orm::{ConnectionTrait, Value};

use super::{Columns, Sql, stored};
use crate::sql::bulk_runs;
use crate::{Backend, StoreError};

/// Events that one statement writes.
const BULK_ROWS: usize = 128;

/// Writes events with the next numbers and returns these.
pub(crate) async fn append(
    backend: Backend,
    tx: &impl ConnectionTrait,
    at: Timestamp,
    payloads: &[EventPayload],
) -> Result<Range<u64>, StoreError> {
    if payloads.is_empty() {
        return Ok(0..0);
    }
    let mut rows = encode(at, payloads)?;
    let mut sql = Sql::new(backend, "UPDATE event_head SET seq = seq + ");
    sql.bind(stored(rows.len() as u64)).push(" WHERE id = 1 RETURNING seq");
    let last: i64 = sql.scalar(tx).await?;
    let first = last + 1 - stored(rows.len() as u64);
    for (seq, row) in (first..).zip(&mut rows) {
        row[0] = Value::from(seq);
    }
    for run in bulk_runs(&rows, BULK_ROWS) {
        let mut sql = Sql::new(backend, "INSERT INTO events (seq, at, payload) VALUES ");
        sql.bind_rows(run.iter().cloned());
        sql.execute(tx).await?;
    }
    backend.notify(tx).await?;
    Ok(number(first)?..number(last)? + 1)
}

/// Rows with everything but their number, made before the counter is locked.
fn encode(at: Timestamp, payloads: &[EventPayload]) -> Result<Vec<[Value; 3]>, StoreError> {
    payloads
        .iter()
        .map(|payload| {
            let text = serde_json::to_string(payload).map_err(|error| unreadable(&error))?;
            Ok([Value::from(0_i64), Value::from(at.as_millis()), Value::from(text)])
        })
        .collect()
}

pub(crate) async fn read(
    backend: Backend,
    on: &impl ConnectionTrait,
    since: u64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let mut sql = Sql::new(backend, "SELECT seq, at, payload FROM events WHERE seq > ");
    sql.bind(stored(since)).push(" ORDER BY seq LIMIT ").bind(i64::from(limit));
    let rows = sql.all(on).await?;
    rows.iter()
        .map(|row| {
            let payload: String = row.column(2)?;
            Ok(Event {
                seq: row.count(0)?,
                timestamp: Timestamp::from_millis(row.column(1)?),
                payload: serde_json::from_str(&payload).map_err(|error| unreadable(&error))?,
            })
        })
        .collect()
}

pub(crate) async fn latest_seq(backend: Backend, on: &impl ConnectionTrait) -> Result<u64, StoreError> {
    number(Sql::new(backend, "SELECT seq FROM event_head WHERE id = 1").scalar(on).await?)
}

fn number(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Unreadable(format!("event number {seq}")))
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable(format!("an event: {error}"))
}
