//! The list as a map: the leads of its filter, those close together as one spot. All of it is links, so that it works
//! without script; with it, a lead is shown beside its place, and the map is moved by pointer and by keys.

mod drawing;
mod frame;
mod ground;
mod numbers;
mod tiles;

use std::sync::Arc;

use client::ApiError;
use contract::map::{BusinessMap, MapQuery, Spot, SpotBusiness};
use contract::{BoundingBox, BusinessId, BusinessQuery, Page, PageMeta};
use leptos::prelude::*;
use markup::{Node, view};
use requery_leptos::UseQuery;

use super::{Shape, filters, head, nothing};
use crate::address::{Address, Step, use_address};
use crate::columns::use_columns;
use crate::components::badge::enrichment_badge;
use crate::components::focus::focus_soon;
use crate::components::icon::{Icon, icon};
use crate::components::lead::call_link;
use crate::components::load::{lines, load_of, missing, stale_line};
use crate::components::panel::{empty, link_button};
use crate::look::{self, Look};
use crate::reaction::{Derived, Var, derive};
use crate::{data, format, leads_url, routes};
use frame::Frame;

/// Room around what somebody looks closer at, as a part of its sides.
const CLOSER: f64 = 1.3;
/// Sides of a box, in degrees, below which there is no way closer: a tenth of a metre.
const ONE_PLACE: f64 = 1e-6;

/// The map on the page.
#[derive(Clone, Copy)]
struct Map {
    address: Address,
    asked: Derived<MapQuery>,
    found: UseQuery<BusinessMap, ApiError>,
    /// What is shown of the earth: what the address says, else all that the list has.
    frame: Derived<Option<Frame>>,
    /// The lead that is shown beside its place.
    chosen: Var<Option<BusinessId>>,
    /// How far the drawing is being dragged, in its own units.
    dragged: Var<(f64, f64)>,
    drag: StoredValue<drawing::Drag>,
}

/// The page.
pub(crate) fn map_page() -> Node {
    let address = use_address();
    let asked = derive(move || address.search.with(|search| look::parse_map(search)));
    let query = derive(move || asked.get().filters);
    let found = data::business_map(move || asked.get());
    let frame = derive(move || {
        let within = asked.try_get()?.within;
        within.or_else(|| found.data()?.within).map(|within| Frame::around(&within))
    });
    let map = Map {
        address,
        asked,
        found,
        frame,
        chosen: Var::new(None),
        dragged: Var::new((0.0, 0.0)),
        drag: StoredValue::new(drawing::Drag::None),
    };
    let total = derive(move || found.data().map(|map| map.total));
    let load = load_of(found);
    let shape = derive(move || match found.data() {
        None => Shape::Missing,
        Some(map) if map.total == 0 => Shape::Nothing,
        Some(_) => Shape::Rows,
    });
    let body = move || match shape.try_get().unwrap_or(Shape::Missing) {
        Shape::Missing => view! { {move || missing(load, || lines(12))} },
        Shape::Nothing => view! { {move || no_lead(&map.query())} },
        Shape::Rows => map.view(),
    };
    view! {
        {head()}
        {filters::toolbar(Look::Map, query, use_columns(query), total)}
        <section class="leads" aria-label="Map of leads" aria-busy=move || found.is_placeholder_data().to_string()>
            {body}
            {stale_line(load, derive(move || shape.get() != Shape::Missing))}
        </section>
    }
}

fn no_lead(query: &BusinessQuery) -> Node {
    nothing(query, &Page { data: Vec::new(), meta: PageMeta::new(0, 1, 1, None) })
}

impl Map {
    /// The list that is shown.
    fn query(self) -> BusinessQuery {
        self.asked.try_get().unwrap_or_default().filters
    }

    fn data(self) -> Option<Arc<BusinessMap>> {
        self.found.data()
    }

    fn spots(self) -> Vec<Spot> {
        self.data().map(|map| map.spots.clone()).unwrap_or_default()
    }

    fn view(self) -> Node {
        let has_place = derive(move || self.frame.try_get().flatten().is_some());
        view! {
            {move || match has_place.try_get() {
                Some(false) => no_place(&self.query()),
                _ => view! {
                    <div class="leads-map">
                        {ground::ground(self)}
                        {drawing::drawing(self)}
                        {self.tools()}
                        {move || self.chosen_lead().map(|lead| self.card(&lead))}
                    </div>
                },
            }}
            <p class="map-note muted" role="status">{move || self.data().map(|map| note(&map))}</p>
            {numbers::numbers(self)}
        }
    }

    /// The address of the map after such a step.
    fn to(self, step: impl Fn(Frame) -> Frame) -> String {
        let query = self.query();
        match self.frame.try_get().flatten() {
            Some(frame) => look::map_url(&query, step(frame).bounds()),
            None => Look::Map.url(&query),
        }
    }

    /// What a spot leads to: its lead, a closer look, or the list of those that are all in one place.
    fn target(self, spot: &Spot) -> String {
        if let Some(business) = &spot.business {
            return routes::lead(business.id);
        }
        let query = self.query();
        if is_one_place(&spot.bounds) {
            return leads_url::url(&leads_url::changed(&query, |next| next.bbox = Some(spot.bounds)));
        }
        look::map_url(&query, Frame::around(&spot.bounds).zoomed(CLOSER).bounds())
    }

