//! The part of the earth that a map shows, in the map's own shape.

use contract::{BoundingBox, GeoPoint};

use crate::components::map::{KM_PER_DEGREE, project, radius_in, turn};

/// The drawing's sides, in its own units.
pub(super) const WIDTH: f64 = 300.0;
pub(super) const HEIGHT: f64 = 200.0;

/// The lowest and the highest part that is shown, in kilometres.
const LOWEST_KM: f64 = 0.1;
const HIGHEST_KM: f64 = 26_700.0;
/// How much shorter than at the equator a degree of longitude is taken to be at most.
const NARROWEST: f64 = 0.02;
/// The last centre towards a pole, in degrees.
const LAST: f64 = 85.0;

/// The part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    centre: GeoPoint,
    height_km: f64,
}

impl Frame {
    /// The smallest part with all of the box.
    pub(super) fn around(bounds: &BoundingBox) -> Self {
        let width = bounds.east - bounds.west;
        let width = if width < 0.0 { width + 360.0 } else { width };
        let latitude = f64::midpoint(bounds.south, bounds.north).clamp(-LAST, LAST);
        let centre = GeoPoint { latitude, longitude: turn(bounds.west + width / 2.0) };
        let height = (bounds.north - bounds.south).max(width * narrowing(centre) * HEIGHT / WIDTH);
        Self { centre, height_km: (height * KM_PER_DEGREE).clamp(LOWEST_KM, HIGHEST_KM) }
    }

    /// So many times as high and wide, around the same point.
    pub(super) fn zoomed(self, by: f64) -> Self {
        Self { height_km: (self.height_km * by).clamp(LOWEST_KM, HIGHEST_KM), ..self }
    }

    /// Moved by parts of its sides.
    pub(super) fn moved(self, right: f64, up: f64) -> Self {
        let (width, height) = self.sides();
        let latitude = (self.centre.latitude + up * height).clamp(-LAST, LAST);
        let longitude = turn(self.centre.longitude + (right * width).clamp(-180.0, 180.0));
        Self { centre: GeoPoint { latitude, longitude }, ..self }
    }

    /// Its edges, to the tenth of a metre.
    pub(super) fn bounds(self) -> BoundingBox {
        let (width, height) = self.sides();
        let aside = width / 2.0;
        let GeoPoint { latitude, longitude } = self.centre;
        let (west, east) =
            if aside >= 180.0 { (-180.0, 180.0) } else { (turn(longitude - aside), turn(longitude + aside)) };
        let (south, north) = ((latitude - height / 2.0).max(-90.0), (latitude + height / 2.0).min(90.0));
        let [west, south, east, north] =
            [west, south, east, north].map(|degrees| (degrees * 1e6).round() / 1e6);
        BoundingBox { west, south, east, north }
    }

    /// The point in the drawing.
    pub(super) fn place(self, point: GeoPoint) -> (f64, f64) {
        let (x, y) = project(self.centre, radius_in(self.height_km), point);
        (x + (WIDTH - HEIGHT) / 2.0, y)
    }

    /// Lines of round longitude and latitude: how far from the left and from above they cross the drawing. They reach one
    /// drawing beyond each edge, for one that is dragged.
    pub(super) fn grid(self) -> (Vec<f64>, Vec<f64>) {
        let (width, height) = self.sides();
        let GeoPoint { latitude, longitude } = self.centre;
        let across = round_degrees(longitude - width, longitude + width, width / 6.0);
        let down = round_degrees(latitude - height, latitude + height, height / 4.0);
        let on_earth = |degrees: &f64| degrees.abs() <= 90.0;
        let x = |degrees: f64| self.x(degrees) * WIDTH;
        let y = |degrees: f64| self.y(degrees) * HEIGHT;
        (across.into_iter().map(x).collect(), down.into_iter().filter(on_earth).map(y).collect())
    }

    /// What is in its middle.
    pub(super) fn centre(self) -> GeoPoint {
        self.centre
    }

    /// Its width and height in degrees; the width may be more than the earth has.
    pub(super) fn sides(self) -> (f64, f64) {
        let height = self.height_km / KM_PER_DEGREE;
        (height * WIDTH / HEIGHT / narrowing(self.centre), height)
    }

    /// How far from the left that longitude is, in parts of the width. It is not taken the shorter way around, as
    /// [`place`](Self::place) takes it: 190 lies to the right of 180.
    pub(super) fn x(self, longitude: f64) -> f64 {
        0.5 + (longitude - self.centre.longitude) / self.sides().0
    }

    /// How far from above that latitude is, in parts of the height.
    pub(super) fn y(self, latitude: f64) -> f64 {
        0.5 - (latitude - self.centre.latitude) / self.sides().1
    }

    /// The radius of a circle in it, as other maps have one.
    pub(super) fn radius_km(self) -> f64 {
        radius_in(self.height_km)
    }
}

