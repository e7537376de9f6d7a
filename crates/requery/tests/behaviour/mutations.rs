//! F10: mutations.

use std::sync::{Arc, Mutex};

use requery::{
    CacheCallbacks, MutateCallbacks, MutationFilters, MutationObserver, MutationOptions, MutationStatus,
    QueryClient, query_key,
};

use crate::rig::{LATENCY, Rig, ms};

type Log = Arc<Mutex<Vec<String>>>;

fn log(log: &Log, line: impl Into<String>) {
    log.lock().unwrap().push(line.into());
}

fn lines(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}

/// Doubles even numbers after ten milliseconds, and fails with odd ones.
fn doubling(rig: &Rig) -> MutationOptions<u32, String, u32> {
    let runtime = rig.runtime.clone();
    MutationOptions::new(move |n: u32| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(ms(LATENCY)).await;
            if n.is_multiple_of(2) { Ok(n * 2) } else { Err(format!("{n} is odd")) }
        }
    })
}

/// F10: from idle over pending to the outcome.
#[test]
fn a_mutation_goes_from_idle_over_pending_to_its_outcome() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, doubling(&rig));
    assert!(observer.current_result().is_idle());
    let good = observer.mutate(2);
    let state = observer.current_result();
    assert!(state.is_pending());
    assert_eq!((state.variables.as_deref(), rig.client.is_mutating(MutationFilters::all())), (Some(&2), 1));
    assert_eq!(*rig.runtime.block_on(good).unwrap(), 4);
    assert_eq!(observer.current_result().data.as_deref(), Some(&4));
    let bad = observer.mutate(3);
    assert!(observer.current_result().data.is_none(), "another call is another mutation");
    assert_eq!(rig.runtime.block_on(bad).unwrap_err().to_string(), "3 is odd");
    let state = observer.current_result();
    assert_eq!((state.status, state.failure_count), (MutationStatus::Error, 1));
    assert_eq!(rig.client.is_mutating(MutationFilters::all()), 0);
}

/// F10: the order of everything that is called.
#[test]
fn callbacks_run_in_the_reference_order() {
    let written: Log = Arc::default();
    let runtime = requery::runtime::TestRuntime::new();
    let w = || Arc::clone(&written);
    let (a, b, c, d) = (w(), w(), w(), w());
    let callbacks = CacheCallbacks::new()
        .on_mutate(move |info| log(&a, format!("cache mutate {}", info.variables::<u32>().unwrap())))
        .on_mutation_success(move |data, _| {
            log(&b, format!("cache success {}", data.downcast_ref::<u32>().unwrap()));
        })
        .on_mutation_error(move |error, _| {
            log(&c, format!("cache error {}", error.downcast_ref::<String>().unwrap()));
        })
        .on_mutation_settled(move |_| log(&d, "cache settled"));
    let client = QueryClient::builder(runtime.clone()).callbacks(callbacks).build();
    let rig = Rig { runtime, client };
    let (a, b, c, d, e, f, g) = (w(), w(), w(), w(), w(), w(), w());
    let options = doubling(&rig)
        .on_mutate(move |call| {
            log(&a, format!("mutate {}", call.variables));
            async { "context" }
        })
        .on_success(move |data, call| {
            log(&b, format!("success {data} {}", call.context.unwrap()));
            async {}
        })
        .on_error(move |error, call| {
            log(&c, format!("error {error} {}", call.context.unwrap()));
            async {}
        })
        .on_settled(move |outcome, _| {
            log(&d, format!("settled {}", outcome.is_ok()));
            async {}
        });
    let observer = MutationObserver::new(&rig.client, options);
    let _subscription = observer.subscribe(|_| {});
    let own = MutateCallbacks::new()
        .on_success(move |data, _| log(&e, format!("own success {data}")))
        .on_error(move |error, _| log(&f, format!("own error {error}")))
        .on_settled(move |outcome, _| log(&g, format!("own settled {}", outcome.is_ok())));
    rig.runtime.block_on(observer.mutate_with(2, own)).unwrap();
    let expected = [
        "cache mutate 2",
        "mutate 2",
        "cache success 4",
        "success 4 context",
        "cache settled",
        "settled true",
        "own success 4",
        "own settled true",
    ];
    assert_eq!(lines(&written), expected);
    written.lock().unwrap().clear();
    let _ = rig.runtime.block_on(observer.mutate(3));
    let expected = [
        "cache mutate 3",
        "mutate 3",
        "cache error 3 is odd",
        "error 3 is odd context",
        "cache settled",
        "settled false",
    ];
    assert_eq!(lines(&written), expected);
}