    /// Shows the map after such a step in place of this one.
    fn go(self, step: impl Fn(Frame) -> Frame) {
        let to = untrack(|| self.to(step));
        self.address.go(&to, Step { replace: true, to_top: false });
    }

    fn tools(self) -> Node {
        let tool = |name: &'static str, mark: Icon, step: fn(Frame) -> Frame| {
            view! {
                <a class="btn btn--icon" href=move || self.to(step) data-noscroll="" aria-label=name title=name>{icon(mark)}</a>
            }
        };
        view! {
            <div class="map-tools" role="group" aria-label="Move the map">
                {tool("Zoom in", Icon::Plus, |frame| frame.zoomed(0.5))}
                {tool("Zoom out", Icon::Minus, |frame| frame.zoomed(2.0))}
                {tool("Move west", Icon::ChevronLeft, |frame| frame.moved(-0.5, 0.0))}
                {tool("Move north", Icon::Up, |frame| frame.moved(0.0, 0.5))}
                {tool("Move south", Icon::Down, |frame| frame.moved(0.0, -0.5))}
                {tool("Move east", Icon::ChevronRight, |frame| frame.moved(0.5, 0.0))}
                <a class="btn" href=move || Look::Map.url(&self.query()) data-noscroll="">"All"</a>
            </div>
        }
    }

    /// The lead that was chosen, for as long as the map shows it alone.
    fn chosen_lead(self) -> Option<SpotBusiness> {
        let id = self.chosen.try_get().flatten()?;
        self.data()?.spots.iter().find_map(|spot| spot.business.clone().filter(|business| business.id == id))
    }

    fn choose(self, id: BusinessId) {
        self.chosen.set(Some(id));
        focus_soon(".map-card a");
    }

    fn card(self, lead: &SpotBusiness) -> Node {
        view! {
            <div class="map-card" role="group" aria-label=lead.name.clone()>
                <a class="map-card__name" href=routes::lead(lead.id)>{lead.name.clone()}</a>
                <button type="button" class="btn btn--quiet btn--icon" aria-label="Close" on:click=move |_| self.close()>
                    {icon(Icon::Close)}
                </button>
                <p class="inline">{enrichment_badge(lead.enrichment_status)}{call_link(lead.phone.clone(), lead.phone_display.clone())}</p>
            </div>
        }
    }

    fn close(self) {
        self.chosen.set(None);
        focus_soon(drawing::DRAWING);
    }
}

/// Whether nothing can be told apart within the box.
fn is_one_place(bounds: &BoundingBox) -> bool {
    bounds.east - bounds.west < ONE_PLACE && bounds.north - bounds.south < ONE_PLACE
}

/// What a spot is, in words, and what its link does.
fn described(spot: &Spot) -> String {
    let count = format::plural(spot.count, "lead", "leads");
    match &spot.business {
        Some(business) => business.name.clone(),
        None if is_one_place(&spot.bounds) => format!("{count} in one place: list them"),
        None => format!("{count}: look closer"),
    }
}

/// How much of the list the map shows, and what it cannot show.
fn note(map: &BusinessMap) -> String {
    let shown: u64 = map.spots.iter().map(|spot| spot.count).sum();
    let mut text =
        format!("{} of {} on this map.", format::number(shown), format::plural(map.total, "lead", "leads"));
    if map.unplaced > 0 {
        let verb = if map.unplaced == 1 { "has" } else { "have" };
        let unplaced = format::plural(map.unplaced, "lead", "leads");
        text.push_str(&format!(" {unplaced} {verb} no place on any map."));
    }
    text
}

fn no_place(query: &BusinessQuery) -> Node {
    let table = link_button("btn btn--primary", Look::Table.url(query), Icon::Leads, "Show the table");
    empty(Icon::Leads, "No place is known", "Of none of these leads it is known where it is.", table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(count: u64, bounds: &str) -> Spot {
        Spot { count, latitude: 60.1, longitude: 24.9, bounds: bounds.parse().unwrap(), business: None }
    }

    #[test]
    fn what_is_in_one_place_cannot_be_looked_at_closer() {
        assert!(described(&spot(1200, "24.9,60.1,24.9,60.1")).starts_with("1,200 leads in one place"));
        assert_eq!(described(&spot(2, "24.9,60.1,24.901,60.1")), "2 leads: look closer");
    }

    #[test]
    fn what_no_map_can_show_is_said() {
        let map = |unplaced| BusinessMap {
            total: 1300,
            unplaced,
            spots: vec![spot(1200, "24.9,60.1,25,60.2")],
            ..BusinessMap::default()
        };
        assert_eq!(note(&map(0)), "1,200 of 1,300 leads on this map.");
        assert_eq!(note(&map(1)), "1,200 of 1,300 leads on this map. 1 lead has no place on any map.");
        assert_eq!(note(&map(12)), "1,200 of 1,300 leads on this map. 12 leads have no place on any map.");
    }
}
