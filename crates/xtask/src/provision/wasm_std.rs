//! A standard library for wasm32-unknown-unknown, found or installed in one of four ways.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::process;
use crate::provision::apt::{self, Package};
use crate::provision::{rustup, version};
use crate::workspace::Workspace;

/// The target.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The oldest compiler that builds the workspace, as its manifest says.
const OLDEST_RUSTC: (u32, u32) = (1, 95);

/// How long cargo may take to fetch what the library's source is built with.
const FETCH_LIMIT: Duration = Duration::from_secs(120);

const RUSTC_WEB: &str = "/usr/bin/rustc";
const LIBRARY_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
const LINKER: &str = "/usr/bin/lld-22";

/// What rustup calls the source.
const SOURCE: &str = "rust-src";

const PACKAGES: [Package; 3] = [
    Package { name: "rustc-web", purpose: "compiler that builds the page's standard library" },
    Package { name: "rust-web-src", purpose: "source of that library" },
    Package { name: "lld-22", purpose: "linker for WASM" },
];

/// Which way to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// The first that works.
    Auto,
    /// The active toolchain's own, installed by rustup where it is missing.
    Toolchain,
    /// The active toolchain's compiler, the library built from its source, which rustup installs where it is missing.
    Source,
    /// Debian's compiler, the library built from its source.
    Debian,
}

/// A way that works on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WasmStd {
    /// The active toolchain has the library.
    Toolchain,
    /// The active toolchain builds the library along with the page.
    Source,
    /// Debian's compiler builds the library along with the page.
    Debian,
}

impl WasmStd {
    /// What works now, with nothing installed.
    pub(crate) fn detect(workspace: &Workspace, choice: Choice) -> Option<Self> {
        let toolchain =
            || (allows(choice, Choice::Toolchain) && toolchain_has_it(workspace)).then_some(Self::Toolchain);
        let source = || (choice == Choice::Source && source_is_ready(workspace)).then_some(Self::Source);
        let debian = || (allows(choice, Choice::Debian) && debian_has_it()).then_some(Self::Debian);
        toolchain().or_else(source).or_else(debian)
    }

    /// What makes the smallest page of what works now: a library that is built along with it keeps only what it uses.
    pub(crate) fn detect_smallest(workspace: &Workspace, choice: Choice) -> Option<Self> {
        let source = || Self::detect(workspace, Choice::Source);
        (choice == Choice::Auto).then(source).flatten().or_else(|| Self::detect(workspace, choice))
    }

    /// What works, installing it where nothing does.
    pub(crate) fn provide(workspace: &Workspace, choice: Choice) -> Result<Self> {
        if allows(choice, Choice::Toolchain) && (toolchain_has_it(workspace) || add_target(workspace)?) {
            return Ok(Self::Toolchain);
        }
        if choice == Choice::Source && (source_is_ready(workspace) || add_source(workspace)?) {
            return Ok(Self::Source);
        }
        match choice {
            Choice::Toolchain => {
                bail!("the toolchain has no standard library for {TARGET}; run: rustup target add {TARGET}")
            }
            Choice::Source => bail!(
                "the source of the toolchain's standard library, or what it is built with, is not there; run with a \
                 network: rustup component add {SOURCE}"
            ),
            Choice::Auto | Choice::Debian => provide_debian(),
        }
    }

    /// What makes the smallest page, installing it where it is not there; what works, where it cannot be had.
    pub(crate) fn provide_smallest(workspace: &Workspace, choice: Choice) -> Result<Self> {
        if choice == Choice::Auto && (source_is_ready(workspace) || add_source(workspace)?) {
            return Ok(Self::Source);
        }
        Self::provide(workspace, choice)
    }

    /// The compiler and its version, for messages and for the key of the build.
    pub(crate) fn identity(&self, workspace: &Workspace) -> Result<String> {
        let program = match self {
            Self::Toolchain | Self::Source => "rustc",
            Self::Debian => RUSTC_WEB,
        };
        let version = process::query(workspace.command(program).arg("-vV"));
        let version = version.with_context(|| format!("failed to run {program}"))?;
        Ok(format!("{self:?} {version}"))
    }

    /// Cargo, set up to build for the target; `folder` is for what has to lie on PATH.
    pub(crate) fn cargo(&self, workspace: &Workspace, folder: &Path) -> Result<Command> {
        let mut cargo = workspace.cargo();
        if self.is_built_along() {
            unlock(&mut cargo);
        }
        if *self == Self::Debian {
            cargo.env("RUSTC", RUSTC_WEB).env("PATH", path_with_linker(folder)?);
        }
        Ok(cargo)
    }

