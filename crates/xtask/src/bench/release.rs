//! The program that is measured.

use std::env;
use std::path::{self, PathBuf};

use anyhow::{Context, Result};

use crate::provision::wasm_std::Choice;
use crate::up;
use crate::web::{self, Profile};
use crate::workspace::Workspace;

/// Names a program to measure in the place of one that is built.
pub(crate) const PROGRAM: &str = "LETIP_BIN";

/// The server, without its page where it is built.
pub(crate) fn server(workspace: &Workspace) -> Result<PathBuf> {
    named()?.map_or_else(|| up::build_server(workspace, false), Ok)
}

/// The server with its page.
pub(crate) fn with_page(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(program) = named()? {
        return Ok(program);
    }
    web::build(workspace, Choice::Auto, Profile::Release)?;
    up::build_server(workspace, false)
}

fn named() -> Result<Option<PathBuf>> {
    let named = env::var_os(PROGRAM);
    let absolute = |program| path::absolute(program).with_context(|| format!("{PROGRAM} is empty"));
    named.map(absolute).transpose()
}
