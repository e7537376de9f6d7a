//! `letip serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::*;

/// A running server and its address.
pub(crate) fn serve(home: &Home, args: &[&str]) -> (Running, String) {
    let mut line = vec!["serve", "--listen", "127.0.0.1:0"];
    line.extend(args);
    let mut server = home.start(&line);
    let mut first = String::new();
    BufReader::new(server.child().stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let address = first.trim().rsplit("http://").next().unwrap().to_owned();
    (server, address)
}

/// Status line, head and body of the answer.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_says_where_it_listens_and_ends_gracefully() {
    for signal in ["INT", "TERM"] {
        let home = Home::new();
        let (mut server, address) = serve(&home, &[]);
        assert!(get(&address, "/livez").starts_with("HTTP/1.1 200"), "{address}");
        server.signal(signal);
        let ran = server.end();
        assert_eq!(ran.status, 0, "{signal}: {ran:?}");
    }
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let home = Home::new();
    let (_first, address) = serve(&home, &[]);
    let second = home.run(&["serve", "--listen", &address]);
    assert_eq!(second.status, 1, "{second:?}");
    let port = address.rsplit(':').next().unwrap();
    assert!(second.stderr.contains("error: port") && second.stderr.contains(port), "{second:?}");
    assert!(second.stderr.contains("is taken"), "{second:?}");
}

#[test]
fn listening_beyond_this_machine_is_warned_of() {
    let home = Home::new();
    // An address for documentation, which no machine has: the warning comes, the listening fails.
    let ran = home.run(&["serve", "--listen", "192.0.2.1:0"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("warning:") && ran.stderr.contains("no sign-in yet"), "{ran:?}");
    assert!(ran.stderr.contains("192.0.2.1"), "{ran:?}");
}

#[test]
fn its_log_can_be_json_and_goes_to_stderr() {
    let home = Home::new();
    let (mut server, address) = serve(&home, &["--log", "json"]);
    get(&address, "/livez");
    server.signal("TERM");
    let ran = server.end();
    assert!(!ran.stderr.is_empty());
    for line in ran.stderr.lines().filter(|line| !line.starts_with("made the data folder")) {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(entry["level"].is_string() && entry["message"].is_string(), "{entry}");
    }
}

#[test]
fn a_scrape_beside_it_is_seen_by_it() {
    let home = Home::new();
    let (_server, address) = serve(&home, &[]);
    let outcome = home.json(&["scrape", CENTRE, "--category", "cafe", "--max", "20", "--json"]);
    let answer = get(&address, "/api/businesses?limit=1");
    let total = format!("\"total\":{}", number(&outcome, "saved"));
    assert!(answer.contains(&total), "{answer}");
}

#[test]
fn it_finishes_an_import_that_was_killed() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(12_000));
    let import = home.start(&["import", text(&file), "--json"]);
    home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    import.kill_9();
    let (mut server, _) = serve(&home, &[]);
    let job = home.wait_for_job(|job| job["status"] == "completed");
    assert_eq!(number(&job["counts"], "saved"), 12_000, "{job}");
    server.signal("TERM");
    assert_eq!(server.end().status, 0);
    assert_eq!(home.exported().len(), 12_000);
}
