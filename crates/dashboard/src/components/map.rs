//! A map without a network: points, radius and scale on a plain ground, nearest metres true to the centre.

use contract::number::text;
use contract::{Business, BusinessId, GeoPoint};
use markup::{Node, keyed, view};

use crate::reaction::{Derived, Var};
use crate::{format, routes};

/// Half the side of the drawing, in its own units.
const HALF: f64 = 100.0;
/// Room between the radius and the edge.
const MARGIN: f64 = 12.0;
/// Kilometres to the north.
pub(crate) const KM_PER_DEGREE: f64 = 111.195;

/// One lead on the map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pin {
    id: BusinessId,
    name: String,
    point: GeoPoint,
}

impl Pin {
    /// The lead's pin, if it is known where it is.
    pub(crate) fn of(business: &Business) -> Option<Self> {
        Some(Self { id: business.id, name: business.name.clone(), point: business.location()? })
    }
}

/// Where `point` lies in the drawing: plane near the centre, which is exact to a metre at a few kilometres.
pub(crate) fn project(centre: GeoPoint, radius_km: f64, point: GeoPoint) -> (f64, f64) {
    let scale = (HALF - MARGIN) / radius_km.max(0.001);
    let east = turn(point.longitude - centre.longitude) * KM_PER_DEGREE * centre.longitude_scale();
    let north = (point.latitude - centre.latitude) * KM_PER_DEGREE;
    (tenth(HALF + east * scale), tenth(HALF - north * scale))
}

/// The radius of the circle in a drawing whose edges are so many kilometres apart.
pub(crate) fn radius_in(height_km: f64) -> f64 {
    height_km * (HALF - MARGIN) / (2.0 * HALF)
}

/// The shorter way around: degrees from -180 to 180.
pub(crate) fn turn(degrees: f64) -> f64 {
    match degrees {
        _ if degrees > 180.0 => degrees - 360.0,
        _ if degrees < -180.0 => degrees + 360.0,
        _ => degrees,
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The longest round length that fits into half the radius' circle: its kilometres.
fn scale_km(radius_km: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= radius_km {
        power *= 10.0;
    }
    while power > radius_km && power > 1e-6 {
        power /= 10.0;
    }
    [5.0, 2.0, 1.0, 0.5, 0.2, 0.1]
        .into_iter()
        .map(|step| step * power)
        .find(|length| *length <= radius_km * 0.75)
        .unwrap_or(radius_km)
}

/// The circle around `centre` with its pins; `marked` is the one that is pointed at in the list.
pub(crate) fn map(
    centre: GeoPoint,
    radius_km: f64,
    pins: Derived<Vec<Pin>>,
    marked: Var<Option<BusinessId>>,
) -> Node {
    let label = move || {
        let count = pins.with(Vec::len) as u64;
        format!("Map: {} within {}", format::plural(count, "lead", "leads"), format::distance(radius_km))
    };
    view! {
        <svg class="map" viewBox="0 0 200 200" role="group" aria-label=label>
            <circle class="map__area" cx="100" cy="100" r="88"></circle>
            <circle class="map__ring" cx="100" cy="100" r="44"></circle>
            <path class="map__centre" d="M96 100h8M100 96v8"></path>
            {keyed(move || pins.get(), |pin| (pin.id.0.cast_unsigned(), 0), move |pin| pin_view(&pin, centre, radius_km, marked))}
            {scale(radius_km, "192")}
        </svg>
    }
}

/// A round length with its name at the lower edge, and which way is north; `right` is where the drawing ends, nearly.
pub(crate) fn scale(radius_km: f64, right: &'static str) -> Node {
    let scale = scale_km(radius_km);
    let length = tenth(scale * (HALF - MARGIN) / radius_km);
    view! {
        <path class="map__scale" d=format!("M8 188v4h{}v-4", text(length))></path>
        <text class="map__text" x=text(8.0 + length + 4.0) y="192" aria-hidden="true">{format::distance(scale)}</text>
        <text class="map__text" x=right y="14" text-anchor="end" aria-hidden="true">"N ↑"</text>
    }
}

/// Links on the map repeat the list, which is the way by keyboard.
fn pin_view(pin: &Pin, centre: GeoPoint, radius_km: f64, marked: Var<Option<BusinessId>>) -> Node {
    let (x, y) = project(centre, radius_km, pin.point);
    let id = pin.id;
    view! {
        <a href=routes::lead(id) tabindex="-1" aria-hidden="true"
            on:pointerenter=move |_| marked.set(Some(id)) on:pointerleave=move |_| marked.set(None)>
            <circle class="map__pin" class:map__pin--marked=move || marked.get() == Some(id) cx=text(x) cy=text(y) r="2.6">
                <title>{pin.name.clone()}</title>
            </circle>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint::new(latitude, longitude).unwrap()
    }

    #[test]
    fn the_centre_is_in_the_middle_and_the_radius_reaches_the_circle() {
        let centre = point(60.1699, 24.9384);
        assert_eq!(project(centre, 1.0, centre), (100.0, 100.0));
        let north = point(60.1699 + 1.0 / KM_PER_DEGREE, 24.9384);
        assert_eq!(project(centre, 1.0, north), (100.0, 12.0));
    }

    #[test]
    fn east_is_to_the_right_at_its_true_distance() {
        let (centre, east) = (point(60.1699, 24.9384), point(60.1699, 24.9484));
        let (x, y) = project(centre, 1.0, east);
        let km = centre.distance_km(east);
        assert!((x - 100.0 - km * 88.0).abs() < 0.2 && (y - 100.0).abs() < 0.1, "{x} {y}");
    }

    #[test]
    fn a_circle_over_the_antimeridian_stays_together() {
        let (x, _) = project(point(0.0, 179.99), 5.0, point(0.0, -179.99));
        assert!((x - 139.1).abs() < 0.5, "{x}");
    }

    #[test]
    fn the_scale_is_a_round_length_within_the_circle() {
        let check = |radius: f64, expect: f64| {
            assert!((scale_km(radius) - expect).abs() < 1e-9, "{radius}: {}", scale_km(radius));
        };
        check(0.1, 0.05);
        check(1.0, 0.5);
        check(3.0, 2.0);
        check(5.0, 2.0);
        check(50.0, 20.0);
    }
}
