use std::collections::HashSet;

use super::*;

const PAGE: Screen = Screen { width: 1100.0, density: 1.0 };

fn frame(bounds: &str) -> Frame {
    Frame::around(&bounds.parse().unwrap())
}

/// Part of the world's height above that latitude, as such tiles are defined.
fn mercator(latitude: f64) -> f64 {
    (1.0 - latitude.to_radians().tan().asinh() / PI) / 2.0
}

fn numbers(tiles: &[Tile]) -> HashSet<(u32, i64, i64)> {
    tiles.iter().map(|tile| (tile.zoom, tile.column, tile.row)).collect()
}

#[test]
fn tiles_are_nearly_of_their_own_size_on_the_page() {
    // 3 degrees wide: a tile of zoom level 9 is 240 pixels wide on 1,024 and 352 on 1,500.
    let check = |width: f64, density: f64, deepest: u32, expect: Option<u32>| {
        let found = zoom(frame("-1.5,-1,1.5,1"), Screen { width, density }, deepest);
        assert_eq!(found, expect, "{width} px at {density}, down to {deepest}");
    };
    check(1024.0, 1.0, 19, Some(9));
    check(1500.0, 1.0, 19, Some(9));
    check(1600.0, 1.0, 19, Some(10));
    check(1024.0, 2.0, 19, Some(9));
    check(1500.0, 2.0, 19, Some(10));
    check(1024.0, 1.0, 5, Some(5));
    check(1024.0, 1.0, 4, None);
}

#[test]
fn places_lie_in_the_tiles_that_are_known_for_them() {
    let check = |latitude: f64, longitude: f64, x: i64, y: i64| {
        let around =
            format!("{},{},{},{}", longitude - 1e-4, latitude - 1e-4, longitude + 1e-4, latitude + 1e-4);
        let tiles = Grid::of(frame(&around), 12).tiles();
        assert_eq!(numbers(&tiles), HashSet::from([(12, x, y)]));
    };
    check(60.1699, 24.9384, 2331, 1185);
    check(40.7484, -73.9857, 1206, 1539);
    check(-33.8568, 151.2153, 3768, 2457);
}

#[test]
fn the_edges_of_tiles_are_where_they_are_defined_to_be() {
    for latitude in [-85.05, -60.0, -1.0, 0.0, 0.5, 45.0, 60.1699, 85.0] {
        assert!((part_of(latitude) - mercator(latitude)).abs() < 1e-12, "{latitude}");
    }
    for (part, expect) in [(0.0, LAST), (0.25, 66.513_260_443), (0.5, 0.0), (1.0, -LAST)] {
        assert!((latitude(part) - expect).abs() < 1e-8, "{part}: {}", latitude(part));
    }
}

/// How far the picture of a point on its tile is from where the map has the point, in pixels of the page.
fn beside(frame: Frame, point: GeoPoint) -> f64 {
    let tiles = in_view(frame, PAGE, 19);
    let all = whole(tiles[0].zoom) as f64;
    let turned =
        frame.centre().longitude + crate::components::map::turn(point.longitude - frame.centre().longitude);
    let (column, row) = ((turned + 180.0) / 360.0 * all, mercator(point.latitude) * all);
    let (across, down) = (column.rem_euclid(1.0), row.rem_euclid(1.0));
    let strip = (down * f64::from(strips(tiles[0].zoom))) as u32;
    let holds =
        |tile: &&Tile| (tile.column, tile.row, tile.strip) == (column.floor() as i64, row as i64, strip);
    let tile = tiles.iter().find(holds).unwrap_or_else(|| panic!("{point} is on no tile"));
    let [left, top, width, height] = tile.place(frame);
    let (x, y) = frame.place(point);
    let (x, y) = (left + across * width - x / 300.0, top + down * height - y / 200.0);
    (x * PAGE.width).hypot(y * PAGE.width * 2.0 / 3.0)
}

#[test]
fn points_lie_on_their_tiles_wherever_and_however_close() {
    let frames = [
        "24.93,60.169,24.94,60.171",
        "24,60,26,61",
        "19,59,32,70",
        "-125,24,-66,49",
        "110,-45,155,-10",
        "179,-17,-179,-16",
        "-180,-60,180,75",
    ];
    for bounds in frames {
        let frame = frame(bounds);
        let shown = frame.bounds();
        let width = (shown.east - shown.west).rem_euclid(360.0);
        let width = if width == 0.0 { 360.0 } else { width };
        for step in 1..100 {
            let (across, down) = (f64::from(step) / 100.0, f64::from(step * 37 % 100) / 100.0);
            let longitude = crate::components::map::turn(shown.west + width * across);
            let latitude = shown.south + (shown.north - shown.south) * down;
            if latitude.abs() < 80.0 {
                let way = beside(frame, GeoPoint { latitude, longitude });
                assert!(way < 1.2, "{latitude},{longitude} in {bounds}: {way} px");
            }
        }
    }
}

