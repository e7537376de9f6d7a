//! The page's address as signals, and the way to another one without loading the document anew.

use contract::number;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};

use crate::chunk;
use crate::desk::Desk;
use crate::reaction::Var;

/// Where the page is. What reads a part follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    /// `/leads/7`
    pub(crate) path: Var<String>,
    /// What stands behind the question mark.
    pub(crate) search: Var<String>,
    /// The number of the way that was taken last: one that waits for its page's chunk ends where another was taken.
    way: Var<u32>,
    /// What is asked for of leads, on whatever page.
    pub(crate) desk: Desk,
}

/// How to go to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The way back leads past the address that was left.
    pub(crate) replace: bool,
    /// The page that comes is shown from its top.
    pub(crate) to_top: bool,
}

impl Default for Step {
    fn default() -> Self {
        Self { replace: false, to_top: true }
    }
}

/// Puts the address in place; in the browser it follows links, and the way back and forth, from then on. Links to forms
/// of leads are the desk's.
pub(crate) fn provide_address(desk: Desk) {
    let (path, search) = parts(&current());
    let address = Address { path: Var::new(path), search: Var::new(search), way: Var::new(0), desk };
    provide_context(address);
    if cfg!(target_arch = "wasm32") {
        address.listen();
    }
}

/// The address of the page.
#[must_use]
pub(crate) fn use_address() -> Address {
    expect_context()
}

impl Address {
    /// Path and query; what reads it follows both.
    pub(crate) fn whole(self) -> String {
        self.search.with(|search| format!("{}?{search}", self.path.get()))
    }

    /// Shows the page at `to`, an address of this site from its slash on. While what makes that page is loaded, the
    /// page before stays.
    pub(crate) fn go(self, to: &str, step: Step) {
        self.when_possible(to, move |to| self.enter(to, step));
    }

    /// Does this once the page at `to` can be made. Where it cannot, the browser goes there as to another site: this
    /// program may be of another build than the server by now.
    fn when_possible(self, to: &str, then: impl FnOnce(&str) + 'static) {
        let way = self.way.get_untracked().wrapping_add(1);
        self.way.set(way);
        let needed = chunk::of(to).filter(|chunk| !chunk::is_ready(chunk));
        let Some(needed) = needed else { return then(to) };
        let to = to.to_owned();
        chunk::when_loaded(needed, move |is_there| match self.way.try_get_untracked() == Some(way) {
            true if is_there => then(&to),
            true => _ = window().location().assign(&to),
            false => (),
        });
    }

    fn enter(self, to: &str, step: Step) {
        if let Ok(history) = window().history() {
            let (state, to) = (JsValue::NULL, Some(to));
            // It fails where a page changes its address too often; then the address bar stays behind.
            _ = match to == Some(current().as_str()) {
                true => Ok(()),
                false if step.replace => history.replace_state_with_url(&state, "", to),
                false => history.push_state_with_url(&state, "", to),
            };
        }
        self.show(to);
        if step.to_top {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Has the way back lead to `to` instead, the same page further on, and remembers `place` in it. What follows the
    /// address is told nothing.
    pub(crate) fn remember(self, to: &str, place: &Place) {
        if let Ok(history) = window().history() {
            // It fails where a page changes its address too often; then the way back leads to an earlier place.
            _ = history.replace_state_with_url(&JsValue::from_str(&place.to_text()), "", Some(to));
        }
    }

    fn show(self, address: &str) {
        let (path, search) = parts(address);
        for (shown, now) in [(self.search, search), (self.path, path)] {
            if shown.with_untracked(|shown| *shown != now) {
                shown.set(now);
            }
        }
    }

    fn listen(self) {
        let click = window_event_listener(leptos::ev::click, move |event| self.follow(&event));
        let back = window_event_listener(leptos::ev::popstate, move |_| {
            self.when_possible(&current(), move |to| self.show(to));
        });
        let near = window_event_listener(leptos::ev::pointerover, |event| load_ahead(&event));
        let focused = window_event_listener(leptos::ev::focusin, |event| load_ahead(&event));
        on_cleanup(move || {
            click.remove();
            back.remove();
            near.remove();
            focused.remove();
        });
    }

    /// A plain click on a link to a page of this site goes there; any other is the browser's.
    fn follow(self, event: &MouseEvent) {
        let with_key = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if event.default_prevented() || event.button() != 0 || with_key || self.desk.take_over(event) {
            return;
        }
        if let Some(link) = link_of(event) {
            event.prevent_default();
            let step = Step { to_top: !link.has_attribute("data-noscroll"), ..Step::default() };
            self.go(&(link.pathname() + &link.search()), step);
        }
    }
}

/// The place in the page that was remembered with its address, on a way back to it.
pub(crate) fn remembered() -> Option<Place> {
    Place::of_text(&window().history().ok()?.state().ok()?.as_string()?)
}

/// A place in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// Rows above the screen's upper edge.
    pub(crate) above: f64,
    /// The row that has the focus: its place, and the id of what it shows.
    pub(crate) row: Option<(u32, i64)>,
}

impl Place {
    fn to_text(self) -> String {
        let row = self.row.map(|(place, id)| format!(" {place} {id}")).unwrap_or_default();
        number::text(self.above) + &row
    }

