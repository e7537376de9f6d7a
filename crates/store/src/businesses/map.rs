//! Where the businesses of a filter are: those close together are one spot, so that a map of any number of them is small.
//!
//! The earth is laid out in cells of fixed sizes at fixed places, each size twice the one below. A map has the smallest
//! ones of which few enough lie across it, and what lies in a cell is a spot. Both databases count cells by the index over
//! places; only what is asked for by a circle is measured in Rust, as everywhere.

use std::collections::HashMap;

use contract::map::{BusinessMap, DEFAULT_ACROSS, MAX_ACROSS, MapQuery, Spot, SpotBusiness};
use contract::{BoundingBox, BusinessId, GeoPoint};

use super::filter::{Filter, write_box};
use super::nearby::point;
use crate::snapshot::Snapshot;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError};

/// Room around what all of a list lies in, in degrees at least, and as a part of its side.
const MARGIN_DEGREES: f64 = 0.002;
const MARGIN_PART: f64 = 0.0625;
/// The lowest cells, in degrees: a tenth of a metre.
const LOWEST: f64 = 1.0 / 1_048_576.0;
/// Cells are widened towards the poles no further than this many times.
const WIDEST: f64 = 64.0;
/// Decimals of a spot's middle: a hundredth of a metre.
const DECIMALS: f64 = 1e7;

impl Store {
    /// Where the businesses that the query's filters select are.
    ///
    /// The query is taken to be valid ([`MapQuery::validate`]).
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn business_map(&self, query: &MapQuery) -> Result<BusinessMap, StoreError> {
        let snapshot = self.snapshot().await?;
        let filters = query.filters.filters();
        let filter = Filter::new(&snapshot, &filters).await?;
        let circle = match filters.near.zip(filters.radius_km) {
            Some((centre, radius_km)) => Some(snapshot.places_around(&filter, centre, radius_km).await?),
            None => None,
        };
        let (total, unplaced) = match &circle {
            Some(places) => (places.len() as u64, 0),
            None => (filter.count(&snapshot).await?, snapshot.count_unplaced(&filter).await?),
        };
        let within = match (query.within, &circle) {
            (Some(within), _) => Some(within),
            (None, Some(places)) => extent(places).map(with_margin),
            (None, None) => snapshot.extent(&filter).await?.map(with_margin),
        };
        let Some(within) = within else {
            return Ok(BusinessMap { within: None, total, unplaced, spots: Vec::new() });
        };
        let grid = Grid::of(&within, query.across.unwrap_or(DEFAULT_ACROSS));
        let heaps = match &circle {
            Some(places) => grid.heaps(places, &within),
            None => snapshot.heaps(&filter, &grid, &within).await?,
        };
        Ok(BusinessMap { within: Some(within), total, unplaced, spots: snapshot.spots(heaps).await? })
    }
}

/// A business and where it is.
type Place = (i64, GeoPoint);

/// How large the cells of a map are, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    height: f64,
    width: f64,
}

impl Grid {
    /// The smallest cells of which no more than `across` lie along the longer side of the box.
    fn of(within: &BoundingBox, across: u32) -> Self {
        let across = f64::from(across.clamp(1, MAX_ACROSS));
        let middle = GeoPoint { latitude: f64::midpoint(within.south, within.north), longitude: 0.0 };
        // A degree of longitude is shorter towards the poles. Cells are widened in steps there, or they would move with
        // every step of the box to the north.
        let scale = middle.longitude_scale().max(1.0 / WIDEST);
        let stretch = (-scale.log2()).round().exp2();
        let width = (within.east - within.west).rem_euclid(360.0);
        let width = if width == 0.0 && within.east > within.west { 360.0 } else { width };
        let longer = (within.north - within.south).max(width * scale);
        let height = (longer / across).max(LOWEST).log2().ceil().exp2();
        Self { height, width: height * stretch }
    }

    /// The cell of a place: its row from the south pole, and its place in it from the antimeridian.
    fn cell(&self, place: GeoPoint) -> (i64, i64) {
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^31 rows and columns")]
        let whole = |number: f64| number.floor() as i64;
        (whole((place.latitude + 90.0) / self.height), whole((place.longitude + 180.0) / self.width))
    }

    fn heaps(&self, places: &[Place], within: &BoundingBox) -> Vec<Heap> {
        let mut heaps = HashMap::new();
        for (id, place) in places.iter().filter(|(_, place)| within.contains(*place)) {
            let heap = heaps.entry(self.cell(*place)).or_insert_with(|| Heap::of(*id, *place));
            heap.add(*id, *place);
        }
        heaps.into_values().collect()
    }
}

/// What lies in one cell.
struct Heap {
    /// The first of them.
    id: i64,
    count: u64,
    /// Degrees north and east of all of them together.
    sum: (f64, f64),
    bounds: BoundingBox,
}

impl Heap {
    /// Nothing yet of a cell in which that business lies.
    fn of(id: i64, place: GeoPoint) -> Self {
        let (latitude, longitude) = (place.latitude, place.longitude);
        let bounds = BoundingBox { west: longitude, south: latitude, east: longitude, north: latitude };
        Self { id, count: 0, sum: (0.0, 0.0), bounds }
    }

