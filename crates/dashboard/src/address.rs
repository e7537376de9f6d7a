//! The page's address as signals, and the way to another one without loading the document anew.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent};

use crate::reaction::Var;

/// Where the page is. What reads a part follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address {
    /// `/leads/7`
    pub(crate) path: Var<String>,
    /// What stands behind the question mark.
    pub(crate) search: Var<String>,
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

/// Puts the address in place; in the browser it follows links, and the way back and forth, from then on.
pub(crate) fn provide_address() {
    let (path, search) = parts(&current());
    let address = Address { path: Var::new(path), search: Var::new(search) };
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
    /// Shows the page at `to`, an address of this site from its slash on.
    pub(crate) fn go(self, to: &str, step: Step) {
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
        let way = window_event_listener(leptos::ev::popstate, move |_| self.show(&current()));
        on_cleanup(move || {
            click.remove();
            way.remove();
        });
    }

    /// A plain click on a link to a page of this site goes there; any other is the browser's.
    fn follow(self, event: &MouseEvent) {
        let with_key = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
        if event.default_prevented() || event.button() != 0 || with_key {
            return;
        }
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = element.and_then(|element| element.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
        let is_external = link.rel().split_ascii_whitespace().any(|word| word == "external");
        let is_here = window().location().origin().is_ok_and(|origin| origin == link.origin());
        let is_page = link.target().is_empty() && link.hash().is_empty() && !link.has_attribute("download");
        if is_page && is_here && !is_external {
            event.prevent_default();
            let step = Step { to_top: !link.has_attribute("data-noscroll"), ..Step::default() };
            self.go(&(link.pathname() + &link.search()), step);
        }
    }
}

/// Path and query of an address.
fn parts(address: &str) -> (String, String) {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    (path.to_owned(), search.to_owned())
}

/// Path and query of the document's address.
#[cfg(target_arch = "wasm32")]
fn current() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Path and query that were asked for.
#[cfg(all(feature = "ssr", not(target_arch = "wasm32")))]
fn current() -> String {
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
fn current() -> String {
    "/".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{parts, without_origin};

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
