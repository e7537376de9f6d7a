//! The parity table: every behaviour of the list, and the tests that show it.
//!
//! `docs/parity.md` is made from `tests/parity/rows.txt`. A row names tests, or says why the behaviour has no meaning here.
//! This fails when a named test does not exist, when an item of the list has no row, and when the page is not what the
//! rows say; `REQUERY_WRITE_PARITY=1 cargo test -p requery --test parity` writes it anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every item of the behaviour list, the traps, and what goes beyond.
fn items() -> BTreeSet<String> {
    let numbered = [("F1", 15), ("F2", 12), ("F7", 10)];
    let of_group = |(group, last): (&'static str, u32)| (1..=last).map(move |n| format!("{group}.{n}"));
    let whole = ["F3", "F4", "F5", "F6", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15", "F16"];
    let traps = (1..=12).map(|n| format!("R{n}"));
    let beyond = (1..=9).map(|n| format!("B{n}"));
    numbered
        .into_iter()
        .flat_map(of_group)
        .chain(whole.map(str::to_owned))
        .chain(traps)
        .chain(beyond)
        .collect()
}

struct Row {
    item: String,
    behaviour: String,
    tests: Vec<String>,
    note: String,
}

fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap())
}

/// Rows are `item | behaviour | tests | note`; a line that begins with `#` is a heading.
fn rows() -> Vec<Result<Row, String>> {
    let text = std::fs::read_to_string(root().join("tests/parity/rows.txt")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            if let Some(heading) = line.strip_prefix('#') {
                return Err(heading.trim().to_owned());
            }
            let mut parts = line.split('|').map(str::trim);
            let mut next = || parts.next().unwrap_or_default().to_owned();
            let (item, behaviour, tests, note) = (next(), next(), next(), next());
            Ok(Row { item, behaviour, tests: tests.split_whitespace().map(str::to_owned).collect(), note })
        })
        .collect()
}

/// The names of all tests of the crate, and where they are.
fn tests() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["src", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            for name in names(&std::fs::read_to_string(&path).unwrap()) {
                found.insert(name, file.clone());
            }
        }
    }
}

/// The functions that follow a `#[test]` or the like, and those of a `proptest!`.
fn names(source: &str) -> Vec<String> {
    let is_marked = |line: &str| {
        line.trim_start().starts_with("#[test]") || line.trim_start().starts_with("#[tokio::test")
    };
    let name = |line: &str| {
        let rest = line.trim_start().trim_start_matches("async ").strip_prefix("fn ")?;
        Some(rest.split(['(', '<']).next()?.to_owned())
    };
    let mut marked = false;
    let mut all = Vec::new();
    for line in source.lines() {
        let found = name(line).filter(|_| marked);
        marked = (marked && found.is_none()) || is_marked(line);
        all.extend(found);
    }
    all
}

fn render(rows: &[Result<Row, String>], tests: &BTreeMap<String, String>) -> String {
    let mut page = "# Parity\n\nWhat the reference, TanStack Query v5 (query-core 5.108), does, and the tests of `crates/requery` \
                    that show the same of this cache. Where a behaviour has no meaning in Rust, the table says what there is \
                    instead.\n\nGenerated: `REQUERY_WRITE_PARITY=1 cargo test -p requery --test parity`. The same test, without \
                    the variable, fails when a named test does not exist.\n"
        .to_owned();
    for row in rows {
        match row {
            Err(heading) => {
                let _ = write!(page, "\n## {heading}\n\n| item | behaviour | shown by |\n|---|---|---|\n");
            }
            Ok(row) => {
                let link = |test: &String| {
                    let file = tests.get(test).map_or("", String::as_str);
                    format!("[`{test}`](../crates/requery/{file})")
                };
                let shown: Vec<String> = row.tests.iter().map(link).collect();
                let note = if row.note.is_empty() || shown.is_empty() {
                    row.note.clone()
                } else {
                    format!(". {}", row.note)
                };
                let _ = writeln!(page, "| {} | {} | {}{note} |", row.item, row.behaviour, shown.join(", "));
            }
        }
    }
    page
}

#[test]
fn every_row_names_tests_that_exist_or_a_reason() {
    let tests = tests();
    for row in rows().iter().flatten() {
        assert!(!row.tests.is_empty() || !row.note.is_empty(), "{}: {} has neither", row.item, row.behaviour);
        for test in &row.tests {
            assert!(tests.contains_key(test), "{}: there is no test {test}", row.item);
        }
    }
}

#[test]
fn every_item_of_the_list_has_a_row() {
    let named: BTreeSet<String> = rows().into_iter().flatten().map(|row| row.item).collect();
    let missing: Vec<String> = items().difference(&named).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_page_is_what_the_rows_say() {
    let page = render(&rows(), &tests());
    let path = root().join("../../docs/parity.md");
    if std::env::var_os("REQUERY_WRITE_PARITY").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/parity.md is out of date: REQUERY_WRITE_PARITY=1 cargo test -p requery --test parity"
    );
}
