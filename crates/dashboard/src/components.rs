//! What more than one page shows.

pub(crate) mod badge;
pub(crate) mod bars;
pub(crate) mod combobox;
pub(crate) mod field;
pub(crate) mod focus;
#[cfg(feature = "ssr")]
pub(crate) mod form;
pub(crate) mod icon;
pub(crate) mod job;
pub(crate) mod lead;
pub(crate) mod load;
pub(crate) mod map;
pub(crate) mod pagination;
pub(crate) mod panel;
pub(crate) mod virtual_list;