/// F10: an optimistic change is seen before `mutate` returns, and the context undoes it.
#[test]
fn an_optimistic_change_is_seen_at_once_and_undone_on_error() {
    let rig = Rig::new();
    let key = query_key!["n"];
    rig.client.set_query_data(&key, 1_u32);
    let (set, undo) = (key.clone(), key.clone());
    let options = doubling(&rig)
        .on_mutate(move |call| {
            let before = call.client.get_query_data::<u32>(&set);
            call.client.set_query_data(&set, *call.variables);
            async move { before }
        })
        .on_error(move |_, call| {
            if let Some(Some(before)) = call.context.as_deref() {
                call.client.set_query_data(&undo, **before);
            }
            async {}
        });
    let observer = MutationObserver::new(&rig.client, options);
    let failing = observer.mutate(5);
    assert_eq!(rig.data(&key), Some(5));
    assert!(rig.runtime.block_on(failing).is_err());
    assert_eq!(rig.data(&key), Some(1));
}

/// F10: a mutation stays pending until its callbacks are done.
#[test]
fn a_mutation_stays_pending_until_its_callbacks_are_done() {
    let rig = Rig::new();
    let runtime = rig.runtime.clone();
    let options = doubling(&rig).on_success(move |_, _| runtime.sleep(ms(100)));
    let observer = MutationObserver::new(&rig.client, options);
    observer.mutate(2);
    rig.advance(LATENCY + 99);
    assert!(observer.current_result().is_pending());
    rig.advance(1);
    assert!(observer.current_result().is_success());
}

/// F10: mutations are not retried unless asked.
#[test]
fn mutations_are_retried_only_if_asked() {
    let rig = Rig::new();
    for (retries, failures) in [(0, 1), (2, 3)] {
        let options = doubling(&rig).retry(retries).retry_delay(ms(1));
        let observer = MutationObserver::new(&rig.client, options);
        assert!(rig.runtime.block_on(observer.mutate(1)).is_err());
        assert_eq!(observer.current_result().failure_count, failures);
    }
}

/// F10: one scope runs one after the other, different ones at the same time.
#[test]
fn mutations_of_one_scope_wait_for_each_other() {
    let rig = Rig::new();
    let scoped = |scope: &str| MutationObserver::new(&rig.client, doubling(&rig).scope(scope));
    let (first, second, other) = (scoped("a"), scoped("a"), scoped("b"));
    first.mutate(1);
    second.mutate(2);
    other.mutate(4);
    assert!(second.current_result().is_paused && !other.current_result().is_paused);
    rig.advance(LATENCY);
    assert!(first.current_result().is_error(), "a failure does not hold up the others");
    assert!(other.current_result().is_success());
    assert!(second.current_result().is_pending() && !second.current_result().is_paused);
    rig.advance(LATENCY);
    assert!(second.current_result().is_success());
}

/// F1.14, F10: offline mutations wait, and start in their order.
#[test]
fn paused_mutations_start_in_order_when_the_network_is_back() {
    let rig = Rig::new();
    rig.client.set_online(false);
    let sent: Log = Arc::default();
    let written = Arc::clone(&sent);
    let runtime = rig.runtime.clone();
    let options = MutationOptions::<u32, String, u32>::new(move |n: u32| {
        log(&written, n.to_string());
        let runtime = runtime.clone();
        async move {
            runtime.sleep(ms(LATENCY)).await;
            Ok(n)
        }
    });
    let observers: Vec<_> =
        (1..=3).map(|n| (n, MutationObserver::new(&rig.client, options.clone().scope("outbox")))).collect();
    for (n, observer) in &observers {
        observer.mutate(*n);
    }
    rig.advance(1000);
    assert!(observers.iter().all(|(_, observer)| observer.current_result().is_paused));
    assert!(lines(&sent).is_empty());
    rig.client.set_online(true);
    rig.advance(3 * LATENCY);
    assert_eq!(lines(&sent), ["1", "2", "3"]);
    assert!(observers.iter().all(|(_, observer)| observer.current_result().is_success()));
}

