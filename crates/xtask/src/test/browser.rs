//! The journeys in Chromium, against the real binary.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::provision::node;
use crate::test::count::{Counts, Runner};
use crate::test::report::Outcome;
use crate::test::rust::counted;
use crate::test::session::Session;
use crate::up;
use crate::web::budget;

/// Runs the suite in `tests/browser`.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let folder = session.workspace.root.join("tests/browser");
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("they need Node {} or newer", node::OLDEST)));
    };
    let Some(chromium) = &session.needs.chromium else {
        return Ok(Outcome::Skipped("they need Chromium".into()));
    };
    if !session.has_page {
        return Ok(Outcome::Skipped("the page was not built".into()));
    }
    node.install(&folder)?;
    let program = up::build_with_tests(session.workspace)?;
    let journey = |file: &Path| {
        let mut command = session.workspace.command(&node.node);
        command.current_dir(&folder);
        command.args(["--test", "--test-reporter=spec"]).arg(file);
        command.env("LETIP_BIN", &program).env("LETIP_CHROMIUM", chromium);
        command.env("LETIP_VISIT_LIMIT", budget::VISIT.to_string());
        command.env("LETIP_SCREENSHOTS", session.workspace.root.join("target/screenshots"));
        if let Some(page) = &session.developer_page {
            command.env("LETIP_DEVELOPER_PAGE", page);
        }
        session.point_to_database(&mut command);
        counted(&mut command, "run the browser tests", Runner::Node)
    };
    let mut sum = Counts::default();
    for file in journeys(&folder)? {
        sum.add(twice_at_most(|| journey(&file))?);
    }
    Ok(Outcome::Counted(sum))
}

/// As nextest does it with the Rust tests: what passes only when it is run again is said to be flaky.
fn twice_at_most(run: impl Fn() -> Result<Counts>) -> Result<Counts> {
    let first = run()?;
    if first.failed == 0 {
        return Ok(first);
    }
    eprintln!("once more, because of: {}", first.failures.join(", "));
    let second = run()?;
    if second.failed > 0 {
        return Ok(second);
    }
    Ok(Counts { flaky: first.failed, failures: first.failures, ..second })
}

/// The test files, in one order: Node's own search differs between its versions.
fn journeys(folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = folder.join("journeys");
    let listing = || format!("failed to list {}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(&folder).with_context(listing)?.collect();
    let mut files: Vec<PathBuf> = entries.with_context(listing)?.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn runs(outcomes: [i64; 2]) -> (Counts, usize) {
        let run = Cell::new(0);
        let counts = twice_at_most(|| {
            let failed = outcomes[run.replace(run.get() + 1)];
            let failures = (0..failed).map(|n| format!("journey {n}")).collect();
            Ok(Counts { passed: 5 - failed, failed, failures, ..Counts::default() })
        });
        (counts.unwrap(), run.get())
    }

    #[test]
    fn a_file_that_failed_is_run_once_more() {
        let counts = |passed, failed, flaky| {
            let failures = (0..failed + flaky).map(|n| format!("journey {n}")).collect();
            Counts { passed, failed, flaky, failures, ..Counts::default() }
        };
        assert_eq!(runs([0, 9]), (counts(5, 0, 0), 1));
        assert_eq!(runs([2, 0]), (counts(5, 0, 2), 2));
        assert_eq!(runs([2, 1]), (counts(4, 1, 0), 2));
    }
}
