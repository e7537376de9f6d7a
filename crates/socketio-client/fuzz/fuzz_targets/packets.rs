//! Socket.IO packets: no sequence of frames makes the decoder panic or keep more than its limits allow, and a packet
//! that it reads is written so that it reads the same again.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use socketio_client::protocol::{Decoder, Limits, Packet};

fuzz_target!(|frames: Vec<Result<String, Vec<u8>>>| {
    let mut decoder = Decoder::new(Limits { payload: 1 << 16, attachments: 4, ..Limits::default() });
    for frame in frames {
        let decoded = match frame {
            Ok(text) => decoder.text(&text),
            Err(bytes) => decoder.binary(Bytes::from(bytes)),
        };
        match decoded {
            Ok(Some(packet)) => reads_the_same_again(&packet),
            Ok(None) => {}
            Err(_) => return,
        }
    }
});

fn reads_the_same_again(packet: &Packet) {
    let text = packet.encode();
    let again = Decoder::new(Limits::default()).text(&text).expect("what is written can be read");
    // With attachments, the packet is complete only behind them.
    if let Some(again) = again {
        assert_eq!(again.encode(), text);
    }
}
