//! F3: retries, pauses and network modes.

use std::sync::{Arc, Mutex};

use requery::runtime::Runtime;
use requery::{NetworkMode, QueryClient, QueryDefaults, QueryFilters, QueryStatus, query_key};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

fn failing_until(rig: &Rig, call: usize) -> Source {
    Source::answering(rig, move |n| if n < call { Err(format!("failure {n}")) } else { Ok(7) })
}

/// F3: three retries, one, two and four seconds apart, then the error.
#[test]
fn observers_retry_three_times_with_doubling_delays() {
    let rig = Rig::new();
    let source = Source::failing(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    let mut asked_at = Vec::new();
    rig.settle();
    for _ in 0..8000 {
        if source.calls() > asked_at.len() {
            asked_at.push(rig.runtime.now().as_millis() % 1_000_000);
        }
        rig.advance(1);
    }
    let gaps: Vec<u64> = asked_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [1010, 2010, 4010]);
    let result = watch.now();
    assert_eq!((result.status, result.failure_count), (QueryStatus::Error, 4));
    assert_eq!(result.error.as_deref().unwrap(), "failure 4");
}

/// F3: failures show before the delay, while the query goes on fetching.
#[test]
fn a_failure_shows_at_once_and_the_query_goes_on_fetching() {
    let rig = Rig::new();
    let source = failing_until(&rig, 2);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    let result = watch.now();
    assert_eq!((result.failure_count, result.is_loading(), result.error.is_none()), (1, true, true));
    assert_eq!(result.failure_reason.as_deref().unwrap(), "failure 1");
    rig.advance(1000 + LATENCY);
    let result = watch.now();
    assert_eq!((result.data.as_deref(), result.failure_count), (Some(&7), 0));
}

/// F3: `retry_if` and `retry_delay_fn` are asked with the number of failures before, and the error.
#[test]
fn functions_decide_about_retries_by_count_and_error() {
    let rig = Rig::new();
    let asked: Arc<Mutex<Vec<(u32, String)>>> = Arc::default();
    let source = Source::failing(&rig);
    let log = Arc::clone(&asked);
    let options = source
        .query(&query_key!["a"])
        .retry_if(move |count, error| {
            log.lock().unwrap().push((count, error.clone()));
            count < 2
        })
        .retry_delay_fn(|count, _| ms(u64::from(count) + 1));
    let watch = Watch::new(&rig, options);
    rig.advance(3 * LATENCY + 3);
    assert!(watch.now().is_error());
    let expected = [(0, "failure 1".to_owned()), (1, "failure 2".into()), (2, "failure 3".into())];
    assert_eq!(*asked.lock().unwrap(), expected);
}

/// F3: defaults for an error type apply to queries with that error.
#[test]
fn default_retries_can_depend_on_the_type_of_the_error() {
    let rig = Rig::new();
    rig.client.set_default_options(
        QueryDefaults::new().retry_if::<String>(|_, error| error != "failure 2").retry_delay(ms(1)),
    );
    let source = Source::failing(&rig);
    let _watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(10_000);
    assert_eq!(source.calls(), 2);
}

/// F3: jitter comes from the driver's chance, and shortens a delay by up to a half.
#[test]
fn jitter_shortens_delays_by_up_to_a_half() {
    let rig = Rig::new();
    let source = Source::failing(&rig);
    let options = source.query(&query_key!["a"]).retry(200).retry_delay(ms(100)).retry_jitter(true);
    let _watch = Watch::new(&rig, options);
    rig.advance(60_000);
    assert_eq!(source.calls(), 201);
    let average = 60_000 / 201;
    assert!(average > 50, "delays are not shortened by more than a half");
}

/// F3: while offline, a fetch waits before it starts, whatever the focus.
#[test]
fn a_fetch_waits_for_the_network_before_it_starts() {
    let rig = Rig::new();
    rig.client.set_online(false);
    rig.client.set_focused(false);
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(1000);
    assert_eq!((watch.now().is_paused(), watch.now().is_pending(), source.calls()), (true, true, 0));
    rig.client.set_online(true);
    assert!(watch.now().is_fetching());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&1));
}

/// F3: what the network mode says about the first attempt and about retries.
#[test]
fn network_modes_say_which_attempts_need_a_network() {
    for (mode, first, retried) in
        [(NetworkMode::Online, 0, 0), (NetworkMode::OfflineFirst, 1, 1), (NetworkMode::Always, 1, 2)]
    {
        let rig = Rig::new();
        rig.client.set_online(false);
        let source = failing_until(&rig, 2);
        let watch = Watch::new(&rig, source.query(&query_key!["a"]).network_mode(mode).retry_delay(ms(1)));
        rig.advance(LATENCY);
        assert_eq!(source.calls(), first, "{mode:?}");
        rig.advance(1 + LATENCY);
        assert_eq!(source.calls(), retried, "{mode:?}");
        rig.client.set_online(true);
        rig.advance(2 * LATENCY + 1);
        assert_eq!(watch.now().data.as_deref(), Some(&7), "{mode:?}");
    }
}

/// F3: retries wait while nobody looks, and go on when somebody does.
#[test]
fn retries_wait_for_focus() {
    let rig = Rig::new();
    let source = failing_until(&rig, 2);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).retry_delay(ms(1)));
    rig.client.set_focused(false);
    rig.advance(LATENCY + 1);
    assert_eq!((watch.now().is_paused(), source.calls()), (true, 1));
    rig.client.set_focused(true);
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&7));
}

/// F2.6: when all observers leave, the attempt may end, but no retry follows; who comes back allows them again.
#[test]
fn retries_stop_when_nobody_is_left_and_go_on_when_somebody_comes_back() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], failing_until(&rig, 3));
    let mut watch = Watch::new(&rig, source.query(&key).retry_delay(ms(50)));
    rig.advance(LATENCY);
    watch.leave();
    rig.advance(20);
    let back = Watch::new(&rig, source.query(&key).retry_delay(ms(50)));
    rig.advance(200);
    assert_eq!(back.now().data.as_deref(), Some(&7), "the fetch was joined, and its retries went on");

    let source = Source::failing(&rig);
    let mut watch = Watch::new(&rig, source.query(&query_key!["b"]).retry_delay(ms(50)));
    rig.advance(LATENCY);
    watch.leave();
    rig.advance(1000);
    assert_eq!(source.calls(), 1);
    assert_eq!(rig.state(&query_key!["b"]).status, QueryStatus::Error);
}

/// F3: on a server nothing is retried unless it is asked for.
#[test]
fn a_server_does_not_retry_by_default() {
    let rig = Rig::new();
    let server = QueryClient::server(rig.runtime.clone());
    let source = Source::failing(&rig);
    let observer = requery::QueryObserver::new(&server, source.query(&query_key!["a"]));
    let _subscription = observer.subscribe(|_| {});
    rig.advance(60_000);
    assert_eq!(source.calls(), 1);
}

/// F3: for ever means for ever.
#[test]
fn retrying_for_ever_ends_with_success() {
    let rig = Rig::new();
    let source = failing_until(&rig, 50);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).retry_forever().retry_delay(ms(1)));
    rig.advance(50 * (LATENCY + 1));
    assert_eq!(watch.now().data.as_deref(), Some(&7));
    assert_eq!(rig.client.is_fetching(QueryFilters::all()), 0);
}
