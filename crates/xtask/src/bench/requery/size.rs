//! How much code a page loads for the cache.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bench::document::Table;
use crate::bench::requery::figures::ratio;
use crate::bench::requery::programs;
use crate::process;
use crate::provision::node::Node;
use crate::report::bytes;
use crate::web::{Profile, compress, optimise, remove_folder};
use crate::workspace::Workspace;

/// A page with one query, one observer and one mutation.
const EXAMPLE: &str = "small_page";

/// As the page is built; wasm-bindgen needs the section of target features.
const SMALL: [&str; 1] = ["profile.wasm-release.strip='debuginfo'"];

/// Adds the rows.
pub(super) fn add(workspace: &Workspace, node: &Node, folder: &Path, table: &mut Table) -> Result<()> {
    let bundle = workspace.target.join("bench/query-core.js");
    let mut command = workspace.command(&node.node);
    command.arg(folder.join("bundle.mjs")).arg(&bundle);
    process::run(&mut command, "bundle query-core")?;
    let reference = gzipped(&bundle)?;
    let module = gzipped(&small_page(workspace)?)?;
    let (shown, label) = (bytes(module), "code of a small page, gzip".to_owned());
    #[expect(clippy::cast_precision_loss, reason = "sizes of files")]
    let ratio = ratio(reference as f64, module as f64);
    table.row([label, bytes(reference), String::new(), shown, String::new(), ratio]);
    Ok(())
}

fn gzipped(file: &Path) -> Result<u64> {
    let content = fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
    Ok(compress::gzip(&content, Profile::Release)?.len() as u64)
}

/// The module of the small page, as small as the project's own page is made.
fn small_page(workspace: &Workspace) -> Result<std::path::PathBuf> {
    let compiled = programs::compile(workspace, &["--example", EXAMPLE], "wasm-release", &SMALL)?;
    let example = compiled.with_file_name(format!("examples/{EXAMPLE}.wasm"));
    let folder = workspace.target.join("bench").join(EXAMPLE);
    remove_folder(&folder)?;
    programs::bind(&example, &folder, EXAMPLE)?;
    let module = folder.join(format!("{EXAMPLE}_bg.wasm"));
    optimise::shrink(workspace, &module)?;
    Ok(module)
}
