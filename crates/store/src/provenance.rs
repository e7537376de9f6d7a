//! Which fields of businesses hold what a source lets be kept for a while only, and the end of that while.
//!
//! Whoever stores a record of such a source notes what it did to the business ([`WriteTx::note_provenance`]); whoever keeps
//! house takes away what is too old ([`crate::Store::expire_values`]). Which sources these are, and how long their while
//! is, is not for the store to know.

pub(crate) mod copies;
mod expire;
mod fields;
mod notes;

use std::collections::BTreeMap;

use contract::{Business, Timestamp};
use sea_orm::Value;

use crate::sql::{Sql, bulk_runs};
use crate::{StoreError, WriteTx};

pub use expire::{Expired, Term};
pub use fields::{Values, values};

/// Rows that one statement writes.
const BULK_ROWS: usize = 128;

/// What a record did to a field of the business that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Touch {
    /// It filled it with what has this digest.
    Filled(String),
    /// It says again what the field holds.
    SeenAgain(String),
    /// Another source, whose values may be kept, says the same.
    Confirmed,
}

/// What the records of a batch did to fields of businesses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance(BTreeMap<(String, String, &'static str), Touch>);

impl Provenance {
    /// Whether there is nothing to be noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A record whose values may be kept for a while only became, or joined, a business: `before` is the business without
    /// it, `after` with it, and `says` what the record says itself.
    pub fn limited(
        &mut self,
        record: (&str, &str),
        before: Option<&Business>,
        after: &Business,
        says: &Business,
    ) {
        for (field, digest, was_there) in told(before, after, says) {
            self.add(record, field, if was_there { Touch::SeenAgain(digest) } else { Touch::Filled(digest) });
        }
    }

    /// The same for a copy of such a record, which may be old: what the business held before is not said again.
    pub fn filled(
        &mut self,
        record: (&str, &str),
        before: Option<&Business>,
        after: &Business,
        says: &Business,
    ) {
        for (field, digest, _) in told(before, after, says).filter(|(_, _, was_there)| !was_there) {
            self.add(record, field, Touch::Filled(digest));
        }
    }

    /// A record whose values may be kept says of a business what `says` holds: where the business holds the same, it no longer
    /// holds it because of its record `of`.
    pub fn confirmed(&mut self, of: (&str, &str), business: &Business, says: &Business) {
        let holds = values(business);
        for (field, digest) in values(says) {
            if holds.get(field) == Some(&digest) {
                self.add(of, field, Touch::Confirmed);
            }
        }
    }

    /// What is confirmed stays so, and what was filled was filled.
    fn add(&mut self, (source, id): (&str, &str), field: &'static str, touch: Touch) {
        let known = self.0.entry((source.to_owned(), id.to_owned(), field)).or_insert_with(|| touch.clone());
        if matches!((&*known, &touch), (_, Touch::Confirmed) | (Touch::SeenAgain(_), Touch::Filled(_))) {
            *known = touch;
        }
    }
}

/// The fields that hold what `says` does, with its digest and whether they held it before.
fn told(
    before: Option<&Business>,
    after: &Business,
    says: &Business,
) -> impl Iterator<Item = (&'static str, String, bool)> {
    let (before, says) = (before.map(values).unwrap_or_default(), values(says));
    values(after)
        .into_iter()
        .filter(move |(field, digest)| says.get(field) == Some(digest))
        .map(move |(field, digest)| (field, before.get(field) == Some(&digest), digest))
        .map(|(field, was_there, digest)| (field, digest, was_there))
}

impl WriteTx {
    /// Notes what records did to fields, as of now: whoever says a value again says it from now on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn note_provenance(&mut self, provenance: &Provenance) -> Result<(), StoreError> {
        let noted = self.note_all(provenance, self.now()).await;
        self.guard(noted)
    }

    /// The same as of `now`.
    pub(crate) async fn note_all(&self, provenance: &Provenance, now: Timestamp) -> Result<(), StoreError> {
        let now = now.as_millis();
        let mut filled = Vec::new();
        for ((source, id, field), touch) in &provenance.0 {
            match touch {
                Touch::Filled(digest) => filled.push((source, id, *field, digest)),
                Touch::SeenAgain(digest) => {
                    let mut sql = self.sql("UPDATE field_provenance SET fetched_at = ");
                    sql.bind(now).push(" WHERE digest = ").bind(digest.as_str()).push(" AND");
                    push_key(&mut sql, source, id, field);
                    sql.execute(self.connection()).await?;
                }
                Touch::Confirmed => {
                    let mut sql = self.sql("DELETE FROM field_provenance WHERE");
                    push_key(&mut sql, source, id, field);
                    sql.execute(self.connection()).await?;
                }
            }
        }
        let table = "field_provenance (source, source_id, field, digest, fetched_at)";
        let tail = " ON CONFLICT (source, source_id, field) DO UPDATE SET digest = excluded.digest, \
                    fetched_at = excluded.fetched_at";
        for run in bulk_runs(&filled, BULK_ROWS) {
            let rows = run.iter().map(|(source, id, field, digest)| {
                [
                    Value::from(source.as_str()),
                    id.as_str().into(),
                    (*field).into(),
                    digest.as_str().into(),
                    now.into(),
                ]
            });
            Sql::bulk_insert(self.backend(), table, rows, tail).execute(self.connection()).await?;
        }
        Ok(())
    }
}

fn push_key(sql: &mut Sql, source: &str, id: &str, field: &str) {
    sql.push(" source = ").bind(source).push(" AND source_id = ").bind(id);
    sql.push(" AND field = ").bind(field);
}
