//! Which tiles of a world in Web Mercator lie under a map, and where.
//!
//! The map has a projection of its own, in which latitudes are evenly apart. A tile is drawn between its edges as that
//! projection has them, so that points and tiles agree. Within a tile Mercator's latitudes are not evenly apart: where that
//! would be seen, on maps of whole countries, a tile is drawn as strips, each between its own edges.

use std::f64::consts::{PI, SQRT_2};

use contract::GeoPoint;
use contract::number::text;

use super::frame::Frame;

/// Most tiles of one map; a larger map, or a finer screen, has coarser tiles.
pub(super) const MOST: usize = 60;
/// The side of a tile as it is made, in pixels.
const SIDE: f64 = 256.0;
/// How many times too large the finest tiles may be drawn; a closer map has its plain ground.
const COARSEST: f64 = 16.0;
/// Device pixels to a pixel of the page from which on a screen is a fine one.
const FINE: f64 = 1.5;
/// The latitude at which the square world of Web Mercator ends, in degrees.
const LAST: f64 = 85.051_128_779_806_59;
/// Pixels by which the middle of a world in one piece would be drawn beside its place, nearly: 256 π / 4.
const BENT: u32 = 201;
/// Halvings that find a latitude to less than a millimetre.
const HALVINGS: u32 = 40;

/// What the map is seen on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Screen {
    /// The drawing's width, in pixels of the page.
    pub(super) width: f64,
    /// Device pixels to one of these.
    pub(super) density: f64,
}

/// A tile, or the part of one between two latitudes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tile {
    zoom: u32,
    /// Counted on beyond the antimeridian, to either side.
    column: i64,
    row: i64,
    /// Which of its strips this is, from above.
    strip: u32,
}

/// The columns and rows of one zoom level that a map shows.
struct Grid {
    zoom: u32,
    columns: std::ops::Range<i64>,
    rows: std::ops::Range<i64>,
}

/// The tiles that the map shows, [`MOST`] at most; `deepest` is the last zoom level that there is. None where they would be drawn
/// far too large.
pub(super) fn in_view(frame: Frame, screen: Screen, deepest: u32) -> Vec<Tile> {
    let Some(zoom) = zoom(frame, screen, deepest) else { return Vec::new() };
    let grid = (0..=zoom).rev().map(|zoom| Grid::of(frame, zoom)).find(|grid| grid.count() <= MOST);
    grid.map(Grid::tiles).unwrap_or_default()
}

/// The zoom level whose tiles are nearest to their own size on the page. On a fine screen they are not larger than that, so that
/// they are sharp, and not smaller than half of it, so that their names can be read.
fn zoom(frame: Frame, screen: Screen, deepest: u32) -> Option<u32> {
    let mut side = screen.width * 360.0 / frame.sides().0;
    let largest = if screen.density < FINE { SIDE * SQRT_2 } else { SIDE };
    let mut zoom = 0;
    while zoom < deepest && side > largest {
        side /= 2.0;
        zoom += 1;
    }
    (side <= SIDE * COARSEST).then_some(zoom)
}

impl Grid {
    fn of(frame: Frame, zoom: u32) -> Self {
        let (width, height) = frame.sides();
        let GeoPoint { latitude, longitude } = frame.centre();
        // A map that is wider than the earth shows it once.
        let aside = (width / 2.0).min(180.0);
        let all = whole(zoom);
        let column = |longitude: f64| (longitude + 180.0) / 360.0 * all as f64;
        let row = |latitude: f64| (part_of(latitude) * all as f64).clamp(0.0, all as f64);
        Self {
            zoom,
            columns: around(column(longitude - aside), column(longitude + aside)),
            rows: around(row(latitude + height / 2.0), row(latitude - height / 2.0)),
        }
    }

    fn count(&self) -> usize {
        self.columns.clone().count() * self.rows.clone().count()
    }

