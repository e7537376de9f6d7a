//! Optimistic layers: shown before the server has done it, over whatever arrives meanwhile.

use std::sync::{Arc, Mutex};

use requery::{
    DehydrateOptions, DehydratedState, EntityId, MutationObserver, MutationOptions, QueryFilters,
    QueryOptions, RefetchOptions, StaleTime, query_key,
};

use crate::entities::{Todo, open, todo};
use crate::rig::{LATENCY, Rig, Source, Watch, ms};

type Rows = Vec<Todo>;

fn plus(n: u32) -> impl Fn(&u32) -> Option<u32> + Send + Sync {
    move |old| Some(old + n)
}

/// Adds to a number, and fails with those above a hundred.
fn adding(rig: &Rig, key: &requery::QueryKey) -> MutationOptions<u32, String, u32> {
    let (runtime, key) = (rig.runtime.clone(), key.clone());
    MutationOptions::new(move |n: u32| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(ms(u64::from(n))).await;
            if n > 100 { Err("too much".to_owned()) } else { Ok(n) }
        }
    })
    .optimistic(move |layer, n| {
        layer.query(&key, plus(*n));
    })
}

/// R6: of two changes in flight the one that fails takes only itself away.
#[test]
fn a_failure_takes_only_its_own_layer_away() {
    let rig = Rig::new();
    let key = query_key!["n"];
    rig.client.set_query_data(&key, 1_u32);
    let (failing, good) = (
        MutationObserver::new(&rig.client, adding(&rig, &key)),
        MutationObserver::new(&rig.client, adding(&rig, &key)),
    );
    failing.mutate(101);
    good.mutate(100);
    assert_eq!(rig.data(&key), Some(202), "both are seen at once");
    rig.client.set_query_data(&key, 2_u32);
    assert_eq!(rig.data(&key), Some(203), "what the server says goes under them");
    rig.advance(100);
    assert_eq!(rig.data(&key), Some(103), "the good one is done, and nobody has fetched what it did");
    rig.advance(1);
    assert_eq!((rig.data(&key), rig.client.layer_count()), (Some(2), 0));
}

/// R6: a success hands over to what its callbacks put into the cache, without showing anything else between.
#[test]
fn a_success_hands_over_without_a_flicker() {
    let rig = Rig::new();
    let key = query_key!["n"];
    rig.client.set_query_data(&key, 1_u32);
    let watch = Watch::new(&rig, QueryOptions::observe_only(&key));
    let written = key.clone();
    let options = adding(&rig, &key).on_success(move |n, call| {
        call.client.update_query_data::<u32>(&written, |old| Some(old? + *n));
        async {}
    });
    MutationObserver::new(&rig.client, options).mutate(5);
    rig.advance(5);
    let seen: Vec<u32> = watch.seen().iter().filter_map(|result| result.data.as_deref().copied()).collect();
    assert_eq!(seen.last(), Some(&6));
    assert!(!seen.contains(&1), "{seen:?}");
}

/// A fetch that ends while a change is in flight does not hide it.
#[test]
fn layers_lie_over_what_a_fetch_brings() {
    let rig = Rig::new();
    let (key, source) = (query_key!["n"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key));
    let layer = rig.client.optimistic(|layer| {
        layer.query(&key, plus(100));
    });
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&101));
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&102));
    layer.remove();
    assert_eq!(watch.now().data.as_deref(), Some(&2));
}

/// A cancelled fetch leaves layers as they are.
#[test]
fn a_cancelled_fetch_leaves_layers_as_they_are() {
    let rig = Rig::new();
    let (key, source) = (query_key!["n"], Source::counting(&rig));
    rig.client.set_query_data(&key, 1_u32);
    rig.client.prefetch_query(&source.query(&key));
    let first = rig.client.optimistic(|layer| {
        layer.query(&key, plus(10));
    });
    let second = rig.client.optimistic(|layer| {
        layer.query(&key, plus(100));
    });
    first.remove();
    rig.client.cancel_queries(QueryFilters::all(), requery::CancelOptions::default());
    assert_eq!(rig.data(&key), Some(101));
    second.remove();
    assert_eq!(rig.data(&key), Some(1));
}

fn list(rig: &Rig, rows: Rows) -> QueryOptions<Rows, String> {
    let runtime = rig.runtime.clone();
    QueryOptions::new(query_key!["open"], move |_| {
        let (runtime, rows) = (runtime.clone(), rows.clone());
        async move {
            runtime.sleep(ms(LATENCY)).await;
            Ok(rows)
        }
    })
    .stale_time(StaleTime::Never)
    .live_list(open())
}

fn shown(rig: &Rig) -> Vec<(u32, u32)> {
    let rows = rig.client.get_query_data::<Rows>(query_key!["open"]).unwrap();
    rows.iter().map(|todo| (todo.id, todo.rank)).collect()
}

fn fetched(rows: &[Todo]) -> Rig {
    let rig = Rig::new();
    rig.runtime.block_on(rig.client.fetch_query(&list(&rig, rows.to_vec()))).unwrap();
    rig
}

