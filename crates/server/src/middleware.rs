//! The layers around every route, one module each.

pub(crate) mod encoded_tags;
pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod load;
pub(crate) mod observe;
pub(crate) mod origin;
pub(crate) mod panics;
pub(crate) mod request_id;
pub(crate) mod sockets;
