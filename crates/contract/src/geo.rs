//! Points and rectangles on the earth, as they stand in a URL.

use std::fmt;
use std::str::FromStr;

use crate::number::{self, asin, cos, sin, text};
use crate::text_serde::text_serde;

/// A point on the earth, written `60.1699,24.9384`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPoint {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// Mean radius of the earth (IUGG).
const EARTH_RADIUS_KM: f64 = 6371.0088;

impl GeoPoint {
    /// The point, if both are numbers of degrees in range.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude))
            .then_some(Self { latitude, longitude })
    }

    /// What a degree of longitude measures here, as a part of one at the equator.
    #[must_use]
    pub fn longitude_scale(self) -> f64 {
        cos(self.latitude.to_radians())
    }

    /// Great-circle distance by the haversine formula, in kilometres.
    #[must_use]
    pub fn distance_km(self, other: Self) -> f64 {
        let (phi1, phi2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_phi = (phi2 - phi1) / 2.0;
        let half_lambda = (other.longitude - self.longitude).to_radians() / 2.0;
        let h = sin(half_phi).powi(2) + cos(phi1) * cos(phi2) * sin(half_lambda).powi(2);
        2.0 * EARTH_RADIUS_KM * asin(h.sqrt().min(1.0))
    }
}

impl fmt::Display for GeoPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", text(self.latitude), text(self.longitude))
    }
}

impl FromStr for GeoPoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("'{text}' is not a point; write latitude,longitude such as 60.1699,24.9384");
        let (latitude, longitude) = text.split_once(',').ok_or_else(wrong)?;
        number::parse(latitude)
            .zip(number::parse(longitude))
            .and_then(|(lat, lon)| Self::new(lat, lon))
            .ok_or_else(wrong)
    }
}

text_serde!(
    GeoPoint,
    "60.1699,24.9384",
    Self { latitude: 0.0, longitude: 0.0 },
    pattern "^\\s*[-+.0-9eE]+\\s*,\\s*[-+.0-9eE]+\\s*$"
);

/// A rectangle of degrees, written `west,south,east,north`. West above east crosses the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    /// Degrees east of the left edge.
    pub west: f64,
    /// Degrees north of the lower edge.
    pub south: f64,
    /// Degrees east of the right edge.
    pub east: f64,
    /// Degrees north of the upper edge.
    pub north: f64,
}

impl BoundingBox {
    /// The smallest box that holds the circle of `radius_km` around `centre`; all longitudes where it reaches
    /// a pole.
    #[must_use]
    pub fn around(centre: GeoPoint, radius_km: f64) -> Self {
        let angle = radius_km / EARTH_RADIUS_KM;
        let south = centre.latitude - angle.to_degrees();
        let north = centre.latitude + angle.to_degrees();
        if south <= -90.0 || north >= 90.0 {
            return Self { west: -180.0, east: 180.0, south: south.max(-90.0), north: north.min(90.0) };
        }
        let spread = asin((sin(angle) / cos(centre.latitude.to_radians())).min(1.0)).to_degrees();
        let wrap = |degrees: f64| (degrees + 540.0).rem_euclid(360.0) - 180.0;
        Self { west: wrap(centre.longitude - spread), east: wrap(centre.longitude + spread), south, north }
    }

    /// Whether the point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, point: GeoPoint) -> bool {
        let within = if self.west <= self.east {
            (self.west..=self.east).contains(&point.longitude)
        } else {
            point.longitude >= self.west || point.longitude <= self.east
        };
        within && (self.south..=self.north).contains(&point.latitude)
    }
}

impl fmt::Display for BoundingBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [west, south, east, north] = [self.west, self.south, self.east, self.north].map(text);
        write!(f, "{west},{south},{east},{north}")
    }
}

impl FromStr for BoundingBox {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("'{text}' is not a box; write west,south,east,north in degrees");
        let degrees: Option<Vec<f64>> = text.split(',').map(number::parse).collect();
        let Ok([west, south, east, north]) = <[f64; 4]>::try_from(degrees.ok_or_else(wrong)?) else {
            return Err(wrong());
        };
        let corners = GeoPoint::new(south, west).zip(GeoPoint::new(north, east));
        if corners.is_none() || south > north { Err(wrong()) } else { Ok(Self { west, south, east, north }) }
    }
}

text_serde!(
    BoundingBox,
    "24.9,60.1,25.0,60.2",
    Self { west: 0.0, south: 0.0, east: 0.0, north: 0.0 },
    pattern "^\\s*[-+.0-9eE]+\\s*(,\\s*[-+.0-9eE]+\\s*){3}$"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_great_circle() {
        let helsinki = GeoPoint::new(60.1699, 24.9384).unwrap();
        let tampere = GeoPoint::new(61.4978, 23.7610).unwrap();
        assert!((helsinki.distance_km(tampere) - 160.9).abs() < 0.5);
        assert!(helsinki.distance_km(helsinki).abs() < 1e-9);
        let antipode = GeoPoint::new(-60.1699, -155.0616).unwrap();
        assert!((helsinki.distance_km(antipode) - 20_015.1).abs() < 1.0);
    }

    #[test]
    fn a_box_holds_its_circle_also_across_the_antimeridian_and_at_the_poles() {
        for (lat, lon) in [(60.17, 24.94), (0.0, 179.99), (-45.0, -179.99), (89.9, 10.0)] {
            let centre = GeoPoint::new(lat, lon).unwrap();
            let around = BoundingBox::around(centre, 20.0);
            for bearing in 0..72 {
                let theta = f64::from(bearing) * 5.0_f64.to_radians();
                let point = destination(centre, theta, 19.99);
                assert!(around.contains(point), "{centre} at {theta}: {point} not in {around}");
            }
        }
    }

    fn destination(from: GeoPoint, bearing: f64, km: f64) -> GeoPoint {
        let (phi, lambda, delta) =
            (from.latitude.to_radians(), from.longitude.to_radians(), km / EARTH_RADIUS_KM);
        let phi2 = (phi.sin() * delta.cos() + phi.cos() * delta.sin() * bearing.cos()).asin();
        let y = bearing.sin() * delta.sin() * phi.cos();
        let lambda2 = lambda + y.atan2(delta.cos() - phi.sin() * phi2.sin());
        let wrapped = (lambda2.to_degrees() + 540.0).rem_euclid(360.0) - 180.0;
        GeoPoint::new(phi2.to_degrees(), wrapped).unwrap()
    }
}
