//! F1.12, F1.14, F10, F14: defaults of mutations, and mutations that go on elsewhere.

use std::sync::{Arc, Mutex};

use requery::{
    CacheCallbacks, DehydrateOptions, DehydratedState, MutationDefaults, MutationError, MutationFilters,
    MutationObserver, MutationOptions, MutationStatus, QueryClient, query_key,
};

use crate::rig::{LATENCY, Rig, ms};

type Sent = Arc<Mutex<Vec<(u32, String)>>>;

/// Sends numbers, and notes what was sent and under which idempotency key.
fn sending(rig: &Rig, sent: &Sent) -> MutationOptions<u32, String, u32> {
    let (runtime, sent) = (rig.runtime.clone(), Arc::clone(sent));
    MutationOptions::with_context(move |n: u32, context| {
        let runtime = runtime.clone();
        sent.lock().unwrap().push((n, context.idempotency_key().to_owned()));
        async move {
            runtime.sleep(ms(LATENCY)).await;
            Ok(n)
        }
    })
}

fn numbers(sent: &Sent) -> Vec<u32> {
    sent.lock().unwrap().iter().map(|(n, _)| *n).collect()
}

/// F1.12: a mutation that only names its key is done as the defaults for the key say.
#[test]
fn a_mutation_of_a_key_is_done_as_its_defaults_say() {
    let rig = Rig::new();
    let sent = Sent::default();
    rig.client.set_mutation_defaults(query_key!["send"], sending(&rig, &sent).retry(7));
    rig.client.set_mutation_defaults(query_key!["send", "scoped"], sending(&rig, &sent).scope("s"));
    let of_key = |key| MutationObserver::new(&rig.client, MutationOptions::<u32, String, u32>::of_key(key));
    assert_eq!(*rig.runtime.block_on(of_key(query_key!["send", "scoped"]).mutate(5)).unwrap(), 5);
    assert_eq!(rig.client.mutations(MutationFilters::all())[0].scope.as_deref(), Some("s"));
    let unknown = rig.runtime.block_on(of_key(query_key!["other"]).mutate(5));
    assert!(matches!(unknown, Err(MutationError::MissingMutationFn)));
    assert_eq!(numbers(&sent), [5]);
}

/// F1.11: what a mutation says itself wins over the defaults.
#[test]
fn default_options_count_where_a_mutation_says_nothing() {
    let rig = Rig::new();
    rig.client.set_default_mutation_options(MutationDefaults::new().retry(1).retry_delay(ms(1)));
    let failing = || MutationOptions::<u32, String, u32>::new(|_| async { Err("no".to_owned()) });
    for (options, failures) in [(failing(), 2), (failing().retry(0), 1)] {
        let observer = MutationObserver::new(&rig.client, options);
        assert!(rig.runtime.block_on(observer.mutate(1)).is_err());
        assert_eq!(observer.current_result().failure_count, failures);
    }
}

#[test]
fn defaults_ask_of_errors_that_they_know_whether_to_retry() {
    let rig = Rig::new();
    let defaults = MutationDefaults::new()
        .retry_if(|failures, error: &String| failures < 2 && error == "later")
        .retry_delay_fn(|failures, _: &String| ms(u64::from(failures)));
    rig.client.set_default_mutation_options(defaults);
    for (says, failures) in [("later", 3), ("never", 1)] {
        let options = MutationOptions::<u32, String, u32>::new(move |_| async move { Err(says.to_owned()) });
        let observer = MutationObserver::new(&rig.client, options);
        assert!(rig.runtime.block_on(observer.mutate(1)).is_err());
        assert_eq!(observer.current_result().failure_count, failures, "{says}");
    }
    let options = MutationOptions::<u32, u8, u32>::new(|_| async { Err(1) });
    let observer = MutationObserver::new(&rig.client, options);
    assert!(rig.runtime.block_on(observer.mutate(1)).is_err());
    assert_eq!(observer.current_result().failure_count, 1, "of another type: as if nothing was said");
}

/// Calls three mutations offline on one cache, and hydrates another with them.
fn carried_over(browser: &Rig, scope: Option<&str>) -> DehydratedState {
    let before = Rig::new();
    before.client.set_online(false);
    let options = sending(&before, &Sent::default()).mutation_key(query_key!["send"]).resumable();
    let options = match scope {
        Some(scope) => options.scope(scope),
        None => options,
    };
    let observer = MutationObserver::new(&before.client, options);
    for n in 1..=3 {
        observer.mutate(n);
    }
    before.settle();
    let json = serde_json::to_string(&before.client.dehydrate(&DehydrateOptions::default())).unwrap();
    let state = DehydratedState::from_json(&json).unwrap();
    browser.client.hydrate(state.clone());
    state
}