    fn add(&mut self, id: i64, place: GeoPoint) {
        self.id = self.id.min(id);
        self.count += 1;
        self.sum = (self.sum.0 + place.latitude, self.sum.1 + place.longitude);
        grow(&mut self.bounds, place);
    }

    fn spot(self, business: Option<SpotBusiness>) -> Spot {
        let count = self.count as f64;
        // The sum of many is not exact: the middle of one spot is that spot.
        let middle =
            |sum: f64, low: f64, high: f64| ((sum / count).clamp(low, high) * DECIMALS).round() / DECIMALS;
        Spot {
            count: self.count,
            latitude: middle(self.sum.0, self.bounds.south, self.bounds.north),
            longitude: middle(self.sum.1, self.bounds.west, self.bounds.east),
            bounds: self.bounds,
            business,
        }
    }
}

fn grow(bounds: &mut BoundingBox, place: GeoPoint) {
    bounds.west = bounds.west.min(place.longitude);
    bounds.east = bounds.east.max(place.longitude);
    bounds.south = bounds.south.min(place.latitude);
    bounds.north = bounds.north.max(place.latitude);
}

/// The smallest box that holds all places.
fn extent(places: &[Place]) -> Option<BoundingBox> {
    let (id, first) = places.first()?;
    let mut bounds = Heap::of(*id, *first).bounds;
    places.iter().for_each(|(_, place)| grow(&mut bounds, *place));
    Some(bounds)
}

/// The box with room around it, so that nothing lies on its edge.
fn with_margin(bounds: BoundingBox) -> BoundingBox {
    let margin = |low: f64, high: f64| ((high - low) * MARGIN_PART).max(MARGIN_DEGREES);
    let (aside, beyond) = (margin(bounds.west, bounds.east), margin(bounds.south, bounds.north));
    BoundingBox {
        west: (bounds.west - aside).max(-180.0),
        south: (bounds.south - beyond).max(-90.0),
        east: (bounds.east + aside).min(180.0),
        north: (bounds.north + beyond).min(90.0),
    }
}

impl Snapshot {
    /// What the filter selects within the circle.
    async fn places_around(
        &self,
        filter: &Filter<'_>,
        centre: GeoPoint,
        radius_km: f64,
    ) -> Result<Vec<Place>, StoreError> {
        let mut sql = self.sql("SELECT f.id, f.latitude, f.longitude FROM businesses f");
        filter.write(&mut sql);
        let mut places = Vec::new();
        for row in sql.all(self.connection()).await? {
            let place = point(row.column(1)?, row.column(2)?);
            if let Some(place) = place.filter(|place| centre.distance_km(*place) <= radius_km) {
                places.push((row.column(0)?, place));
            }
        }
        Ok(places)
    }

    async fn count_unplaced(&self, filter: &Filter<'_>) -> Result<u64, StoreError> {
        let mut sql = self.sql("SELECT count(*) FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.cell IS NULL");
        match sql.one(self.connection()).await? {
            Some(row) => row.count(0),
            None => Ok(0),
        }
    }

    async fn extent(&self, filter: &Filter<'_>) -> Result<Option<BoundingBox>, StoreError> {
        let mut sql = self.sql("SELECT min(f.longitude), min(f.latitude), max(f.longitude), max(f.latitude)");
        sql.push(" FROM businesses f");
        filter.write(&mut sql);
        sql.and().push("f.cell IS NOT NULL");
        let Some(row) = sql.one(self.connection()).await? else { return Ok(None) };
        let Some(west) = row.column::<Option<f64>>(0)? else { return Ok(None) };
        Ok(Some(BoundingBox { west, south: row.column(1)?, east: row.column(2)?, north: row.column(3)? }))
    }

    async fn heaps(
        &self,
        filter: &Filter<'_>,
        grid: &Grid,
        within: &BoundingBox,
    ) -> Result<Vec<Heap>, StoreError> {
        let rows = self.heaps_statement("", filter, grid, within).all(self.connection()).await?;
        let heap = |row: &sea_orm::QueryResult| {
            let bounds = BoundingBox {
                west: row.column(6)?,
                south: row.column(7)?,
                east: row.column(8)?,
                north: row.column(9)?,
            };
            Ok(Heap {
                count: row.count(2)?,
                id: row.column(3)?,
                sum: (row.column(4)?, row.column(5)?),
                bounds,
            })
        };
        rows.iter().map(heap).collect()
    }

    /// `before` stands at the statement's begin.
    fn heaps_statement(&self, before: &str, filter: &Filter<'_>, grid: &Grid, within: &BoundingBox) -> Sql {
        let (whole, end) = self.backend().floor();
        let mut sql = self.sql(before);
        sql.push("SELECT ").push(whole).push("(f.latitude + 90.0) / ").bind(grid.height).push(end);
        sql.push(", ").push(whole).push("(f.longitude + 180.0) / ").bind(grid.width).push(end);
        sql.push(", count(*), min(f.id), sum(f.latitude), sum(f.longitude)");
        sql.push(", min(f.longitude), min(f.latitude), max(f.longitude), max(f.latitude) FROM businesses f");
        filter.write(&mut sql);
        write_box(&mut sql, "f", within);
        sql.push(" GROUP BY 1, 2");
        sql
    }

