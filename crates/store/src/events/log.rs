//! Rows of the event log.

use std::ops::Range;

use contract::{Event, EventPayload, Timestamp};
use sea_orm::{ConnectionTrait, Value};
use serde::Deserialize;

use super::{Columns, Sql, stored};
use crate::codec::{from_json, json};
use crate::provenance::copies::{self, Limited};
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
    // Before the counter is locked.
    let texts = payloads.iter().map(json).collect::<Result<Vec<_>, _>>()?;
    let limited = match payloads.iter().any(|payload| copies::told(payload).is_some()) {
        true => Limited::read(backend, tx).await?,
        false => Limited::default(),
    };
    let mut sql = Sql::new(backend, "UPDATE event_head SET seq = seq + ");
    sql.bind(stored(texts.len() as u64)).push(" WHERE id = 1 RETURNING seq");
    let last: i64 = sql.scalar(tx).await?;
    let first = last + 1 - stored(texts.len() as u64);
    let rows: Vec<_> = (first..).zip(texts).collect();
    for run in bulk_runs(&rows, BULK_ROWS) {
        let mut sql = Sql::new(backend, "INSERT INTO events (seq, at, payload) VALUES ");
        sql.bind_rows(
            run.iter().map(|(seq, text)| [Value::from(*seq), at.as_millis().into(), text.as_str().into()]),
        );
        sql.execute(tx).await?;
    }
    copies::note_events(backend, tx, &limited, (first..).zip(payloads)).await?;
    backend.notify(tx).await?;
    Ok(number(first)?..number(last)? + 1)
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
            Ok(Event {
                seq: row.count(0)?,
                timestamp: Timestamp::from_millis(row.column(1)?),
                payload: payload(&row.column::<String>(2)?)?,
            })
        })
        .collect()
}

/// A payload as it is written: its name beside its data.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "type")]
    name: String,
    data: serde_json::Value,
}

impl Named {
    fn payload(&self) -> Result<EventPayload, StoreError> {
        let payload = EventPayload::from_parts(&self.name, &self.data);
        payload.map_err(|error| StoreError::Unreadable(error.to_string()))
    }
}

fn payload(text: &str) -> Result<EventPayload, StoreError> {
    from_json::<Named>(text)?.payload()
}

/// A payload with its data changed, in the form of a written one; `None` if `change` says that it changed nothing.
pub(crate) fn rewritten(
    text: &str,
    change: impl FnOnce(&mut serde_json::Value) -> bool,
) -> Result<Option<String>, StoreError> {
    let mut named: Named = from_json(text)?;
    if change(&mut named.data) { json(&named.payload()?).map(Some) } else { Ok(None) }
}

pub(crate) async fn latest_seq(backend: Backend, on: &impl ConnectionTrait) -> Result<u64, StoreError> {
    number(Sql::new(backend, "SELECT seq FROM event_head WHERE id = 1").scalar(on).await?)
}

fn number(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Unreadable(format!("event number {seq}")))
}
