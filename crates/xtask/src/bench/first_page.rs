//! What a browser loads and how long it takes, beside the same list in React.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::chromium;
use crate::bench::document::Table;
use crate::bench::react_peer;
use crate::report::{bytes, duration};
use crate::workspace::Workspace;

/// What stands above the tables.
pub(crate) const ABOUT: &str = "Chromium with an empty cache opens a page of the release build over loopback, on a database of one search, \
    in a tab that was open and at rest; medians of fifteen visits. Bytes are those on the wire, in brotli. A page is live when its script has taken it over and its \
    event stream is connected. A page of one word, without script or style, is what the browser takes for any page. The list \
    of leads stands beside the same list in React, TanStack Query, axios and socket.io-client (`bench/react-peer`), once \
    rendered in the browser, as Vite builds it, and once by Node for each visit; all three take turns, on the same server and its data. What holds the page back is the sum of what tasks took beyond \
    50 ms each. A change is a new name of the first lead: from just before the request to the frame that shows it. The phone \
    is this machine with a processor four times slower and a network of 1.6 Mbit/s and 150 ms, as Chromium makes it.";

/// All that `measure.mjs` prints.
#[derive(Deserialize)]
struct Measured {
    pages: BTreeMap<String, Page>,
    list: Vec<List>,
}

/// A page of ours.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    html: u64,
    route: u64,
    #[serde(flatten)]
    times: Times,
}

/// The list of leads as one of those serves it, under one condition.
#[derive(Deserialize)]
struct List {
    who: Who,
    condition: Condition,
    document: u64,
    data: u64,
    script: u64,
    style: u64,
    #[serde(flatten)]
    times: Times,
    /// Milliseconds from a change to the frame that shows it.
    event: u64,
}

/// Milliseconds, but the share of the window that moved.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    first_contentful_paint: u64,
    largest_contentful_paint: u64,
    live: u64,
    blocked: u64,
    shift: f64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Who {
    Ours,
    ReactInBrowser,
    ReactOnServer,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::ReactInBrowser => "React, rendered in the browser",
            Self::ReactOnServer => "React, rendered by Node",
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Condition {
    Machine,
    Phone,
}

impl Condition {
    fn heading(self) -> &'static str {
        match self {
            Self::Machine => "list of leads, this machine",
            Self::Phone => "list of leads, a phone",
        }
    }
}

/// Has Chromium visit the release and its peer.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let peer = react_peer::build(workspace, &chromium::node()?)?;
    table(&chromium::figures_of(workspace, "measure.mjs", &[("LETIP_REACT_PEER", peer.as_os_str())])?)
}

fn table(printed: &str) -> Result<Table> {
    let measured: Measured =
        serde_json::from_str(printed).context("failed to read what measure.mjs printed")?;
    let under = |condition| measured.list.iter().filter(move |list| list.condition == condition);
    let pages = pages(&measured.pages)
        .followed_by(weights(under(Condition::Machine)))
        .followed_by(times(Condition::Machine, under(Condition::Machine)))
        .followed_by(times(Condition::Phone, under(Condition::Phone)));
    Ok(pages)
}

fn pages(pages: &BTreeMap<String, Page>) -> Table {
    let heading = [
        "page",
        "HTML",
        "script, module, style",
        "first contentful paint",
        "largest contentful paint",
        "live",
        "layout shift",
    ];
    let mut table = Table::new(heading);
    for (path, Page { html, route, times }) in pages {
        table.row([
            path.clone(),
            bytes(*html),
            bytes(*route),
            time(times.first_contentful_paint),
            time(times.largest_contentful_paint),
            time(times.live),
            share(times.shift),
        ]);
    }
    table
}

fn weights<'a>(lists: impl Iterator<Item = &'a List>) -> Table {
    let mut table = Table::new(["list of leads", "HTML", "data beside it", "script, module", "style", "all"]);
    for list in lists {
        let parts = [list.document, list.data, list.script, list.style];
        let [document, data, script, style] = parts.map(bytes);
        table.row([list.who.name().to_owned(), document, data, script, style, bytes(parts.iter().sum())]);
    }
    table
}

fn times<'a>(condition: Condition, lists: impl Iterator<Item = &'a List>) -> Table {
    let heading = [
        condition.heading(),
        "first contentful paint",
        "largest contentful paint",
        "live",
        "held back",
        "layout shift",
        "a change is seen",
    ];
    let mut table = Table::new(heading);
    for List { who, times, event, .. } in lists {
        table.row([
            who.name().to_owned(),
            time(times.first_contentful_paint),
            time(times.largest_contentful_paint),
            time(times.live),
            time(times.blocked),
            share(times.shift),
            time(*event),
        ]);
    }
    table
}

fn time(millis: u64) -> String {
    duration(Duration::from_millis(millis))
}

fn share(shift: f64) -> String {
    if shift == 0.0 { "0".to_owned() } else { format!("{shift:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: &str =
        r#""firstContentfulPaint":84,"largestContentfulPaint":120,"live":1310,"blocked":60,"shift""#;

    fn list(who: &str, condition: &str, shift: f64) -> String {
        format!(
            r#"{{"who":"{who}","condition":"{condition}","document":6200,"data":4000,"script":210000,"style":7000,
            {TIMES}:{shift},"event":48}}"#
        )
    }

    #[test]
    fn figures_become_rows() {
        let lists = [
            list("ours", "machine", 0.0),
            list("reactInBrowser", "machine", 0.1),
            list("reactOnServer", "phone", 0.25),
        ];
        let page = format!(r#"{{"html":6200,"route":210000,{TIMES}:0}}"#);
        let printed = format!(r#"{{"pages":{{"/":{page}}},"list":[{}]}}"#, lists.join(","));
        let text = table(&printed).unwrap().markdown();
        for row in [
            "| / | 6.2 kB | 210.0 kB | 84 ms | 120 ms | 1.3 s | 0 |",
            "| ours | 6.2 kB | 4.0 kB | 210.0 kB | 7.0 kB | 227.2 kB |",
            "| React, rendered in the browser | 84 ms | 120 ms | 1.3 s | 60 ms | 0.100 | 48 ms |",
        ] {
            assert!(text.contains(row), "{row} is not in\n{text}");
        }
        let (_, phone) = text.split_once("list of leads, a phone").unwrap();
        assert!(phone.contains("React, rendered by Node") && !phone.contains("ours"), "{phone}");
    }
}
