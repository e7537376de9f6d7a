//! The book as HTML.

use anyhow::Result;

use crate::process;
use crate::provision::mdbook;
use crate::workspace::Workspace;

/// Renders `docs/book` into `book` of the target folder, and prints where it begins.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let program = mdbook::provide(workspace)?;
    let folder = workspace.target.join("book");
    let mut command = workspace.command(program);
    command.args(["build", "docs/book", "--dest-dir"]).arg(&folder);
    process::run(&mut command, "render the book")?;
    println!("{}", folder.join("index.html").display());
    Ok(())
}
