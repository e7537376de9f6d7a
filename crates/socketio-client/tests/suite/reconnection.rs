//! Back-off, and what does and does not lead to another attempt, on a virtual clock.

use std::time::Duration;

use proptest::prelude::*;
use socketio_client::machine::{Config, Control, Machine};
use socketio_client::{Reconnection, SocketEvent, Status};

use crate::virtual_clock::{Bench, config, seconds, story};

/// Attempt and delay of each wait while a server cannot be reached.
fn waits(seed: u64, attempts: usize) -> Vec<(u32, Duration)> {
    let mut machine = Machine::new(config(), seed);
    let mut now = 0;
    let mut waits = Vec::new();
    machine.connect(now);
    while waits.len() < attempts {
        assert!(matches!(machine.poll_control(), Some(Control::Open { .. })));
        machine.transport_closed(now, Some("refused".to_owned()));
        while let Some(event) = machine.poll_event(now) {
            if let SocketEvent::Reconnecting { attempt, delay } = event {
                waits.push((attempt, delay));
            }
        }
        let due = machine.deadline().expect("another attempt");
        machine.tick(due - 1);
        assert_eq!(machine.poll_control(), None, "an attempt before its time");
        now = due;
        machine.tick(now);
    }
    waits
}

proptest! {
    #[test]
    fn delays_stay_below_a_bound_that_doubles_from_1_s_to_30_s(seed in any::<u64>()) {
        let bounds = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30].map(Duration::from_secs);
        for (index, (attempt, delay)) in waits(seed, bounds.len()).into_iter().enumerate() {
            prop_assert_eq!(usize::try_from(attempt).unwrap(), index + 1);
            prop_assert!(delay < bounds[index], "attempt {}: {:?}", attempt, delay);
        }
    }
}

#[test]
fn many_clients_do_not_come_back_together() {
    let mut first: Vec<Duration> = (0..200).map(|seed| waits(seed, 1)[0].1).collect();
    first.sort_unstable();
    first.dedup();
    assert!(first.len() > 190, "only {} different delays", first.len());
    assert!(first[20] < Duration::from_millis(200) && first[180] > Duration::from_millis(800));
}

#[test]
fn attempts_never_end() {
    let last = waits(3, 10_000).pop().unwrap();
    assert_eq!(last.0, 10_000);
    assert!(last.1 < seconds(30));
}

#[test]
fn a_lost_connection_is_made_again_and_the_count_starts_anew() {
    let mut bench = Bench::connected();
    for _ in 0..3 {
        bench.transport_closed();
        assert_eq!(bench.machine.status(), Status::Waiting);
        bench.pass(seconds(1));
        bench.join();
        let expected = ["disconnected: transport close", "reconnecting 1", "connected socket"];
        assert_eq!(story(&bench.events()), expected);
    }
}

#[test]
fn a_failed_transport_says_what_failed() {
    let mut bench = Bench::connected();
    bench.machine.transport_closed(bench.now, Some("connection reset".to_owned()));
    let expected = ["disconnected: transport error: connection reset", "reconnecting 1"];
    assert_eq!(story(&bench.events()), expected);

    bench.pass(seconds(1));
    bench.expect_open();
    bench.machine.transport_closed(bench.now, Some("refused".to_owned()));
    assert_eq!(story(&bench.events()), ["connect error: transport failed: refused", "reconnecting 2"]);
}

#[test]
fn an_engine_close_counts_as_a_closed_transport() {
    let mut bench = Bench::connected();
    bench.text("1");
    assert_eq!(story(&bench.events()), ["disconnected: transport close", "reconnecting 1"]);
    bench.expect_close();
}

#[test]
fn connecting_while_waiting_does_not_wait() {
    let mut bench = Bench::connected();
    bench.transport_closed();
    bench.machine.connect(bench.now);
    bench.join();
    assert_eq!(bench.machine.status(), Status::Connected);
}

#[test]
fn disconnecting_while_waiting_ends_the_attempts() {
    let mut bench = Bench::connected();
    bench.transport_closed();
    bench.machine.disconnect();
    assert_eq!(bench.machine.status(), Status::Disconnected);
    assert_eq!(bench.machine.deadline(), None);
}

#[test]
fn without_reconnection_a_loss_is_final() {
    let reconnection = Reconnection { enabled: false, ..Reconnection::default() };
    let mut bench = Bench::connected_with(Config { reconnection, ..config() });
    bench.transport_closed();
    assert_eq!(story(&bench.events()), ["disconnected: transport close"]);
    assert_eq!(bench.machine.status(), Status::Disconnected);
}

#[test]
fn a_disconnection_by_the_server_is_final_unless_asked_otherwise() {
    let mut bench = Bench::connected();
    bench.text("41");
    assert_eq!(story(&bench.events()), ["disconnected: io server disconnect"]);
    assert_eq!(bench.machine.status(), Status::Disconnected);
    bench.expect_close();

    let reconnection = Reconnection { after_server_disconnect: true, ..Reconnection::default() };
    let mut bench = Bench::connected_with(Config { reconnection, ..config() });
    bench.text("41");
    assert_eq!(story(&bench.events()), ["disconnected: io server disconnect", "reconnecting 1"]);
}

#[test]
fn a_refusal_leads_to_another_attempt_only_when_asked() {
    let reconnection = Reconnection { after_refusal: true, ..Reconnection::default() };
    let mut bench = Bench::connected_with(Config { reconnection, ..config() });
    bench.transport_closed();
    bench.pass(seconds(1));
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(crate::virtual_clock::OPEN);
    bench.text(r#"44{"message":"later"}"#);
    let story = story(&bench.events());
    assert_eq!(story[2..], ["connect error: refused by the server: later", "reconnecting 2"]);
    bench.expect_close();
}
