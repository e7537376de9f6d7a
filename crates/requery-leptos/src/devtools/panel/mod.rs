//! The panel itself.
//!
//! It stands in a shadow root with a style sheet that the script makes, so that neither the page's style nor its content
//! security policy has to know of it.

mod actions;
mod entities;
mod format;
mod frame;
mod graph;
mod mutations;
#[cfg(target_arch = "wasm32")]
mod place;
mod queries;
mod query;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod timeline;

#[cfg(target_arch = "wasm32")]
pub(super) use place::fill;
#[cfg(target_arch = "wasm32")]
pub use place::mount_devtools;
