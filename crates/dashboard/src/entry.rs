//! The start in the browser.

use std::rc::Rc;
use std::time::Duration;

use client::transport::FetchTransport;
use client::{ApiClient, Connection, Follower, Realtime, mutations, queries};
use js_sys::Function;
use leptos::mount::hydrate_body;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use requery::QueryClient;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;
use crate::shell::{LEFT, STATE_ID};
use crate::signed_out::SignInAgain;
use crate::state::{PageState, provide_page};
use crate::{address, chunk};

/// How long after its start the page is taken to be at rest, so that other pages' chunks may be loaded.
const AHEAD: Duration = Duration::from_secs(2);

/// Continues from the rendered document: reads the cache and the page's state, takes over `<body>`, and connects
/// to the event stream from where the server rendered.
///
/// `load` answers the name of a chunk with a promise of the function that makes its page. Where the page's own chunk
/// does not load, it stays as it was rendered.
#[wasm_bindgen]
pub fn hydrate(load: Function) {
    chunk::provide(load);
    match chunk::of(&address::current()) {
        Some(needed) => chunk::when_loaded(needed, |is_there| {
            if is_there {
                start();
            }
        }),
        None => start(),
    }
}

/// Each step is a task of its own: all together they are long enough on a phone to be felt.
fn start() {
    requery_leptos::hold_effects();
    let query_client = requery_leptos::browser_client();
    query_client.set_default_options(queries::defaults());
    query_client.set_default_mutation_options(mutations::defaults());
    requery_leptos::hydrate_from_document(&query_client);
    set_timeout(move || take_over(query_client), Duration::ZERO);
}

fn take_over(query_client: QueryClient) {
    if document().document_element().is_some_and(|root| root.has_attribute(LEFT)) {
        return;
    }
    let state = page_state();
    let connection = Connection::new();
    let api = ApiClient::new(FetchTransport::new()).with(SignInAgain);
    let seq = state.seq;
    let follower = Follower::new(query_client.clone(), api.clone(), connection.clone());
    #[cfg(feature = "devtools")]
    let cache = query_client.clone();
    hydrate_body(move || {
        provide_page(query_client, api, state);
        provide_context(connection);
        App()
    });
    #[cfg(feature = "devtools")]
    show_developer_panel(&cache);
    // Not before: what an event changes would not be what the document shows.
    connect(seq.unwrap_or(0), follower);
    requery_leptos::release_effects(Box::new(|| {
        if let Some(root) = document().document_element() {
            // Setting an attribute whose name is well-formed cannot fail.
            let _ = root.set_attribute("data-ready", "");
        }
        if !is_to_spare_data() {
            set_timeout(chunk::load_ahead, AHEAD);
        }
    }));
}

/// Whether the browser is told to load only what is asked for; not every browser says so.
fn is_to_spare_data() -> bool {
    let property = |of: JsValue, name: &str| js_sys::Reflect::get(&of, &name.into());
    let connection = property(window().navigator().into(), "connection");
    connection.and_then(|connection| property(connection, "saveData")).is_ok_and(|it| it.is_truthy())
}

/// The panel, with errors that queries of this page fail with.
#[cfg(feature = "devtools")]
fn show_developer_panel(cache: &requery::QueryClient) {
    use client::{ApiError, TransportError};

    cache.offer_error("Unreachable", || ApiError::from(TransportError::Unreachable("forced".to_owned())));
    cache.offer_error("Timeout", || ApiError::from(TransportError::Timeout));
    requery_leptos::mount_devtools(cache);
}

/// Takes the event stream for as long as the page lives: looks after it when somebody comes back to the page, and tries
/// again at once when the machine is online again.
fn connect(since: u64, follower: Follower) {
    let Ok(origin) = window().location().origin() else { return };
    let script = document().query_selector("link[rel=modulepreload]").ok().flatten();
    // Of this version of the page alone.
    let name = script.and_then(|link| link.get_attribute("href")).unwrap_or_default();
    let realtime = Rc::new(Realtime::start(origin, name, since, follower));
    let again = Rc::clone(&realtime);
    let listeners = [
        window_event_listener_untyped("online", move |_| again.reconnect()),
        window_event_listener_untyped("visibilitychange", move |_| {
            if !document().hidden() {
                realtime.check();
            }
        }),
    ];
    std::mem::forget(listeners);
}

fn page_state() -> PageState {
    let text = document().get_element_by_id(STATE_ID).and_then(|element| element.text_content());
    PageState::from_script(&text.unwrap_or_default())
}
