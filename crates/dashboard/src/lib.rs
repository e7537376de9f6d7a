#![doc = include_str!("../README.md")]

mod address;
pub mod app;
mod chunk;
mod clock;
mod columns;
mod components;
mod connection;
#[cfg(any(feature = "ssr", test))]
pub mod contact_form;
#[cfg(feature = "ssr")]
pub mod content;
mod data;
mod desk;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
mod entry;
pub mod find_form;
#[cfg(any(feature = "ssr", test))]
pub mod form_routes;
pub mod format;
pub mod lead_form;
pub mod leads_url;
pub mod look;
mod pages;
mod palette;
#[cfg(feature = "ssr")]
mod prefetch;
mod reaction;
pub mod routes;
#[cfg(any(test, debug_assertions))]
mod samples;
pub mod search_job;
mod shell;
mod shortcuts;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
mod signed_out;
mod state;
mod theme;
mod toast;
pub mod typed_form;
#[cfg(any(feature = "ssr", test))]
mod user_agent;

pub use app::App;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub use chunk::roots;
#[cfg(feature = "ssr")]
pub use contact_form::{ContactEvidence, ContactForm};
#[cfg(feature = "ssr")]
pub use content::FormContent;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub use entry::hydrate;
pub use find_form::FindForm;
#[cfg(feature = "ssr")]
pub use lead_form::{LeadFailure, LeadForm};
#[cfg(feature = "ssr")]
pub use prefetch::prefetch;
pub use shell::{AssetPaths, MapTiles, ShellOptions, shell};
pub use state::{FindFailure, PageState, provide_page};
pub use theme::SCRIPT as THEME_SCRIPT;
#[cfg(feature = "ssr")]
pub use typed_form::TypedForm;
