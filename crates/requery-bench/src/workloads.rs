//! The workloads, one module for each kind of work.

mod bridge;
mod fan_out;
mod hydration;
mod invalidation;
mod keys;
mod lifecycle;
mod memory;
mod mutations;
mod read_write;
mod sharing;
mod timers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::workload::Named;

/// All of them.
pub fn all() -> impl Iterator<Item = Named> {
    let of: [&[Named]; 11] = [
        &read_write::ALL,
        &keys::ALL,
        &invalidation::ALL,
        &fan_out::ALL,
        &sharing::ALL,
        &bridge::ALL,
        &lifecycle::ALL,
        &mutations::ALL,
        &timers::ALL,
        &hydration::ALL,
        &memory::ALL,
    ];
    of.into_iter().flatten().copied()
}

/// The one called `name`.
#[must_use]
pub fn named(name: &str) -> Option<Named> {
    all().find(|it| it.name == name)
}

/// Counts calls of listeners.
#[derive(Clone, Debug, Default)]
struct Counter(Arc<AtomicU64>);

impl Counter {
    fn add(&self, count: u64) {
        // One thread counts: no order has to be kept, and nothing is lost.
        self.0.store(self.get() + count, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What no workload fails with.
type Never = std::convert::Infallible;
