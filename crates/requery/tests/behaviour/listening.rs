//! F7.7: who listens may want to hear of some changes only.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use requery::{QueryObserver, RefetchOptions, query_key};

use crate::rig::{LATENCY, Rig, Source};

#[test]
fn listeners_may_want_to_hear_of_some_changes_only() {
    let rig = Rig::new();
    let source = Source::answering(&rig, |call| Ok(u32::try_from(call).unwrap() / 2));
    let observer = QueryObserver::new(&rig.client, source.query(&query_key!["a"]));
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let _subscription = observer.subscribe_when(
        |before, now| before.data != now.data,
        move |result| {
            assert!(result.data.is_some());
            count.fetch_add(1, Ordering::SeqCst);
        },
    );
    rig.advance(LATENCY);
    assert_eq!(told.load(Ordering::SeqCst), 1, "that it was fetched is told, that it was about to be is not");
    for expected in [2, 2, 3] {
        drop(observer.refetch(RefetchOptions::default()));
        rig.advance(LATENCY);
        assert_eq!(told.load(Ordering::SeqCst), expected);
    }
}

#[test]
fn a_change_that_does_not_matter_is_part_of_the_result_before_the_next() {
    let rig = Rig::new();
    let observer = QueryObserver::new(&rig.client, Source::counting(&rig).query(&query_key!["a"]));
    let _subscription = observer.subscribe_when(
        |before, now| {
            assert!(before != now, "only changes are asked about");
            now.is_fetching()
        },
        |result| assert!(result.is_fetching()),
    );
    rig.advance(LATENCY);
    drop(observer.refetch(RefetchOptions::default()));
    rig.advance(LATENCY);
    assert!(observer.current_result().is_success());
}