    /// The spots of the heaps, the largest first; who is alone is named.
    async fn spots(&self, mut heaps: Vec<Heap>) -> Result<Vec<Spot>, StoreError> {
        heaps.sort_unstable_by(|a, b| b.count.cmp(&a.count).then(a.id.cmp(&b.id)));
        let alone: Vec<_> =
            heaps.iter().filter(|heap| heap.count == 1).map(|heap| BusinessId(heap.id)).collect();
        let mut named: HashMap<_, _> = HashMap::with_capacity(alone.len());
        for business in self.businesses_by_id(&alone).await? {
            let shown = SpotBusiness {
                id: business.id,
                name: business.name,
                enrichment_status: business.enrichment_status,
                phone: business.phone,
                phone_display: business.phone_display,
            };
            named.insert(business.id.0, shown);
        }
        let spot = |heap: Heap| {
            let business = if heap.count == 1 { named.remove(&heap.id) } else { None };
            heap.spot(business)
        };
        Ok(heaps.into_iter().map(spot).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> BoundingBox {
        text.parse().unwrap()
    }

    #[test]
    fn cells_are_powers_of_two_and_few_across() {
        let check = |within: &str, across: u32, height: f64, width: f64| {
            assert_eq!(Grid::of(&bounds(within), across), Grid { height, width }, "{within}");
        };
        check("0,-1,1,0", 16, 0.0625, 0.0625);
        check("0,-1.1,1,0", 16, 0.125, 0.125);
        check("24,59.5,25,60.5", 16, 0.0625, 0.125);
        check("-180,-90,180,90", 16, 32.0, 32.0);
        check("179.5,0,-179.5,0.5", 16, 0.0625, 0.0625);
        check("5,5,5,5", 16, LOWEST, LOWEST);
    }

    #[test]
    fn no_box_has_more_cells_than_were_asked_for() {
        for (within, across) in [
            ("-180,-90,180,90", 64),
            ("24.9,60.1,25.1,60.3", 64),
            ("-179,80,179,89.9", 16),
            ("-180,89,180,90", 16),
            ("170,-10,-170,10", 1),
        ] {
            let around = bounds(within);
            let grid = Grid::of(&around, across);
            let rows = (around.north - around.south) / grid.height;
            let columns = (around.east - around.west).rem_euclid(360.0) / grid.width;
            let most = f64::from(across);
            assert!(rows <= most && columns <= most * 1.5, "{within}: {rows} by {columns}");
        }
    }

    #[test]
    fn what_lies_in_one_cell_is_one_spot() {
        let place = |id, latitude, longitude| (id, GeoPoint { latitude, longitude });
        let places =
            [place(1, 60.1, 24.9), place(2, 60.1, 24.9), place(3, 60.101, 24.901), place(4, 60.9, 24.1)];
        let within = bounds("24,60,25,61");
        let mut spots: Vec<_> =
            Grid::of(&within, 16).heaps(&places, &within).into_iter().map(|heap| heap.spot(None)).collect();
        spots.sort_by_key(|spot| spot.count);
        assert_eq!((spots.len(), spots[0].count, spots[1].count), (2, 1, 3));
        assert_eq!((spots[0].latitude, spots[0].bounds), (60.9, bounds("24.1,60.9,24.1,60.9")));
        assert_eq!((spots[1].latitude, spots[1].longitude), (60.100_333_3, 24.900_333_3));
        assert_eq!(spots[1].bounds, bounds("24.9,60.1,24.901,60.101"));
    }

    #[cfg(feature = "test-support")]
    #[tokio::test]
    async fn places_are_counted_by_their_index() {
        let db = crate::test_support::sqlite().await;
        let snapshot = db.store().snapshot().await.unwrap();
        let filters = contract::BusinessQuery::default();
        let filter = Filter::new(&snapshot, &filters).await.unwrap();
        for within in ["24.9,60.1,25,60.2", "-180,-90,180,90"] {
            let within = bounds(within);
            let grid = Grid::of(&within, 16);
            let statement = snapshot.heaps_statement("EXPLAIN QUERY PLAN ", &filter, &grid, &within);
            let plan = statement.all(snapshot.connection()).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.column(3).unwrap()).collect();
            assert!(plan[0].contains("USING COVERING INDEX businesses_by_place"), "{within}: {plan:?}");
        }
    }

    #[test]
    fn the_box_of_all_has_room_around_them_and_stays_on_the_earth() {
        assert_eq!(with_margin(bounds("24,60,25,61")), bounds("23.9375,59.9375,25.0625,61.0625"));
        assert_eq!(with_margin(bounds("-180,-90,180,90")), bounds("-180,-90,180,90"));
        let one = with_margin(bounds("24,60,24,60"));
        assert!(one.west < 24.0 && one.east > 24.0 && one.south < 60.0 && one.north > 60.0);
    }
}