    fn tiles(self) -> Vec<Tile> {
        let Self { zoom, columns, rows } = self;
        let tile = |row, column, strip| Tile { zoom, column, row, strip };
        let strips = move |row, column| (0..strips(zoom)).map(move |strip| tile(row, column, strip));
        rows.flat_map(|row| columns.clone().flat_map(move |column| strips(row, column))).collect()
    }
}

impl Tile {
    /// What it is known by among others.
    pub(super) fn key(&self) -> (u64, u64) {
        let Self { zoom, column, row, strip } = *self;
        (column.cast_unsigned(), row.cast_unsigned() << 16 | u64::from(zoom) << 8 | u64::from(strip))
    }

    /// Its address.
    pub(super) fn url(&self, template: &str) -> String {
        let column = self.column.rem_euclid(whole(self.zoom));
        let numbers = [("{z}", i64::from(self.zoom)), ("{x}", column), ("{y}", self.row)];
        let fill = |url: String, (name, number): (&str, i64)| url.replace(name, &number.to_string());
        numbers.into_iter().fold(template.to_owned(), fill)
    }

    /// Where it lies in the map: from the left and from above, its width and height, all in parts of the map's own. A strip is
    /// told by the whole tile that it would be a part of.
    fn place(&self, frame: Frame) -> [f64; 4] {
        let all = whole(self.zoom) as f64;
        let strips = f64::from(strips(self.zoom));
        let longitude = |column: i64| column as f64 / all * 360.0 - 180.0;
        let latitude = |strip: u32| latitude((self.row as f64 + f64::from(strip) / strips) / all);
        let (left, right) = (frame.x(longitude(self.column)), frame.x(longitude(self.column + 1)));
        let (above, below) = (frame.y(latitude(self.strip)), frame.y(latitude(self.strip + 1)));
        let height = (below - above) * strips;
        [left, above - height * f64::from(self.strip) / strips, right - left, height]
    }

    /// The same as the style of a picture in an element of the map's size.
    pub(super) fn style(&self, frame: Frame) -> String {
        let [left, top, width, height] = self.place(frame).map(percent);
        let mut style = format!("left:{left};top:{top};width:{width};height:{height}");
        let count = strips(self.zoom);
        if count > 1 {
            let part = |strips: u32| percent(f64::from(strips) / f64::from(count));
            // A pixel more than its own, which the next one covers, so that no ground shows between them.
            let (above, below) = (part(self.strip), part(count - 1 - self.strip));
            style.push_str(&format!(";clip-path:inset({above} 0 calc({below} - 1px))"));
        }
        style
    }
}

/// A part of something as a length in a style.
pub(super) fn percent(part: f64) -> String {
    format!("{}%", text((part * 1e6).round() / 1e4))
}

/// Tiles in a row and in a column at that zoom level.
fn whole(zoom: u32) -> i64 {
    1 << zoom
}

/// How many strips a tile is drawn in, so that nothing lies more than about a pixel beside its place. The error falls with the square
/// of both, the tiles and the strips in a column.
fn strips(zoom: u32) -> u32 {
    (1..=BENT).find(|strips| u64::from(strips * strips) << zoom >= u64::from(BENT)).unwrap_or(BENT)
}

/// The whole numbers of which something lies in that range.
fn around(from: f64, to: f64) -> std::ops::Range<i64> {
    from.floor() as i64..to.ceil() as i64
}

/// How far from the upper edge of the world in Web Mercator that latitude is, in parts of its height.
fn part_of(latitude: f64) -> f64 {
    let latitude = latitude.clamp(-LAST, LAST);
    // The sine, by the cosine that the page has.
    let sine = GeoPoint { latitude: 90.0 - latitude, longitude: 0.0 }.longitude_scale();
    0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI)
}

/// The latitude that lies there. It is looked for, as its formula would bring more mathematics to the page than all else here.
fn latitude(part: f64) -> f64 {
    let (mut south, mut north) = (-LAST, LAST);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(south, north);
        if part_of(middle) > part { south = middle } else { north = middle }
    }
    f64::midpoint(south, north)
}

#[cfg(test)]
mod tests;