/// Round numbers of degrees in that range, no closer to each other than `least`.
fn round_degrees(from: f64, to: f64, least: f64) -> Vec<f64> {
    let mut power = 1.0;
    while power < least {
        power *= 10.0;
    }
    while power / 10.0 >= least {
        power /= 10.0;
    }
    let step = [0.2, 0.5].map(|part| part * power).into_iter().find(|step| *step >= least).unwrap_or(power);
    let (mut count, mut degrees) = ((from / step).ceil(), Vec::new());
    while count * step <= to {
        degrees.push(count * step);
        count += 1.0;
    }
    degrees
}

fn narrowing(centre: GeoPoint) -> f64 {
    centre.longitude_scale().max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bounds: &str) -> Frame {
        Frame::around(&bounds.parse().unwrap())
    }

    fn is_near(bounds: BoundingBox, expect: &str) {
        let expect: BoundingBox = expect.parse().unwrap();
        let sides = |b: BoundingBox| [b.west, b.south, b.east, b.north];
        let differs = sides(bounds).iter().zip(sides(expect)).any(|(a, b)| (a - b).abs() > 1e-3);
        assert!(!differs, "{bounds} is not {expect}");
    }

    #[test]
    fn a_frame_has_all_of_the_box_and_the_shape_of_the_drawing() {
        is_near(frame("10,-1,10.5,1").bounds(), "8.75,-1,11.75,1");
        is_near(frame("0,59.9,6,60.1").bounds(), "0,59,6,61");
        for bounds in ["10,-1,10.5,1", "24.9,60.1,25.1,60.2", "-120,25,-70,49"] {
            let shown = frame(bounds).bounds();
            is_near(Frame::around(&shown).bounds(), &shown.to_string());
        }
    }

    #[test]
    fn the_middle_of_the_box_is_the_middle_of_the_drawing() {
        let here = frame("24,60,26,61");
        assert_eq!(here.place(GeoPoint { latitude: 60.5, longitude: 25.0 }), (150.0, 100.0));
        let (x, y) = here.place(GeoPoint { latitude: here.bounds().north, longitude: here.bounds().east });
        assert!((x - 300.0).abs() < 0.2 && y.abs() < 0.2, "{x} {y}");
    }

    #[test]
    fn steps_move_and_zoom() {
        let here = frame("-1,-1,1,1");
        is_near(here.zoomed(0.5).bounds(), "-0.75,-0.5,0.75,0.5");
        is_near(here.moved(0.5, 0.0).bounds(), "0,-1,3,1");
        is_near(here.moved(0.0, -0.5).bounds(), "-1.5,-2,1.5,0");
        let closest = (0..40).fold(here, |frame, _| frame.zoomed(0.5));
        assert!(closest.bounds().north > closest.bounds().south);
        let whole = (0..40).fold(here, |frame, _| frame.zoomed(2.0)).bounds();
        is_near(whole, "-180,-90,180,90");
    }

    #[test]
    fn a_frame_over_the_antimeridian_has_both_sides() {
        let fiji = frame("179,-17,-179,-16");
        is_near(fiji.bounds(), "179,-17.139,-179,-15.861");
        let (west, _) = fiji.place(GeoPoint { latitude: -16.5, longitude: 179.5 });
        let (east, _) = fiji.place(GeoPoint { latitude: -16.5, longitude: -179.5 });
        assert!((75.0 - west).abs() < 0.2 && (225.0 - east).abs() < 0.2, "{west} {east}");
        is_near(frame("179,0,180,1").moved(0.5, 0.0).bounds(), "179.5,0,-179,1");
    }

    #[test]
    fn the_grid_is_of_round_degrees_and_moves_with_the_map() {
        let near = |found: &[f64], expect: &[f64]| {
            let same = found.iter().zip(expect).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(same && found.len() == expect.len(), "{found:?} is not {expect:?}");
        };
        near(&round_degrees(59.9, 61.1, 0.25), &[60.0, 60.5, 61.0]);
        near(&round_degrees(-1.0, 1.0, 1.0), &[-1.0, 0.0, 1.0]);
        near(&round_degrees(-0.03, 0.03, 0.011), &[-0.02, 0.0, 0.02]);
        // 2 degrees high and 3 wide, around the middle of the drawing.
        let here = frame("-1,-1,1,1");
        let (across, down) = here.grid();
        near(
            &across,
            &[-150.0, -100.0, -50.0, 0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0],
        );
        near(&down, &[300.0, 250.0, 200.0, 150.0, 100.0, 50.0, 0.0, -50.0, -100.0]);
        let (moved, _) = here.moved(0.1, 0.0).grid();
        assert!(moved.iter().any(|x| (x - 120.0).abs() < 1e-6), "{moved:?}");
        let world = (0..40).fold(here, |frame, _| frame.zoomed(2.0));
        assert!(world.grid().1.iter().all(|y| (0.0..=HEIGHT).contains(y)), "nothing lies beyond the poles");
    }

    #[test]
    fn the_poles_are_the_end() {
        let north = (0..20).fold(frame("0,80,10,89"), |frame, _| frame.moved(0.0, 0.5));
        assert_eq!(north.bounds().north, 89.5);
    }
}
