//! The pages.

#[cfg(feature = "ssr")]
pub(crate) mod account;
pub(crate) mod activity;
#[cfg(feature = "ssr")]
pub(crate) mod contact;
pub(crate) mod desk;
#[cfg(feature = "ssr")]
pub(crate) mod duplicates;
#[cfg(feature = "ssr")]
pub(crate) mod edit;
pub(crate) mod enrichment;
pub(crate) mod find;
#[cfg(feature = "ssr")]
pub(crate) mod import;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod lead;
pub(crate) mod leads;
#[cfg(feature = "ssr")]
pub(crate) mod merge;
pub(crate) mod not_found;
pub(crate) mod overview;
#[cfg(feature = "ssr")]
pub(crate) mod pairs;
#[cfg(feature = "ssr")]
mod plain;
#[cfg(feature = "ssr")]
pub(crate) mod refused;
#[cfg(feature = "ssr")]
pub(crate) mod settings;
#[cfg(debug_assertions)]
pub(crate) mod styleguide;
#[cfg(feature = "ssr")]
pub(crate) mod suppression;
#[cfg(feature = "ssr")]
pub(crate) mod users;
#[cfg(feature = "ssr")]
pub(crate) mod views;

#[cfg(feature = "ssr")]
pub(crate) use plain::plain_page;
