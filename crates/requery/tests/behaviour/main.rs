//! What the cache does, one module for each part of the behaviour list (F1 to F14, R1 to R8).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail loudly")]

mod client;
mod corner_cases;
mod derive;
mod devtools;
mod entities;
mod entity_properties;
mod events;
mod fetching;
mod handing_over;
mod hydration;
mod infinite;
mod layers;
mod listening;
mod live_lists;
mod mutations;
mod observers;
mod persistence;
mod properties;
mod queries;
mod reentrancy;
mod resuming;
mod retries;
mod rig;
mod sessions;
mod streams;
mod traps;
