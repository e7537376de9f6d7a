//! Cells: what makes a search by place quick on a database that knows no geometry.
//!
//! A cell is a band of latitude around the globe, 0.02° (2.2 km) high. An index over cell and longitude finds
//! what lies in a box by one short range a band; what is exact is left to the comparison of coordinates and,
//! for circles, to the great-circle distance in Rust, which is the same on both databases.

use contract::BoundingBox;

/// Height of a cell in degrees.
const CELL_DEGREES: f64 = 0.02;
/// A box that is higher than this many cells is compared by coordinates alone.
const MAX_CELLS: i64 = 600;

/// The cell of a latitude, from 0 at the south pole.
pub(crate) fn cell(latitude: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a latitude is within -90 to 90, a cell within 0 to 9000"
    )]
    let cell = ((latitude + 90.0) / CELL_DEGREES).floor() as i64;
    cell
}

/// The cells that a box touches; `None` when they are too many to be worth looking up one by one.
pub(crate) fn cells(around: &BoundingBox) -> Option<Vec<i64>> {
    let (first, last) = (cell(around.south), cell(around.north));
    (last - first < MAX_CELLS).then(|| (first..=last).collect())
}

#[cfg(test)]
mod tests {
    use contract::GeoPoint;

    use super::*;

    #[test]
    fn the_cells_of_a_box_hold_every_point_of_it() {
        let centre = GeoPoint::new(60.1699, 24.9384).unwrap();
        let around = BoundingBox::around(centre, 5.0);
        let cells = cells(&around).unwrap();
        assert_eq!(cells.len(), 5);
        for latitude in [around.south, 60.1699, 60.2, around.north] {
            assert!(cells.contains(&cell(latitude)), "{latitude}");
        }
    }

    #[test]
    fn a_box_over_half_the_earth_has_too_many_cells() {
        let whole = BoundingBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
        assert_eq!(cells(&whole), None);
        assert_eq!((cell(-90.0), cell(90.0)), (0, 9000));
    }
}
