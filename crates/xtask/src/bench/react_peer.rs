//! The list of leads in React, built as it is shipped.

use std::path::PathBuf;

use anyhow::Result;

use crate::process;
use crate::provision::node::Node;
use crate::workspace::Workspace;

/// Where its sources are, in the workspace.
const SOURCES: &str = "bench/react-peer";

/// Builds its files for the browser and its renderer for the server; answers the folder that they are in.
pub(crate) fn build(workspace: &Workspace, node: &Node) -> Result<PathBuf> {
    let folder = workspace.root.join(SOURCES);
    node.install(&folder)?;
    let built = workspace.target.join("bench/react-peer");
    let parts: [(&str, &[&str]); 2] = [("client", &[]), ("server", &["--ssr", "src/server.jsx"])];
    for (part, arguments) in parts {
        let mut command = workspace.command(&node.node);
        command.current_dir(&folder).args(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]);
        command.args(arguments).arg("--emptyOutDir").arg("--outDir").arg(built.join(part));
        process::run(&mut command, "build the React peer")?;
    }
    Ok(built)
}
