//! The ground of the map: tiles of the server that the operator named, if one is named. Without one it is plain, and nothing
//! is asked of anybody.
//!
//! Tiles come with the script, which knows how large the map is: a document without it has the plain ground.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, keyed, view};
use web_sys::{Element, Event};

use super::Map;
use super::drawing::DRAWING;
use super::frame::{HEIGHT, WIDTH};
use super::tiles::{Screen, Tile, in_view, percent};
use crate::reaction::{Var, react};
use crate::shell::{TILES, TILES_CREDIT, TILES_ZOOM};

/// Where tiles come from, as the document says.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    template: Arc<str>,
    credit: String,
    deepest: u32,
}

impl Source {
    fn of_document() -> Option<Self> {
        let root = document().document_element()?;
        Some(Self {
            template: root.get_attribute(TILES)?.into(),
            credit: root.get_attribute(TILES_CREDIT)?,
            deepest: root.get_attribute(TILES_ZOOM)?.parse().ok()?,
        })
    }
}

/// What lies under the drawing, and whose it is.
pub(super) fn ground(map: Map) -> Node {
    let (source, screen) = (Var::new(None), Var::new(None));
    react(move || {
        let Some(found) = Source::of_document() else { return };
        source.set(Some(found));
        // Once it is laid out, and not before anybody looks.
        request_animation_frame(move || screen.set(look()));
        let resize = window_event_listener(leptos::ev::resize, move |_| screen.set(look()));
        on_cleanup(move || resize.remove());
    });
    view! { {move || source.try_get().flatten().map(|source| tiles(map, source, screen))} }
}

/// The size of the drawing on this screen.
fn look() -> Option<Screen> {
    let width = document().query_selector(DRAWING).ok()??.get_bounding_client_rect().width();
    Some(Screen { width, density: density() })
}

/// Device pixels to a pixel of the page; asked in a way that the page's script has for other things already.
#[cfg(target_arch = "wasm32")]
fn density() -> f64 {
    let found = js_sys::Reflect::get(&window(), &"devicePixelRatio".into());
    found.ok().and_then(|density| density.as_f64()).unwrap_or(1.0)
}

#[cfg(not(target_arch = "wasm32"))]
fn density() -> f64 {
    1.0
}

fn tiles(map: Map, source: Source, screen: Var<Option<Screen>>) -> Node {
    let Source { template, credit, deepest } = source;
    let shown = move || {
        let seen = map.frame.try_get().flatten().zip(screen.try_get().flatten());
        seen.map(|(frame, screen)| in_view(frame, screen, deepest)).unwrap_or_default()
    };
    let dragged = move || {
        let (x, y) = map.dragged.try_get().unwrap_or_default();
        format!("left:{};top:{}", percent(x / WIDTH), percent(y / HEIGHT))
    };
    view! {
        <div class="map-tiles" aria-hidden="true">
            <div style=dragged>{keyed(shown, Tile::key, move |tile| picture(map, tile, &template))}</div>
        </div>
        <p class="map-credit"><span>{credit}</span></p>
    }
}

/// Its server is told what site it is shown on, as such servers ask, and not which page; that is said before the address, from which
/// on the browser asks.
fn picture(map: Map, tile: Tile, template: &str) -> Node {
    let style = move || map.frame.try_get().flatten().map(|frame| tile.style(frame));
    view! {
        <img alt="" referrerpolicy="origin" style=style on:error=|event| hide(&event) src=tile.url(template)/>
    }
}

/// A tile that does not come leaves the plain ground, whatever a browser draws in its place.
fn hide(event: &Event) {
    let picture = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    // Setting an attribute whose name is well-formed cannot fail.
    picture.map(|picture| picture.set_attribute("hidden", ""));
}
