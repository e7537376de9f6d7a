//! S2: what makes a key out of what callers write: the same key whatever order its fields are in.

use requery::{QueryKey, query_key};
use serde::Serialize;
use serde_json::json;

use crate::workload::{Named, Setup, Workload, boxed};

const KEYS: u32 = 100_000;
const DIFFERENT: u32 = 100;

type Maker = fn(u32) -> QueryKey;

const PAIR: &[Maker] = &[pair];
const TYPED: &[Maker] = &[filters, permuted, reversed];
const DYNAMIC: &[Maker] = &[filters_dynamic, permuted_dynamic, reversed_dynamic];

pub(super) const ALL: [Named; 3] = [
    Named { name: "s2/pair", prepare: |setup| compare(setup, PAIR) },
    Named { name: "s2/filters", prepare: |setup| compare(setup, TYPED) },
    Named { name: "s2/filters-dynamic", prepare: |setup| compare(setup, DYNAMIC) },
];

struct State {
    makers: &'static [Maker],
    count: u32,
    known: Vec<QueryKey>,
    equal: u64,
}

fn compare(setup: &Setup, makers: &'static [Maker]) -> Box<dyn Workload> {
    let known = (0..DIFFERENT).map(makers[0]).collect();
    let state = State { makers, count: setup.size(KEYS), known, equal: 0 };
    let run = |it: &mut State| {
        for at in 0..it.count {
            let id = at % DIFFERENT;
            let key = it.makers[at as usize % it.makers.len()](id);
            it.equal += u64::from(key == it.known[id as usize]);
        }
    };
    boxed(state, run, |it| {
        let different: std::collections::BTreeSet<_> = it.known.iter().collect();
        vec![("equal", it.equal), ("different", different.len() as u64)]
    })
}

fn pair(id: u32) -> QueryKey {
    query_key!["todo", id]
}

#[derive(Serialize)]
struct Range {
    from: u32,
    to: u32,
}

#[derive(Serialize)]
struct RangeReversed {
    to: u32,
    from: u32,
}

#[derive(Serialize)]
struct Filters {
    category: &'static str,
    city: &'static str,
    page: u32,
    range: Range,
    sort: &'static str,
}

fn filters(id: u32) -> QueryKey {
    let range = Range { from: 0, to: id };
    query_key!["leads", Filters { category: "restaurant", city: "Helsinki", page: id, range, sort: "name" }]
}

#[derive(Serialize)]
struct Permuted {
    sort: &'static str,
    range: RangeReversed,
    page: u32,
    category: &'static str,
    city: &'static str,
}

fn permuted(id: u32) -> QueryKey {
    let range = RangeReversed { to: id, from: 0 };
    query_key!["leads", Permuted { sort: "name", range, page: id, category: "restaurant", city: "Helsinki" }]
}

#[derive(Serialize)]
struct Reversed {
    sort: &'static str,
    range: RangeReversed,
    page: u32,
    city: &'static str,
    category: &'static str,
}

fn reversed(id: u32) -> QueryKey {
    let range = RangeReversed { to: id, from: 0 };
    query_key!["leads", Reversed { sort: "name", range, page: id, city: "Helsinki", category: "restaurant" }]
}

fn filters_dynamic(id: u32) -> QueryKey {
    let range = json!({ "from": 0, "to": id });
    query_key![
        "leads",
        json!({ "category": "restaurant", "city": "Helsinki", "page": id, "range": range, "sort": "name" })
    ]
}

fn permuted_dynamic(id: u32) -> QueryKey {
    let range = json!({ "to": id, "from": 0 });
    query_key![
        "leads",
        json!({ "sort": "name", "range": range, "page": id, "category": "restaurant", "city": "Helsinki" })
    ]
}

fn reversed_dynamic(id: u32) -> QueryKey {
    let range = json!({ "to": id, "from": 0 });
    query_key![
        "leads",
        json!({ "sort": "name", "range": range, "page": id, "city": "Helsinki", "category": "restaurant" })
    ]
}
