//! An endpoint of the contract as a route.
//!
//! [`mount`] takes method, path, role, status and types from the [`Endpoint`]; a handler is given a [`Call`] that has
//! been read and checked, and returns an [`Answer`]. A handler whose types are not its endpoint's does not compile.

mod answer;
mod call;
mod etag;
mod route;

pub(crate) use answer::{Answer, Encoded};
pub(crate) use call::{Call, Caller, Received};
pub(crate) use etag::{entity_tag, is_known};
pub(crate) use route::{mount, mount_file, mount_upload};