/// F10: callbacks of `mutate` are for the latest call, and for those who still listen.
#[test]
fn callbacks_of_one_call_run_only_for_the_latest_call_and_while_somebody_listens() {
    let rig = Rig::new();
    let written: Log = Arc::default();
    let observer = MutationObserver::new(&rig.client, doubling(&rig));
    let subscription = observer.subscribe(|_| {});
    let own = |name: &'static str| {
        let written = Arc::clone(&written);
        MutateCallbacks::new().on_success(move |data, _| log(&written, format!("{name} {data}")))
    };
    observer.mutate_with(2, own("first"));
    observer.mutate_with(4, own("second"));
    rig.advance(LATENCY);
    assert_eq!(lines(&written), ["second 8"]);
    observer.mutate_with(6, own("third"));
    drop(subscription);
    rig.advance(LATENCY);
    assert_eq!(lines(&written), ["second 8"]);
}

/// F10: who comes back sees how far the call has got meanwhile.
#[test]
fn subscribing_again_shows_the_latest_state() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, doubling(&rig));
    let subscription = observer.subscribe(|_| {});
    observer.mutate(2);
    drop(subscription);
    rig.advance(LATENCY);
    let _again = observer.subscribe(|_| {});
    assert!(observer.current_result().is_success());
}

/// F10: resetting lets the call go on, and shows nothing of it.
#[test]
fn resetting_detaches_from_a_call_that_goes_on() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, doubling(&rig));
    let outcome = observer.mutate(2);
    observer.reset();
    assert!(observer.current_result().is_idle());
    assert_eq!(*rig.runtime.block_on(outcome).unwrap(), 4);
    assert!(observer.current_result().is_idle());
}

/// F10: ended mutations that nobody observes are collected.
#[test]
fn ended_mutations_are_collected() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, doubling(&rig).gc_time(ms(50)));
    observer.mutate(2);
    observer.reset();
    rig.advance(LATENCY + 50);
    assert_eq!(rig.client.timer_count(), 0);
}

/// F10: mutations are found by key.
#[test]
fn pending_mutations_are_counted_by_key() {
    let rig = Rig::new();
    let named = |key: requery::QueryKey| MutationObserver::new(&rig.client, doubling(&rig).mutation_key(key));
    let (one, other) = (named(query_key!["lead", 1]), named(query_key!["job"]));
    one.mutate(2);
    other.mutate(2);
    assert_eq!(rig.client.is_mutating(MutationFilters::prefix(["lead"])), 1);
    assert_eq!(rig.client.is_mutating(MutationFilters::exact(["lead"])), 0);
    assert_eq!(rig.client.is_mutating(MutationFilters::all()), 2);
}

/// Clearing the cache fails those who wait for a mutation, rather than leaving them waiting.
#[test]
fn clearing_the_cache_drops_mutations_under_way() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, doubling(&rig));
    let outcome = observer.mutate(2);
    rig.client.clear();
    assert!(matches!(rig.runtime.block_on(outcome), Err(requery::MutationError::Dropped)));
}

/// Beyond 6: who called a mutation and forgot it keeps it no longer than its gc time, listener or not.
#[test]
fn a_mutation_whose_observer_is_gone_is_collected() {
    let rig = Rig::new();
    let known = || rig.client.mutations(MutationFilters::all()).len();
    let observer = MutationObserver::new(&rig.client, doubling(&rig).gc_time(ms(1_000)));
    let clone = observer.clone();
    rig.runtime.block_on(observer.mutate(2)).unwrap();
    drop(observer);
    rig.runtime.advance(ms(2_000));
    assert_eq!((known(), clone.current_result().data.as_deref()), (1, Some(&4)), "a clone still shows it");
    drop(clone);
    rig.runtime.advance(ms(2_000));
    assert_eq!((known(), rig.client.timer_count()), (0, 0));
    let under_way = MutationObserver::new(&rig.client, doubling(&rig)).mutate(4);
    assert_eq!(*rig.runtime.block_on(under_way).unwrap(), 8, "it ends all the same");
}
