//! Tables of packets and of what is no packet. Examples follow the protocol's own documents.

use std::time::Duration;

use serde_json::{Value, json};
use socketio_client::Payload;
use socketio_client::protocol::engine::{EnginePacket, Handshake};
use socketio_client::protocol::{Body, DecodeError, Decoder, Limits, Packet};

fn object(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

fn event(name: &str, ack: Option<u64>, data: Payload) -> Body {
    Body::Event { name: name.to_owned(), ack, data }
}

/// Decodes the text to the packet, and encodes the packet to the text.
fn check(text: &str, namespace: &str, body: Body) {
    let packet = Packet { namespace: namespace.to_owned(), body };
    assert_eq!(packet.encode(), text);
    let mut decoder = Decoder::new(Limits::default());
    let mut decoded = decoder.text(text).unwrap();
    let attachments = match &packet.body {
        Body::Event { data, .. } | Body::Ack { data, .. } => data.attachments(),
        _ => &[],
    };
    for attachment in attachments {
        assert_eq!(decoded, None, "{text}: before its last attachment");
        decoded = decoder.binary(attachment.clone()).unwrap();
    }
    assert_eq!(decoded, Some(packet), "{text}");
}

#[test]
fn every_packet_type_has_its_text() {
    check("0", "/", Body::Connect(None));
    check(r#"0{"token":"123"}"#, "/", Body::Connect(Some(object(json!({ "token": "123" })))));
    check(r#"0/admin,{"sid":"x"}"#, "/admin", Body::Connect(Some(object(json!({ "sid": "x" })))));
    check("1", "/", Body::Disconnect);
    check("1/admin,", "/admin", Body::Disconnect);
    check(r#"2["foo"]"#, "/", event("foo", None, Payload::empty()));
    check(r#"2["foo",{"a":1}]"#, "/", event("foo", None, json!({ "a": 1 }).into()));
    check(r#"2/admin,12["foo","bar"]"#, "/admin", event("foo", Some(12), "bar".into()));
    check("312[]", "/", Body::Ack { ack: 12, data: Payload::empty() });
    check(r#"3/admin,0["bar"]"#, "/admin", Body::Ack { ack: 0, data: "bar".into() });
    check(r#"4/admin,{"message":"no"}"#, "/admin", Body::ConnectError(json!({ "message": "no" })));
    check(r#"4"no""#, "/", Body::ConnectError(json!("no")));
}

#[test]
fn attachments_are_counted_and_stand_as_placeholders() {
    check(
        r#"51-["baz",{"_placeholder":true,"num":0}]"#,
        "/",
        event("baz", None, Payload::from_bytes(vec![1, 2])),
    );
    let two = Payload::from_bytes(vec![]).with(&1).unwrap().with_bytes(vec![0xff]);
    check(
        r#"52-/admin,7["baz",{"_placeholder":true,"num":0},1,{"_placeholder":true,"num":1}]"#,
        "/admin",
        event("baz", Some(7), two),
    );
    check(
        r#"61-3[{"_placeholder":true,"num":0}]"#,
        "/",
        Body::Ack { ack: 3, data: Payload::from_bytes(vec![9]) },
    );
}

#[test]
fn numbers_and_names_keep_their_extent() {
    check(&format!("3{}[]", u64::MAX), "/", Body::Ack { ack: u64::MAX, data: Payload::empty() });
    check(r#"2["é\"\\\n"]"#, "/", event("é\"\\\n", None, Payload::empty()));
    check(r#"2[""]"#, "/", event("", None, Payload::empty()));
    check(r#"2/a/b?c=d,["e"]"#, "/a/b?c=d", event("e", None, Payload::empty()));
}

#[test]
fn other_forms_of_the_same_packet_are_understood() {
    for (text, namespace, body) in [
        ("0/admin", "/admin", Body::Connect(None)),
        ("1/admin", "/admin", Body::Disconnect),
        ("0/,", "/", Body::Connect(None)),
        (r#"50-["foo"]"#, "/", event("foo", None, Payload::empty())),
        (r#"2 [ "foo" , 1 ]"#, "/", event("foo", None, json!(1).into())),
    ] {
        let packet = Decoder::new(Limits::default()).text(text).unwrap();
        assert_eq!(packet, Some(Packet { namespace: namespace.to_owned(), body }), "{text}");
    }
}

#[test]
fn json_of_arguments_is_kept_as_it_came() {
    let text = r#"2["n",{"big":12345678901234567890.5, "z":1,"a":2}]"#;
    let packet = Decoder::new(Limits::default()).text(text).unwrap().unwrap();
    let Body::Event { data, .. } = packet.body else { panic!("not an event") };
    assert_eq!(data.raw(0), Some(r#"{"big":12345678901234567890.5, "z":1,"a":2}"#));
}

#[test]
fn arguments_end_at_commas_that_part_them_only() {
    let args =
        ["[1,[2,3],{}]", r#"{"a":"}],","b":[[]]}"#, r#"",\"],[\\""#, r#""\\""#, "-1.5e3", "null", "[]"];
    for between in [",", " , "] {
        let text = format!(r#"2[ "n"{between}{}]"#, args.join(between));
        let packet = Decoder::new(Limits::default()).text(&text).unwrap().unwrap();
        let Body::Event { data, .. } = packet.body else { panic!("not an event") };
        let found: Vec<&str> = (0..data.len()).filter_map(|index| data.raw(index)).collect();
        assert_eq!(found, args, "{text}");
    }
}

#[test]
fn malformed_text_is_refused_with_what_is_wrong() {
    for (text, problem) in [
        ("", "empty frame"),
        ("7", "unknown socket.io packet type '7'"),
        ("x", "unknown socket.io packet type 'x'"),
        ("é", "unknown socket.io packet type 'é'"),
        ("0[]", "invalid content of connect packet"),
        ("012", "invalid content of connect packet"),
        ("0/admin,x", "invalid content of connect packet"),
        ("1{}", "invalid content of disconnect packet: expected none"),
        ("2", "invalid content of event packet"),
        ("2{}", "invalid content of event packet"),
        ("2[]", "an empty array has no event name"),
        ("2[1]", "the event name is not a string"),
        (r#"2["a""#, "invalid content of event packet"),
        (r#"2["a"]x"#, "invalid content of event packet"),
        (r#"2["connect"]"#, r#"reserved event name "connect""#),
        (r#"2["disconnecting"]"#, r#"reserved event name "disconnecting""#),
        (r#"299999999999999999999["a"]"#, "acknowledgement number out of range"),
        ("3[]", "acknowledgement without a number"),
        ("31", "invalid content of ack packet"),
        ("31{}", "invalid content of ack packet"),
        ("4", "invalid content of connect_error packet"),
        ("41", "expected an object or a string"),
        (r#"5["a"]"#, "invalid number of attachments"),
        (r#"51["a"]"#, "invalid number of attachments"),
        (r#"5-["a"]"#, "invalid number of attachments"),
        (r#"599999999999999999999-["a"]"#, "invalid number of attachments"),
        (r#"565-["a"]"#, "65 attachments where 64 are allowed"),
    ] {
        let error = Decoder::new(Limits::default()).text(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text:?}: {error}");
    }
}

#[test]
fn attachments_out_of_order_are_refused() {
    let limits = Limits::default();
    assert_eq!(Decoder::new(limits).binary(vec![1].into()), Err(DecodeError::UnexpectedBinary));

    let mut decoder = Decoder::new(limits);
    decoder.text(r#"51-["a",{"_placeholder":true,"num":0}]"#).unwrap();
    assert_eq!(decoder.text(r#"2["b"]"#), Err(DecodeError::TextForAttachment));

    for number in [r#"1"#, "-1", r#""0""#, "null", "0.5", "1e99"] {
        let mut decoder = Decoder::new(limits);
        decoder.text(&format!(r#"51-["a",[{{"_placeholder":true,"num":{number}}}]]"#)).unwrap();
        assert_eq!(decoder.binary(vec![1].into()), Err(DecodeError::Placeholder), "{number}");
    }
}

#[test]
fn limits_are_exact() {
    let limits = Limits { payload: 40, attachments: 1, ..Limits::default() };
    let text = r#"51-["a",{"_placeholder":true,"num":0}]"#;
    let room = limits.payload - text.len();

    let mut decoder = Decoder::new(limits);
    decoder.text(text).unwrap();
    assert!(decoder.binary(vec![0; room].into()).unwrap().is_some());
    decoder.text(text).unwrap();
    assert_eq!(decoder.binary(vec![0; room + 1].into()), Err(DecodeError::TooLarge { size: 41, limit: 40 }));

    let long = format!(r#"2["{}"]"#, "a".repeat(36));
    assert_eq!(Decoder::new(limits).text(&long), Err(DecodeError::TooLarge { size: 41, limit: 40 }));
    let two = r#"52-["a"]"#;
    assert_eq!(Decoder::new(limits).text(two), Err(DecodeError::TooManyAttachments { count: 2, limit: 1 }));
}

#[test]
fn deep_nesting_costs_no_stack() {
    let deep = format!(r#"2["a",{}{}]"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    let packet = Decoder::new(Limits::default()).text(&deep).unwrap().unwrap();
    let Body::Event { data, .. } = packet.body else { panic!("not an event") };
    assert!(data.arg::<Value>(0).is_err());

    let mut decoder = Decoder::new(Limits::default());
    decoder.text(&format!("51-{}", &deep[1..])).unwrap();
    assert_eq!(decoder.binary(vec![].into()), Err(DecodeError::Placeholder));
}

#[test]
fn engine_packets_have_their_digit() {
    let handshake = Handshake {
        sid: "lv_VI97HAXpY6yYWAAAC".to_owned(),
        upgrades: vec!["websocket".to_owned()],
        ping_interval: Duration::from_millis(25_000),
        ping_timeout: Duration::from_millis(20_000),
        max_payload: Some(1_000_000),
    };
    assert_eq!(handshake.silence(), Duration::from_secs(45));
    let open = r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    assert_eq!(EnginePacket::decode(open).unwrap(), EnginePacket::Open(handshake.clone()));
    let again = EnginePacket::Open(handshake.clone()).encode();
    assert_eq!(EnginePacket::decode(&again).unwrap(), EnginePacket::Open(handshake));

    for (text, packet) in [
        ("1", EnginePacket::Close),
        ("2", EnginePacket::Ping("")),
        ("2probe", EnginePacket::Ping("probe")),
        ("3", EnginePacket::Pong("")),
        ("4", EnginePacket::Message("")),
        (r#"42["é"]"#, EnginePacket::Message(r#"2["é"]"#)),
        ("5", EnginePacket::Upgrade),
        ("6", EnginePacket::Noop),
    ] {
        assert_eq!(EnginePacket::decode(text).unwrap(), packet);
        assert_eq!(packet.encode(), text);
    }
}

#[test]
fn malformed_engine_packets_are_refused_with_what_is_wrong() {
    for (text, problem) in [
        ("", "empty frame"),
        ("7", "unknown engine.io packet type '7'"),
        ("b4AQ==", "unknown engine.io packet type 'b'"),
        ("1x", "invalid content of close packet"),
        ("6x", "invalid content of noop packet"),
        ("0", "invalid engine.io handshake"),
        ("0{}", "missing field `sid`"),
        (r#"0{"sid":"","pingInterval":1,"pingTimeout":1}"#, "empty sid"),
        (r#"0{"sid":"x","pingInterval":0,"pingTimeout":1}"#, "pingInterval is 0"),
        (r#"0{"sid":"x","pingInterval":-1,"pingTimeout":1}"#, "invalid value"),
        (r#"0{"sid":"x","pingInterval":1}"#, "missing field `pingTimeout`"),
    ] {
        let error = EnginePacket::decode(text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text:?}: {error}");
    }
}
