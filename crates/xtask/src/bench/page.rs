//! Sizes of the page's files.

use anyhow::Result;

use crate::bench::document::Table;
use crate::provision::wasm_std::Choice;
use crate::report::bytes;
use crate::web::{self, Profile, budget};
use crate::workspace::Workspace;

/// Builds the page as it is shipped.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let manifest = web::build(workspace, Choice::Auto, Profile::Release)?;
    let mut table = Table::new(["file", "bytes", "gzip", "brotli"]);
    let files = budget::heaviest_route(&manifest);
    for asset in &files {
        table.row([asset.name.clone(), bytes(asset.size), bytes(asset.gzip), bytes(asset.br)]);
    }
    let sum = |size: fn(&web::manifest::Asset) -> u64| bytes(files.iter().copied().map(size).sum());
    table.row([
        "first route".into(),
        sum(|asset| asset.size),
        sum(|asset| asset.gzip),
        sum(|asset| asset.br),
    ]);
    Ok(table)
}
