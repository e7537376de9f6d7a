//! What a developer panel sees, and what it can do to queries (F16, feature `devtools`).

use std::sync::Arc;

use requery::{
    EntityId, Forced, GcTime, InspectedQuery, MutationObserver, MutationOptions, MutationStatus,
    QueryFilters, QueryKey, QueryOptions, QueryStatus, RefetchOptions, StaleTime, Timestamp, query_key,
};

use crate::entities::{Todo, open, todo};
use crate::rig::{LATENCY, Rig, Source, Watch, ms};

fn inspected(rig: &Rig, key: &QueryKey) -> InspectedQuery {
    let all = rig.client.inspect_queries();
    all.into_iter().find(|query| query.key == *key).expect("the query exists")
}

fn until(rig: &Rig, at: Option<Timestamp>) -> Option<u64> {
    use requery::runtime::Runtime;
    at.map(|at| u64::try_from(at.since(rig.runtime.now()).as_millis()).unwrap())
}

/// F16: how long the data is fresh, when it is polled, and how long the query stays.
#[test]
fn timers_of_a_query_are_seen() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let options = source.query(&key).stale_time(ms(1_000)).gc_time(ms(9_000)).refetch_interval(ms(5_000));
    let mut watch = Watch::new(&rig, options.clone());
    let other = Watch::new(&rig, options.stale_time(ms(400)).refetch_interval(ms(0)));
    rig.advance(LATENCY);
    let query = inspected(&rig, &key);
    assert_eq!((query.observers.len(), query.is_active, query.is_stale), (2, true, false));
    assert_eq!(until(&rig, query.observers[0].stale_at), Some(1_000));
    assert_eq!(until(&rig, query.stale_at), Some(400), "of the first to find it stale");
    assert_eq!(until(&rig, query.observers[0].refetch_at), Some(5_000));
    assert_eq!((query.gc_at, query.gc_time), (None, GcTime::After(ms(9_000))));
    rig.advance(402);
    assert!(inspected(&rig, &key).is_stale);
    watch.leave();
    drop(other);
    rig.advance(1_000);
    let query = inspected(&rig, &key);
    assert_eq!((query.observers.len(), query.is_active), (0, false));
    assert_eq!(until(&rig, query.gc_at), Some(8_000));
    rig.advance(8_000);
    assert!(rig.client.inspect_queries().is_empty());
}

/// F16: data that age does not make stale has no time to it, nor has what is invalid already.
#[test]
fn what_does_not_grow_stale_has_no_time_for_it() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    for (n, stale_time) in
        [StaleTime::Never, StaleTime::Static, StaleTime::After(ms(50))].into_iter().enumerate()
    {
        let options = source.query(&query_key![n]).stale_time(stale_time);
        rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap();
    }
    let times =
        |rig: &Rig| rig.client.inspect_queries().iter().map(|it| it.stale_at.is_some()).collect::<Vec<_>>();
    assert_eq!(times(&rig), [false, false, true]);
    rig.client.invalidate_queries(QueryFilters::all());
    assert_eq!(times(&rig), [false, false, false]);
}

/// F16: errors are told in their own words where their type is known.
#[test]
fn failures_are_told_as_text() {
    struct Opaque;

    let rig = Rig::new();
    let (known, unknown) = (query_key!["known"], query_key!["unknown"]);
    rig.client.prefetch_query(&Source::failing(&rig).query(&known).retry(1).retry_delay(ms(70)));
    rig.client.prefetch_query(&QueryOptions::<u32, Opaque>::new(&unknown, |_| async { Err(Opaque) }));
    rig.advance(LATENCY);
    let query = inspected(&rig, &known);
    assert_eq!((query.failure_count, query.failure_reason.as_deref()), (1, Some("failure 1")));
    assert_eq!((query.error, until(&rig, query.retry_at)), (None, Some(70)));
    assert!(inspected(&rig, &unknown).error.unwrap().contains("not offered"));
    rig.advance(1_000);
    let query = inspected(&rig, &known);
    assert_eq!((query.status, query.error.as_deref()), (QueryStatus::Error, Some("failure 2")));
}

/// F16: data is shown where it can be written as JSON, and its type where it cannot.
#[test]
fn data_is_json_where_it_may_travel() {
    let rig = Rig::new();
    let (plain, travelling) = (query_key!["plain"], query_key!["travelling"]);
    let source = Source::counting(&rig);
    rig.runtime.block_on(rig.client.fetch_query(&source.query(&plain))).unwrap();
    rig.runtime.block_on(rig.client.fetch_query(&source.query(&travelling).hydratable())).unwrap();
    // What is known of a type is known for all of its queries: this one has another.
    rig.client.set_query_data(query_key!["words"], vec!["a"]);
    assert_eq!(rig.client.inspect_data(&travelling), Some(2.into()));
    assert_eq!(rig.client.inspect_data(query_key!["words"]), None);
    let words = inspected(&rig, &query_key!["words"]);
    assert!(words.has_data && words.data_type.unwrap().contains("Vec"), "{:?}", words.data_type);
    assert_eq!(rig.client.inspect_data(query_key!["nothing"]), None);
}