    fn of_text(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(number::parse);
        let above = numbers.next()??;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "they were whole numbers"
        )]
        let row =
            numbers.next().flatten().zip(numbers.next().flatten()).map(|(at, id)| (at as u32, id as i64));
        Some(Self { above, row })
    }
}

/// The link that an event is of.
pub(crate) fn anchor_of(event: &web_sys::Event) -> Option<HtmlAnchorElement> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()
}

/// The link to a page of this site that an event is of.
fn link_of(event: &web_sys::Event) -> Option<HtmlAnchorElement> {
    let link = anchor_of(event)?;
    let is_external = link.rel().split_ascii_whitespace().any(|word| word == "external");
    let is_here = window().location().origin().is_ok_and(|origin| origin == link.origin());
    let is_page = link.target().is_empty() && link.hash().is_empty() && !link.has_attribute("download");
    (is_page && is_here && !is_external).then_some(link)
}

/// Loads what the page behind a link needs, as somebody points at the link or comes to it by keys.
fn load_ahead(event: &web_sys::Event) {
    let needed = link_of(event).and_then(|link| chunk::of(&(link.pathname() + &link.search())));
    if let Some(needed) = needed.filter(|chunk| !chunk::is_ready(chunk)) {
        chunk::when_loaded(needed, |_| ());
    }
}

/// Path and query of an address.
fn parts(address: &str) -> (String, String) {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    (path.to_owned(), search.to_owned())
}

/// Path and query of the document's address.
#[cfg(target_arch = "wasm32")]
pub(crate) fn current() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Path and query that were asked for.
#[cfg(all(feature = "ssr", not(target_arch = "wasm32")))]
pub(crate) fn current() -> String {
    let url = use_context::<leptos_router::location::RequestUrl>().unwrap_or_default();
    without_origin(url.as_ref()).to_owned()
}

/// What stands behind the host: the server's integration names one that means nothing.
#[cfg(any(test, all(feature = "ssr", not(target_arch = "wasm32"))))]
fn without_origin(url: &str) -> &str {
    if url.starts_with('/') {
        return url;
    }
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    behind_scheme.find('/').map_or("/", |at| &behind_scheme[at..])
}

#[cfg(not(any(feature = "ssr", target_arch = "wasm32")))]
pub(crate) fn current() -> String {
    "/".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Place, parts, without_origin};

    #[test]
    fn an_address_is_a_path_and_a_query() {
        let check = |address: &str, path: &str, search: &str| {
            assert_eq!(parts(address), (path.to_owned(), search.to_owned()), "{address}");
        };
        check("/", "/", "");
        check("/leads?city=Espoo&search=a%3Fb?", "/leads", "city=Espoo&search=a%3Fb?");
        check("/find?", "/find", "");
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for place in [Place { above: 12.5, row: None }, Place { above: -1.0, row: Some((14, 9_007)) }] {
            assert_eq!(Place::of_text(&place.to_text()), Some(place));
        }
        assert_eq!(Place::of_text("3 x 5"), Some(Place { above: 3.0, row: None }));
        for text in ["", "x", "null"] {
            assert_eq!(Place::of_text(text), None, "{text}");
        }
    }

    #[test]
    fn an_origin_is_no_part_of_it() {
        for (url, expect) in [
            ("http://leptos.dev/find?at=a://b/c", "/find?at=a://b/c"),
            ("http://leptos.dev", "/"),
            ("/leads?from=http://a.example/b", "/leads?from=http://a.example/b"),
        ] {
            assert_eq!(without_origin(url), expect, "{url}");
        }
    }
}
