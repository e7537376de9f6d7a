//! Where things are, and commands that run there.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process;

/// The workspace's folders and what cargo knows of its packages.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, absolute.
    pub(crate) target: PathBuf,
    /// The members, by name.
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    /// What each feature turns on.
    pub(crate) features: BTreeMap<String, Vec<String>>,
}

/// A dependency as the manifest declares it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Set for a dependency on a folder.
    pub(crate) path: Option<PathBuf>,
}

/// Something that cargo builds from a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

impl Package {
    /// Folder of the package's manifest.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// Source file of the library, if the package has one.
    pub(crate) fn library(&self) -> Option<&Path> {
        let is_library = |target: &&Target| {
            target.kind.iter().any(|kind| matches!(kind.as_str(), "lib" | "rlib" | "cdylib" | "proc-macro"))
        };
        self.targets.iter().find(is_library).map(|target| target.src_path.as_path())
    }
}

impl Workspace {
    /// Asks cargo for the workspace that this program belongs to, whatever the current folder is.
    pub(crate) fn locate() -> Result<Self> {
        let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let output = Command::new(cargo_program())
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(Path::new(&here).join("Cargo.toml"))
            .output()
            .context("failed to run cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("failed to read cargo metadata")?;
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            packages: metadata.packages,
        })
    }

    /// Folder of the web build: its results, its stamp and its lock. In the workspace even when cargo's own
    /// target folder is elsewhere, because the server's build script reads it from there.
    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("target/web")
    }

    /// What the compiler calls this machine, such as `x86_64-unknown-linux-gnu`.
    pub(crate) fn host(&self) -> Option<String> {
        process::query(self.command("rustc").args(["--print", "host-tuple"]))
    }

    /// The member called `name`.
    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.with_context(|| format!("the workspace has no crate called {name}"))
    }

    /// The packages of the workspace that `name` is built from, itself included, tests left out.
    pub(crate) fn closure(&self, name: &str) -> Result<Vec<&Package>> {
        let mut found: Vec<&Package> = vec![self.package(name)?];
        let mut next = 0;
        while let Some(package) = found.get(next).copied() {
            next += 1;
            let used = |it: &&Dependency| it.path.is_some() && it.kind.as_deref() != Some("dev");
            for dependency in package.dependencies.iter().filter(used) {
                if !found.iter().any(|known| known.name == dependency.name) {
                    found.push(self.package(&dependency.name)?);
                }
            }
        }
        Ok(found)
    }

    /// A command that runs in the root of the workspace without what cargo tells only to this program.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_ours_alone) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Cargo, on the target folder of the caller.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = self.command(cargo_program());
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Where a profile's `letip` comes out: `dev` or `release`.
    pub(crate) fn letip(&self, profile: &str) -> PathBuf {
        self.program("letip", profile)
    }

    /// Where a program of that profile comes out.
    pub(crate) fn program(&self, name: &str, profile: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        self.target.join(folder).join(name)
    }
}

fn cargo_program() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// Variables that `cargo run` sets about this package; a build started from here must not see them.
fn is_ours_alone(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    name == "OUT_DIR" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_this_workspace_and_its_members() {
        let workspace = Workspace::locate().unwrap();
        let xtask = workspace.package("xtask").unwrap();
        assert_eq!(xtask.folder(), workspace.root.join("crates/xtask"));
        assert!(xtask.library().is_none());
        assert!(workspace.target.is_absolute());
    }

    #[test]
    fn closure_follows_path_dependencies_and_stops_at_the_registry() {
        let workspace = Workspace::locate().unwrap();
        let names: Vec<_> =
            workspace.closure("dashboard").unwrap().iter().map(|it| it.name.as_str()).collect();
        assert!(names.contains(&"dashboard") && names.contains(&"contract"), "{names:?}");
        assert!(!names.contains(&"leptos") && !names.contains(&"server"), "{names:?}");
    }

    #[test]
    fn an_unknown_crate_is_named() {
        let workspace = Workspace::locate().unwrap();
        let error = workspace.closure("nonesuch").unwrap_err();
        assert!(error.to_string().contains("nonesuch"));
    }

    #[test]
    fn variables_about_this_package_are_kept_from_children() {
        assert!(is_ours_alone("CARGO_PKG_NAME"));
        assert!(is_ours_alone("CARGO_MANIFEST_DIR"));
        assert!(!is_ours_alone("CARGO_HOME"));
        assert!(!is_ours_alone("CARGO_TARGET_DIR"));
    }
}
