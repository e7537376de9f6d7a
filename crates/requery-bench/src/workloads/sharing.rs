//! S5: new data that equals the old, in all or all but one of 1,000 rows of 20 fields.

use std::sync::Arc;

use requery::{QueryClient, QueryObserver, QueryOptions, query_key};

use super::Never;
use crate::rows::Row;
use crate::workload::{Named, Outcome, Setup, Workload, boxed};

const ROWS: u32 = 1_000;
const TIMES: u32 = 10;

pub(super) const ALL: [Named; 3] = [
    Named { name: "s5/one", prepare: |setup| share(setup, Change::OneRow, Input::Parsed) },
    Named { name: "s5/none", prepare: |setup| share(setup, Change::Nothing, Input::Parsed) },
    Named { name: "s5/one-parsed", prepare: |setup| share(setup, Change::OneRow, Input::Text) },
];

type Rows = Vec<Arc<Row>>;

#[derive(Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    OneRow,
}

/// What is there when the time begins.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    Text,
    Parsed,
}

struct State {
    client: QueryClient,
    texts: Vec<String>,
    parsed: Vec<Rows>,
    seen: Vec<Arc<Rows>>,
}

fn share(setup: &Setup, change: Change, input: Input) -> Box<dyn Workload> {
    let (client, rows) = (setup.client.clone(), setup.size(ROWS));
    let times = |time| if change == Change::OneRow { time } else { 0 };
    let texts: Vec<String> = (0..=TIMES).map(|time| text(rows, times(time))).collect();
    let options = QueryOptions::<Rows, Never>::observe_only(query_key!["rows"]).entity::<Row>();
    // What shares rows is known from the options.
    drop(QueryObserver::new(&client, options));
    let seen = client.set_query_data(query_key!["rows"], parse(&texts[0])).into_iter().collect();
    // The last is taken first.
    let behind = if input == Input::Parsed { &texts[1..] } else { &[] };
    let parsed = behind.iter().rev().map(|text| parse(text)).collect();
    boxed(State { client, texts, parsed, seen }, run, outcome)
}

fn run(it: &mut State) {
    for time in 1..=TIMES as usize {
        let rows = it.parsed.pop().unwrap_or_else(|| parse(&it.texts[time]));
        it.client.set_query_data(query_key!["rows"], rows);
        it.seen.extend(it.client.get_query_data::<Rows>(query_key!["rows"]));
    }
}

fn outcome(it: &State) -> Outcome {
    let pairs = it.seen.windows(2).map(|pair| (&pair[0], &pair[1]));
    let kept = |(old, new): (&Arc<Rows>, &Arc<Rows>)| {
        old.iter().zip(new.iter()).filter(|(old, new)| Arc::ptr_eq(old, new)).count() as u64
    };
    let same = pairs.clone().filter(|(old, new)| Arc::ptr_eq(old, new)).count() as u64;
    let version = it.seen.last().map_or(0, |rows| rows.iter().map(|row| row.version).sum());
    vec![("kept", pairs.map(kept).sum()), ("same", same), ("version", version)]
}

/// After `time` changes, each of another row.
fn text(rows: u32, time: u32) -> String {
    let rows: Vec<Row> = (0..rows).map(|id| Row::new(id, if id < time { 2 } else { 1 })).collect();
    serde_json::to_string(&rows).unwrap_or_default()
}

fn parse(text: &str) -> Rows {
    let rows: Vec<Row> = serde_json::from_str(text).unwrap_or_default();
    rows.into_iter().map(Arc::new).collect()
}
