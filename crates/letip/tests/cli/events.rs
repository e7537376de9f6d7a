//! `letip events`.

use std::io::{BufRead, BufReader};

use crate::serve::serve;
use crate::support::*;

/// The numbers of printed events.
fn seqs(lines: &str) -> Vec<u64> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64().unwrap())
        .collect()
}

#[test]
fn past_events_are_printed_in_order_up_to_the_present() {
    let home = Home::new();
    let (_server, address) = serve(&home, &[]);
    home.json(&["scrape", CENTRE, "--category", "cafe", "--max", "5", "--json"]);
    let server = format!("http://{address}");
    // What another process wrote is told once the server has seen it.
    let all = wait_for("all events", || {
        let all = home.run(&["events", "--server", &server, "--json"]);
        assert_eq!(all.status, 0, "{all:?}");
        Some(seqs(&all.stdout)).filter(|all| all.len() > 5)
    });
    assert_eq!(all, (1..=all.len() as u64).collect::<Vec<_>>());
    let rest = home.run(&["events", "--server", &server, "--json", "--since", "3"]);
    assert_eq!(seqs(&rest.stdout)[0], 4);
    let people = home.run(&["events", "--server", &server]);
    assert!(people.stdout.contains("business:created"), "{people:?}");
}

#[test]
fn following_goes_on_over_a_restart_of_the_server() {
    let home = Home::new();
    let (mut first, address) = serve(&home, &[]);
    let mut follower = home.start(&[
        "events",
        "--follow",
        "--since",
        "0",
        "--json",
        "--server",
        &format!("http://{address}"),
    ]);
    let mut lines = BufReader::new(follower.child().stdout.take().unwrap()).lines();
    let mut next = |count: usize| -> Vec<u64> {
        lines.by_ref().take(count).flat_map(|line| seqs(&line.unwrap())).collect()
    };
    home.json(&["scrape", CENTRE, "--category", "cafe", "--max", "3", "--json"]);
    assert_eq!(next(4), [1, 2, 3, 4]);
    first.signal("TERM");
    assert_eq!(first.end().status, 0);
    home.json(&["scrape", CENTRE, "--category", "restaurant", "--max", "3", "--json"]);
    let _second = home.start(&["serve", "--listen", &address, "--no-sign-in"]);
    let more = next(6);
    assert_eq!(more, (5..11).collect::<Vec<_>>());
    follower.signal("TERM");
    assert_eq!(follower.end().status, 0);
}

#[test]
fn a_server_that_is_not_there_is_told_with_what_to_do() {
    let ran = Home::new().run(&["events", "--server", "http://127.0.0.1:9"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("hint: start it with letip serve"), "{ran:?}");
    let ran = Home::new().run(&["events", "--server", "not an address"]);
    assert_eq!(ran.status, 2, "{ran:?}");
}

#[test]
fn what_is_no_token_is_told_before_anybody_is_asked() {
    for unfit in ["", "two words", "Bearer abc"] {
        let ran = Home::new().run(&["events", "--token", unfit]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains("--token: this is no API token"), "{ran:?}");
    }
    let ran = Home::new().run(&["events", "--server", "http://127.0.0.1:9", "--token", "s3cret value"]);
    assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
}
