//! The locks. Under test (`--cfg requery_shuttle`) they are those of a scheduler that decides who gets them.

#[cfg(requery_shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(requery_shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard};
