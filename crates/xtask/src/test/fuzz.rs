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

/// Whose targets are run, and how many inputs each of them is given: what takes about a minute a crate.
const PACKAGES: [(&str, u32); 2] = [("extraction", 200_000), ("socketio-client", 1_000_000)];

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
    let mut counts = Counts::default();
    for (package, inputs) in PACKAGES {
        let fuzz = workspace.package(package)?.folder().join("fuzz");
        let programs = build(workspace, &fuzz)?;
        for name in names(&fuzz)? {
            run(workspace, &programs.join(&name), &seeds(&fuzz, &name)?, inputs)?;
            println!("{package}: {name} withstood {inputs} inputs");
            counts.passed += 1;
        }
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
    let files = files(&fuzz.join("fuzz_targets"))?;
    Ok(files
        .iter()
        .filter_map(|file| file.file_stem())
        .map(|stem| stem.to_string_lossy().into_owned())
        .collect())
}

/// What the inputs of a target are made from, where it has more to begin with than nothing.
fn seeds(fuzz: &Path, target: &str) -> Result<Vec<PathBuf>> {
    let folder = fuzz.join("seeds").join(target);
    if folder.is_dir() { files(&folder) } else { Ok(Vec::new()) }
}

/// The files of a folder, in one order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = || format!("failed to list {}", folder.display());
    let entries = fs::read_dir(folder).with_context(listing)?;
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>().with_context(listing)?;
    files.sort();
    Ok(files)
}

fn run(workspace: &Workspace, program: &Path, seeds: &[PathBuf], inputs: u32) -> Result<()> {
    let found = workspace.target.join("fuzz/found/");
    fs::create_dir_all(&found).with_context(|| format!("failed to make {}", found.display()))?;
    let mut command = workspace.command(program);
    command.args(["-seed=1", "-verbosity=0", &format!("-runs={inputs}")]);
    if !seeds.is_empty() {
        let seeds: Vec<_> = seeds.iter().map(|seed| seed.display().to_string()).collect();
        command.arg(format!("-seed_inputs={}", seeds.join(",")));
    }
    command.arg(format!("-artifact_prefix={}/", found.display()));
    process::run(&mut command, "withstand what the fuzzer made; it has written the input down")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_named_by_their_files() {
        let workspace = Workspace::locate().unwrap();
        let fuzz = |package| workspace.package(package).unwrap().folder().join("fuzz");
        assert_eq!(names(&fuzz("socketio-client")).unwrap(), ["engine", "packets"]);
        assert_eq!(names(&fuzz("extraction")).unwrap(), ["extract"]);
        assert!(seeds(&fuzz("socketio-client"), "engine").unwrap().is_empty());
        assert!(!seeds(&fuzz("extraction"), "extract").unwrap().is_empty());
    }
}
