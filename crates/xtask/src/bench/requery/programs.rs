//! The programs that run the workloads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::bench::requery::PACKAGE;
use crate::process;
use crate::provision::wasm_std::{Choice, TARGET, WasmStd};
use crate::web::{optimise, remove_folder};
use crate::workspace::Workspace;

/// What the module is called.
const MODULE: &str = "requery_bench";

/// For speed, the program and the module alike; given on cargo's command line: nobody else builds with it.
const FAST: [&str; 5] = [
    "profile.fast.inherits='release'",
    "profile.fast.opt-level=3",
    "profile.fast.codegen-units=1",
    "profile.fast.lto='fat'",
    "profile.fast.debug=false",
];
/// The module's beyond those. wasm-bindgen needs the section of target features, which a module stripped of everything
/// lacks.
const MODULE_ONLY: [&str; 2] = ["profile.fast.panic='abort'", "profile.fast.strip='debuginfo'"];

/// The program for times, and the one that counts bytes and allocations.
pub(super) fn native(workspace: &Workspace) -> Result<(PathBuf, PathBuf)> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--profile", "fast", "--bins", "--package", PACKAGE]);
    cargo.args(FAST.iter().flat_map(|setting| ["--config", setting]));
    process::run(&mut cargo, "build the workloads")?;
    let folder = workspace.target.join("fast");
    Ok((folder.join(PACKAGE), folder.join(format!("{PACKAGE}-memory"))))
}

/// The module for Node: answers its script.
pub(super) fn module(workspace: &Workspace) -> Result<PathBuf> {
    let module = compile(
        workspace,
        &["--lib", "--crate-type", "cdylib"],
        "fast",
        &[&FAST[..], &MODULE_ONLY[..]].concat(),
    )?;
    let folder = workspace.target.join("bench/requery");
    remove_folder(&folder)?;
    bind(&module, &folder, MODULE)?;
    optimise::quicken(workspace, &folder.join(format!("{MODULE}_bg.wasm")))?;
    Ok(folder.join(format!("{MODULE}.js")))
}

/// Compiles a part of the package for WASM, with the standard library that the page is built with.
pub(super) fn compile(
    workspace: &Workspace,
    part: &[&str],
    profile: &str,
    settings: &[&str],
) -> Result<PathBuf> {
    let std = WasmStd::provide(workspace, Choice::Auto)?;
    let target = workspace.target.join("wasm");
    let mut cargo = std.cargo(workspace, &target)?;
    cargo.args(["rustc", "--package", PACKAGE]).args(part);
    cargo.args(["--target", TARGET, "--profile", profile, "--target-dir"]).arg(&target).args(std.flags());
    cargo.args(settings.iter().flat_map(|setting| ["--config", setting]));
    process::run(&mut cargo, "build the workloads for WASM")?;
    Ok(target.join(TARGET).join(profile).join(format!("{MODULE}.wasm")))
}

/// Makes what Node loads.
pub(super) fn bind(module: &Path, folder: &Path, name: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.nodejs(true).and_then(|it| it.generate(folder)).context("failed to run wasm-bindgen")
}
