//! How many lines of the data layer its own tests run: the client, the hooks, and what the pages add to them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::process::group::Group;
use crate::provision::llvm::{self, Llvm};
use crate::test::count::{Counts, Runner};
use crate::test::coverage::lines::Covered;
use crate::test::coverage::parts::PARTS;
use crate::test::report::Outcome;
use crate::test::rust::counted;
use crate::test::wasm::executable;
use crate::workspace::Workspace;

mod lines;
mod parts;

/// The least share of lines, in percent, that tests of a part have to run.
const LEAST: u64 = 80;

/// What is built together: packages, and features in which the server and the command line build them. The hooks are
/// tested apart, as in the step of all tests: theirs stand for a browser.
const BUILDS: [&[&str]; 2] = [
    &["--package", "client", "--package", "dashboard", "--features", "client/native,dashboard/ssr"],
    &["--package", "requery-leptos"],
];

/// A compiler that counts, for these packages alone: what they use is built as ever.
const INSTRUMENT: &str = "#!/bin/sh\ncase \"$CARGO_PKG_NAME\" in\nclient | dashboard | requery-leptos) exec \"$@\" -C \
                          instrument-coverage ;;\n*) exec \"$@\" ;;\nesac\n";

/// Runs the tests of these packages once more, built to count, prints the share of each part, and fails where one has
/// too little. Of the tests, which were counted before, only what fails here is told.
pub(crate) fn measure(workspace: &Workspace) -> Result<Outcome> {
    let llvm = match llvm::provide(workspace) {
        Ok(llvm) => llvm,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    let folder = Folder::prepare(workspace)?;
    let mut programs = Vec::new();
    for packages in BUILDS {
        programs.extend(folder.build(workspace, packages)?);
    }
    folder.forget_profiles()?;
    let mut broken = Counts::default();
    for packages in BUILDS {
        broken.add(failures(|| folder.run(workspace, packages))?);
    }
    if broken.failed > 0 {
        return Ok(Outcome::Counted(broken));
    }
    let report = folder.report(&llvm, &programs)?;
    let covered = parts::covered(workspace, &lines::read(&report))?;
    print!("{}", table(&covered));
    judge(&covered)?;
    Ok(Outcome::Counted(broken))
}

/// What fails in a run, and then in a second one: compiled to count, tests have another pace, and one that passes only
/// when it is run again is flaky here as it is in the step of all tests.
fn failures(run: impl Fn() -> Result<Counts>) -> Result<Counts> {
    let first = run()?;
    if first.failed == 0 {
        return Ok(Counts::default());
    }
    let again = run()?;
    let (failed, flaky) = (again.failed, if again.failed == 0 { first.failed } else { 0 });
    let failures = if failed > 0 { again.failures } else { first.failures };
    Ok(Counts { passed: flaky, failed, flaky, failures, skipped: 0 })
}

fn table(covered: &[Covered]) -> String {
    let mut text = format!("\n{:<28} {:>7} {:>7} {:>8}\n", "part", "lines", "run", "share");
    for (part, covered) in PARTS.iter().zip(covered) {
        let share = covered.permille() as f64 / 10.0;
        text += &format!("{:<28} {:>7} {:>7} {share:>6.1} %\n", part.name, covered.lines, covered.run);
    }
    text + "Lines of tests do not count, nor do files that are compiled for a browser alone: the journeys in Chromium run \
            those.\n"
}

fn judge(covered: &[Covered]) -> Result<()> {
    let is_short = |covered: &Covered| covered.permille() < LEAST * 10;
    let short: Vec<_> =
        PARTS.iter().zip(covered).filter(|(_, it)| is_short(it)).map(|(it, _)| it.name).collect();
    if !short.is_empty() {
        bail!("tests run less than {LEAST} % of the lines of: {}", short.join(", "));
    }
    Ok(())
}

/// What is built and written for this alone.
struct Folder(PathBuf);

impl Folder {
    fn prepare(workspace: &Workspace) -> Result<Self> {
        let folder = Self(workspace.target.join("coverage"));
        fs::create_dir_all(&folder.0).with_context(|| format!("failed to make {}", folder.0.display()))?;
        let compiler = folder.compiler();
        process::write_file(&compiler, INSTRUMENT)?;
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&compiler, mode).context("failed to make the counting compiler a program")?;
        Ok(folder)
    }

    fn compiler(&self) -> PathBuf {
        self.0.join("instrument")
    }

    fn profiles(&self) -> PathBuf {
        self.0.join("profiles")
    }

    fn cargo(&self, workspace: &Workspace, packages: &[&str]) -> Command {
        let mut cargo = workspace.cargo();
        cargo.env("CARGO_TARGET_DIR", &self.0).env("RUSTC_WORKSPACE_WRAPPER", self.compiler());
        cargo.env("LLVM_PROFILE_FILE", self.profiles().join("%p-%m.profraw"));
        cargo.args(["test", "--lib", "--tests"]).args(packages);
        cargo
    }

    /// Runs the tests; the programs that have a failed one write what they ran all the same.
    fn run(&self, workspace: &Workspace, packages: &[&str]) -> Result<Counts> {
        let mut cargo = self.cargo(workspace, packages);
        counted(cargo.arg("--no-fail-fast"), "run the tests that are counted", Runner::Libtest)
    }

    /// Builds the tests; where their programs are.
    fn build(&self, workspace: &Workspace, packages: &[&str]) -> Result<Vec<PathBuf>> {
        let mut cargo = self.cargo(workspace, packages);
        cargo.args(["--no-run", "--message-format", "json-render-diagnostics"]);
        let what = "build the tests that are counted";
        let mut build = Group::spawn(cargo.stdout(Stdio::piped()), what)?;
        let lines = BufReader::new(build.take_stdout().context("cargo has no output")?).lines();
        let programs = lines.map_while(Result::ok).filter_map(|line| executable(&line)).collect();
        process::expect_success(build.wait()?, what)?;
        Ok(programs)
    }

    /// Those of another run.
    fn forget_profiles(&self) -> Result<()> {
        let folder = self.profiles();
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
        }
        Ok(())
    }

    /// What the programs wrote, in the form of `lcov`.
    fn report(&self, llvm: &Llvm, programs: &[PathBuf]) -> Result<String> {
        let sum = self.0.join("sum.profdata");
        let mut merge = Command::new(&llvm.profdata);
        merge.args(["merge", "--sparse", "--output"]).arg(&sum).args(files(&self.profiles())?);
        process::run(&mut merge, "sum what the tests ran")?;
        let mut export = Command::new(&llvm.cov);
        export.args(["export", "--format", "lcov", "--instr-profile"]).arg(&sum);
        let (first, rest) = programs.split_first().context("cargo built no tests")?;
        export.arg(first).args(rest.iter().flat_map(|program| ["--object".as_ref(), program.as_os_str()]));
        process::query(&mut export).context("failed to read what the tests ran")
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = || format!("failed to list {}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).with_context(listing)?.collect();
    Ok(entries.with_context(listing)?.iter().map(fs::DirEntry::path).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn covered(run: [u64; PARTS.len()]) -> Vec<Covered> {
        run.into_iter().map(|run| Covered { lines: 1000, run }).collect()
    }

    #[test]
    fn every_part_has_its_own_share_to_reach() {
        assert!(judge(&covered([800, 1000, 800])).is_ok());
        let error = judge(&covered([1000, 1000, 799])).unwrap_err().to_string();
        assert!(error.contains(PARTS[2].name) && !error.contains(PARTS[0].name), "{error}");
    }

    #[test]
    fn a_test_that_fails_twice_failed_and_one_that_fails_once_is_flaky() {
        let fails = |times: u32| {
            let runs = Cell::new(0);
            let counts = failures(|| {
                runs.set(runs.get() + 1);
                let failed = runs.get() <= times;
                let failures = if failed { vec!["a::b".to_owned()] } else { Vec::new() };
                Ok(Counts { passed: 9, failed: failed.into(), failures, ..Counts::default() })
            });
            (counts.unwrap(), runs.get())
        };
        let named = Counts { failures: vec!["a::b".to_owned()], ..Counts::default() };
        assert_eq!(fails(0), (Counts::default(), 1));
        assert_eq!(fails(1), (Counts { passed: 1, flaky: 1, ..named.clone() }, 2));
        assert_eq!(fails(2), (Counts { failed: 1, ..named }, 2));
    }

    #[test]
    fn the_table_has_a_line_a_part() {
        let text = table(&covered([800, 905, 1000]));
        assert!(PARTS.iter().all(|part| text.contains(part.name)) && text.contains("90.5 %"), "{text}");
    }

    #[test]
    fn the_compiler_counts_in_the_packages_that_are_measured() {
        for part in &PARTS {
            assert!(INSTRUMENT.contains(part.package) && BUILDS.iter().any(|it| it.contains(&part.package)));
        }
    }
}
