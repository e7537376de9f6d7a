//! What is measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::test::coverage::lines::{Covered, Lines, test_modules};
use crate::workspace::Workspace;

/// A crate, or files of one.
pub(crate) struct Part {
    /// As it is printed.
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    /// In the crate's `src`; all of it where none is named.
    files: &'static [&'static str],
}

/// In the order of the table.
///
/// Left out of the dashboard are its views, and what is done to leads over a page (`pages/desk`): handlers of events of a
/// browser's document, which no test but the journeys in Chromium can give. What of them needs no document is tested in its
/// place, and is too little to stand for the rest.
pub(crate) const PARTS: [Part; 3] = [
    Part { name: "client", package: "client", files: &[] },
    Part { name: "requery-leptos", package: "requery-leptos", files: &[] },
    Part {
        name: "dashboard's hooks, providers",
        package: "dashboard",
        files: &[
            "clock.rs",
            "connection.rs",
            "data.rs",
            "data/columns.rs",
            "data/enrichment.rs",
            "data/palette.rs",
            "desk.rs",
            "prefetch.rs",
            "reaction.rs",
            "state.rs",
            "toast.rs",
        ],
    },
];

/// The lines of each part.
pub(crate) fn covered(workspace: &Workspace, report: &BTreeMap<PathBuf, Lines>) -> Result<Vec<Covered>> {
    PARTS.iter().map(|part| part.covered(workspace, report)).collect()
}

impl Part {
    fn covered(&self, workspace: &Workspace, report: &BTreeMap<PathBuf, Lines>) -> Result<Covered> {
        let folder = workspace.package(self.package)?.folder().join("src");
        let wanted = self.wanted(&folder)?;
        let mut sum = Covered::default();
        for (file, lines) in report.iter().filter(|(file, _)| wanted.contains(file)) {
            let covered = Covered::of(lines, &source(file)?);
            eprintln!("{:>6.1} %  {}", covered.permille() as f64 / 10.0, shown(workspace, file));
            sum = sum.with(covered);
        }
        if sum.lines == 0 {
            bail!("no line of {} was measured", self.name);
        }
        Ok(sum)
    }

    /// The files that count, whether they were compiled or not.
    fn wanted(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        if self.files.is_empty() {
            return without_tests(folder);
        }
        let files: Vec<_> = self.files.iter().map(|file| folder.join(file)).collect();
        match files.iter().find(|file| !file.exists()) {
            Some(gone) => bail!("{} is measured and not there", gone.display()),
            None => Ok(files),
        }
    }
}

fn shown(workspace: &Workspace, file: &Path) -> String {
    file.strip_prefix(&workspace.root).unwrap_or(file).display().to_string()
}

fn source(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))
}

/// The sources in a folder but those that are for tests alone.
fn without_tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut tests, mut folders) = (Vec::new(), Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let listing = || format!("failed to list {}", folder.display());
        for entry in fs::read_dir(&folder).with_context(listing)? {
            let path = entry.with_context(listing)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let modules = modules_of(&path);
                tests.extend(
                    test_modules(&source(&path)?).iter().map(|name| modules.join(format!("{name}.rs"))),
                );
                found.push(path);
            }
        }
    }
    found.retain(|file| !tests.contains(file));
    Ok(found)
}

/// Where a file's modules lie: beside a crate's root and a `mod.rs`, in a folder of its own name for any other.
fn modules_of(file: &Path) -> PathBuf {
    let is_root = file.file_name().is_some_and(|name| name == "lib.rs" || name == "mod.rs");
    if is_root { file.with_file_name("") } else { file.with_extension("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_count_and_modules_of_tests_do_not() {
        let workspace = Workspace::locate().unwrap();
        let folder = workspace.package("client").unwrap().folder().join("src");
        let found = without_tests(&folder).unwrap();
        for counts in ["lib.rs", "bridge.rs", "bridge/jobs.rs", "transport/native.rs"] {
            assert!(found.contains(&folder.join(counts)), "{counts}");
        }
        for does_not in ["bridge/tests.rs", "bridge/rig.rs"] {
            assert!(folder.join(does_not).exists() && !found.contains(&folder.join(does_not)), "{does_not}");
        }
    }

    #[test]
    fn every_part_is_there() {
        let workspace = Workspace::locate().unwrap();
        for part in &PARTS {
            let folder = workspace.package(part.package).unwrap().folder().join("src");
            assert!(!part.wanted(&folder).unwrap().is_empty(), "{}", part.name);
        }
    }

    #[test]
    fn what_was_not_measured_is_no_hundred_per_cent() {
        let workspace = Workspace::locate().unwrap();
        let error = covered(&workspace, &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("no line of client"), "{error}");
    }
}
