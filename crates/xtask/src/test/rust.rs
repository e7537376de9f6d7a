//! Rust tests on the host: nextest where it is installed, the built-in harness elsewhere.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::provision::which;
use crate::test::count::{Counter, Counts, Runner};
use crate::test::report::Outcome;
use crate::test::session::Session;
use crate::workspace::Workspace;

/// What the built-in harness runs apart from documentation.
const BUILT_IN: [&str; 3] = ["--lib", "--bins", "--tests"];

/// Every test is run, and those that pass are not listed: a log that is cut still shows what failed.
const QUIET: [&str; 5] = ["--no-fail-fast", "--status-level", "slow", "--final-status-level", "flaky"];

/// Tested alone: its tests stand for a browser, whose effects its development dependencies turn on. Built together
/// with the server they would run there too, where no effect belongs.
const BROWSER_LIKE: &str = "requery-leptos";

/// Unit and integration tests of every crate.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let runner = runner();
    if runner == Runner::Libtest {
        eprintln!("notice: cargo-nextest is not installed; cargo test runs the tests instead");
    }
    process::run(&mut build(session.workspace, runner), "build the tests")?;
    let mut command = run(session.workspace, runner, None);
    match (runner, session.has_database()) {
        (Runner::Nextest, false) => command.args(["-E", "not test(postgres)"]),
        (Runner::Libtest, false) => command.args(["--", "--skip", "postgres"]),
        _ => &mut command,
    };
    session.point_to_database(&mut command);
    let together = counted(&mut command, "run the tests", runner)?;
    let mut alone = session.workspace.cargo();
    match runner {
        Runner::Nextest => alone.args(["nextest", "run"]).args(QUIET),
        _ => alone.arg("test").args(BUILT_IN).arg("--no-fail-fast"),
    };
    let alone =
        counted(alone.args(["--package", BROWSER_LIKE]), "run the tests that stand for a browser", runner)?;
    Ok(Outcome::Counted(together.with(alone)))
}

/// Examples in the documentation.
pub(crate) fn doc_tests(workspace: &Workspace) -> Result<Outcome> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--doc", "--workspace", "--no-fail-fast"]);
    counted(&mut cargo, "run the documentation's examples", Runner::Libtest).map(Outcome::Counted)
}

/// The cache under a scheduler that decides which thread goes on: with other locks, in a folder of their own.
pub(crate) fn schedules(workspace: &Workspace) -> Result<Outcome> {
    let mut cargo = workspace.cargo();
    cargo
        .env("RUSTFLAGS", "--cfg requery_shuttle")
        .env("CARGO_TARGET_DIR", workspace.target.join("schedules"));
    cargo.args(["test", "--release", "--package", "requery", "--test", "schedules"]);
    counted(&mut cargo, "run the schedules of threads", Runner::Libtest).map(Outcome::Counted)
}

/// What runs them here.
pub(crate) fn runner() -> Runner {
    if which("cargo-nextest").is_some() { Runner::Nextest } else { Runner::Libtest }
}

/// Compiles without running, on this terminal: cargo shows its progress there.
fn build(workspace: &Workspace, runner: Runner) -> Command {
    let mut cargo = workspace.cargo();
    match runner {
        Runner::Nextest => cargo.args(["nextest", "run"]),
        _ => cargo.arg("test").args(BUILT_IN),
    };
    cargo.args(["--workspace", "--exclude", BROWSER_LIKE, "--no-run"]);
    cargo
}

/// Tests of the workspace or of one package. nextest filters what was built for the workspace, so that nothing is
/// built twice with other features.
pub(crate) fn run(workspace: &Workspace, runner: Runner, package: Option<&str>) -> Command {
    let mut cargo = workspace.cargo();
    if runner == Runner::Nextest {
        let settings = workspace.root.join("crates/xtask/nextest.toml");
        cargo.args(["nextest", "run", "--workspace", "--exclude", BROWSER_LIKE]);
        cargo.args(QUIET).args(["--no-tests", "pass"]);
        cargo.args(["--tool-config-file", &format!("xtask:{}", settings.display())]);
        cargo.args(package.iter().flat_map(|name| ["-E".to_owned(), format!("package({name})")]));
    } else {
        cargo.arg("test").args(BUILT_IN).arg("--no-fail-fast");
        match package {
            Some(name) => cargo.args(["--package", name]),
            None => cargo.args(["--workspace", "--exclude", BROWSER_LIKE]),
        };
    }
    cargo
}

/// Runs a command and counts; broken without a failed test is an error.
pub(crate) fn counted(command: &mut Command, what: &str, runner: Runner) -> Result<Counts> {
    let mut counter = Counter::new(runner);
    let status = process::run_reading(command, what, |line| counter.read(line))?;
    match (status.success(), counter.finish()) {
        (true, counts) => Ok(counts.unwrap_or_default()),
        (false, Some(counts)) if counts.failed > 0 => Ok(counts),
        (false, _) => bail!("failed to {what}: {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Result<Counts> {
        counted(Command::new("sh").args(["-c", text]), "run a script", Runner::Node)
    }

    #[test]
    fn failed_tests_are_counted_and_not_an_error() {
        let counts = script("echo '# pass 2'; echo '# fail 1'; exit 1").unwrap();
        assert_eq!(counts, Counts { passed: 2, failed: 1, ..Counts::default() });
    }

    #[test]
    fn a_runner_that_breaks_is_an_error_whatever_passed_before() {
        let error = script("echo '# pass 2'; exit 101").unwrap_err().to_string();
        assert!(error.contains("run a script") && error.contains("101"), "{error}");
    }
}
