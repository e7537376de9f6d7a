//! The drawing: spots where their leads are, and how it is moved by pointer and by keys.

use contract::map::Spot;
use contract::number::text;
use contract::{BusinessId, GeoPoint};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::{Element, KeyboardEvent, MouseEvent, PointerEvent};

use super::frame::{Frame, HEIGHT, WIDTH};
use super::{Map, described, is_one_place};
use crate::address::Step;
use crate::components::focus::focus_soon;
use crate::components::map::scale;
use crate::format;
use crate::look::{self, Look};

/// The drawing in the document.
pub(super) const DRAWING: &str = ".map--leads";
/// Pixels from which on a press is a drag.
const DRAGGED: f64 = 4.0;
/// Part of the drawing's side that a key moves it by.
const STEP: f64 = 0.25;
/// How far the middles of two spots are apart, in the drawing's own units: a finger on a phone tells them apart.
const APART: f64 = 22.0;
/// How much closer they may be.
const NEARLY: f64 = 0.5;
/// Rounds after which spots that are too many for the room stay as they are.
const ROUNDS: u32 = 30;

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
                {move || map.frame.try_get().flatten().map(grid)}
                {move || map.drawn(|spot| spot.business.is_none())}
                {move || map.drawn(|spot| spot.business.is_some())}
            </g>
            {move || map.frame.try_get().flatten().map(|frame| scale(frame.radius_km(), "292"))}
        </svg>
        <p class="hidden" id="map-keys">"Arrow keys move the map, plus and minus zoom, Home shows all."</p>
    }
}

/// Round longitudes and latitudes as thin lines.
fn grid(frame: Frame) -> Node {
    let (across, down) = frame.grid();
    let (above, below) = (text(-HEIGHT), text(2.0 * HEIGHT));
    let (before, behind) = (text(-WIDTH), text(2.0 * WIDTH));
    let across = across.into_iter().map(|x| format!("M{} {above}V{below}", text(tenth(x))));
    let down = down.into_iter().map(|y| format!("M{before} {}H{behind}", text(tenth(y))));
    let lines: String = across.chain(down).collect();
    view! { <path class="map__grid" d=lines></path> }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Where a spot is drawn, and whether it may be drawn beside its place: many leads have no one place.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    x: f64,
    y: f64,
    moves: bool,
}

impl Drawn {
    /// Moves the two apart where they are too close; answers whether they were apart.
    fn part(&mut self, other: &mut Self) -> bool {
        let (x, y) = (other.x - self.x, other.y - self.y);
        let way = (x * x + y * y).sqrt();
        if way > APART - NEARLY || !(self.moves || other.moves) {
            return true;
        }
        let (x, y) = if way > 0.0 { (x / way, y / way) } else { (1.0, 0.0) };
        let back = match (self.moves, other.moves) {
            (true, true) => (APART - way) / 2.0,
            (true, false) => APART - way,
            _ => 0.0,
        };
        let forth = APART - way - back;
        (self.x, self.y) = (self.x - x * back, self.y - y * back);
        (other.x, other.y) = (other.x + x * forth, other.y + y * forth);
        false
    }
}

/// Draws those of many leads beside others that they would cover.
fn spread(drawn: &mut [Drawn]) {
    for _ in 0..ROUNDS {
        let mut is_apart = true;
        for at in 1..drawn.len() {
            let (before, rest) = drawn.split_at_mut(at);
            let Some(one) = before.last_mut() else { return };
            for other in rest {
                is_apart &= one.part(other);
            }
        }
        if is_apart {
            return;
        }
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
        let spots = self.spots();
        let place = |spot: &Spot| {
            let (x, y) = frame.place(GeoPoint { latitude: spot.latitude, longitude: spot.longitude });
            Drawn { x, y, moves: spot.business.is_none() && !is_one_place(&spot.bounds) }
        };
        let mut drawn: Vec<Drawn> = spots.iter().map(place).collect();
        spread(&mut drawn);
        let such = spots.iter().zip(drawn).filter(|(spot, _)| is_such(spot));
        such.map(|(spot, at)| self.spot(spot, at)).collect()
    }

    fn spot(self, spot: &Spot, at: Drawn) -> Node {
        let (x, y) = (text(tenth(at.x)), text(tenth(at.y)));
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
    use super::*;

    fn drawn(places: &[(f64, f64, bool)]) -> Vec<(f64, f64)> {
        let mut drawn: Vec<Drawn> = places.iter().map(|&(x, y, moves)| Drawn { x, y, moves }).collect();
        spread(&mut drawn);
        drawn.iter().map(|one| (tenth(one.x), tenth(one.y))).collect()
    }

    fn way(a: (f64, f64), b: (f64, f64)) -> f64 {
        ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt()
    }

    #[test]
    fn spots_of_many_are_drawn_apart_and_those_that_are_apart_stay() {
        assert_eq!(drawn(&[(0.0, 0.0, true), (30.0, 0.0, true)]), [(0.0, 0.0), (30.0, 0.0)]);
        assert_eq!(drawn(&[(0.0, 0.0, true), (10.0, 0.0, true)]), [(-6.0, 0.0), (16.0, 0.0)]);
        assert_eq!(drawn(&[(5.0, 5.0, true), (5.0, 5.0, true)]), [(-6.0, 5.0), (16.0, 5.0)]);
        // A cell of the map is 25 units wide at least: so close are the middles of four neighbours at worst.
        let crowd = drawn(&[(24.0, 24.0, true), (26.0, 24.0, true), (24.0, 26.0, true), (26.0, 26.0, true)]);
        let ways = crowd.iter().flat_map(|a| crowd.iter().map(move |b| way(*a, *b))).filter(|way| *way > 0.0);
        assert!(ways.clone().all(|way| way > 21.0) && ways.count() == 12, "{crowd:?}");
    }

    #[test]
    fn a_lead_is_drawn_where_it_is() {
        assert_eq!(drawn(&[(0.0, 0.0, false), (3.0, 4.0, true)]), [(0.0, 0.0), (13.2, 17.6)]);
        assert_eq!(drawn(&[(3.0, 4.0, true), (0.0, 0.0, false)]), [(13.2, 17.6), (0.0, 0.0)]);
        let both = drawn(&[(0.0, 0.0, false), (3.0, 4.0, false)]);
        assert_eq!(both, [(0.0, 0.0), (3.0, 4.0)], "leads that are side by side stay so");
    }

    #[test]
    fn counts_are_short_enough_for_their_spots() {
        let texts = [2, 999, 1_000, 1_250, 9_999, 50_000, 999_999, 1_300_000].map(short);
        assert_eq!(texts, ["2", "999", "1k", "1.2k", "9.9k", "50k", "999k", "1.3M"]);
        assert_eq!([1, 10, 50_000, 3_000_000].map(digits), [1, 2, 5, 6]);
    }
}
