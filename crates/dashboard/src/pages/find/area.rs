//! The area of the search that is being written: its circle, and the leads in it that are known already.

use contract::{BusinessQuery, GeoPoint};
use markup::{Node, view};

use crate::components::map::{Pin, map};
use crate::components::panel::panel;
use crate::reaction::{Var, derive};
use crate::{data, format, leads_url};

/// The most leads that are drawn.
const SHOWN: u32 = 200;

/// The map; empty until the location is a suggestion that was taken or a pair of coordinates.
pub(super) fn preview(location: Var<String>, radius: Var<String>, places: data::Places) -> Node {
    let area = derive(move || {
        let typed = location.get();
        let known = places.data().and_then(|found| {
            let place = found.iter().find(|place| place.label == typed)?;
            GeoPoint::new(place.latitude, place.longitude)
        });
        let centre = known.or_else(|| typed.parse().ok())?;
        Some((centre, kilometres(&radius.get())?))
    });
    let query = move || {
        let (near, radius) = area.get()?;
        Some(BusinessQuery {
            near: Some(near),
            radius_km: Some(radius),
            limit: Some(SHOWN),
            ..Default::default()
        })
    };
    let leads = data::leads_if(query);
    view! {
        {move || match area.get() {
            Some((centre, radius)) => drawing(centre, radius, leads),
            None => nowhere(),
        }}
    }
}

/// The ground that the circle will stand on.
fn nowhere() -> Node {
    let body = view! {
        <svg class="map map--empty" viewBox="0 0 200 200" aria-hidden="true">
            <circle class="map__ring" cx="100" cy="100" r="88"></circle>
            <path class="map__centre" d="M96 100h8M100 96v8"></path>
        </svg>
        <p class="panel__foot muted">"Once place and radius are known, the circle is drawn here with the leads in it."</p>
    };
    panel("area", "Area", Node::nothing(), body)
}

/// The radius as it was typed, with the default for none; nothing where it is out of range.
fn kilometres(typed: &str) -> Option<f64> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return Some(contract::scrape::DEFAULT_RADIUS_KM);
    }
    contract::number::parse(&typed).filter(|radius| (0.1..=50.0).contains(radius))
}

fn drawing(centre: GeoPoint, radius: f64, leads: data::Leads) -> Node {
    let pins = derive(move || {
        let shown = leads.data().filter(|_| !leads.is_placeholder_data());
        shown
            .map(|page| page.data.iter().filter_map(|row| Pin::of(row)).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let list =
        leads_url::url(&BusinessQuery { near: Some(centre), radius_km: Some(radius), ..Default::default() });
    let known = move || {
        let total = leads.data().filter(|_| !leads.is_placeholder_data()).map(|page| page.meta.total);
        total.map(|total| format!("{} known here", format::plural(total, "lead", "leads")))
    };
    let body = view! {
        {map(centre, radius, pins, Var::new(None))}
        <p class="panel__foot"><a href=list>{known}</a></p>
    };
    panel("area", "Area", Node::nothing(), body)
}

#[cfg(test)]
mod tests {
    use super::kilometres;

    #[test]
    fn the_circle_follows_what_is_typed_within_the_limits() {
        let cases = [
            ("", Some(5.0)),
            ("2,5", Some(2.5)),
            (" 50 ", Some(50.0)),
            ("51", None),
            ("far", None),
            ("NaN", None),
        ];
        for (typed, expect) in cases {
            assert_eq!(kilometres(typed), expect, "{typed}");
        }
    }
}
