//! The area of the search that is being written: its circle, and the leads in it that are known already.

use contract::{BusinessQuery, GeoPoint};
use leptos::prelude::event_target_value;
use markup::{Node, view};

use crate::components::map::{Pin, map};
use crate::components::panel::panel;
use crate::reaction::{Var, derive};
use crate::{data, format, leads_url};

/// The most leads that are drawn.
const SHOWN: u32 = 200;
/// The radii that the handle goes through, in kilometres: steps that look alike on a map.
const STEPS: [&str; 13] = ["0.1", "0.2", "0.3", "0.5", "1", "2", "3", "5", "10", "15", "20", "30", "50"];

/// The map with the handle of its radius; empty until the location is a suggestion that was taken or a pair of coordinates.
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
    // The handle stays while the drawing is made anew, so that it can be dragged.
    let body = view! {
        {move || match area.get() {
            Some((centre, radius)) => drawing(centre, radius, leads),
            None => nowhere(),
        }}
        {handle(radius)}
        {move || match area.get() {
            Some((centre, radius)) => known(centre, radius, leads),
            None => view! {
                <p class="panel__foot muted">"Once place and radius are known, the circle is drawn here with the leads in it."</p>
            },
        }}
    };
    panel("area", "Area", Node::nothing(), body)
}

/// The ground that the circle will stand on.
fn nowhere() -> Node {
    view! {
        <svg class="map map--empty" viewBox="0 0 200 200" aria-hidden="true">
            <circle class="map__ring" cx="100" cy="100" r="88"></circle>
            <path class="map__centre" d="M96 100h8M100 96v8"></path>
        </svg>
    }
}

/// Makes the circle larger and smaller, beside the field in which any radius can be typed.
fn handle(radius: Var<String>) -> Node {
    let step = move || step_of(kilometres(&radius.get()).unwrap_or_default()).to_string();
    let spoken = move || kilometres(&radius.get()).map(format::distance);
    let drag = move |value: String| {
        if let Some(step) = value.parse().ok().and_then(|step: usize| STEPS.get(step)) {
            radius.set((*step).to_owned());
        }
    };
    view! {
        <input class="map__radius needs-script" type="range" min="0" max=(STEPS.len() - 1).to_string() aria-label="Radius"
            prop:value=step aria-valuetext=spoken on:input=move |event| drag(event_target_value(&event))/>
    }
}

/// The last step that is not longer than the radius.
fn step_of(radius: f64) -> usize {
    let shorter = STEPS.iter().filter(|step| kilometres(step).is_some_and(|step| step <= radius));
    shorter.count().saturating_sub(1)
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
    map(centre, radius, pins, Var::new(None))
}

/// How many leads of the circle are known, and the way to their list.
fn known(centre: GeoPoint, radius: f64, leads: data::Leads) -> Node {
    let list =
        leads_url::url(&BusinessQuery { near: Some(centre), radius_km: Some(radius), ..Default::default() });
    let known = move || {
        let total = leads.data().filter(|_| !leads.is_placeholder_data()).map(|page| page.meta.total);
        total.map(|total| format!("{} known here", format::plural(total, "lead", "leads")))
    };
    view! { <p class="panel__foot"><a href=list>{known}</a></p> }
}

#[cfg(test)]
mod tests {
    use super::{STEPS, kilometres, step_of};

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

    #[test]
    fn the_handle_stands_at_each_of_its_steps_and_below_what_lies_between() {
        for (step, radius) in STEPS.iter().enumerate() {
            assert_eq!(step_of(kilometres(radius).unwrap()), step, "{radius}");
        }
        assert_eq!(STEPS[step_of(7.5)], "5");
        assert_eq!(step_of(0.05), 0);
    }
}
