//! What only the browser's side compiles and runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use serde::Deserialize;
use wasm_bindgen_cli_support::Bindgen;

use crate::process;
use crate::process::group::Group;
use crate::provision::node;
use crate::provision::wasm_std::{TARGET, WasmStd};
use crate::test::count::{Counts, Runner};
use crate::test::report::Outcome;
use crate::test::rust::counted;
use crate::test::session::Session;
use crate::web::{CRATE, remove_folder};
use crate::workspace::{Package, Target, Workspace};

/// What the tests are called where they are bound and run.
const MODULE: &str = "tests";

/// Nobody steps through them: what a debugger needs would only be moved about.
const WITHOUT_DEBUG_INFO: &str = "profile.dev.debug=false";

/// Lints of what only the browser's side compiles.
pub(crate) fn clippy(session: &Session<'_>) -> Result<Outcome> {
    if WasmStd::detect(session.workspace, session.choice) != Some(WasmStd::Toolchain) {
        return Ok(Outcome::Skipped(format!("the toolchain has no {TARGET}")));
    }
    let mut cargo = session.workspace.cargo();
    cargo.args(["clippy", "--package", CRATE, "--lib", "--target", TARGET]);
    cargo.args(["--no-default-features", "--features", "hydrate,devtools"]);
    cargo.arg("--target-dir").arg(session.workspace.target.join("wasm"));
    process::run(cargo.args(["--", "-D", "warnings"]), "pass clippy for WASM")?;
    Ok(Outcome::Done)
}

/// Tests called `wasm*` of the crates that have wasm-bindgen-test, in Chromium.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("they need Node {} or newer", node::OLDEST)));
    };
    let Some(chromium) = &session.needs.chromium else {
        return Ok(Outcome::Skipped("they need Chromium".into()));
    };
    let workspace = session.workspace;
    let std = WasmStd::provide(workspace, session.choice)?;
    let runner = workspace.root.join("tests/browser");
    node.install(&runner)?;
    let mut sum = Counts::default();
    for (package, test) in test_targets(workspace) {
        let module = compile(workspace, &std, package, test)?;
        let folder = workspace.target.join("wasm/tests").join(format!("{package}-{test}"));
        bind(&module, &folder)?;
        let mut command = workspace.command(&node.node);
        command.arg(runner.join("wasm.mjs")).arg(&folder).env("LETIP_CHROMIUM", chromium);
        sum.add(counted(&mut command, "run the WASM tests", Runner::Libtest)?);
    }
    Ok(Outcome::Counted(sum))
}

fn test_targets(workspace: &Workspace) -> Vec<(&str, &str)> {
    let has_harness =
        |package: &&Package| package.dependencies.iter().any(|it| it.name == "wasm-bindgen-test");
    let is_for_it =
        |target: &Target| target.kind.iter().any(|kind| kind == "test") && target.name.starts_with("wasm");
    let mut found = Vec::new();
    for package in workspace.packages.iter().filter(has_harness) {
        let tests = package.targets.iter().filter(|target| is_for_it(target));
        found.extend(tests.map(|test| (package.name.as_str(), test.name.as_str())));
    }
    found
}

/// Builds one test program; answers its module.
fn compile(workspace: &Workspace, std: &WasmStd, package: &str, test: &str) -> Result<PathBuf> {
    let target = workspace.target.join("wasm");
    let mut cargo = std.cargo(workspace, &target)?;
    cargo.args(["test", "--no-run", "--package", package, "--test", test, "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics", "--config", WITHOUT_DEBUG_INFO]);
    cargo.arg("--target-dir").arg(&target).args(std.flags());
    let what = "build the WASM tests";
    let mut build = Group::spawn(cargo.stdout(Stdio::piped()), what)?;
    let lines = BufReader::new(build.take_stdout().context("cargo has no output")?).lines();
    let modules: Vec<PathBuf> = lines.map_while(Result::ok).filter_map(|line| executable(&line)).collect();
    process::expect_success(build.wait()?, what)?;
    modules.into_iter().last().with_context(|| format!("cargo did not say where it put {package}'s {test}"))
}

/// The program that one of cargo's messages tells of.
pub(crate) fn executable(message: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Artifact {
        executable: Option<PathBuf>,
    }
    serde_json::from_str::<Artifact>(message).ok()?.executable
}

/// Writes the script that loads the module beside it.
fn bind(module: &Path, folder: &Path) -> Result<()> {
    remove_folder(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let mut bindgen = Bindgen::new();
    // Started, the module would run its `main`, which is not what calls the tests.
    bindgen.input_path(module).out_name(MODULE).typescript(false).emit_start(false).debug(true);
    bindgen.web(true).and_then(|it| it.generate(folder)).context("failed to run wasm-bindgen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_for_the_browser_are_found_by_their_name() {
        let workspace = Workspace::locate().unwrap();
        assert!(test_targets(&workspace).contains(&("requery", "wasm")));
    }

    #[test]
    fn of_cargos_messages_those_about_programs_are_read() {
        let program = r#"{"reason":"compiler-artifact","executable":"target/wasm-1.wasm","fresh":false}"#;
        assert_eq!(executable(program), Some("target/wasm-1.wasm".into()));
        let others = [
            r#"{"reason":"compiler-artifact","executable":null}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "warning: unused",
        ];
        assert!(others.iter().all(|message| executable(message).is_none()));
    }
}
