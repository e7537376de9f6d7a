//! The table of contents, the chapters, what runs them, and the files that they name belong together.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::fs::read_to_string;
use std::path::PathBuf;

/// The languages of blocks. Rust is compiled, and run but for what needs a browser.
const LANGUAGES: [&str; 3] = ["rust", "rust,no_run", "text"];

fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..")
}

fn folder() -> PathBuf {
    root().join("docs/book/src")
}

/// Every chapter's file, by name.
fn chapters() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut chapters: Vec<String> = names.filter(|name| name != "SUMMARY.md").collect();
    chapters.sort();
    chapters
}

/// Calls `check` with the name and the text of every file of the book.
fn in_every_file(check: impl Fn(&str, &str)) {
    for name in chapters().iter().map(String::as_str).chain(["SUMMARY.md"]) {
        check(name, &read_to_string(folder().join(name)).unwrap());
    }
}

/// Targets of links, in the order of the text.
fn links(prose: &str) -> Vec<&str> {
    prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// The text without its blocks.
fn prose(text: &str) -> String {
    let mut is_block = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_block ^= is_fence;
        !is_fence && !is_block
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_chapter_is_in_the_table_of_contents_once() {
    let summary = read_to_string(folder().join("SUMMARY.md")).unwrap();
    let mut listed = links(&summary);
    listed.sort_unstable();
    assert_eq!(listed, chapters());
}

#[test]
fn every_chapter_is_run_in_the_order_of_the_book() {
    let library = read_to_string(root().join("crates/book/src/lib.rs")).unwrap();
    let included = library.split("docs/book/src/").skip(1).filter_map(|rest| rest.split('"').next());
    let summary = read_to_string(folder().join("SUMMARY.md")).unwrap();
    assert_eq!(included.collect::<Vec<_>>(), links(&summary));
}

#[test]
fn every_block_says_what_it_is_and_none_is_left_out() {
    in_every_file(|name, text| {
        let fences = text.lines().filter_map(|line| line.trim_start().strip_prefix("```"));
        for language in fences.step_by(2) {
            assert!(LANGUAGES.contains(&language), "{name}: a block of {language:?}");
        }
    });
}

#[test]
fn links_lead_to_chapters() {
    in_every_file(|name, text| {
        for link in links(&prose(text)) {
            let file = link.split('#').next().unwrap();
            let is_chapter = !file.contains('/') && folder().join(file).is_file();
            assert!(is_chapter, "{name} links to {link}, which no reader of the rendered book has");
        }
    });
}

#[test]
fn files_of_the_repository_that_are_named_are_there() {
    in_every_file(|name, text| {
        for path in prose(text).split('`').skip(1).step_by(2) {
            let is_path = ["crates/", "docs/", "tests/"].iter().any(|folder| path.starts_with(folder));
            assert!(!is_path || root().join(path).exists(), "{name} names {path}, which is not there");
        }
    });
}
