//! Engine.IO packets: no text makes the parser panic, and what it reads it writes so that it reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_client::protocol::engine::EnginePacket;

fuzz_target!(|text: &str| {
    if let Ok(packet) = EnginePacket::decode(text) {
        assert_eq!(EnginePacket::decode(&packet.encode()), Ok(packet));
    }
});
