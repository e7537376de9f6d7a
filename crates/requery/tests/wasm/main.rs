//! What only a browser can show: its clock and event loop, what it keeps texts in, and what it carries between tabs.
//!
//! `cargo xtask test` runs them in Chromium. Elsewhere there is nothing to run.

#![cfg_attr(
    target_arch = "wasm32",
    expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail loudly")
)]

#[cfg(target_arch = "wasm32")]
mod persistence;
#[cfg(target_arch = "wasm32")]
mod rig;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg(target_arch = "wasm32")]
mod storages;
#[cfg(target_arch = "wasm32")]
mod tabs;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

// The tests are exports of the module, each called by its name.
fn main() {}
