//! The cache in a browser: its client, and the browser's events.

use requery::QueryClient;
use requery::runtime::BrowserRuntime;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventTarget, VisibilityState};

use crate::{STATE_ELEMENT_ID, hydrate_from_json};

/// A client on the browser's clock and event loop, mounted, and told of focus and connectivity for as long as the page
/// lives.
#[must_use]
pub fn browser_client() -> QueryClient {
    let client = QueryClient::new(BrowserRuntime);
    client.mount();
    if let Some(window) = web_sys::window() {
        if let Some(document) = window.document() {
            client.set_focused(document.visibility_state() != VisibilityState::Hidden);
            let (watched, told) = (document.clone(), client.clone());
            listen(&document, "visibilitychange", move || {
                told.set_focused(watched.visibility_state() != VisibilityState::Hidden);
            });
        }
        for (event, online) in [("online", true), ("offline", false)] {
            let told = client.clone();
            listen(&window, event, move || told.set_online(online));
        }
    }
    client
}

fn listen(target: &EventTarget, event: &str, handler: impl Fn() + 'static) {
    let handler = Closure::<dyn Fn()>::new(handler);
    if target.add_event_listener_with_callback(event, handler.as_ref().unchecked_ref()).is_ok() {
        // The page outlives nothing that it tells.
        handler.forget();
    }
}

/// Puts into the cache what the server dehydrated into the page. Call it before the application is hydrated.
///
/// A page without such data is no error: everything is fetched then. Data that cannot be read is reported on the
/// console, and fetched too.
pub fn hydrate_from_document(client: &QueryClient) {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(STATE_ELEMENT_ID));
    let Some(json) = element.and_then(|element| element.text_content()) else { return };
    if let Err(error) = hydrate_from_json(client, &json) {
        leptos::logging::warn!("{error}");
    }
}
