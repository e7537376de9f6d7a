//! The cache under a scheduler that decides at every lock which thread goes on: orders that real threads take once in
//! many years, by the thousand, and the same ones for the same seed.
//!
//! `RUSTFLAGS="--cfg requery_shuttle" cargo test --release -p requery --test schedules`

#![cfg(requery_shuttle)]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use requery::runtime::TestRuntime;
use requery::{
    QueryClient, QueryFilters, QueryKey, QueryObserver, QueryOptions, RefetchOptions, StaleTime, query_key,
};
use shuttle::sync::Mutex;
use shuttle::thread;

type Set = BTreeSet<usize>;

/// Orders at random, and orders with few changes of thread, which find what needs a particular one.
fn in_every_order(story: fn()) {
    shuttle::check_random(story, 2_000);
    shuttle::check_pct(story, 2_000, 3);
}

fn adding(n: usize) -> impl Fn(&Set) -> Option<Set> + Send + Sync {
    move |set| (!set.contains(&n)).then(|| set.iter().copied().chain([n]).collect())
}

/// A server that has seen every change that was sent before it is asked.
fn rows(key: &QueryKey, server: &Arc<Mutex<Set>>) -> QueryOptions<Set, String> {
    let server = Arc::clone(server);
    QueryOptions::new(key, move |_| {
        let answer = server.lock().unwrap().clone();
        async move { Ok(answer) }
    })
}

/// Patches, refetches, invalidations and listeners of several threads: no patch is lost, and who listens saw the last.
#[test]
fn no_patch_is_lost() {
    in_every_order(|| {
        let (runtime, key) = (TestRuntime::new(), query_key!["set"]);
        let client = QueryClient::new(runtime.clone());
        let server: Arc<Mutex<Set>> = Arc::new(Mutex::new(Set::new()));
        let observer = QueryObserver::new(&client, rows(&key, &server));
        let seen = Arc::new(AtomicUsize::new(0));
        let last = Arc::clone(&seen);
        let subscription = observer.subscribe(move |result| {
            last.store(result.data.as_ref().map_or(0, |set| set.len()), Ordering::SeqCst);
        });
        runtime.run_until_stalled();
        let mut threads: Vec<_> = (0..2)
            .map(|n| {
                let (client, key, server, observer) =
                    (client.clone(), key.clone(), Arc::clone(&server), observer.clone());
                thread::spawn(move || {
                    server.lock().unwrap().insert(n);
                    client.patch_query_data(&key, adding(n));
                    match n {
                        0 => drop(observer.refetch(RefetchOptions::default())),
                        _ => drop(client.invalidate_queries(QueryFilters::all())),
                    }
                })
            })
            .collect();
        let driver = runtime.clone();
        threads.push(thread::spawn(move || driver.run_until_stalled()));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        runtime.run_until_stalled();
        assert_eq!(client.get_query_data::<Set>(&key).map(|set| set.len()), Some(2));
        assert_eq!(seen.load(Ordering::SeqCst), 2, "the listener saw the last change last");
        drop(subscription);
    });
}

/// Threads that ask at the same time share one fetch, also when it ends between two questions.
#[test]
fn one_fetch_is_shared() {
    in_every_order(|| {
        let (runtime, calls) = (TestRuntime::new(), Arc::new(AtomicUsize::new(0)));
        let client = QueryClient::new(runtime.clone());
        let count = Arc::clone(&calls);
        let options = QueryOptions::<usize, String>::new(query_key!["once"], move |_| {
            let call = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move { Ok(call) }
        })
        .stale_time(StaleTime::Never);
        let asking = |_| {
            let (client, options) = (client.clone(), options.clone());
            thread::spawn(move || client.fetch_query(&options))
        };
        let threads: Vec<_> = (0..3).map(asking).collect();
        let watching = {
            let (client, options) = (client.clone(), options.clone());
            thread::spawn(move || drop(QueryObserver::new(&client, options).subscribe(|_| {})))
        };
        let driver = {
            let runtime = runtime.clone();
            thread::spawn(move || runtime.run_until_stalled())
        };
        let fetching: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        [watching, driver].into_iter().for_each(|thread| thread.join().unwrap());
        runtime.run_until_stalled();
        for answer in fetching {
            assert_eq!(*runtime.block_on(answer).unwrap(), 1);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    });
}

/// Observers that come and go while the query is written and removed leave nothing.
#[test]
fn observers_come_and_go() {
    in_every_order(|| {
        let (runtime, key) = (TestRuntime::new(), query_key!["n"]);
        let client = QueryClient::new(runtime.clone());
        let watching = |n: u32| {
            let (client, key) = (client.clone(), key.clone());
            thread::spawn(move || {
                let options = QueryOptions::<u32, String>::observe_only(&key);
                let observer = QueryObserver::new(&client, options.gc_time(std::time::Duration::ZERO));
                let subscription = observer.subscribe(|_| {});
                client.set_query_data(&key, n);
                drop(subscription);
            })
        };
        let threads = [watching(1), watching(2)];
        client.remove_queries(QueryFilters::exact(&key));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        client.remove_queries(QueryFilters::all());
        runtime.run_until_stalled();
        assert_eq!((client.query_count(), client.timer_count()), (0, 0));
    });
}

/// A thread that looks at what another one has just written tells of it. What was written before is not told after that.
#[test]
fn no_listener_is_shown_an_older_state_after_a_newer_one() {
    in_every_order(|| {
        let (runtime, key) = (TestRuntime::new(), query_key!["n"]);
        let client = QueryClient::new(runtime.clone());
        // As its staleness is a function, whatever is called evaluates it anew.
        let options = QueryOptions::<usize, String>::observe_only(&key).stale_time_fn(|_| StaleTime::Never);
        let observer = QueryObserver::new(&client, options);
        let last = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&last);
        let subscription = observer.subscribe(move |result| {
            let now = result.data.as_deref().copied().unwrap_or_default();
            let before = seen.swap(now, Ordering::SeqCst);
            assert!(before <= now, "{now} was shown after {before}");
        });
        let writer = {
            let (client, key) = (client.clone(), key.clone());
            thread::spawn(move || (1..=2_usize).for_each(|n| drop(client.set_query_data(&key, n))))
        };
        let other = {
            let client = client.clone();
            thread::spawn(move || drop(client.invalidate_queries(QueryFilters::exact(query_key!["other"]))))
        };
        [writer, other].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(last.load(Ordering::SeqCst), 2, "the last one is told, by whichever thread");
        drop(subscription);
    });
}
