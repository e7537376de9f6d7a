//! Coverage-guided fuzzing, bounded: the targets in a crate's `fuzz` folder, which cargo-fuzz runs for as long as one likes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::provision::apt::Package;
use crate::provision::which;
use crate::test::count::Counts;
use crate::test::report::Outcome;
use crate::workspace::Workspace;

/// Whose targets are run. Those of `enrichment` take ten minutes to build, for a database that they never ask.
const PACKAGE: &str = "socketio-client";

/// How many inputs each target is given.
const INPUTS: u32 = 1_000_000;

/// What builds libFuzzer.
pub(crate) const COMPILER: Package = Package { name: "g++", purpose: "fuzzing, whose engine is C++" };

/// What cargo-fuzz has the compiler add, but for its sanitizers, which a stable compiler does not have.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Runs every target on inputs that follow from one seed: what passes once passes again.
pub(crate) fn targets(workspace: &Workspace) -> Result<Outcome> {
    if !has_compiler() {
        return Ok(Outcome::Skipped(format!("it needs a C++ compiler, such as Debian's {}", COMPILER.name)));
    }
    let fuzz = workspace.package(PACKAGE)?.folder().join("fuzz");
    let programs = build(workspace, &fuzz)?;
    let mut counts = Counts::default();
    for name in names(&fuzz)? {
        run(workspace, &programs.join(&name))?;
        println!("{PACKAGE}: {name} withstood {INPUTS} inputs");
        counts.passed += 1;
    }
    Ok(Outcome::Counted(counts))
}

pub(crate) fn has_compiler() -> bool {
    which("c++").is_some()
}

/// Builds the targets of a folder; answers where their programs are.
fn build(workspace: &Workspace, fuzz: &Path) -> Result<PathBuf> {
    let host = workspace.host().context("rustc does not say what machine this is")?;
    let target = workspace.target.join("fuzz");
    let mut cargo = workspace.cargo();
    cargo.current_dir(fuzz).env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &target);
    // With a target named, programs that only run during the build stay without these flags.
    cargo.args(["build", "--release", "--locked", "--target", &host]);
    process::run(&mut cargo, "build the fuzz targets")?;
    Ok(target.join(host).join("release"))
}

/// The targets of a folder, in one order.
fn names(fuzz: &Path) -> Result<Vec<String>> {
    let folder = fuzz.join("fuzz_targets");
    let listing = || format!("failed to list {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(listing)? {
        let file = entry.with_context(listing)?.path();
        names.extend(file.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn run(workspace: &Workspace, program: &Path) -> Result<()> {
    let found = workspace.target.join("fuzz/found/");
    fs::create_dir_all(&found).with_context(|| format!("failed to make {}", found.display()))?;
    let mut command = workspace.command(program);
    command.args(["-seed=1", "-verbosity=0", &format!("-runs={INPUTS}")]);
    command.arg(format!("-artifact_prefix={}/", found.display()));
    process::run(&mut command, "withstand what the fuzzer made; it has written the input down")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_named_by_their_files() {
        let workspace = Workspace::locate().unwrap();
        let fuzz = workspace.package(PACKAGE).unwrap().folder().join("fuzz");
        assert_eq!(names(&fuzz).unwrap(), ["engine", "packets"]);
    }
}