/// Layers over entities move, hide and show rows of live lists, and undoing one brings back what was.
#[test]
fn layers_over_entities_move_hide_and_show_rows() {
    let rig = fetched(&[todo(1, 1, 10), todo(2, 1, 20)]);
    let moved = rig.client.optimistic(|layer| {
        layer.update::<Todo>(1_u32, |todo| todo.rank = 30);
    });
    assert_eq!(shown(&rig), [(2, 20), (1, 30)]);
    let hidden = rig.client.optimistic(|layer| {
        layer.remove::<Todo>(2_u32);
    });
    let new = rig.client.optimistic(|layer| {
        layer.insert(todo(900, 0, 5));
    });
    assert_eq!(shown(&rig), [(900, 5), (1, 30)]);
    rig.client.upsert(todo(2, 2, 25));
    assert_eq!(shown(&rig), [(900, 5), (1, 30)], "it is still hidden");
    hidden.remove();
    assert_eq!(shown(&rig), [(900, 5), (2, 25), (1, 30)]);
    moved.remove();
    new.remove();
    assert_eq!(shown(&rig), [(1, 10), (2, 25)]);
}

/// A change of an entity lies over a newer version of it.
#[test]
fn a_layer_is_applied_again_over_a_newer_version() {
    let rig = fetched(&[todo(1, 1, 10)]);
    let _later = rig.client.optimistic(|layer| {
        layer.update::<Todo>(1_u32, |todo| todo.rank += 100);
    });
    rig.client.upsert(todo(1, 2, 50));
    assert_eq!((shown(&rig), rig.client.get_entity::<Todo>(1_u32).unwrap().rank), (vec![(1, 150)], 150));
}

/// The server's own word confirms the layer: by the key of the mutation, or by a newer version.
#[test]
fn an_echo_confirms_a_layer() {
    for by_version in [true, false] {
        let rig = fetched(&[todo(1, 1, 10)]);
        let key: Arc<Mutex<String>> = Arc::default();
        let sink = Arc::clone(&key);
        let options = MutationOptions::<(), String, u32>::with_context(move |_, context| {
            context.idempotency_key().clone_into(&mut sink.lock().unwrap());
            async { Ok(()) }
        })
        .optimistic(|layer, rank| {
            let rank = *rank;
            layer.update::<Todo>(1_u32, move |todo| todo.rank = rank);
        })
        .confirm_by_echo(ms(1000));
        MutationObserver::new(&rig.client, options).mutate(77);
        rig.settle();
        assert_eq!(shown(&rig), [(1, 77)], "the mutation has succeeded, its echo has not come yet");
        if by_version {
            rig.client.upsert(todo(1, 2, 78));
        } else {
            assert!(rig.client.confirm_mutation(&key.lock().unwrap()));
        }
        assert_eq!(shown(&rig), [(1, if by_version { 78 } else { 10 })]);
        assert_eq!(rig.client.layer_count(), 0);
    }
}

/// Where no echo comes, what was changed is fetched, and the layer goes.
#[test]
fn without_an_echo_the_layer_goes_and_the_list_is_fetched() {
    let rig = fetched(&[todo(1, 1, 10)]);
    let options = MutationOptions::<(), String, ()>::new(|()| async { Ok(()) })
        .optimistic(|layer, ()| {
            layer.update::<Todo>(1_u32, |todo| todo.rank = 77);
        })
        .confirm_by_echo(ms(1000));
    MutationObserver::new(&rig.client, options).mutate(());
    rig.advance(999);
    assert_eq!(shown(&rig), [(1, 77)]);
    rig.advance(1);
    assert_eq!((shown(&rig), rig.client.layer_count()), (vec![(1, 10)], 0));
    assert!(rig.client.queries(QueryFilters::all())[0].is_invalidated);
}

/// A temporary id becomes the real one, with everything that lies over it.
#[test]
fn a_temporary_id_becomes_the_real_one() {
    let rig = fetched(&[todo(1, 1, 10)]);
    let create = rig.client.optimistic(|layer| {
        layer.insert(todo(900, 0, 5));
    });
    let edit = rig.client.optimistic(|layer| {
        layer.update::<Todo>(900_u32, |todo| todo.rank = 50);
    });
    assert_eq!(shown(&rig), [(1, 10), (900, 50)]);
    rig.client.replace_temporary(900_u32, todo(2, 1, 5));
    assert_eq!(shown(&rig), [(1, 10), (2, 50)], "the edit lies over the real one");
    assert_eq!(rig.client.resolve_id::<Todo>(900_u32), EntityId::from(2_u32));
    create.remove();
    edit.remove();
    assert_eq!(shown(&rig), [(2, 5), (1, 10)]);
}

/// F14 and layers: what waits to be sent is shown again after a reload.
#[test]
fn a_hydrated_mutation_shows_what_it_will_do() {
    let (before, after) = (Rig::new(), Rig::new());
    let key = query_key!["n"];
    let options = |rig: &Rig| adding(rig, &key).mutation_key(query_key!["add"]).resumable();
    before.client.set_online(false);
    MutationObserver::new(&before.client, options(&before)).mutate(5);
    let json = serde_json::to_string(&before.client.dehydrate(&DehydrateOptions::default())).unwrap();
    after.client.set_online(false);
    after.client.set_query_data(&key, 1_u32);
    after.client.hydrate(DehydratedState::from_json(&json).unwrap());
    assert_eq!(after.data(&key), Some(1), "nobody knows yet what it does");
    after.client.set_mutation_defaults(query_key!["add"], options(&after));
    assert_eq!(after.data(&key), Some(6));
    after.client.set_online(true);
    after.advance(5);
    assert_eq!((after.data(&key), after.client.layer_count()), (Some(1), 0));
}
