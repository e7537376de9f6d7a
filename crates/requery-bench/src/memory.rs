//! The same program with an allocator that counts, for what is measured in bytes and allocations. Counting takes time, so
//! times are measured without it.

use std::alloc::System;

use requery_bench::{answer, memory_in_use};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    memory_in_use::tell_by(|| {
        let stats = ALLOCATOR.stats();
        stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
    });
    answer::all(|| ALLOCATOR.stats().allocations)
}
