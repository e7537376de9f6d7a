//! Every workload at a hundredth of its size: what it leads to, here and on query-core. Nothing is timed.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use requery_bench::workload::{Setup, to_json};
use requery_bench::workloads;
use serde_json::{Value, json};

const DIVISOR: u32 = 100;

fn outcome(name: &str) -> Value {
    let named = workloads::named(name).unwrap();
    let mut workload = (named.prepare)(&Setup::new(DIVISOR));
    workload.run();
    to_json(&workload.outcome())
}

#[test]
fn writes_and_reads_reach_every_query() {
    assert_eq!(outcome("s1/set"), json!({ "queries": 100, "rounds": 1000, "notified": 0 }));
    assert_eq!(outcome("s1/set-defaults"), json!({ "queries": 100, "rounds": 1000, "notified": 0 }));
    assert_eq!(outcome("s1/set-observed"), json!({ "queries": 100, "rounds": 1000, "notified": 1000 }));
    assert_eq!(outcome("s1/get"), json!({ "queries": 100, "rounds": 1000 }));
    assert_eq!(outcome("s1/get-defaults"), json!({ "queries": 100, "rounds": 1000 }));
}

#[test]
fn keys_are_equal_whatever_order_their_fields_are_in() {
    for name in ["s2/pair", "s2/filters", "s2/filters-dynamic"] {
        assert_eq!(outcome(name), json!({ "equal": 1000, "different": 100 }), "{name}");
    }
}

#[test]
fn what_matches_is_invalid_and_what_is_observed_is_fetched() {
    assert_eq!(outcome("s3/exact"), json!({ "queries": 100, "invalid": 10 }));
    assert_eq!(outcome("s3/prefix"), json!({ "queries": 100, "invalid": 100 }));
    assert_eq!(outcome("s3/all"), json!({ "queries": 100, "invalid": 100 }));
    assert_eq!(outcome("s3/refetch"), json!({ "fetches": 10, "notified": 20, "invalid": 0 }));
}

#[test]
fn every_observer_hears_of_a_change_once() {
    for name in ["s4/plain", "s4/select", "s4/batched"] {
        assert_eq!(outcome(name), json!({ "notified": 100, "round": 1 }), "{name}");
    }
    assert_eq!(outcome("s4/subscribe"), json!({ "most": 100, "left": 0 }));
}

#[test]
fn rows_that_did_not_change_are_kept() {
    assert_eq!(outcome("s5/one"), json!({ "kept": 90, "same": 0, "version": 20 }));
    assert_eq!(outcome("s5/one-parsed"), json!({ "kept": 90, "same": 0, "version": 20 }));
    assert_eq!(outcome("s5/none"), json!({ "kept": 100, "same": 10, "version": 10 }));
}

#[test]
fn three_ways_of_pushing_show_the_same() {
    let lists = outcome("s6/lists");
    // Ten rows change, in 53 places of lists and in the one detail view.
    assert_eq!(lists, json!({ "shown": 54, "queries": 51, "versions": 155 }));
    assert_eq!(outcome("s6/lists-guarded"), lists);
    assert_eq!(outcome("s6/entities"), lists);
}

#[test]
fn queries_and_mutations_come_to_their_end() {
    assert_eq!(outcome("s7/fetch"), json!({ "queries": 100, "sum": 4950 }));
    assert_eq!(outcome("s7/dedup"), json!({ "queries": 1, "fetches": 1, "sum": 100 }));
    for name in ["s7/mutate", "s7/mutate-layers"] {
        assert_eq!(outcome(name), json!({ "likes": 100, "mutations": 100, "shown": 1 }), "{name}");
    }
    assert_eq!(outcome("s7/gc"), json!({ "most": 1000, "queries": 0, "timers": 0 }));
    assert_eq!(outcome("s7/stale"), json!({ "notified": 100, "timers": 0 }));
}

#[test]
fn queries_come_back_from_json() {
    for schema in ["", "-own"] {
        assert_eq!(outcome(&format!("s8/dehydrate{schema}")), json!({ "queries": 100 }));
        assert_eq!(outcome(&format!("s8/hydrate{schema}")), json!({ "queries": 100, "ratings": 2450 }));
    }
}

#[test]
fn what_is_weighed_is_there() {
    assert_eq!(outcome("memory/query"), json!({ "queries": 100 }));
    assert_eq!(outcome("memory/observer"), json!({ "observers": 100 }));
}

#[test]
#[ignore = "needs Node and npm packages: cargo xtask test installs them"]
fn query_core_comes_to_the_same_outcomes() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/main.mjs");
    let mut node = Command::new("node")
        .args(["--expose-gc", program, "query-core"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut requests = node.stdin.take().unwrap();
    let mut answers = BufReader::new(node.stdout.take().unwrap()).lines();
    for named in workloads::all() {
        writeln!(requests, "{}", json!({ "workload": named.name, "divisor": DIVISOR })).unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["outcome"], outcome(named.name), "{}: {answer}", named.name);
    }
    drop(requests);
    assert!(node.wait().unwrap().success());
}
