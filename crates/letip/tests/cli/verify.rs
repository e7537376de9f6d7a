//! `letip verify`.

use std::net::{SocketAddr, UdpSocket};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, MX};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use serde_json::{Value, json};

use crate::support::Home;

/// A name server: `null.example` takes no mail, `broken.example` cannot be found out, `nowhere.example` does not exist,
/// everything else takes mail at this machine.
fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let answer = answer(&Message::from_vec(&buffer[..length]).unwrap());
            socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
        }
    });
    address
}

fn answer(request: &Message) -> Message {
    let query = request.queries[0].clone();
    let domain = query.name().to_ascii().to_ascii_lowercase();
    let mut answer = Message::response(request.metadata.id, request.metadata.op_code);
    answer.add_query(query.clone());
    let mx = |preference, exchange: &str| RData::MX(MX::new(preference, Name::from_ascii(exchange).unwrap()));
    let records = match (domain.as_str(), query.query_type()) {
        ("broken.example.", _) => {
            answer.metadata.response_code = ResponseCode::ServFail;
            Vec::new()
        }
        ("nowhere.example.", _) => {
            answer.metadata.response_code = ResponseCode::NXDomain;
            Vec::new()
        }
        ("null.example.", RecordType::MX) => vec![mx(0, ".")],
        (_, RecordType::MX) => vec![mx(20, "mx2.acme.example."), mx(10, "mx1.acme.example.")],
        (_, RecordType::A) => vec![RData::A(A::new(127, 0, 0, 1))],
        _ => Vec::new(),
    };
    answer.add_answers(records.into_iter().map(|data| Record::from_rdata(query.name().clone(), 60, data)));
    answer
}

#[test]
fn each_address_becomes_one_line_of_json_in_the_order_given() {
    let (home, server) = (Home::new(), name_server().to_string());
    let addresses = [
        "jane@acme.example",
        "info@gmial.com",
        "jane@null.example",
        "a@nowhere.example",
        "a@broken.example",
        "jane",
    ];
    let ran = home.run(&[["verify", "--json", "--resolver", &server].as_slice(), &addresses].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let inputs: Vec<_> = lines.iter().map(|line| line["input"].as_str().unwrap()).collect();
    assert_eq!(inputs, addresses);
    assert_eq!(
        lines[0],
        json!({
            "input": "jane@acme.example", "verdict": "unknown", "reasons": ["mailboxNotChecked"],
            "mx": ["mx1.acme.example", "mx2.acme.example"],
            "role": false, "free": false, "disposable": false, "suggestion": null,
            "retryAfterSeconds": null,
        })
    );
    assert_eq!(lines[1]["suggestion"], "info@gmail.com");
    let told: Vec<_> = lines.iter().map(|line| (&line["verdict"], &line["reasons"][0])).collect();
    let told = json!(told);
    assert_eq!(
        told,
        json!([
            ["unknown", "mailboxNotChecked"],
            ["risky", "role"],
            ["invalid", "nullMx"],
            ["invalid", "noSuchDomain"],
            ["unknown", "dnsFailed"],
            ["invalid", "syntax"],
        ])
    );
}

#[test]
fn people_read_a_table() {
    let (home, server) = (Home::new(), name_server().to_string());
    let ran = home.run(&["verify", "--resolver", &server, "info@gmial.com", "jane@null.example"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "ADDRESS            VERDICT  WHY",
            "info@gmial.com     risky    it belongs to a desk, not to a person; the mail server was not asked; did you mean \
             info@gmail.com?",
            "jane@null.example  invalid  the domain says that it takes no mail",
        ]
    );
}

#[test]
fn a_mail_server_of_this_machine_is_not_asked() {
    let (home, server) = (Home::new(), name_server().to_string());
    let line = home.json(&["verify", "--smtp", "--json", "--resolver", &server, "jane@acme.example"]);
    assert_eq!((&line["verdict"], &line["reasons"]), (&json!("unknown"), &json!(["serverNotPublic"])));
}

#[test]
fn wrong_usage_is_told_before_anything_is_asked() {
    let home = Home::new();
    let check = |args: &[&str], expect: &str| {
        let ran = home.run(args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
    };
    check(&["verify"], "ADDRESS");
    check(&["verify", "a@acme.example", "--resolver", "nowhere"], "not a network address");
    check(&["verify", "a@acme.example", "--sender", "b@acme.example"], "--smtp");
    check(&["verify", "a@acme.example", "--smtp", "--sender", "nobody"], "there is no @");
}
