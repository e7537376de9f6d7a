//! The cache on many threads.

#![expect(clippy::expect_used, reason = "helpers of tests fail loudly")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use requery::runtime::TokioRuntime;
use requery::{QueryClient, QueryFilters, QueryObserver, QueryOptions, RefetchOptions, query_key};

type Set = BTreeSet<usize>;

fn adding(n: usize) -> impl Fn(&Set) -> Option<Set> + Send + Sync {
    move |set| (!set.contains(&n)).then(|| set.iter().copied().chain([n]).collect())
}

/// Whatever a thousand patches, refetches and listeners do at the same time, no patch is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_patches_and_refetches_lose_nothing() {
    const TASKS: usize = 8;
    const PATCHES: usize = 50;
    let client = QueryClient::new(TokioRuntime::current());
    let key = query_key!["set"];
    // The server has seen every patch that was sent before it is asked, as it committed the event first.
    let server: Arc<std::sync::Mutex<Set>> = Arc::default();
    let rows = Arc::clone(&server);
    let options = QueryOptions::<Set, String>::new(&key, move |_| {
        let answer = rows.lock().unwrap().clone();
        async move {
            tokio::task::yield_now().await;
            Ok(answer)
        }
    });
    client.fetch_query(&options).await.unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (client, key, options, told) =
                (client.clone(), key.clone(), options.clone(), Arc::clone(&told));
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let observer = QueryObserver::new(&client, options);
                let _subscription = observer.subscribe(move |_| {
                    told.fetch_add(1, Ordering::Relaxed);
                });
                for patch in 0..PATCHES {
                    let n = task * PATCHES + patch;
                    server.lock().unwrap().insert(n);
                    client.patch_query_data(&key, adding(n));
                    match patch % 5 {
                        0 => drop(observer.refetch(RefetchOptions::default())),
                        1 => drop(client.invalidate_queries(QueryFilters::all())),
                        _ => tokio::task::yield_now().await,
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    until(|| client.is_fetching(QueryFilters::all()) == 0).await;
    let set = client.get_query_data::<Set>(&key).unwrap();
    assert_eq!(set.len(), TASKS * PATCHES);
    assert!(told.load(Ordering::Relaxed) > TASKS);
}

/// However many threads ask at once, the server is asked once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_share_one_fetch() {
    let client = QueryClient::server(TokioRuntime::current());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let (open, gate) = tokio::sync::watch::channel(false);
    let options = QueryOptions::<usize, String>::new(query_key!["once"], move |_| {
        let call = count.fetch_add(1, Ordering::SeqCst) + 1;
        let mut gate = gate.clone();
        async move {
            gate.wait_for(|open| *open).await.map_err(|error| error.to_string())?;
            Ok(call)
        }
    })
    .stale_time(Duration::from_secs(60));
    let asking: Vec<_> = (0..64)
        .map(|_| {
            let (client, options) = (client.clone(), options.clone());
            tokio::spawn(async move { *client.fetch_query(&options).await.unwrap() })
        })
        .collect();
    open.send(true).unwrap();
    for answer in asking {
        assert_eq!(answer.await.unwrap(), 1);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

/// Timers fire on the real clock: stale queries are collected by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unobserved_queries_are_collected_on_the_real_clock() {
    let client = QueryClient::new(TokioRuntime::current());
    for n in 0..100_u32 {
        let options = QueryOptions::<u32, String>::new(query_key![n], move |_| async move { Ok(n) });
        client.fetch_query(&options.gc_time(Duration::from_millis(50))).await.unwrap();
    }
    until(|| client.query_count() == 0 && client.timer_count() == 0).await;
}

/// A function that panics fails those who wait, and the next fetch works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_a_query_function_cancels_its_fetch() {
    let client = QueryClient::new(TokioRuntime::current());
    let calls = Arc::new(AtomicUsize::new(0));
    let options = QueryOptions::<u32, String>::new(query_key!["a"], move |_| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(call > 0, "the first call panics");
            Ok(1)
        }
    });
    assert!(client.fetch_query(&options).await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(*client.fetch_query(&options).await.unwrap(), 1);
}

async fn until(condition: impl Fn() -> bool) {
    let waited = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.expect("the condition becomes true");
}
