//! Round trips of arbitrary packets, and arbitrary input.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;
use socketio_client::Payload;
use socketio_client::machine::{Config, Machine};
use socketio_client::protocol::engine::EnginePacket;
use socketio_client::protocol::{Body, Decoder, Limits, Packet, is_reserved_event};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Short decimals, which every JSON parser reads back exactly.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[derive(Debug, Clone)]
enum Argument {
    Json(Value),
    Binary(Vec<u8>),
    /// An attachment beside other data.
    Nested(Value, Vec<u8>),
}

fn argument() -> impl Strategy<Value = Argument> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..16);
    prop_oneof![
        json().prop_map(Argument::Json),
        bytes().prop_map(Argument::Binary),
        (json(), bytes()).prop_map(|(value, bytes)| Argument::Nested(value, bytes)),
    ]
}

fn payload() -> impl Strategy<Value = Payload> {
    prop::collection::vec(argument(), 0..5).prop_map(|arguments| {
        arguments.into_iter().fold(Payload::empty(), |mut payload, argument| match argument {
            Argument::Json(value) => payload.with(&value).unwrap(),
            Argument::Binary(bytes) => payload.with_bytes(bytes),
            Argument::Nested(value, bytes) => {
                let attachment = payload.attach(bytes);
                payload.with(&serde_json::json!([value, { "deep": attachment }])).unwrap()
            }
        })
    })
}

fn body() -> impl Strategy<Value = Body> {
    let object = || prop::collection::btree_map(".{0,6}", json(), 0..4);
    let name = ".{0,12}".prop_filter("reserved", |name| !is_reserved_event(name));
    prop_oneof![
        prop::option::of(object())
            .prop_map(|auth| Body::Connect(auth.map(|auth| auth.into_iter().collect()))),
        Just(Body::Disconnect),
        (name, prop::option::of(any::<u64>()), payload()).prop_map(|(name, ack, data)| Body::Event {
            name,
            ack,
            data
        }),
        (any::<u64>(), payload()).prop_map(|(ack, data)| Body::Ack { ack, data }),
        object().prop_map(|content| Body::ConnectError(Value::Object(content.into_iter().collect()))),
        ".{0,12}".prop_map(|message| Body::ConnectError(message.into())),
    ]
}

fn packet() -> impl Strategy<Value = Packet> {
    let namespace = prop_oneof![Just("/".to_owned()), "/[^,]{1,12}"];
    (namespace, body()).prop_map(|(namespace, body)| Packet { namespace, body })
}

/// Text near the grammar, so that mutations reach deep into the parser.
fn near_packets() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,3}",
        "[-/,\\[\\]{}\":]",
        Just(r#"{"_placeholder":true,"num":0}"#.to_owned()),
        Just(r#"["a",1]"#.to_owned()),
        Just(r#"{"sid":"x","pingInterval":5,"pingTimeout":5}"#.to_owned()),
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

#[derive(Debug, Clone)]
enum Input {
    Text(String),
    Binary(Vec<u8>),
    Opened,
    Closed,
    Connect,
    Disconnect,
    Emit(Payload),
    Pass(u64),
}

fn input() -> impl Strategy<Value = Input> {
    let open = r#"0{"sid":"x","pingInterval":5000,"pingTimeout":5000}"#;
    prop_oneof![
        4 => near_packets().prop_map(Input::Text),
        2 => packet().prop_map(|packet| Input::Text(format!("4{}", packet.encode()))),
        2 => Just(Input::Text(open.to_owned())),
        2 => Just(Input::Text(r#"40{"sid":"x"}"#.to_owned())),
        1 => prop::collection::vec(any::<u8>(), 0..8).prop_map(Input::Binary),
        3 => Just(Input::Opened),
        1 => Just(Input::Closed),
        2 => Just(Input::Connect),
        1 => Just(Input::Disconnect),
        2 => payload().prop_map(Input::Emit),
        2 => (0_u64..40_000).prop_map(Input::Pass),
    ]
}

proptest! {
    #[test]
    fn packets_survive_a_round_trip(packet in packet()) {
        let mut decoder = Decoder::new(Limits::default());
        let mut decoded = decoder.text(&packet.encode()).unwrap();
        if let Body::Event { data, .. } | Body::Ack { data, .. } = &packet.body {
            for attachment in data.attachments() {
                prop_assert!(decoded.is_none());
                decoded = decoder.binary(attachment.clone()).unwrap();
            }
        }
        prop_assert_eq!(decoded, Some(packet));
    }

    #[test]
    fn decoding_never_panics_and_what_it_accepts_it_can_encode(
        texts in prop::collection::vec(prop_oneof![near_packets(), ".*"], 1..6),
        binary in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut decoder = Decoder::new(Limits { payload: 64, ..Limits::default() });
        for text in texts {
            // Refusing is fine; only a panic is not.
            let _ = EnginePacket::decode(&text);
            if let Ok(Some(packet)) = decoder.text(&text) {
                let again = Decoder::new(Limits::default()).text(&packet.encode()).unwrap();
                prop_assert_eq!(again, Some(packet));
            }
            let _ = decoder.binary(Bytes::from(binary.clone()));
        }
    }

    #[test]
    fn any_sequence_of_inputs_leaves_a_working_machine(
        inputs in prop::collection::vec(input(), 0..60),
        seed in any::<u64>(),
    ) {
        let mut machine = Machine::new(Config::new("ws://h"), seed);
        let mut now = 0;
        for input in inputs {
            match input {
                Input::Text(text) => machine.text(now, &text),
                Input::Binary(bytes) => machine.binary(now, bytes.into()),
                Input::Opened => machine.transport_opened(None),
                Input::Closed => machine.transport_closed(now, None),
                Input::Connect => machine.connect(now),
                Input::Disconnect => machine.disconnect(),
                Input::Emit(payload) => {
                    let timeout = std::time::Duration::from_secs(3);
                    let _ = machine.emit_with_ack(now, "e", payload, timeout);
                }
                Input::Pass(time) => now += time,
            }
            machine.tick(now);
            prop_assert!(machine.deadline().is_none_or(|deadline| deadline > now));
        }

        // Whatever it went through, it can be brought to connect.
        machine.disconnect();
        while machine.poll_control().is_some() {}
        machine.connect(now);
        machine.transport_opened(None);
        machine.text(now, r#"0{"sid":"x","pingInterval":5000,"pingTimeout":5000}"#);
        machine.text(now, r#"40{"sid":"x"}"#);
        prop_assert_eq!(machine.status(), socketio_client::Status::Connected);
    }
}
