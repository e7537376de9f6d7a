//! Everything public is used in an example: in its own documentation, in the README or in `docs/`. All of them are doc
//! tests.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is reached through something else only, and cannot be named outside of the crate.
const WITHOUT_A_NAME: [&str; 2] = ["KeyFloat", "KeyInt"];

fn root() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap())
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text of a source file before its unit tests.
fn source(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// The words of the code blocks of some markdown.
fn words_of_examples(markdown: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut words = BTreeSet::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            words.extend(line.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    words
}

/// The documentation comments of a source file as markdown.
fn documentation(source: &str) -> String {
    let comments = source.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))
    });
    comments.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// The names of what a source file makes public.
fn public_names(source: &str) -> Vec<String> {
    let kinds = ["fn", "struct", "enum", "trait", "type"];
    let named = source.lines().filter_map(|line| {
        let mut words = line.trim_start().strip_prefix("pub ")?.split_whitespace();
        let kind = words.find(|word| !matches!(*word, "async" | "const"))?;
        let name = words.next().filter(|_| kinds.contains(&kind))?;
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    });
    named.map(str::to_owned).collect()
}

#[test]
fn everything_public_is_used_in_an_example() {
    let root = root();
    let sources: Vec<(PathBuf, String)> =
        files(&root.join("src"), "rs").into_iter().map(|path| (path.clone(), source(&path))).collect();
    let mut used: BTreeSet<String> =
        sources.iter().flat_map(|(_, source)| words_of_examples(&documentation(source))).collect();
    for page in files(&root.join("docs"), "md").into_iter().chain([root.join("README.md")]) {
        used.extend(words_of_examples(&std::fs::read_to_string(page).unwrap()));
    }
    let mut missing: Vec<String> = Vec::new();
    for (path, source) in &sources {
        let is_shown = |name: &String| used.contains(name) || WITHOUT_A_NAME.contains(&name.as_str());
        let names = public_names(source).into_iter().filter(|name| !is_shown(name));
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        missing.extend(names.map(|name| format!("{name} ({file})")));
    }
    assert!(missing.is_empty(), "no example uses:\n{}", missing.join("\n"));
}

#[test]
fn every_page_of_examples_is_a_doc_test() {
    let library = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for page in files(&root().join("docs"), "md") {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(library.contains(&format!("include_str!(\"../docs/{name}\")")), "{name} is not run");
    }
}