/// F16: a query that is held as loading is so whatever happens, and has afterwards what it had before.
#[test]
fn a_query_is_held_as_loading_until_it_is_let_go() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).refetch_interval(ms(100)));
    rig.advance(LATENCY);
    let before = watch.now().data.unwrap();
    assert!(rig.client.force_loading(&key));
    assert!(watch.now().is_loading() && watch.now().data.is_none());
    assert_eq!(inspected(&rig, &key).forced, Some(Forced::Loading));
    rig.client.invalidate_queries(QueryFilters::all());
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.client.set_focused(false);
    rig.client.set_focused(true);
    rig.advance(1_000);
    assert!(watch.now().is_loading());
    assert_eq!(source.calls(), 1, "nothing was fetched");
    assert!(rig.client.undo_forced(&key));
    assert!(Arc::ptr_eq(&watch.now().data.unwrap(), &before), "the very same");
    assert_eq!(inspected(&rig, &key).forced, None);
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&2), "and it was asked for meanwhile");
    assert!(!rig.client.undo_forced(&key));
}

/// F16: initial data does not fill a query that is held.
#[test]
fn a_query_that_is_held_takes_no_initial_data() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let options = source.query(&key).initial_data(7).stale_time(StaleTime::Never);
    let watch = Watch::new(&rig, options.clone());
    assert_eq!(watch.now().data.as_deref(), Some(&7));
    rig.client.force_loading(&key);
    let other = Watch::new(&rig, options.clone());
    watch.observer.set_options(options);
    assert!(watch.now().is_loading() && other.now().is_loading());
    rig.client.undo_forced(&key);
    assert_eq!((watch.now().data.as_deref(), source.calls()), (Some(&7), 0));
}

/// F16: an error that is of the query's own type is seen by those who observe it, and stays through a reconnection.
#[test]
fn a_query_is_held_with_an_error_until_it_is_let_go() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.offer_error("Broken", || "broken".to_owned());
    rig.client.offer_error("Gone", || "gone".to_owned());
    let watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    assert!(rig.client.force_error(&key, "Broken"));
    assert!(watch.now().is_loading_error() && !watch.now().is_fetching());
    assert_eq!(watch.now().error.as_deref().map(String::as_str), Some("broken"));
    assert!(rig.client.force_error(&key, "Gone"), "one takes the place of the other");
    rig.client.set_online(false);
    rig.client.set_online(true);
    rig.advance(1_000);
    assert_eq!(inspected(&rig, &key).error.as_deref(), Some("gone"));
    assert_eq!((inspected(&rig, &key).forced, source.calls()), (Some(Forced::Error), 1));
    assert!(rig.client.undo_forced(&key));
    let now = watch.now();
    assert_eq!((now.data.as_deref(), now.error, now.error_update_count), (Some(&1), None, 0));
}

/// F16: what was not offered is an error too, which no observer knows the type of.
#[test]
fn without_an_error_of_its_type_a_query_fails_all_the_same() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let watch = Watch::new(&rig, Source::counting(&rig).query(&key));
    rig.advance(LATENCY);
    rig.client.force_error(&key, "nobody offered this");
    assert!(watch.now().is_error() && watch.now().error.is_none());
    assert!(inspected(&rig, &key).error.unwrap().contains("forced"));
    assert!(!rig.client.force_error(query_key!["nothing"], "") && !rig.client.force_loading(["nothing"]));
}

/// F16: who waited for a fetch that was interrupted gets the answer of the one after.
#[test]
fn those_who_wait_for_a_query_that_is_held_get_its_next_answer() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let interrupted = rig.client.fetch_query(&source.query(&key));
    rig.advance(LATENCY / 2);
    rig.client.force_loading(&key);
    let joined = rig.client.fetch_query(&source.query(&key));
    rig.advance(1_000);
    rig.client.undo_forced(&key);
    assert_eq!(*rig.runtime.block_on(interrupted).unwrap(), 2);
    assert_eq!(*rig.runtime.block_on(joined).unwrap(), 2);
}

