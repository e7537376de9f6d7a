//! Lists that need the exact distance: the database narrows down to a box, Rust measures and orders.

use std::cmp::Ordering;
use std::collections::HashMap;

use contract::{BoundingBox, Business, BusinessId, BusinessQuery, BusinessSort, GeoPoint, SortKey};

use super::cursor::Cursor;
use super::filter::Filter;
use super::list::Slice;
use super::order::{self, KeyValue};
use crate::StoreError;
use crate::snapshot::Snapshot;
use crate::sql::Columns;

/// The first ring that is looked at for the nearest businesses, and how much larger each next one is.
const FIRST_RING_KM: f64 = 2.0;
const RING_GROWTH: f64 = 4.0;
/// A ring beyond this is the whole earth.
const LAST_RING_KM: f64 = 2_000.0;

/// A business that answers the query, with the values that it is ordered by.
#[derive(Debug)]
struct Candidate {
    id: i64,
    keys: Vec<KeyValue>,
}

impl Snapshot {
    pub(super) async fn nearby_slice(
        &self,
        query: &BusinessQuery,
        filter: Filter<'_>,
        cursor: Option<&Cursor>,
        page: u32,
        limit: u32,
    ) -> Result<(Slice, u64), StoreError> {
        let sort = query.sort_or_default();
        let wanted = if cursor.is_some() { 0 } else { (page as usize - 1) * limit as usize };
        let (mut candidates, total) = if query.radius_km.is_some() || sort.0[0] != (SortKey::Distance, false)
        {
            let candidates = self.candidates(query, &filter, &sort).await?;
            let total = candidates.len() as u64;
            (candidates, total)
        } else {
            let total = filter.count(self).await?;
            (self.nearest(query, filter, &sort, cursor, wanted + limit as usize + 1).await?, total)
        };
        candidates.sort_unstable_by(|a, b| compare(&sort, (&a.keys, a.id), (&b.keys, b.id)));
        let first = match cursor {
            None => wanted,
            Some(cursor) => candidates.partition_point(|candidate| {
                compare(&sort, (&candidate.keys, candidate.id), (&cursor.keys, cursor.id)).is_le()
            }),
        };
        let rest = candidates.get(first..).unwrap_or_default();
        let shown = &rest[..rest.len().min(limit as usize)];
        let goes_on = rest.len() > shown.len();
        let last = shown.last().filter(|_| goes_on).map(|one| (one.keys.clone(), one.id));
        let ids: Vec<_> = shown.iter().map(|candidate| BusinessId(candidate.id)).collect();
        Ok((Slice { rows: self.in_order(&ids).await?, last }, total))
    }

    /// The ids of all that the query selects, in its order.
    pub(super) async fn nearby_ids(
        &self,
        query: &BusinessQuery,
        filter: &Filter<'_>,
    ) -> Result<Vec<BusinessId>, StoreError> {
        let sort = query.sort_or_default();
        let mut candidates = self.candidates(query, filter, &sort).await?;
        candidates.sort_unstable_by(|a, b| compare(&sort, (&a.keys, a.id), (&b.keys, b.id)));
        Ok(candidates.into_iter().map(|candidate| BusinessId(candidate.id)).collect())
    }

    /// The nearest candidates, at least `wanted` of them after the cursor if there are so many: rings around
    /// the place are looked at from the inside out, so that a list of the whole earth reads only a part.
    async fn nearest(
        &self,
        query: &BusinessQuery,
        mut filter: Filter<'_>,
        sort: &BusinessSort,
        cursor: Option<&Cursor>,
        wanted: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        let Some(centre) = query.near else { return Ok(Vec::new()) };
        let mut ring_km = FIRST_RING_KM;
        while ring_km < LAST_RING_KM {
            filter = filter.within(BoundingBox::around(centre, ring_km));
            let mut found = self.candidates(query, &filter, sort).await?;
            // Only within the ring is the box known to be complete.
            let edge = KeyValue::distance(Some(ring_km));
            found.retain(|candidate| candidate.keys[0] <= edge);
            let after = |candidate: &Candidate| {
                cursor.is_none_or(|cursor| {
                    compare(sort, (&candidate.keys, candidate.id), (&cursor.keys, cursor.id)).is_gt()
                })
            };
            if found.iter().filter(|candidate| after(candidate)).count() >= wanted {
                return Ok(found);
            }
            ring_km *= RING_GROWTH;
        }
        let everywhere = Filter::new(self, query).await?;
        self.candidates(query, &everywhere, sort).await
    }

    /// What the filter selects and the query's circle holds, with its sort keys.
    async fn candidates(
        &self,
        query: &BusinessQuery,
        filter: &Filter<'_>,
        sort: &BusinessSort,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut sql = self.sql("SELECT f.id, f.latitude, f.longitude");
        for (key, _) in &sort.0 {
            sql.push(", f.").push(order::column(*key).unwrap_or("id"));
        }
        sql.push(" FROM businesses f");
        filter.write(&mut sql);
        let mut candidates = Vec::new();
        for row in sql.all(self.connection()).await? {
            let point = point(row.column(1)?, row.column(2)?);
            let km = query.near.zip(point).map(|(centre, point)| centre.distance_km(point));
            if query.radius_km.is_some_and(|radius_km| km.is_none_or(|km| km > radius_km)) {
                continue;
            }
            let keys = sort.0.iter().enumerate().map(|(position, (key, _))| match key {
                SortKey::Distance => Ok(KeyValue::distance(km)),
                _ => order::read(&row, 3 + position, *key),
            });
            candidates.push(Candidate { id: row.column(0)?, keys: keys.collect::<Result<_, _>>()? });
        }
        Ok(candidates)
    }

    /// The businesses with these ids, in the order of these; unknown ids are left out.
    pub(super) async fn in_order(&self, ids: &[BusinessId]) -> Result<Vec<Business>, StoreError> {
        let found = self.businesses_by_id(ids).await?;
        let mut by_id: HashMap<_, _> = found.into_iter().map(|one| (one.id, one)).collect();
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }
}

/// Whether a place lies in the query's circle; yes if it has none.
pub(super) fn in_circle(query: &BusinessQuery, place: Option<GeoPoint>) -> bool {
    query
        .near
        .zip(query.radius_km)
        .is_none_or(|(centre, radius_km)| place.is_some_and(|place| centre.distance_km(place) <= radius_km))
}

/// Both coordinates, or none.
pub(super) fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<GeoPoint> {
    Some(GeoPoint { latitude: latitude?, longitude: longitude? })
}

fn compare(sort: &BusinessSort, a: (&[KeyValue], i64), b: (&[KeyValue], i64)) -> Ordering {
    let mut order = Ordering::Equal;
    for ((_, descending), (left, right)) in sort.0.iter().zip(a.0.iter().zip(b.0)) {
        let by_key = left.cmp(right);
        order = order.then(if *descending { by_key.reverse() } else { by_key });
    }
    order.then(a.1.cmp(&b.1))
}
