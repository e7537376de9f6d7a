//! What is known already of the records of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use contract::BusinessId;
use sea_orm::Value;

use super::numbered::Lookup;
use super::row;
use crate::sql::{Sql, bulk_runs, stored};
use crate::{
    KnownBusiness, LoadedKeys, LookupKey, MOST_OF_A_CONTACT, SAME_NAME_WITHIN_DEGREES, StoreError, WriteTx,
};

/// Keys that one statement asks for.
const KEYS_PER_READ: usize = 256;

impl WriteTx {
    /// The stored businesses that a record of the batch may be of: those with the same record of the same
    /// source, those with the same name key nearby, and those with the same phone number or domain. Of a number or a domain
    /// that more than [`MOST_OF_A_CONTACT`] have, the first and one more are found. By ascending id, each once.
    ///
    /// From here to the end of the transaction no other one can do the same, so that two runs at the same
    /// time never store one business twice.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn known_businesses(&mut self, keys: &[LookupKey]) -> Result<Vec<KnownBusiness>, StoreError> {
        let indexed = self.index_keys().await;
        self.guard(indexed)?;
        let mut known = self.known_by_source(keys).await?;
        let (placed, unplaced): (Vec<_>, Vec<_>) =
            keys.iter().filter(|key| !key.name_key.is_empty()).partition(|key| key.location.is_some());
        for run in bulk_runs(&placed, KEYS_PER_READ) {
            self.add_known(self.by_name_nearby(run), &mut known).await?;
        }
        for run in bulk_runs(&unplaced, KEYS_PER_READ) {
            self.add_known(self.by_name(run), &mut known).await?;
        }
        let phones = distinct(keys.iter().flat_map(|key| &key.phones));
        let domains = distinct(keys.iter().flat_map(|key| &key.domain));
        for (column, values) in [("phone", phones), ("domain", domains)] {
            for run in bulk_runs(&values, KEYS_PER_READ) {
                self.add_known(self.by_contact(column, run), &mut known).await?;
            }
        }
        Ok(known.into_values().collect())
    }

    /// What [`WriteTx::known_businesses`] finds, by the keys of a load in place of their indexes: they have to be those of
    /// all businesses.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn known_in_load(
        &mut self,
        keys: &[LookupKey],
        loaded: &LoadedKeys,
    ) -> Result<Vec<KnownBusiness>, StoreError> {
        let mut known = self.known_by_source(keys).await?;
        let mut lookup = Lookup::new(keys);
        for run in bulk_runs(&loaded.ids(keys), KEYS_PER_READ) {
            let mut found = BTreeMap::new();
            self.add_known(self.by_id(run), &mut found).await?;
            known.extend(found.into_iter().filter(|(_, one)| lookup.finds(one.into())));
        }
        Ok(known.into_values().collect())
    }

    async fn known_by_source(&self, keys: &[LookupKey]) -> Result<BTreeMap<i64, KnownBusiness>, StoreError> {
        self.backend().lock_matching(self.connection()).await?;
        let mut known = BTreeMap::new();
        for run in bulk_runs(keys, KEYS_PER_READ) {
            self.add_known(self.by_source(run), &mut known).await?;
        }
        Ok(known)
    }

    /// Whether a business was made, changed or deleted since event `since` by another transaction than the one that
    /// wrote the events `own`. Where none was, what [`WriteTx::known_businesses`] found then, with what `own` tells of,
    /// is what it would find now; and from here on no other transaction can make what it would find.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn businesses_changed(&mut self, since: u64, own: Range<u64>) -> Result<bool, StoreError> {
        self.backend().lock_matching(self.connection()).await?;
        let mut sql = self.sql("SELECT seq FROM events WHERE seq > ");
        sql.bind(stored(since)).push(" AND NOT (seq >= ").bind(stored(own.start));
        sql.push(" AND seq < ").bind(stored(own.end)).push(")");
        // Payloads begin with their names, and every name that tells of a business begins so.
        sql.push(" AND payload LIKE '{\"type\":\"business%' LIMIT 1");
        Ok(sql.one(self.connection()).await?.is_some())
    }

    /// The stored businesses of these ids, with what an update of them needs. By ascending id; unknown ids are
    /// left out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn businesses_by_id(&mut self, ids: &[BusinessId]) -> Result<Vec<KnownBusiness>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut known = BTreeMap::new();
        for run in bulk_runs(&ids, KEYS_PER_READ) {
            self.add_known(self.by_id(run), &mut known).await?;
        }
        Ok(known.into_values().collect())
    }

    async fn add_known(&self, sql: Sql, known: &mut BTreeMap<i64, KnownBusiness>) -> Result<(), StoreError> {
        for found in sql.all(self.connection()).await? {
            let one = row::decode_known(&found)?;
            known.entry(one.business.id.0).or_insert(one);
        }
        Ok(())
    }

    fn by_id(&self, ids: &[i64]) -> Sql {
        let mut sql = self.select_known();
        sql.push(" WHERE b.id IN (").bind_list(ids.iter().copied()).push(")");
        sql
    }

    fn by_source(&self, keys: &[LookupKey]) -> Sql {
        let mut sql = self.select_known();
        sql.push(" WHERE b.id IN (SELECT s.business_id FROM (VALUES ");
        sql.bind_rows(
            keys.iter().map(|key| [Value::from(key.source.as_str()), key.source_id.as_str().into()]),
        );
        sql.push(") AS k JOIN business_sources s ON s.source = k.column1 AND s.source_id = k.column2)");
        sql
    }

    fn by_name_nearby(&self, keys: &[&LookupKey]) -> Sql {
        let mut sql = self.select_known();
        sql.push(" WHERE b.id IN (SELECT n.id FROM (VALUES ");
        sql.bind_rows(keys.iter().map(|key| name_and_box(key)));
        // The columns are name key, south, north, west and east.
        sql.push(") AS k JOIN businesses n ON n.name_key = k.column1");
        sql.push(" AND n.latitude BETWEEN k.column2 AND k.column3");
        sql.push(" WHERE n.longitude BETWEEN k.column4 AND k.column5");
        // Across the antimeridian the box has a second half.
        sql.push(" OR n.longitude BETWEEN k.column4 + 360 AND k.column5 + 360");
        sql.push(" OR n.longitude BETWEEN k.column4 - 360 AND k.column5 - 360");
        sql.push(" UNION SELECT n.id FROM businesses n WHERE n.latitude IS NULL AND n.name_key IN (");
        sql.bind_list(keys.iter().map(|key| key.name_key.as_str())).push("))");
        sql
    }

    fn by_name(&self, keys: &[&LookupKey]) -> Sql {
        let mut sql = self.select_known();
        sql.push(" WHERE b.name_key IN (").bind_list(keys.iter().map(|key| key.name_key.as_str())).push(")");
        sql
    }

    /// Those with one of the values in the column. What many have is read only up to the last one that is wanted.
    fn by_contact(&self, column: &str, values: &[&str]) -> Sql {
        let mut sql = self.sql("WITH k (value, last) AS MATERIALIZED (SELECT v.column1, coalesce((");
        sql.push("SELECT n.id FROM businesses n WHERE n.").push(column).push(" = v.column1");
        sql.push(" ORDER BY n.id LIMIT 1 OFFSET ").bind(stored(MOST_OF_A_CONTACT as u64));
        sql.push("), ").push(&i64::MAX.to_string()).push(") FROM (VALUES ");
        sql.bind_rows(values.iter().map(|value| [Value::from(*value)]));
        sql.push(") AS v) SELECT ").push(&row::columns("b")).push(" FROM k JOIN businesses b ON b.");
        sql.push(column).push(" = k.value AND b.id <= k.last");
        sql
    }

    fn select_known(&self) -> Sql {
        let mut sql = self.sql("SELECT ");
        sql.push(&row::columns("b")).push(" FROM businesses b");
        sql
    }
}

/// Each of the values once.
fn distinct<'k>(values: impl Iterator<Item = &'k String>) -> Vec<&'k str> {
    values.map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Name key, south, north, west and east of where the same name means something.
fn name_and_box(key: &LookupKey) -> [Value; 5] {
    let around = |degrees: f64| (degrees - SAME_NAME_WITHIN_DEGREES, degrees + SAME_NAME_WITHIN_DEGREES);
    let (latitude, longitude) = key.location.map_or((0.0, 0.0), |point| (point.latitude, point.longitude));
    let ((south, north), (west, east)) = (around(latitude), around(longitude));
    [key.name_key.as_str().into(), south.into(), north.into(), west.into(), east.into()]
}
