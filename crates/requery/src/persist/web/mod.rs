//! What a browser has to keep texts in, and to carry them from tab to tab.

mod indexed;
mod local;
mod tabs;

pub use indexed::IndexedDbStorage;
pub use local::LocalStorage;
pub use tabs::TabChannel;

use wasm_bindgen::{JsCast, JsValue};

use crate::StorageError;

/// Why the browser refused, as it says.
fn failure(error: &JsValue) -> StorageError {
    let said = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    StorageError { reason: said.unwrap_or_else(|| format!("{error:?}")) }
}

fn missing(what: &str) -> StorageError {
    StorageError { reason: format!("there is no {what} here") }
}