/// F16: leaving a query that is held does not let it go, and it is collected as any other.
#[test]
fn a_query_that_is_held_is_collected_and_removed_as_any_other() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let options = QueryOptions::<u32, String>::new(&key, |context| async move {
        let _taken = context.signal();
        Ok(1)
    });
    let mut watch = Watch::new(&rig, options.gc_time(ms(500)));
    rig.settle();
    rig.client.force_error(&key, "");
    watch.leave();
    assert_eq!(inspected(&rig, &key).forced, Some(Forced::Error));
    rig.advance(500);
    assert!(rig.client.inspect_queries().is_empty());
    rig.client.set_query_data(&key, 1_u32);
    rig.client.force_loading(&key);
    rig.client.remove_queries(QueryFilters::all());
    assert_eq!((rig.client.query_count(), rig.client.is_fetching(QueryFilters::all())), (0, 0));
}

/// F16, R4: what happened to the rows of a list meanwhile is not lost, and no row is older than before.
#[test]
fn rows_that_changed_meanwhile_are_as_new_as_they_are_known() {
    let rig = Rig::new();
    let key = query_key!["todos"];
    let list =
        QueryOptions::<Vec<Todo>, String>::new(&key, |_| async { Ok(vec![todo(1, 1, 1), todo(2, 1, 2)]) });
    rig.runtime.block_on(rig.client.fetch_query(&list.live_list(open()))).unwrap();
    rig.client.force_loading(&key);
    rig.client.upsert(todo(1, 5, 1));
    let layer = rig.client.optimistic(|layer| {
        layer.remove::<Todo>(2_u32);
    });
    rig.client.undo_forced(&key);
    let rows = || rig.client.get_query_data::<Vec<Todo>>(&key).unwrap();
    assert_eq!(*rows(), [todo(1, 5, 1)]);
    layer.remove();
    assert_eq!(*rows(), [todo(1, 5, 1), todo(2, 1, 2)]);
}

/// F16, R1: patches made meanwhile count.
#[test]
fn patches_made_meanwhile_are_applied() {
    let rig = Rig::new();
    let key = query_key!["n"];
    rig.client.set_query_data(&key, 1_u32);
    rig.client.force_error(&key, "");
    assert!(rig.client.patch_query_data::<u32>(&key, |_| Some(9)));
    assert_eq!(rig.data(&key), None);
    rig.client.undo_forced(&key);
    assert_eq!(rig.data(&key), Some(9));
}

/// F16: which entities there are, in which version, and who shows them.
#[test]
fn entities_are_seen_with_who_shows_them() {
    let rig = Rig::new();
    let list = |name: &str| {
        QueryOptions::<Vec<Todo>, String>::new([name], |_| async { Ok(vec![todo(1, 3, 1)]) })
            .live_list(open())
    };
    rig.runtime.block_on(rig.client.fetch_query(&list("a"))).unwrap();
    rig.runtime.block_on(rig.client.fetch_query(&list("b"))).unwrap();
    rig.client.delete::<Todo>(7_u32, 2);
    let layer = rig.client.optimistic(|layer| {
        layer.update::<Todo>(1_u32, |todo| todo.rank = 9);
    });
    let entities = rig.client.inspect_entities();
    let (shown, gone) = (&entities[0], &entities[1]);
    assert!(shown.kind.ends_with("Todo") && shown.is_known && !shown.is_deleted);
    assert_eq!((&shown.id, shown.version, shown.layers), (&EntityId::from(1_u32), 3, 1));
    assert_eq!(shown.shown_by, [query_key!["a"], query_key!["b"]]);
    assert_eq!((gone.version, gone.is_deleted, gone.shown_by.len()), (2, true, 0));
    assert_eq!(inspected(&rig, &query_key!["a"]).entities, 1);
    layer.remove();
}

/// F16: mutations with what they were called with, and their time.
#[test]
fn mutations_are_seen_with_their_course() {
    let rig = Rig::new();
    let runtime = rig.runtime.clone();
    let add = MutationOptions::<(), String, u32>::new(move |_| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(ms(LATENCY)).await;
            Err("no".to_owned())
        }
    });
    let add = add.mutation_key(["add"]).resumable().retry(1).retry_delay(ms(30)).gc_time(ms(800)).optimistic(
        |layer, n| {
            let n = *n;
            layer.query(["n"], move |_: &u32| Some(n));
        },
    );
    MutationObserver::new(&rig.client, add).mutate(4);
    rig.advance(LATENCY);
    let mutation = rig.client.inspect_mutations().remove(0);
    assert_eq!((mutation.id, mutation.status, mutation.has_layer), (1, MutationStatus::Pending, true));
    assert_eq!((mutation.key, mutation.variables), (Some(query_key!["add"]), Some(4.into())));
    assert_eq!((mutation.failure_reason.as_deref(), until(&rig, mutation.retry_at)), (Some("no"), Some(30)));
    rig.advance(30 + LATENCY);
    let mutation = rig.client.inspect_mutations().remove(0);
    assert_eq!((mutation.status, mutation.error.as_deref()), (MutationStatus::Error, Some("no")));
    assert!(!mutation.has_layer && mutation.retry_at.is_none() && !mutation.idempotency_key.is_empty());
}
