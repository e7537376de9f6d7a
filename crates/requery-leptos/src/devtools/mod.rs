//! The developer panel: what is in the cache, what happens in it, and what can be done to it. Feature `devtools`.

// A server has its place only, and nothing of itself.
#[cfg(any(test, target_arch = "wasm32"))]
mod panel;

use leptos::prelude::*;

#[cfg(target_arch = "wasm32")]
pub use panel::mount_devtools;

/// A button in the corner that opens the developer panel. It belongs below the provider of the client that it shows.
///
/// Rendered and hydrated, it is an empty element; the panel comes with the script. Where the server renders without this
/// feature, use `mount_devtools`.
#[component]
pub fn Devtools() -> impl IntoView {
    let place = NodeRef::new();
    #[cfg(target_arch = "wasm32")]
    panel::fill(place, crate::use_query_client());
    view! { <div node_ref=place data-requery-devtools=""></div> }
}