#[test]
fn tiles_go_on_over_the_antimeridian() {
    let tiles = Grid::of(frame("179,-17,-179,-16"), 8).tiles();
    assert_eq!(tiles.iter().map(|tile| tile.column).collect::<HashSet<_>>(), HashSet::from([255, 256]));
    let urls: HashSet<String> = tiles.iter().map(|tile| tile.url("/{z}/{x}/{y}.png")).collect();
    assert!(urls.contains("/8/255/140.png") && urls.contains("/8/0/140.png"), "{urls:?}");
    let west = Grid::of(frame("-179.9,-1,-179,1"), 8).tiles();
    assert!(west.iter().any(|tile| tile.column == -1 && tile.url("{x}") == "255"), "{west:?}");
    let fiji = frame("179,-17,-179,-16");
    let edges = |tile: &Tile| {
        let [left, _, width, _] = tile.place(fiji);
        (left, left + width)
    };
    let east = tiles.iter().find(|tile| tile.column == 256).unwrap();
    assert!((edges(&tiles[0]).1 - 0.5).abs() < 1e-9 && (edges(east).0 - 0.5).abs() < 1e-9);
}

#[test]
fn there_are_no_tiles_beyond_the_ends_of_the_world() {
    let world = (0..40).fold(frame("-1,-1,1,1"), |frame, _| frame.zoomed(2.0));
    for zoom in 0..5 {
        let Grid { columns, rows, .. } = Grid::of(world, zoom);
        assert_eq!((columns, rows), (0..whole(zoom), 0..whole(zoom)), "the world is shown once");
    }
    let north = frame("0,88,4,89.5");
    let Grid { rows, .. } = Grid::of(north, 10);
    assert!(rows.start >= 0 && rows.end <= whole(10), "{rows:?}");
    let closest =
        (0..20).fold((0..9).fold(north, |frame, _| frame.zoomed(0.5)), |frame, _| frame.moved(0.0, 0.5));
    assert!(closest.centre().latitude <= 85.0, "no map is of a part without tiles");
}

#[test]
fn no_map_has_more_tiles_than_the_limit() {
    for width in [300.0, 390.0, 1100.0, 1664.0, 2500.0, 5000.0] {
        for density in [1.0, 2.0, 3.0] {
            for steps in 0..24 {
                let frame = (0..steps).fold(frame("24.9,60.1,24.91,60.11"), |frame, _| frame.zoomed(2.0));
                let tiles = numbers(&in_view(frame, Screen { width, density }, 19));
                assert!(
                    !tiles.is_empty() && tiles.len() <= MOST,
                    "{} on {width} px at {density}",
                    tiles.len()
                );
            }
        }
    }
    // A usual map has the tiles that it wants.
    let tiles = in_view(frame("24,60,26,61"), PAGE, 19);
    assert_eq!(Some(tiles[0].zoom), zoom(frame("24,60,26,61"), PAGE, 19));
}

#[test]
fn every_piece_is_known_by_a_key_of_its_own() {
    for bounds in ["24,60,26,61", "-180,-60,180,75", "-179.9,-1,-179,1"] {
        let tiles = in_view(frame(bounds), PAGE, 19);
        let keys: HashSet<_> = tiles.iter().map(Tile::key).collect();
        assert_eq!(keys.len(), tiles.len(), "{bounds}");
    }
}

#[test]
fn only_tiles_of_large_parts_of_the_earth_are_drawn_in_strips() {
    assert_eq!([0, 3, 5, 7, 8, 19].map(strips), [15, 6, 3, 2, 1, 1]);
    let style = |zoom, strip| Tile { zoom, column: 1, row: 1, strip }.style(frame("-60,-40,60,40"));
    assert!(!style(8, 0).contains("clip-path"), "{}", style(8, 0));
    assert!(style(6, 1).ends_with(";clip-path:inset(50% 0 calc(0% - 1px))"), "{}", style(6, 1));
    assert!(style(6, 0).starts_with("left:"), "{}", style(6, 0));
}
