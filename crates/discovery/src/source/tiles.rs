//! A box in pieces that a server can answer for.

use contract::BoundingBox;

/// Kilometres of a degree of latitude.
const KM_A_DEGREE: f64 = 111.2;

/// A box that does not cross the antimeridian, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tile {
    pub(crate) south: f64,
    pub(crate) west: f64,
    pub(crate) north: f64,
    pub(crate) east: f64,
}

impl Tile {
    /// The tile in four, unless their edges had less than `least` degrees of latitude.
    pub(crate) fn quarters(self, least: f64) -> Option<[Self; 4]> {
        let Self { south, west, north, east } = self;
        if north - south < 2.0 * least {
            return None;
        }
        let (middle, centre) = (f64::midpoint(south, north), f64::midpoint(west, east));
        Some([
            Self { north: middle, east: centre, ..self },
            Self { north: middle, west: centre, ..self },
            Self { south: middle, east: centre, ..self },
            Self { south: middle, west: centre, ..self },
        ])
    }

    fn grid(self, edge_km: f64) -> impl Iterator<Item = Self> {
        let Self { south, west, north, east } = self;
        let width = (east - west) * KM_A_DEGREE * f64::midpoint(south, north).to_radians().cos();
        let (rows, columns) = (pieces((north - south) * KM_A_DEGREE, edge_km), pieces(width, edge_km));
        let at = |from: f64, to: f64, index: u32, count: u32| {
            from + (to - from) * f64::from(index) / f64::from(count)
        };
        (0..rows).flat_map(move |row| {
            (0..columns).map(move |column| Self {
                south: at(south, north, row, rows),
                north: at(south, north, row + 1, rows),
                west: at(west, east, column, columns),
                east: at(west, east, column + 1, columns),
            })
        })
    }
}

/// Tiles of about that edge that cover the box.
pub(crate) fn cover(bounds: BoundingBox, edge_km: f64) -> Vec<Tile> {
    let BoundingBox { west, south, east, north } = bounds;
    let whole = if west <= east { vec![(west, east)] } else { vec![(west, 180.0), (-180.0, east)] };
    whole.into_iter().flat_map(|(west, east)| Tile { south, west, north, east }.grid(edge_km)).collect()
}

/// Pieces of at most that edge; a whole Earth has at most a few thousand of the smallest that are asked for.
fn pieces(length_km: f64, edge_km: f64) -> u32 {
    let needed = (length_km / edge_km).ceil().clamp(1.0, 4096.0);
    (1..=4096).find(|count| f64::from(*count) >= needed).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use contract::GeoPoint;

    use super::*;

    const LEAST: f64 = 0.01;

    fn around(latitude: f64, longitude: f64, radius_km: f64, edge_km: f64) -> Vec<Tile> {
        let centre = GeoPoint::new(latitude, longitude).unwrap();
        cover(BoundingBox::around(centre, radius_km), edge_km)
    }

    #[test]
    fn a_search_is_one_tile_where_that_is_enough() {
        assert_eq!(around(60.17, 24.94, 9.0, 20.0).len(), 1);
        assert_eq!(around(60.17, 24.94, 49.9, 100.0).len(), 1);
        assert_eq!(around(60.17, 24.94, 50.0, 20.0).len(), 36);
    }

    #[test]
    fn tiles_cover_the_box_without_gaps() {
        let tiles = around(40.26, -74.27, 30.0, 20.0);
        let centre = GeoPoint::new(40.26, -74.27).unwrap();
        let bounds = BoundingBox::around(centre, 30.0);
        let area: f64 = tiles.iter().map(|tile| (tile.north - tile.south) * (tile.east - tile.west)).sum();
        let whole = (bounds.north - bounds.south) * (bounds.east - bounds.west);
        assert!((area - whole).abs() < 1e-9, "{area} {whole}");
        let quarters = tiles[0].quarters(LEAST).unwrap();
        let area: f64 = quarters.iter().map(|tile| (tile.north - tile.south) * (tile.east - tile.west)).sum();
        assert!((area - (tiles[0].north - tiles[0].south) * (tiles[0].east - tiles[0].west)).abs() < 1e-9);
    }

    #[test]
    fn the_antimeridian_parts_a_box_in_two() {
        let tiles = around(-17.0, 179.99, 5.0, 100.0);
        assert_eq!(tiles.len(), 2);
        assert!(tiles.iter().all(|tile| tile.west < tile.east), "{tiles:?}");
        assert_eq!((tiles[0].east, tiles[1].west), (180.0, -180.0));
    }

    #[test]
    fn quarters_end_at_about_a_kilometre() {
        let mut tile = around(60.17, 24.94, 49.0, 100.0)[0];
        let mut depth = 0;
        while let Some([quarter, ..]) = tile.quarters(LEAST) {
            (tile, depth) = (quarter, depth + 1);
        }
        assert_eq!(depth, 6);
    }
}
