//! Nothing is left of what is no longer used: neither queries nor entities, timers nor tasks, nor memory.

use std::alloc::System;
use std::sync::Arc;
use std::time::Duration;

use requery::runtime::TestRuntime;
use requery::{
    Entity, EntityId, LiveList, MutationObserver, MutationOptions, QueryClient, QueryFilters, QueryObserver,
    QueryOptions, query_key,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn bytes_in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// What may come and go meanwhile that is not the cache's: a byte for each query that was collected would be more.
const OF_OTHERS: usize = 256;

/// Queries that live at the same time.
const BATCH: u32 = 100;

#[derive(Clone, Debug, PartialEq)]
struct Todo {
    id: u32,
    version: u64,
}

impl Entity for Todo {
    fn id(&self) -> EntityId {
        self.id.into()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// Rows that show entities; every fifth fetch fails at first, every seventh for good.
fn options(runtime: &TestRuntime, n: u32) -> QueryOptions<Vec<Arc<Todo>>, String> {
    let runtime = runtime.clone();
    let options = QueryOptions::new(query_key!["todos", n], move |_context| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(Duration::from_millis(u64::from(n % 3))).await;
            if n.is_multiple_of(7) {
                Err("refused".to_owned())
            } else {
                Ok(vec![Arc::new(Todo { id: n, version: 1 })])
            }
        }
    });
    let options = match n % 10 {
        0 => options.live_list(LiveList::new(move |todo: &Todo| todo.id == n)),
        _ => options.entity::<Todo>(),
    };
    options
        .retry(n % 5)
        .retry_delay(Duration::from_millis(10))
        .stale_time(Duration::from_secs(1))
        .refetch_interval(Duration::from_secs(2))
        .gc_time(Duration::from_secs(5))
}

fn mutation() -> MutationOptions<(), String, u32> {
    MutationOptions::new(|n: u32| async move {
        if n.is_multiple_of(2) { Ok(()) } else { Err("refused".to_owned()) }
    })
    .optimistic(|layer, n: &u32| {
        layer.update::<Todo>(*n, |todo| todo.version += 1);
    })
    .gc_time(Duration::from_secs(5))
}

/// Makes, observes, changes and collects as many queries as live at the same time.
fn round(client: &QueryClient, runtime: &TestRuntime, from: u32) {
    let observers: Vec<_> = (from..from + BATCH)
        .map(|n| {
            let observer = QueryObserver::new(client, options(runtime, n));
            let subscription = observer.subscribe(|_| {});
            (observer, subscription)
        })
        .collect();
    runtime.advance(Duration::from_secs(3));
    let mutations = MutationObserver::new(client, mutation());
    for n in (from..from + BATCH).step_by(10) {
        client.upsert(Todo { id: n, version: 5 });
        drop(mutations.mutate(n));
    }
    drop(client.invalidate_queries(QueryFilters::prefix(["todos"])));
    runtime.advance(Duration::from_secs(1));
    drop((observers, mutations));
    // Entities that nobody shows are kept longer than queries.
    runtime.advance(Duration::from_secs(3600));
}

/// The first ones also make what is kept for those that follow, some 20 kB in the first hours.
fn leaves_nothing(first: u32, queries: u32) {
    let runtime = TestRuntime::new();
    let client = QueryClient::new(runtime.clone());
    client.mount();
    for from in (0..first).step_by(BATCH as usize) {
        round(&client, &runtime, from);
    }
    let before = bytes_in_use();
    for from in (first..first + queries).step_by(BATCH as usize) {
        round(&client, &runtime, from);
    }
    let grown = bytes_in_use().saturating_sub(before);
    assert!(grown <= OF_OTHERS, "{grown} bytes are left of {queries} queries");
    assert_eq!((client.query_count(), client.entity_count(), client.layer_count()), (0, 0, 0));
    assert_eq!(client.timer_count(), 0, "timers are left");
    assert_eq!(runtime.task_count(), 0, "tasks are left");
}

#[test]
fn nothing_is_left_of_collected_queries() {
    leaves_nothing(2_000, 500);
}

/// `cargo test --release -p requery --test leaks -- --ignored`
#[test]
#[ignore = "takes its time without optimisation"]
fn nothing_is_left_of_a_million_collected_queries() {
    leaves_nothing(10_000, 1_000_000);
}
