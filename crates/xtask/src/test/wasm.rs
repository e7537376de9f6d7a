//! The page's code for the target it runs on.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::provision::is_executable;
use crate::provision::wasm_std::{TARGET, WasmStd};
use crate::test::count::{Counts, Runner};
use crate::test::report::Outcome;
use crate::test::rust::counted;
use crate::test::session::Session;
use crate::web::CRATE;
use crate::workspace::Workspace;

/// The test runner's version, which must be wasm-bindgen's.
const BINDGEN: &str = "0.2.130";

/// Lints of what only the browser's side compiles.
pub(crate) fn clippy(session: &Session<'_>) -> Result<Outcome> {
    if WasmStd::detect(session.workspace, session.choice) != Some(WasmStd::Toolchain) {
        return Ok(Outcome::Skipped(format!("the toolchain has no {TARGET}")));
    }
    let mut cargo = session.workspace.cargo();
    cargo.args(["clippy", "--package", CRATE, "--lib", "--target", TARGET]);
    cargo.args(["--no-default-features", "--features", "hydrate"]);
    cargo.arg("--target-dir").arg(session.workspace.target.join("wasm"));
    process::run(cargo.args(["--", "-D", "warnings"]), "pass clippy for WASM")?;
    Ok(Outcome::Done)
}

/// Tests called `wasm*` of the crates that have wasm-bindgen-test.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let found = test_targets(session.workspace);
    if found.is_empty() {
        return Ok(Outcome::Skipped(
            "no crate has tests that run as WASM; the browser tests run the page".into(),
        ));
    }
    let std = WasmStd::provide(session.workspace, session.choice)?;
    let harness = harness(session.workspace)?;
    let mut sum = Counts::default();
    for (package, test) in found {
        let target = session.workspace.target.join("wasm");
        let mut cargo = std.cargo(session.workspace, &target)?;
        cargo.args(["test", "--package", package, "--test", test, "--target", TARGET, "--no-fail-fast"]);
        cargo.arg("--target-dir").arg(&target).args(std.flags());
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &harness);
        sum = sum.with(counted(&mut cargo, "run the WASM tests", Runner::Libtest)?);
    }
    Ok(Outcome::Counted(sum))
}

fn test_targets(workspace: &Workspace) -> Vec<(&str, &str)> {
    let has_harness = |package: &&crate::workspace::Package| {
        package.dependencies.iter().any(|it| it.name == "wasm-bindgen-test")
    };
    let tests = |package| {
        let package: &crate::workspace::Package = package;
        let is_ours = |target: &&crate::workspace::Target| {
            target.kind.iter().any(|kind| kind == "test") && target.name.starts_with("wasm")
        };
        package.targets.iter().filter(is_ours).map(|target| (package.name.as_str(), target.name.as_str()))
    };
    workspace.packages.iter().filter(has_harness).flat_map(tests).collect()
}

/// wasm-bindgen's test runner, installed into the target folder.
fn harness(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("tools").join(format!("wasm-bindgen-{BINDGEN}"));
    let program = folder.join("bin/wasm-bindgen-test-runner");
    if !is_executable(&program) {
        eprintln!("installing wasm-bindgen-cli {BINDGEN}: runs the WASM tests");
        let mut cargo: Command = workspace.cargo();
        cargo.args(["install", "--locked", "wasm-bindgen-cli", "--version", BINDGEN, "--root"]).arg(&folder);
        process::run(&mut cargo, "install wasm-bindgen-cli")?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_has_the_version_that_the_workspace_pins() {
        let workspace = Workspace::locate().unwrap();
        let manifest = std::fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={BINDGEN}\"")));
    }
}
