//! Strict reading of requests: what the contract does not know is an error that names it.

pub(crate) mod body;
pub(crate) mod fields;
pub(crate) mod path;
pub(crate) mod precondition;
pub(crate) mod query;
mod texts;
pub(crate) mod validate;
