//! Handshake, events, acknowledgements, buffering and disconnection on a virtual clock.

use bytes::Bytes;
use serde_json::json;
use socketio_client::machine::{AckResult, Control};
use socketio_client::protocol::{Frame, Limits};
use socketio_client::{ConnectError, Error, Payload, SocketEvent, Status};

use crate::virtual_clock::{Bench, JOINED, OPEN, config, seconds, story};

#[test]
fn handshake_goes_from_transport_to_namespace() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.machine.status(), Status::Disconnected);
    bench.machine.connect(bench.now);
    assert_eq!(bench.machine.status(), Status::Connecting);
    let url = "ws://h/socket.io/?EIO=4&transport=websocket".to_owned();
    assert_eq!(bench.machine.poll_control(), Some(Control::Open { url }));

    bench.machine.transport_opened(Some(json!({ "token": "t", "since": 3 })));
    assert_eq!(bench.sent(), []);
    bench.text(OPEN);
    assert_eq!(bench.sent_texts(), [r#"40{"since":3,"token":"t"}"#]);
    assert_eq!(bench.events(), []);
    bench.text(JOINED);
    assert_eq!(story(&bench.events()), ["connected socket"]);
    assert_eq!(bench.machine.status(), Status::Connected);
}

#[test]
fn a_namespace_is_joined_by_name_and_packets_of_others_are_ignored() {
    let mut bench =
        Bench::new(socketio_client::machine::Config { namespace: "/admin".to_owned(), ..config() });
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(OPEN);
    assert_eq!(bench.sent_texts(), ["40/admin,"]);
    bench.text(JOINED);
    assert_eq!(bench.machine.status(), Status::Connecting);
    bench.text(r#"40/admin,{"sid":"a"}"#);
    bench.text(r#"42["elsewhere"]"#);
    bench.text(r#"42/admin,["here"]"#);
    assert_eq!(story(&bench.events()), ["connected a", "here()"]);

    bench.emit("up", json!(1));
    bench.machine.disconnect();
    let last = [r#"42/admin,["up",1]"#, "41/admin,"].map(|text| Frame::Text(text.to_owned()));
    assert_eq!(bench.expect_close(), last);
}

#[test]
fn a_refusal_is_told_and_not_tried_again() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(OPEN);
    bench.text(r#"44{"message":"not authorized","data":{"code":"E1"}}"#);
    let refused =
        ConnectError::Refused { message: "not authorized".to_owned(), data: Some(json!({ "code": "E1" })) };
    assert_eq!(bench.events(), [SocketEvent::ConnectError(refused)]);
    assert_eq!(bench.expect_close(), []);
    assert_eq!(bench.machine.status(), Status::Disconnected);
    assert_eq!(bench.machine.deadline(), None);

    bench.machine.connect(bench.now);
    bench.join();
    assert_eq!(story(&bench.events()), ["connected socket"]);
}

#[test]
fn a_server_of_another_protocol_is_told() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(OPEN);
    bench.text("40");
    let story = story(&bench.events());
    assert!(story[0].starts_with("connect error: not a socket.io v5 server: "), "{story:?}");
    assert_eq!(story[1], "reconnecting 1");
}

#[test]
fn events_come_in_order_and_with_their_arguments() {
    let mut bench = Bench::connected();
    bench.text(r#"42["a"]"#);
    bench.text(r#"42["b",1,{"c":[2]}]"#);
    assert_eq!(story(&bench.events()), ["a()", r#"b(1,{"c":[2]})"#]);
}

#[test]
fn binary_travels_both_ways() {
    let mut bench = Bench::connected();
    bench.text(r#"452-7["pair",{"_placeholder":true,"num":1},{"in":{"_placeholder":true,"num":0}}]"#);
    // A ping may come between the frames of a packet.
    bench.text("2");
    bench.binary(&[1]);
    assert_eq!(bench.events(), []);
    bench.binary(&[2, 2]);
    let events = bench.events();
    let [SocketEvent::Event { name, data, ack: Some(ack) }] = &events[..] else {
        panic!("unexpected {events:?}")
    };
    assert_eq!(name, "pair");
    assert_eq!(data.binary(0), Some(&Bytes::from_static(&[2, 2])));
    let nested: serde_json::Value = data.arg(1).unwrap();
    assert_eq!(data.resolve(&nested["in"]), Some(&Bytes::from_static(&[1])));

    bench.machine.ack(ack, Payload::from_bytes(vec![9])).unwrap();
    let expected = [
        Frame::Text("3".to_owned()),
        Frame::Text(r#"461-7[{"_placeholder":true,"num":0}]"#.to_owned()),
        Frame::Binary(Bytes::from_static(&[9])),
    ];
    assert_eq!(bench.sent(), expected);
}

#[test]
fn acknowledgements_meet_their_questions() {
    let mut bench = Bench::connected();
    let first = bench.ask("first", seconds(5));
    let second = bench.ask("second", seconds(5));
    assert_eq!(bench.sent_texts(), [r#"420["first"]"#, r#"421["second"]"#]);
    bench.text(r#"431["two"]"#);
    bench.text(r#"430["one"]"#);
    let answers = [(second, "two"), (first, "one")]
        .map(|(number, answer)| AckResult { number, answer: Ok(answer.into()) });
    assert_eq!(bench.acks(), answers);
    bench.text(r#"430["again"]"#);
    bench.text(r#"4399["never asked"]"#);
    assert_eq!(bench.acks(), []);
    assert_eq!(bench.machine.status(), Status::Connected);
}

#[test]
fn an_acknowledgement_times_out_to_the_millisecond_and_a_late_one_is_ignored() {
    let mut bench = Bench::connected();
    let number = bench.ask("q", seconds(5));
    bench.pass(seconds(5) - std::time::Duration::from_millis(1));
    assert_eq!(bench.acks(), []);
    bench.pass(std::time::Duration::from_millis(1));
    assert_eq!(bench.acks(), [AckResult { number, answer: Err(Error::AckTimeout) }]);
    bench.text(r#"430["late"]"#);
    assert_eq!(bench.acks(), []);
}

#[test]
fn a_question_is_lost_with_its_connection_but_a_waiting_one_is_not() {
    let mut bench = Bench::connected();
    let sent = bench.ask("sent", seconds(60));
    bench.sent();
    bench.transport_closed();
    assert_eq!(bench.acks(), [AckResult { number: sent, answer: Err(Error::Disconnected) }]);

    let waiting = bench.ask("waiting", seconds(60));
    bench.machine.connect(bench.now);
    bench.join();
    assert_eq!(bench.sent_texts(), ["40", r#"421["waiting"]"#]);
    bench.text(r#"431["ok"]"#);
    assert_eq!(bench.acks(), [AckResult { number: waiting, answer: Ok("ok".into()) }]);
}

#[test]
fn a_question_that_timed_out_while_waiting_is_never_sent() {
    let mut bench = Bench::new(config());
    bench.ask("stale", seconds(1));
    bench.emit("kept", json!(null));
    bench.pass(seconds(1));
    assert_eq!(bench.acks().len(), 1);
    bench.machine.connect(bench.now);
    bench.join();
    assert_eq!(bench.sent_texts(), ["40", r#"42["kept",null]"#]);
}

#[test]
fn an_event_is_only_answered_on_its_own_connection() {
    let mut bench = Bench::connected();
    bench.text(r#"425["q"]"#);
    let events = bench.events();
    let [SocketEvent::Event { ack: Some(ack), .. }] = &events[..] else { panic!("unexpected {events:?}") };
    bench.transport_closed();
    assert_eq!(bench.machine.ack(ack, Payload::empty()), Err(Error::NotConnected));
    bench.machine.connect(bench.now);
    bench.join();
    bench.sent();
    assert_eq!(bench.machine.ack(ack, Payload::empty()), Err(Error::NotConnected));
    assert_eq!(bench.sent(), []);
}

#[test]
fn emits_while_disconnected_wait_in_order_up_to_a_limit() {
    let mut bench = Bench::new(socketio_client::machine::Config { emit_buffer: 2, ..config() });
    bench.emit("a", json!(1));
    bench.machine.emit("b", Payload::from_bytes(vec![7])).unwrap();
    assert_eq!(bench.machine.emit("c", Payload::empty()), Err(Error::BufferFull));
    let refused = bench.machine.emit_with_ack(bench.now, "d", Payload::empty(), seconds(1));
    assert_eq!(refused, Err(Error::BufferFull));
    assert_eq!(bench.machine.deadline(), None, "a refused question is not awaited");

    bench.machine.connect(bench.now);
    bench.join();
    let expected = [
        Frame::Text("40".to_owned()),
        Frame::Text(r#"42["a",1]"#.to_owned()),
        Frame::Text(r#"451-["b",{"_placeholder":true,"num":0}]"#.to_owned()),
        Frame::Binary(Bytes::from_static(&[7])),
    ];
    assert_eq!(bench.sent(), expected);
}

#[test]
fn an_emit_given_to_a_connection_is_not_repeated_on_the_next() {
    let mut bench = Bench::connected();
    bench.emit("once", json!(1));
    bench.transport_closed();
    bench.machine.connect(bench.now);
    bench.join();
    assert_eq!(bench.sent_texts(), ["40"]);
}

#[test]
fn a_connection_that_does_not_drain_is_not_filled_without_end() {
    let limits = Limits { unsent: 100, ..Limits::default() };
    let mut bench = Bench::connected_with(socketio_client::machine::Config { limits, ..config() });
    let mut taken = 0;
    while bench.machine.emit("e", "0123456789".into()).is_ok() {
        taken += 1;
    }
    let sent: usize = bench.sent().iter().map(Frame::len).sum();
    assert!(taken > 0 && (80..=100).contains(&sent), "{taken} emits of {sent} bytes");
    bench.machine.emit("e", "0123456789".into()).unwrap();
}

#[test]
fn unusable_emits_are_refused_at_once() {
    let limits = Limits { payload: 200, attachments: 1, ..Limits::default() };
    let mut bench = Bench::connected_with(socketio_client::machine::Config { limits, ..config() });
    let refused = |bench: &mut Bench, name: &str, data: Payload| bench.machine.emit(name, data).unwrap_err();

    assert_eq!(
        refused(&mut bench, "disconnect", Payload::empty()),
        Error::ReservedEvent("disconnect".to_owned())
    );
    let two = Payload::from_bytes(vec![]).with_bytes(vec![]);
    assert_eq!(refused(&mut bench, "e", two), Error::TooManyAttachments { count: 2, limit: 1 });
    let large = Payload::from_bytes(vec![0; 200]);
    assert!(matches!(refused(&mut bench, "e", large), Error::TooLarge { limit: 200, .. }));
    let dangling = Payload::from_bytes(vec![]).with(&json!({ "_placeholder": true, "num": 1 })).unwrap();
    assert_eq!(refused(&mut bench, "e", dangling), Error::Placeholder);
    assert_eq!(bench.sent(), []);
}

#[test]
fn a_frame_larger_than_the_server_takes_is_refused_before_it_costs_the_connection() {
    let mut bench = Bench::new(config());
    let number =
        bench.machine.emit_with_ack(bench.now, "waits", Payload::from_bytes(vec![0; 60]), seconds(60));
    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.transport_opened(None);
    bench.text(r#"0{"sid":"e","pingInterval":25000,"pingTimeout":20000,"maxPayload":50}"#);
    bench.text(JOINED);
    let error = Error::TooLarge { size: 60, limit: 50 };
    assert_eq!(bench.acks(), [AckResult { number: number.unwrap(), answer: Err(error.clone()) }]);
    assert_eq!(bench.machine.emit("e", Payload::from_bytes(vec![0; 60])), Err(error));
    bench.machine.emit("e", Payload::from_bytes(vec![0; 50])).unwrap();
}

#[test]
fn disconnecting_sends_what_was_emitted_first() {
    let mut bench = Bench::connected();
    bench.emit("bye", json!(1));
    let asked = bench.ask("q", seconds(5));
    bench.machine.disconnect();
    let last = [r#"42["bye",1]"#, r#"420["q"]"#, "41"].map(|text| Frame::Text(text.to_owned()));
    assert_eq!(bench.expect_close(), last);
    assert_eq!(story(&bench.events()), ["disconnected: io client disconnect"]);
    assert_eq!(bench.acks(), [AckResult { number: asked, answer: Err(Error::Disconnected) }]);
    assert_eq!(bench.machine.deadline(), None);

    bench.machine.disconnect();
    assert_eq!(bench.machine.poll_control(), None);
    assert_eq!(bench.events(), []);
}

#[test]
fn disconnecting_while_connecting_gives_up_without_a_word() {
    let mut bench = Bench::new(config());
    bench.machine.connect(bench.now);
    bench.machine.disconnect();
    assert_eq!(bench.machine.poll_control(), None, "nothing was opened yet");

    bench.machine.connect(bench.now);
    bench.expect_open();
    bench.machine.disconnect();
    assert_eq!(bench.expect_close(), []);
    assert_eq!(bench.events(), []);
}

#[test]
fn connecting_again_at_once_closes_the_old_transport_first() {
    let mut bench = Bench::connected();
    bench.machine.disconnect();
    bench.machine.connect(bench.now);
    bench.expect_close();
    bench.join();
    assert_eq!(story(&bench.events()), ["disconnected: io client disconnect", "connected socket"]);
}

#[test]
fn malformed_packets_end_the_connection() {
    for text in ["", "x", "4", "49", r#"42["a""#, "3", "5", OPEN, JOINED, r#"44{"message":"m"}"#, r#"43[]"#] {
        let mut bench = Bench::connected();
        bench.text(text);
        let story = story(&bench.events());
        assert!(story[0].starts_with("disconnected: parse error: "), "{text:?}: {story:?}");
        assert_eq!(story[1], "reconnecting 1");
        assert_eq!(bench.expect_close(), []);
    }
}

#[test]
fn an_unexpected_binary_frame_ends_the_connection() {
    let mut bench = Bench::connected();
    bench.binary(&[1]);
    assert_eq!(story(&bench.events())[0], "disconnected: parse error: binary frame where none is due");
}

#[test]
fn half_a_packet_does_not_reach_into_the_next_connection() {
    let mut bench = Bench::connected();
    bench.text(r#"451-["a",{"_placeholder":true,"num":0}]"#);
    bench.transport_closed();
    bench.machine.connect(bench.now);
    bench.join();
    bench.events();
    bench.text(r#"42["b"]"#);
    assert_eq!(story(&bench.events()), ["b()"]);
}