/// F14, F10: how long a hydrated mutation stays counts from when it was hydrated, as the defaults of its key say.
#[test]
fn a_hydrated_mutation_is_collected_when_its_key_says_so() {
    let rig = Rig::new();
    let options = sending(&rig, &Sent::default()).resumable().gc_time(ms(1000));
    rig.client.set_mutation_defaults(query_key!["send"], options);
    carried_over(&rig, None);
    rig.client.resume_paused_mutations();
    rig.advance(999);
    let all = rig.client.mutations(MutationFilters::all());
    assert!(all.len() == 3 && all.iter().all(|it| it.status == MutationStatus::Success));
    rig.advance(1);
    assert!(rig.client.mutations(MutationFilters::all()).is_empty());
}

/// F14, F1.14: a mutation that waited for the network when the program ended is sent by the next, in order and under the
/// same idempotency key.
#[test]
fn hydrated_mutations_are_resumed_in_order_under_their_keys() {
    let runtime = requery::runtime::TestRuntime::new();
    let mutated = Arc::new(Mutex::new(0));
    let count = Arc::clone(&mutated);
    let callbacks = CacheCallbacks::new().on_mutate(move |_| *count.lock().unwrap() += 1);
    let rig = Rig { client: QueryClient::builder(runtime.clone()).callbacks(callbacks).build(), runtime };
    let carried = carried_over(&rig, Some("outbox"));
    assert_eq!(rig.client.is_mutating(MutationFilters::prefix(["send"])), 3);
    rig.client.resume_paused_mutations();
    rig.advance(LATENCY);
    assert_eq!(rig.client.is_mutating(MutationFilters::all()), 3, "nobody knows yet how they are sent");
    let sent = Sent::default();
    rig.client.set_mutation_defaults(query_key!["send"], sending(&rig, &sent).resumable());
    rig.client.resume_paused_mutations();
    rig.advance(LATENCY / 2);
    assert_eq!(numbers(&sent), [1], "one scope, one at a time");
    rig.advance(3 * LATENCY);
    let keys = carried.mutations.iter().map(|mutation| mutation.idempotency_key.clone());
    assert_eq!(*sent.lock().unwrap(), (1..=3).zip(keys).collect::<Vec<_>>());
    let all = rig.client.mutations(MutationFilters::all());
    assert!(all.iter().all(|mutation| mutation.status == MutationStatus::Success));
    assert_eq!(all[2].state::<u32, String, u32>().data.as_deref(), Some(&3));
    assert_eq!(*mutated.lock().unwrap(), 0, "they were begun long ago");
}

/// F14: without a network they go on waiting, and go when it is there.
#[test]
fn hydrated_mutations_wait_for_the_network() {
    let rig = Rig::new();
    rig.client.set_online(false);
    let sent = Sent::default();
    rig.client.set_mutation_defaults(query_key!["send"], sending(&rig, &sent).resumable());
    carried_over(&rig, None);
    rig.client.resume_paused_mutations();
    rig.advance(LATENCY);
    assert!(numbers(&sent).is_empty());
    rig.client.set_online(true);
    rig.advance(3 * LATENCY);
    assert_eq!(numbers(&sent), [1, 2, 3]);
}

/// F14: mutations that were not taken up again travel on as they came.
#[test]
fn mutations_that_nobody_resumed_can_be_dehydrated_again() {
    let rig = Rig::new();
    let carried = carried_over(&rig, Some("outbox"));
    let again = rig.client.dehydrate(&DehydrateOptions::default());
    assert_eq!(serde_json::to_value(again).unwrap(), serde_json::to_value(carried).unwrap());
}

/// F14: only what is paused, has a key and may travel does, unless more is asked for.
#[test]
fn only_resumable_paused_mutations_are_dehydrated() {
    let rig = Rig::new();
    let sent = Sent::default();
    let call = |options: MutationOptions<u32, String, u32>| {
        drop(MutationObserver::new(&rig.client, options).mutate(1));
    };
    call(sending(&rig, &sent).mutation_key(query_key!["runs"]).resumable());
    rig.settle();
    rig.client.set_online(false);
    call(sending(&rig, &sent).mutation_key(query_key!["stays"]));
    call(sending(&rig, &sent).resumable());
    assert!(rig.client.dehydrate(&DehydrateOptions::default()).mutations.is_empty());
    let all = DehydrateOptions { mutations: Some(MutationFilters::all()), ..DehydrateOptions::default() };
    let carried = rig.client.dehydrate(&all).mutations;
    assert_eq!(
        carried.iter().map(|m| m.mutation_key.clone()).collect::<Vec<_>>(),
        [serde_json::json!(["runs"])]
    );
}

/// F4: mutations are found by a predicate.
#[test]
fn mutations_are_found_by_a_predicate() {
    let rig = Rig::new();
    let observer = MutationObserver::new(&rig.client, sending(&rig, &Sent::default()));
    drop((observer.mutate(1), observer.mutate(2)));
    let odd = MutationFilters::all().predicate(|m| m.variables::<u32>().is_some_and(|n| *n % 2 == 1));
    assert_eq!(rig.client.is_mutating(odd), 1);
}
