//! How a list of a hundred thousand leads scrolls.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufWriter;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::document::Table;
use crate::bench::import::rows;
use crate::bench::{chromium, live_page};
use crate::process;
use crate::report::bytes;
use crate::up;
use crate::workspace::Workspace;

/// So many rows that a hundred thousand are left of them.
const ROWS: u64 = 102_200;

/// What `scroll.mjs` prints: times in milliseconds, memory in bytes.
#[derive(Deserialize)]
struct Seen {
    leads: u64,
    paces: BTreeMap<String, Pace>,
    jump: u64,
    end: u64,
    answers: BTreeMap<String, Vec<u64>>,
    memory: Memory,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pace {
    frames: u64,
    late: u64,
    empty: u64,
    longest: u64,
    long_tasks: u64,
}

#[derive(Deserialize)]
struct Memory {
    heap: u64,
    module: u64,
    process: u64,
    rows: u64,
}

/// The paces of `scroll.mjs`, and what the table says of them.
const PACES: [(&str, &str); 3] =
    [("read", "30 rows a second"), ("wheel", "150 rows a second"), ("fling", "900 rows a second")];

/// What people ask of the list in `scroll.mjs`, and what the table says of it.
const ANSWERS: [(&str, &str); 3] = [
    ("sort", "from a press on a column's head to its first row"),
    ("filter", "from a choice in a filter's menu to its first row"),
    ("search", "from the last letter of a search to its first row"),
];

/// Imports the leads, and has Chromium scroll through their list.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let program = up::build_server(workspace, false)?;
    let folder = tempfile::Builder::new()
        .prefix("bench-scroll-")
        .tempdir_in(&workspace.target)
        .context("failed to make a folder for the database")?;
    let (file, data) = (folder.path().join("rows.csv"), folder.path().join("data"));
    let out = fs::File::create(&file).context("failed to make the file")?;
    rows::write_csv(ROWS, BufWriter::new(out)).context("failed to write the file")?;
    let mut command = workspace.command(&program);
    command.arg("import").arg(&file).arg("--data-dir").arg(&data);
    process::run(&mut command, "import the leads")?;
    table(&chromium::figures_of(workspace, "scroll.mjs", &[("LETIP_DATA", data.as_os_str())])?)
}

fn table(printed: &str) -> Result<Table> {
    let seen: Seen = serde_json::from_str(printed).context("failed to read what scroll.mjs printed")?;
    let mut table = Table::new([
        "",
        "frames late by half a frame or more",
        "longest frame",
        "frames without rows",
        "tasks of more than 50 ms",
    ]);
    for (name, title) in PACES {
        let pace = seen.paces.get(name).with_context(|| format!("scroll.mjs says nothing of {name}"))?;
        table.row([
            title.to_owned(),
            live_page::share(pace.late, pace.frames),
            format!("{} ms", pace.longest),
            live_page::share(pace.empty, pace.frames),
            pace.long_tasks.to_string(),
        ]);
    }
    let line =
        |name: &str, figure: String| [name.to_owned(), figure, String::new(), String::new(), String::new()];
    table.row(line(
        "leads, and rows of them in the document",
        format!("{}, {}", seen.leads, seen.memory.rows),
    ));
    table.row(line("from a jump of the scrollbar to rows, median of 12", format!("{} ms", seen.jump)));
    table.row(line("from a jump to the end to rows", format!("{} ms", seen.end)));
    for (name, title) in ANSWERS {
        let times = seen.answers.get(name).filter(|times| !times.is_empty());
        let mut times = times.with_context(|| format!("scroll.mjs says nothing of {name}"))?.clone();
        times.sort_unstable();
        let (middle, longest) = (times[times.len() / 2], times[times.len() - 1]);
        table.row(line(
            &format!("{title}, median of {} and longest", times.len()),
            format!("{middle} ms, {longest} ms"),
        ));
    }
    table.row(line("memory of the script's heap", bytes(seen.memory.heap)));
    table.row(line("memory of the module", bytes(seen.memory.module)));
    table.row(line("memory of the page's process for itself alone", bytes(seen.memory.process)));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = r#"{"leads":100011,"paces":{
        "read":{"frames":480,"late":1,"empty":0,"longest":34,"longTasks":0},
        "wheel":{"frames":480,"late":3,"empty":0,"longest":34,"longTasks":0},
        "fling":{"frames":470,"late":9,"empty":47,"longest":51,"longTasks":1}},
        "jump":180,"end":210,"answers":{"sort":[90,40,60],"filter":[50],"search":[300,310]},"memory":{"heap":9000000,"module":30000000,"process":90000000,"rows":40}}"#;

    #[test]
    fn figures_become_rows() {
        let text = table(PRINTED).unwrap().markdown();
        assert!(text.contains("| 900 rows a second | 1.9 % of 470 | 51 ms | 10.0 % of 470 | 1 |"), "{text}");
        assert!(text.contains("100011, 40") && text.contains("| 210 ms |"), "{text}");
        assert!(text.contains("first row, median of 3 and longest | 60 ms, 90 ms |"), "{text}");
    }

    #[test]
    fn a_pace_that_is_missing_is_named() {
        let error = table(&PRINTED.replace("fling", "drag")).unwrap_err().to_string();
        assert_eq!(error, "scroll.mjs says nothing of fling");
        let error = table(&PRINTED.replace("[50]", "[]")).unwrap_err().to_string();
        assert_eq!(error, "scroll.mjs says nothing of filter");
    }
}
