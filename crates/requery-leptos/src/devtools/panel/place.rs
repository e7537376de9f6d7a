//! Where the panel stands in the document.

use leptos::html::Div;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use requery::QueryClient;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, CssStyleSheet, Element, HtmlAnchorElement, HtmlElement, ShadowRootInit, ShadowRootMode, Url,
};

use super::frame::frame;
use super::state::Panel;

const STYLE: &str = include_str!("style.css");

/// Puts the panel at the end of the document, for as long as the page lives: for pages whose server renders without it.
/// Call it once, after the application is there.
pub fn mount_devtools(client: &QueryClient) {
    let document = document();
    let Ok(place) = document.create_element("div") else { return };
    // Setting an attribute whose name is well-formed cannot fail.
    let _ = place.set_attribute("data-requery-devtools", "");
    let Some(body) = document.body() else { return };
    if body.append_child(&place).is_err() {
        return;
    }
    if let Some(panel) = stand(&place, client.clone()) {
        panel.forget();
    }
}

/// Puts the panel into its element once that is in the document, until the component goes.
pub(in crate::devtools) fn fill(place: NodeRef<Div>, client: QueryClient) {
    let standing = StoredValue::new_local(None);
    Effect::new(move |_: Option<()>| {
        let Some(place) = place.get() else { return };
        // An element has one shadow root for good.
        if place.shadow_root().is_some() {
            return;
        }
        standing.set_value(untrack(|| stand(&place, client.clone())));
    });
}

fn stand(place: &Element, client: QueryClient) -> Option<UnmountHandle<AnyViewState>> {
    match inside(place) {
        Ok(inside) => Some(mount_to(inside, move || frame(Panel::new(client)))),
        Err(error) => {
            leptos::logging::warn!("the developer panel has no place: {error:?}");
            None
        }
    }
}

/// An element in a shadow root of its own, with the panel's style.
fn inside(place: &Element) -> Result<HtmlElement, JsValue> {
    let root = place.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?;
    let sheet = CssStyleSheet::new()?;
    sheet.replace_sync(STYLE)?;
    root.set_adopted_style_sheets(&js_sys::Array::of1(&sheet));
    let inside = document().create_element("div")?;
    root.append_child(&inside)?;
    inside.dyn_into().map_err(JsValue::from)
}

/// Has the browser save a text as a file.
pub(super) fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}
