//! Where copies stand of businesses that have a record of a source whose values may be kept for a while only: in past events
//! and in what merges keep. They are noted when they are written, so that the end of the while reads them alone.

use std::collections::BTreeSet;

use contract::{Business, EventPayload};
use sea_orm::{ConnectionTrait, Value};

use crate::sql::{Columns, Sql, bulk_runs};
use crate::{Backend, StoreError, WriteTx};

/// Rows that one statement writes.
const BULK_ROWS: usize = 128;

/// The sources whose values may be kept for a while only, as far as anything of them is stored.
#[derive(Debug, Default)]
pub(crate) struct Limited(BTreeSet<String>);

impl Limited {
    /// Steps from one source to the next: there are few of them, and very many rows of each.
    pub(crate) async fn read(backend: Backend, on: &impl ConnectionTrait) -> Result<Self, StoreError> {
        let sql = Sql::new(
            backend,
            "WITH RECURSIVE named (source) AS (SELECT min(source) FROM field_provenance UNION ALL \
             SELECT (SELECT min(source) FROM field_provenance WHERE source > named.source) FROM named \
             WHERE named.source IS NOT NULL) SELECT source FROM named WHERE source IS NOT NULL",
        );
        let rows = sql.all(on).await?;
        Ok(Self(rows.iter().map(|row| row.column(0)).collect::<Result<_, _>>()?))
    }

    fn of<'b>(&'b self, business: &'b Business) -> impl Iterator<Item = (&'b str, &'b str)> {
        let limited = business.sources.iter().filter(|record| self.0.contains(&record.source));
        limited.map(|record| (record.source.as_str(), record.source_id.as_str()))
    }
}

/// The business that an event has a copy of.
pub(crate) fn told(payload: &EventPayload) -> Option<&Business> {
    match payload {
        EventPayload::BusinessCreated(business) | EventPayload::BusinessUpdated(business) => Some(business),
        _ => None,
    }
}

/// Notes which records the events of these numbers tell of.
pub(crate) async fn note_events(
    backend: Backend,
    tx: &impl ConnectionTrait,
    limited: &Limited,
    events: impl Iterator<Item = (i64, &EventPayload)>,
) -> Result<(), StoreError> {
    let told = events.filter_map(|(seq, payload)| Some((seq, told(payload)?)));
    let rows: BTreeSet<(&str, &str, i64)> = told
        .flat_map(|(seq, business)| limited.of(business).map(move |(source, id)| (source, id, seq)))
        .collect();
    note(backend, tx, "event_records (source, source_id, seq)", rows).await
}

async fn note(
    backend: Backend,
    tx: &impl ConnectionTrait,
    table: &str,
    rows: BTreeSet<(&str, &str, i64)>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = rows.into_iter().collect();
    for run in bulk_runs(&rows, BULK_ROWS) {
        let rows =
            run.iter().map(|(source, id, place)| [Value::from(*source), (*id).into(), (*place).into()]);
        Sql::bulk_insert(backend, table, rows, "").execute(tx).await?;
    }
    Ok(())
}

impl WriteTx {
    /// Notes which records the businesses have that a merge keeps.
    pub(crate) async fn note_merge(&self, merge: i64, businesses: [&Business; 3]) -> Result<(), StoreError> {
        let limited = Limited::read(self.backend(), self.connection()).await?;
        let records = businesses.into_iter().flat_map(|business| limited.of(business));
        let rows = records.map(|(source, id)| (source, id, merge)).collect();
        note(self.backend(), self.connection(), "merge_records (source, source_id, merge_id)", rows).await
    }
}
