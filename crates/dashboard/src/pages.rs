//! The pages.

#[cfg(feature = "ssr")]
pub(crate) mod edit;
pub(crate) mod find;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod lead;
pub(crate) mod leads;
pub(crate) mod not_found;
pub(crate) mod overview;
#[cfg(debug_assertions)]
pub(crate) mod styleguide;
