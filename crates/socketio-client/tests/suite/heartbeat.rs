//! Pings, silence and slow readers on a virtual clock.

use std::time::Duration;

use socketio_client::Status;
use socketio_client::machine::Config;
use socketio_client::protocol::Limits;

use crate::virtual_clock::{Bench, JOINED, OPEN, config, seconds, story};

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn pings_are_answered_with_their_content() {
    let mut bench = Bench::connected();
    bench.text("2");
    bench.text("2probe");
    assert_eq!(bench.sent_texts(), ["3", "3probe"]);
}

#[test]
fn a_first_ping_may_come_before_anything_else() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(OPEN);
    bench.text("2");
    bench.text(JOINED);
    assert_eq!(bench.sent_texts(), ["40", "3"]);
    assert_eq!(bench.machine.status(), Status::Connected);
}

#[test]
fn silence_of_interval_and_timeout_loses_the_connection() {
    let mut bench = Bench::connected();
    bench.pass(seconds(45) - MILLISECOND);
    assert_eq!(bench.events(), []);
    bench.pass(MILLISECOND);
    assert_eq!(story(&bench.events()), ["disconnected: ping timeout", "reconnecting 1"]);
    assert_eq!(bench.expect_close(), [], "nothing more is sent on a lost connection");
}

#[test]
fn anything_heard_keeps_the_connection() {
    let mut bench = Bench::connected();
    for text in ["2", r#"42["event"]"#, "6", "2"] {
        bench.pass(seconds(44));
        bench.text(text);
    }
    bench.pass(seconds(44));
    assert_eq!(bench.machine.status(), Status::Connected);
    bench.pass(seconds(1));
    assert_eq!(bench.machine.status(), Status::Waiting);
}

#[test]
fn a_timer_that_comes_late_finds_what_was_heard_meanwhile() {
    let mut bench = Bench::connected();
    bench.now += 60_000;
    bench.text("2");
    bench.machine.tick(bench.now);
    assert_eq!(bench.machine.status(), Status::Connected);
}

#[test]
fn a_transport_that_does_not_open_is_given_up() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.pass(seconds(20));
    assert_eq!(story(&bench.events()), ["connect error: timed out", "reconnecting 1"]);
    assert_eq!(bench.expect_close(), []);
}

#[test]
fn a_server_that_never_lets_in_is_given_up_though_it_pings() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(OPEN);
    for _ in 0..4 {
        bench.pass(seconds(5) - MILLISECOND);
        bench.text("2");
    }
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.pass(4 * MILLISECOND);
    assert_eq!(story(&bench.events()), ["connect error: timed out", "reconnecting 1"]);
}

#[test]
fn silence_means_nothing_while_the_reader_is_behind() {
    let limits = Limits { unread: 2, ..Limits::default() };
    let mut bench = Bench::connected_with(Config { limits, ..config() });
    bench.text(r#"42["a"]"#);
    assert!(!bench.machine.is_full());
    bench.text(r#"42["b"]"#);
    assert!(bench.machine.is_full());
    bench.pass(seconds(1_000));
    assert_eq!(bench.machine.status(), Status::Connected);

    assert!(bench.machine.poll_event(bench.now).is_some());
    assert!(!bench.machine.is_full());
    bench.pass(seconds(45) - MILLISECOND);
    assert_eq!(bench.machine.status(), Status::Connected);
    bench.pass(MILLISECOND);
    assert_eq!(story(&bench.events()), ["b()", "disconnected: ping timeout", "reconnecting 1"]);
}
