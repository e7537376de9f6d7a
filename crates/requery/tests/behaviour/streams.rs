//! F15: streamed queries.

use std::sync::{Arc, Mutex};

use futures::StreamExt;
use requery::{CancelOptions, QueryFilters, QueryOptions, RefetchMode, RefetchOptions, query_key};

use crate::rig::{Rig, Watch, ms};

/// The parts of one stream after the other, ten milliseconds apart.
fn adding(rig: &Rig, mode: RefetchMode, streams: &[&[u32]]) -> QueryOptions<u32, String> {
    let (runtime, streams) =
        (rig.runtime.clone(), Mutex::new(streams.iter().map(|s| s.to_vec()).collect::<Vec<_>>()));
    QueryOptions::streamed(
        query_key!["sum"],
        mode,
        0,
        move |_context| {
            let runtime = runtime.clone();
            let parts = streams.lock().unwrap().remove(0);
            futures::stream::iter(parts).then(move |part| {
                let wait = runtime.sleep(ms(10));
                async move {
                    wait.await;
                    if part == 13 { Err("unlucky".to_owned()) } else { Ok(part) }
                }
            })
        },
        |sum, part| *sum += part,
    )
    .retry(0)
}

/// F15: pending until the first part, and fetched until the last.
#[test]
fn data_is_shown_from_the_first_part_on() {
    let rig = Rig::new();
    let watch = Watch::new(&rig, adding(&rig, RefetchMode::Reset, &[&[1, 2, 4]]));
    rig.advance(9);
    assert!(watch.now().is_loading());
    let mut shown = Vec::new();
    for _ in 0..3 {
        rig.advance(10);
        shown.push((watch.now().data.as_deref().copied(), watch.now().is_fetching()));
    }
    assert_eq!(shown[..2], [(Some(1), true), (Some(3), true)]);
    rig.settle();
    assert_eq!((watch.now().data.as_deref(), watch.now().is_fetching()), (Some(&7), false));
}

/// F15: what a refetch does with what is there.
#[test]
fn a_refetch_resets_appends_or_replaces() {
    let cases = [
        (RefetchMode::Reset, [None, Some(10), Some(30)]),
        (RefetchMode::Append, [Some(3), Some(13), Some(33)]),
        (RefetchMode::Replace, [Some(3), Some(3), Some(30)]),
    ];
    for (mode, expected) in cases {
        let rig = Rig::new();
        let watch = Watch::new(&rig, adding(&rig, mode, &[&[1, 2], &[10, 20]]));
        rig.advance(30);
        watch.observer.refetch(RefetchOptions::default());
        let mut shown = Vec::new();
        for wait in [5, 10, 10] {
            rig.advance(wait);
            shown.push(watch.now().data.as_deref().copied());
        }
        assert_eq!(shown, expected, "{mode:?}");
        assert!(!watch.now().is_pending());
    }
}

/// F15: a stream without parts gives what it began with.
#[test]
fn an_empty_stream_gives_the_initial_value() {
    let rig = Rig::new();
    let data =
        rig.runtime.block_on(rig.client.fetch_query(&adding(&rig, RefetchMode::Reset, &[&[]]))).unwrap();
    assert_eq!(*data, 0);
}

/// F15: a stream that fails fails the query, with what had arrived.
#[test]
fn a_failure_keeps_what_had_arrived() {
    let rig = Rig::new();
    let watch = Watch::new(&rig, adding(&rig, RefetchMode::Reset, &[&[1, 13, 5]]));
    rig.advance(30);
    let result = watch.now();
    assert_eq!((result.data.as_deref(), result.is_error(), result.is_fetching()), (Some(&1), true, false));
}

/// F15: after a cancellation nothing more is written, though the stream has taken the signal and goes on.
#[test]
fn a_cancelled_stream_writes_nothing_more() {
    let rig = Rig::new();
    let runtime = rig.runtime.clone();
    let polled: Arc<Mutex<u32>> = Arc::default();
    let count = Arc::clone(&polled);
    let options = QueryOptions::<Vec<u32>, String>::streamed(
        query_key!["numbers"],
        RefetchMode::Reset,
        Vec::new(),
        move |context| {
            let (_signal, runtime, count) = (context.signal(), runtime.clone(), Arc::clone(&count));
            futures::stream::iter(0..5_u32).then(move |n| {
                *count.lock().unwrap() += 1;
                let wait = runtime.sleep(ms(10));
                async move {
                    wait.await;
                    Ok(n)
                }
            })
        },
        Vec::push,
    );
    rig.client.prefetch_query(&options);
    rig.advance(25);
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    rig.advance(100);
    let data = rig.client.get_query_data::<Vec<u32>>(query_key!["numbers"]);
    assert_eq!((data.as_deref(), *polled.lock().unwrap()), (Some(&vec![0, 1]), 3));
}
