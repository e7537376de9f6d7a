//! The drawing: spots where their leads are, and how it is moved by pointer and by keys.

use contract::map::Spot;
use contract::number::text;
use contract::{BusinessId, GeoPoint};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::{Element, KeyboardEvent, MouseEvent, PointerEvent};

use super::frame::{Frame, HEIGHT, WIDTH};
use super::{Map, described, focus_soon};
use crate::address::Step;
use crate::components::map::scale;
use crate::format;
use crate::look::{self, Look};

/// The drawing in the document.
pub(super) const DRAWING: &str = ".map--leads";
/// Pixels from which on a press is a drag.
const DRAGGED: f64 = 4.0;
/// Part of the drawing's side that a key moves it by.
const STEP: f64 = 0.25;

/// A press on the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drag {
    None,
    /// It began there on the screen.
    Begun(f64, f64),
    /// It is over and moved the map: the click that follows is none.
    Done,
}

/// The drawing.
pub(super) fn drawing(map: Map) -> Node {
    let label = move || {
        let spots = map.spots();
        let leads = spots.iter().map(|spot| spot.count).sum();
        let places = format::plural(spots.len() as u64, "spot", "spots");
        format!("Map: {} in {places}", format::plural(leads, "lead", "leads"))
    };
    let moved = move || {
        let (x, y) = map.dragged.try_get().unwrap_or_default();
        format!("translate({} {})", text(x), text(y))
    };
    view! {
        <svg class="map map--leads" viewBox="0 0 300 200" role="group" tabindex="0" aria-label=label
            aria-describedby="map-keys" on:click=move |event| map.click(&event) on:keydown=move |event| map.press(&event)
            on:pointerdown=move |event| map.begin_drag(&event) on:pointermove=move |event| map.drag(&event)
            on:pointerup=move |event| map.end_drag(&event) on:pointerleave=move |event| map.end_drag(&event)
            on:dragstart=|event| event.prevent_default()>
            <g transform=moved>
                {move || map.drawn(|spot| spot.business.is_none())}
                {move || map.drawn(|spot| spot.business.is_some())}
            </g>
            {move || map.frame.try_get().flatten().map(|frame| scale(frame.radius_km(), "292"))}
        </svg>
        <p class="hidden" id="map-keys">"Arrow keys move the map, plus and minus zoom, Home shows all."</p>
    }
}

/// Digits of a count: how large a spot is.
fn digits(count: u64) -> usize {
    count.to_string().len().min(6)
}

/// `34`, `1.2k`, `50k`, `1.3M`.
fn short(count: u64) -> String {
    let (unit, name) = match count {
        0..1_000 => return count.to_string(),
        1_000..1_000_000 => (1_000, "k"),
        _ => (1_000_000, "M"),
    };
    let (whole, tenth) = (count / unit, count % unit * 10 / unit);
    if whole < 10 && tenth > 0 { format!("{whole}.{tenth}{name}") } else { format!("{whole}{name}") }
}

impl Map {
    /// The spots that are such, the smaller ones over the larger.
    fn drawn(self, is_such: fn(&Spot) -> bool) -> Vec<Node> {
        let Some(frame) = self.frame.try_get().flatten() else { return Vec::new() };
        self.spots().iter().filter(|spot| is_such(spot)).map(|spot| self.spot(spot, frame)).collect()
    }

    fn spot(self, spot: &Spot, frame: Frame) -> Node {
        let (x, y) = frame.place(GeoPoint { latitude: spot.latitude, longitude: spot.longitude });
        let (x, y) = (text(x), text(y));
        let (href, label) = (self.target(spot), described(spot));
        let Some(business) = &spot.business else {
            let class = format!("spot spot--{}", digits(spot.count));
            return view! {
                <a class=class href=href aria-label=label>
                    <circle cx=x.clone() cy=y.clone() r="9"></circle>
                    <text x=x y=y aria-hidden="true">{short(spot.count)}</text>
                </a>
            };
        };
        let id = business.id;
        view! {
            <a class="spot" class:spot--chosen=move || self.chosen.try_get().flatten() == Some(id) href=href
                aria-label=label.clone() data-lead=id.to_string()>
                <circle class="spot__reach" cx=x.clone() cy=y.clone() r="8"></circle>
                <circle class="map__pin" cx=x cy=y r="3"><title>{label}</title></circle>
            </a>
        }
    }

