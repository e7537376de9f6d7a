//! The fragments in which SQLite and Postgres differ. No other module names a backend.

mod errors;

pub(crate) use errors::classify;
