//! What the Markdown files say is there, is there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::test::count::Counts;
use crate::test::report::Outcome;
use crate::workspace::{Package, Workspace};

/// Checks the README of every crate, the documents of the root and the book; each file counts as one test.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome> {
    let mut counts = Counts::default();
    let mut note = |file: &Path, problems: Vec<String>| {
        for problem in &problems {
            eprintln!("{}: {problem}", file.display());
        }
        let failed = i64::from(!problems.is_empty());
        counts.add(Counts { passed: 1 - failed, failed, ..Counts::default() });
    };
    for package in &workspace.packages {
        let file = package.folder().join("README.md");
        note(&file, crate_problems(package, &file)?);
    }
    for file in root_documents(workspace)? {
        note(&file, document_problems(&file, &read(&file)?));
    }
    Ok(Outcome::Counted(counts))
}

fn crate_problems(package: &Package, file: &Path) -> Result<Vec<String>> {
    if !file.exists() {
        return Ok(vec!["the crate has no README".into()]);
    }
    let text = read(file)?;
    let mut problems = document_problems(file, &text);
    if text.lines().next() != Some(format!("# {}", package.name).as_str()) {
        problems.push(format!("the first line is not `# {}`", package.name));
    }
    if let Some(library) = package.library()
        && has_rust_example(&text)
        && !read(library)?.contains("include_str!(\"../README.md\")")
    {
        problems.push(
            "has a Rust example that no doc test compiles; include the file in the crate's docs".into(),
        );
    }
    Ok(problems)
}

fn document_problems(file: &Path, text: &str) -> Vec<String> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let dead = links(text).into_iter().filter(|link| !folder.join(link).exists());
    dead.map(|link| format!("links to {link}, which is not there")).collect()
}

fn root_documents(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["", "docs", "docs/book/src"].map(|folder| workspace.root.join(folder)) {
        if !folder.exists() {
            continue;
        }
        let listing = || format!("failed to list {}", folder.display());
        for entry in fs::read_dir(&folder).with_context(listing)? {
            let path = entry.with_context(listing)?.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Targets of links to files, and files of pictures, without fragments; code is left out.
fn links(text: &str) -> Vec<String> {
    let prose = outside_code(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let behind = |name| prose.split(name).skip(1).filter_map(|rest| rest.split('"').next());
    let pictures = [" src=\"", " srcset=\""].into_iter().flat_map(behind);
    let files =
        targets.chain(pictures).filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    let paths = files.map(|target| target.split('#').next().unwrap_or_default().to_owned());
    paths.filter(|path| !path.is_empty()).collect()
}

fn outside_code(text: &str) -> String {
    let mut in_block = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            // Every second part between backticks is code.
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

/// Whether a block is Rust that a doc test would compile.
fn has_rust_example(text: &str) -> bool {
    let fences = text.lines().filter_map(|line| line.trim_start().strip_prefix("```"));
    fences.into_iter().any(|language| language == "rust" || language.starts_with("rust,no_run"))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_prose_only() {
        let text = "See [a](docs/a.md#top) and [b](https://b.example), `[c](c.md)`.\n\
            ```text\n[d](d.md)\n```\n[e](#here) [f](f.md \"title\")";
        assert_eq!(links(text), ["docs/a.md", "f.md"]);
    }

    #[test]
    fn pictures_are_found_as_links_are() {
        let text =
            "<source media=\"(dark)\" srcset=\"dark.webp\">\n<img alt=\"A page\" src=\"light.webp\">\n";
        assert_eq!(links(text), ["light.webp", "dark.webp"]);
    }

    #[test]
    fn a_dead_link_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("there.md"), "").unwrap();
        let problems = document_problems(&folder.path().join("README.md"), "[a](there.md) [b](gone.md)");
        assert_eq!(problems, ["links to gone.md, which is not there"]);
    }

    #[test]
    fn only_rust_that_compiles_is_an_example() {
        assert!(has_rust_example("```rust\nfn main() {}\n```"));
        assert!(!has_rust_example("```rust,ignore\nx\n```\n```json\n{}\n```"));
    }
}