    /// What cargo needs behind its subcommand.
    pub(crate) fn flags(&self) -> &'static [&'static str] {
        if self.is_built_along() {
            &["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]
        } else {
            &[]
        }
    }

    /// Whether the library is built along with what uses it, by the same choices.
    pub(crate) fn is_built_along(&self) -> bool {
        match self {
            Self::Toolchain => false,
            Self::Source | Self::Debian => true,
        }
    }
}

fn allows(choice: Choice, wanted: Choice) -> bool {
    choice == wanted || choice == Choice::Auto
}

/// The options that build the library are not stable; a stable compiler takes them when it is told that it builds its own.
fn unlock(cargo: &mut Command) -> &mut Command {
    cargo.env("RUSTC_BOOTSTRAP", "1")
}

fn provide_debian() -> Result<WasmStd> {
    if !debian_has_it() {
        apt::install(&PACKAGES).with_context(|| {
            format!(
                "no standard library for {TARGET}; with a network, rustup target add {TARGET} installs one"
            )
        })?;
    }
    if !debian_has_it() {
        bail!("{RUSTC_WEB} is older than {}.{} or incomplete", OLDEST_RUSTC.0, OLDEST_RUSTC.1);
    }
    Ok(WasmStd::Debian)
}

fn toolchain_has_it(workspace: &Workspace) -> bool {
    rustup::sysroot(workspace)
        .is_some_and(|root| holds_std(&root.join("lib/rustlib").join(TARGET).join("lib")))
}

fn holds_std(folder: &Path) -> bool {
    let is_std = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with("libstd-");
    fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(is_std)))
}

/// Whether the toolchain's library can be built from its source without a network.
fn source_is_ready(workspace: &Workspace) -> bool {
    let mut fetch = fetch_for_source(workspace);
    fetch.as_mut().is_some_and(|cargo| process::query(cargo.arg("--offline")).is_some())
}

/// Fetches the crates that the library is built with; `None` where its source is not there.
fn fetch_for_source(workspace: &Workspace) -> Option<Command> {
    let manifest = rustup::sysroot(workspace)?.join("lib/rustlib/src/rust/library/Cargo.toml");
    let mut cargo = workspace.cargo();
    unlock(&mut cargo).args(["fetch", "--locked", "--target", TARGET, "--manifest-path"]).arg(&manifest);
    manifest.exists().then_some(cargo)
}

fn add_target(workspace: &Workspace) -> Result<bool> {
    let added =
        rustup::ask(workspace, &["target", "add", TARGET], &format!("the standard library of {TARGET}"))?;
    Ok(added && toolchain_has_it(workspace))
}

fn add_source(workspace: &Workspace) -> Result<bool> {
    if fetch_for_source(workspace).is_none()
        && !rustup::ask(workspace, &["component", "add", SOURCE], "the source of the standard library")?
    {
        return Ok(false);
    }
    let Some(mut cargo) = fetch_for_source(workspace) else { return Ok(false) };
    eprintln!("fetching what the standard library is built with (up to {} s)", FETCH_LIMIT.as_secs());
    process::run_quietly(&mut cargo, "run cargo", FETCH_LIMIT)
}

fn debian_has_it() -> bool {
    let is_new_enough = || {
        let shown = process::query(Command::new(RUSTC_WEB).arg("--version"));
        shown.as_deref().and_then(version).is_some_and(|found| found >= OLDEST_RUSTC)
    };
    Path::new(LIBRARY_SOURCE).exists() && Path::new(LINKER).exists() && is_new_enough()
}

/// PATH with a folder in front where the linker goes by the name that rustc looks for.
fn path_with_linker(folder: &Path) -> Result<std::ffi::OsString> {
    let links = folder.join("linker");
    let link = links.join("rust-lld");
    fs::create_dir_all(&links).with_context(|| format!("failed to make {}", links.display()))?;
    if fs::read_link(&link).ok().as_deref() != Some(Path::new(LINKER)) {
        // A link to elsewhere is replaced; none is the usual case.
        _ = fs::remove_file(&link);
        symlink(LINKER, &link).with_context(|| format!("failed to make {}", link.display()))?;
    }
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(PathBuf::from(&links)).chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).context("failed to put the linker on PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_known_by_its_std() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_std(folder.path()));
        fs::write(folder.path().join("libcore-1.rlib"), "").unwrap();
        assert!(!holds_std(folder.path()));
        fs::write(folder.path().join("libstd-1.rlib"), "").unwrap();
        assert!(holds_std(folder.path()));
    }

    #[test]
    fn the_linker_comes_first_on_the_path_and_twice_is_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        path_with_linker(folder.path()).unwrap();
        let path = path_with_linker(folder.path()).unwrap();
        let first = std::env::split_paths(&path).next().unwrap();
        assert_eq!(fs::read_link(first.join("rust-lld")).unwrap(), Path::new(LINKER));
    }
}
