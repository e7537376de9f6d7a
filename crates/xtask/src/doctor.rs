//! What is there, what is missing, what each is for and how to get it. Changes nothing.

use std::path::PathBuf;
use std::process::Command;

use crate::process;
use crate::provision::wasm_std::{Choice, TARGET, WasmStd};
use crate::provision::{chromium, llvm, mdbook, node, postgres, python, rustup, which};
use crate::workspace::Workspace;

/// One thing that the project can use.
struct Finding {
    name: &'static str,
    purpose: &'static str,
    /// Version or place; `None` when it is missing.
    found: Option<String>,
    how: &'static str,
}

/// Prints the list.
pub(crate) fn run(workspace: &Workspace) {
    let findings = findings(workspace);
    for finding in &findings {
        let mark = if finding.found.is_some() { "ok     " } else { "missing" };
        println!("{mark}  {:<22} {}", finding.name, finding.found.as_deref().unwrap_or(finding.purpose));
        if finding.found.is_none() {
            println!("         {:<22} get it: {}", "", finding.how);
        }
    }
    let missing = findings.iter().filter(|finding| finding.found.is_none()).count();
    println!("{} found, {missing} missing; nothing was changed", findings.len() - missing);
}

fn findings(workspace: &Workspace) -> Vec<Finding> {
    [toolchain(), page(workspace), services(), vec![coverage(workspace), book(workspace)]]
        .into_iter()
        .flatten()
        .collect()
}

fn toolchain() -> Vec<Finding> {
    vec![
        tool("rustc", &["--version"], "compiles everything", "https://rustup.rs"),
        tool("cargo", &["--version"], "builds everything", "https://rustup.rs"),
        tool("cc", &["--version"], "links, and compiles SQLite", "sudo apt-get install gcc"),
        tool("cargo-fmt", &["--version"], "checks formatting in `test`", "rustup component add rustfmt"),
        tool("cargo-clippy", &["--version"], "lints in `test`", "rustup component add clippy"),
        tool(
            "cargo-nextest",
            &["nextest", "--version"],
            "runs tests in `test`; cargo test does without it",
            "cargo install --locked cargo-nextest",
        ),
        tool(
            "cargo-deny",
            &["--version"],
            "checks licences and bans in `test`; left out without it",
            "cargo install --locked cargo-deny",
        ),
    ]
}

fn page(workspace: &Workspace) -> Vec<Finding> {
    let std = WasmStd::detect_smallest(workspace, Choice::Auto).map(|std| match std {
        WasmStd::Toolchain => "in the active toolchain".to_owned(),
        WasmStd::Source => "built from source with the active toolchain".to_owned(),
        WasmStd::Debian => "built from source with Debian's rustc-web".to_owned(),
    });
    vec![
        Finding {
            name: TARGET,
            purpose: "standard library of the page; `up`, `web` and `test` install it",
            found: std,
            how: "rustup component add rust-src (the smallest page), rustup target add wasm32-unknown-unknown, or on Debian \
                  sudo apt-get install rustc-web rust-web-src lld-22",
        },
        Finding {
            name: "rust-lld",
            purpose: "links the page where its library is built from source",
            found: linker(workspace).map(|path| path.display().to_string()),
            how: "comes with rustup's toolchains; sudo apt-get install lld-22",
        },
        Finding {
            name: "node and npm",
            purpose: "makes the page smaller (wasm-opt), runs browser and interop tests",
            found: node::find().map(|node| node.version),
            how: "sudo apt-get install nodejs npm (20 or newer), or https://nodejs.org",
        },
    ]
}

fn coverage(workspace: &Workspace) -> Finding {
    Finding {
        name: "llvm-cov, llvm-profdata",
        purpose: "which lines tests run; `test` installs them",
        found: llvm::find(workspace).map(|llvm| llvm.cov.display().to_string()),
        how: "rustup component add llvm-tools, or on Debian sudo apt-get install llvm-22",
    }
}

fn book(workspace: &Workspace) -> Finding {
    Finding {
        name: "mdbook",
        purpose: "renders the book; `book` installs it",
        found: mdbook::find(workspace).map(|path| path.display().to_string()),
        how: "cargo xtask book",
    }
}

fn services() -> Vec<Finding> {
    vec![
        Finding {
            name: "chromium",
            purpose: "browser tests; `test` installs it on Debian",
            found: chromium::find().map(|path| path.display().to_string()),
            how: "sudo apt-get install chromium, or name one in LETIP_CHROMIUM",
        },
        Finding {
            name: "python3 with venv",
            purpose: "a reference client of the interop tests; `test` installs it on Debian",
            found: python::find().map(|python| python.version),
            how: "sudo apt-get install python3 python3-venv",
        },
        Finding {
            name: "postgres and initdb",
            purpose: "throw-away database of the tests; `test` installs it on Debian",
            found: postgres::find().map(|folder| folder.display().to_string()),
            how: "sudo apt-get install postgresql, or name a server in LETIP_TEST_POSTGRES_URL",
        },
    ]
}

fn tool(name: &'static str, version: &[&str], purpose: &'static str, how: &'static str) -> Finding {
    let shown = which(name).and_then(|program| process::query(Command::new(program).args(version)));
    let first = shown.map(|text| text.lines().next().unwrap_or_default().to_owned());
    Finding { name, purpose, found: first, how }
}

fn linker(workspace: &Workspace) -> Option<PathBuf> {
    let own = rustup::programs(workspace)?.join("rust-lld");
    own.exists().then_some(own).or_else(|| which("lld-22"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_says_what_it_is_for_and_how_to_get_it() {
        let workspace = Workspace::locate().unwrap();
        for finding in findings(&workspace) {
            assert!(!finding.purpose.is_empty() && !finding.how.is_empty(), "{}", finding.name);
        }
    }

    #[test]
    fn a_missing_tool_is_missing() {
        assert!(tool("no-such-tool", &["--version"], "nothing", "nowhere").found.is_none());
    }
}