    /// A plain click on a spot looks closer, or shows its lead beside it. A drawing's links are not followed as others are.
    fn click(self, event: &MouseEvent) {
        let with_key = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if self.drag.try_update_value(|drag| std::mem::replace(drag, Drag::None)) == Some(Drag::Done) {
            return event.prevent_default();
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a").ok().flatten());
        let Some(link) = link.filter(|_| !with_key && event.button() == 0) else { return };
        event.prevent_default();
        match (link.get_attribute("data-lead"), link.get_attribute("href")) {
            (Some(id), _) => _ = id.parse().map(|id| self.choose(BusinessId(id))),
            (None, Some(href)) => {
                let is_map = href.split_once('?').is_some_and(|(_, search)| look::of(search) == Look::Map);
                self.address.go(&href, Step { replace: false, to_top: !is_map });
                focus_soon(DRAWING);
            }
            (None, None) => (),
        }
    }

    fn press(self, event: &KeyboardEvent) {
        if event.meta_key() || event.alt_key() || event.ctrl_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => self.go(|frame| frame.moved(-STEP, 0.0)),
            "ArrowRight" => self.go(|frame| frame.moved(STEP, 0.0)),
            "ArrowUp" => self.go(|frame| frame.moved(0.0, STEP)),
            "ArrowDown" => self.go(|frame| frame.moved(0.0, -STEP)),
            "+" | "=" => self.go(|frame| frame.zoomed(0.5)),
            "-" => self.go(|frame| frame.zoomed(2.0)),
            "Home" => {
                let all = Look::Map.url(&untrack(|| self.query()));
                self.address.go(&all, Step { replace: true, to_top: false });
            }
            "Escape" if self.chosen.with_untracked(Option::is_some) => self.close(),
            _ => return,
        }
        event.prevent_default();
    }

    /// A finger scrolls the page: the buttons move the map there.
    fn begin_drag(self, event: &PointerEvent) {
        let begins = event.pointer_type() == "mouse" && event.button() == 0;
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        self.drag.set_value(if begins { Drag::Begun(x, y) } else { Drag::None });
    }

    fn drag(self, event: &PointerEvent) {
        if event.buttons() == 0 {
            // It was let go somewhere else.
            return self.drag.set_value(Drag::None);
        }
        if let Some((x, y)) = self.way(event) {
            self.dragged.set((x * WIDTH, y * HEIGHT));
        }
    }

    fn end_drag(self, event: &PointerEvent) {
        let way = self.way(event);
        self.dragged.set((0.0, 0.0));
        let is_click_next = way.is_some() && event.type_() == "pointerup";
        self.drag.set_value(if is_click_next { Drag::Done } else { Drag::None });
        let Some((x, y)) = way else { return };
        self.go(|frame| frame.moved(-x, y));
    }

    /// How far the drawing is dragged to the right and down, in parts of its sides; none where it is not.
    fn way(self, event: &PointerEvent) -> Option<(f64, f64)> {
        let Drag::Begun(from_x, from_y) = self.drag.try_get_value()? else { return None };
        let (x, y) = (f64::from(event.client_x()) - from_x, f64::from(event.client_y()) - from_y);
        let drawing = document().query_selector(DRAWING).ok()??.get_bounding_client_rect();
        let is_far =
            x.abs() > DRAGGED || y.abs() > DRAGGED || self.dragged.with_untracked(|way| *way != (0.0, 0.0));
        is_far.then(|| (x / drawing.width().max(1.0), y / drawing.height().max(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::{digits, short};

    #[test]
    fn counts_are_short_enough_for_their_spots() {
        let texts = [2, 999, 1_000, 1_250, 9_999, 50_000, 999_999, 1_300_000].map(short);
        assert_eq!(texts, ["2", "999", "1k", "1.2k", "9.9k", "50k", "999k", "1.3M"]);
        assert_eq!([1, 10, 50_000, 3_000_000].map(digits), [1, 2, 5, 6]);
    }
}
