//! The page's assets: built, named after their content, compressed, listed in a manifest.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::provision::wasm_std::{Choice, WasmStd};
use crate::web::assets::Assets;
use crate::web::code::{Code, Paths};
use crate::web::manifest::{Entry, Manifest};
use crate::workspace::Workspace;

pub(crate) mod assets;
pub(crate) mod budget;
mod code;
pub(crate) mod compress;
mod css;
mod glue;
mod key;
pub(crate) mod manifest;
pub(crate) mod optimise;
mod order;
mod split;
mod trim;

/// The crate that is the page.
pub(crate) const CRATE: &str = "dashboard";

/// How the page is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small: what is shipped.
    Release,
    /// Quick to build, with debug assertions.
    Dev,
    /// The same with the developer panel.
    Devtools,
}

impl Profile {
    /// The standard library that the page would be built with now.
    fn detect_std(self, workspace: &Workspace, choice: Choice) -> Option<WasmStd> {
        match self {
            Self::Release => WasmStd::detect_smallest(workspace, choice),
            Self::Dev | Self::Devtools => WasmStd::detect(workspace, choice),
        }
    }

    fn provide_std(self, workspace: &Workspace, choice: Choice) -> Result<WasmStd> {
        match self {
            Self::Release => WasmStd::provide_smallest(workspace, choice),
            Self::Dev | Self::Devtools => WasmStd::provide(workspace, choice),
        }
    }
}

/// Builds the assets, prints their sizes, and fails when the first route is over its budget.
pub(crate) fn run(workspace: &Workspace, choice: Choice, profile: Profile) -> Result<()> {
    let manifest = build(workspace, choice, profile)?;
    print!("{}", budget::table(&manifest));
    match profile {
        Profile::Release => budget::check(&manifest),
        Profile::Dev | Profile::Devtools => {
            println!("built for developers, in one piece: the limit is that of the page as it is shipped");
            Ok(())
        }
    }
}

/// Finds or installs what a build needs that is not there yet.
pub(crate) fn prepare(workspace: &Workspace, choice: Choice, profile: Profile) -> Result<()> {
    profile.provide_std(workspace, choice)?;
    optimise::prepare(workspace)
}

/// Builds the assets that the server embeds, unless they are there for the same inputs.
pub(crate) fn build(workspace: &Workspace, choice: Choice, profile: Profile) -> Result<Manifest> {
    build_in(&workspace.web(), workspace, choice, profile)
}

/// Builds the page with the developer panel beside what the server embeds; answers the folder of its assets.
pub(crate) fn build_for_developers(workspace: &Workspace, choice: Choice) -> Result<PathBuf> {
    let folder = workspace.web().join("devtools");
    build_in(&folder, workspace, choice, Profile::Devtools)?;
    Ok(folder.join("dist"))
}

fn build_in(folder: &Path, workspace: &Workspace, choice: Choice, profile: Profile) -> Result<Manifest> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let _lock = lock(folder)?;
    if let Some(std) = profile.detect_std(workspace, choice) {
        let key = key::of(workspace, &std, profile)?;
        if let Some(manifest) = up_to_date(folder, &key) {
            eprintln!("the page's assets are up to date in {}", folder.join("dist").display());
            return Ok(manifest);
        }
    }
    let std = profile.provide_std(workspace, choice)?;
    let key = key::of(workspace, &std, profile)?;
    eprintln!("building the page with {}", std.identity(workspace)?.lines().next().unwrap_or_default());
    let code = code::build(folder, workspace, &std, profile)?;
    let manifest = write(workspace, folder, profile, code)?;
    process::write_file(&folder.join("stamp"), key)?;
    Ok(manifest)
}

/// Holds off another build of the same folder until this one is through.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| format!("failed to open {}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!("another web build is running; waiting for it");
        file.lock().with_context(|| format!("failed to lock {}", path.display()))?;
    }
    Ok(file)
}

fn up_to_date(folder: &Path, key: &str) -> Option<Manifest> {
    let stamp = fs::read_to_string(folder.join("stamp")).ok()?;
    let dist = folder.join("dist");
    let manifest = Manifest::read(&dist).ok()?;
    (stamp == key && manifest.is_complete(&dist)).then_some(manifest)
}

/// Writes everything into a new folder and puts it in the place of the old one.
fn write(workspace: &Workspace, folder: &Path, profile: Profile, code: Code) -> Result<Manifest> {
    let package = workspace.package(CRATE)?.folder();
    let fresh = folder.join("dist.new");
    let mut assets = Assets::create(&fresh, profile)?;
    assets.add_folder(&package.join("public"))?;
    let css = add_style(&mut assets, &package.join("style"), "main.css")?;
    for beside in ["forms.css", "late.css", "pictures.css", "tiles.css"] {
        add_style(&mut assets, &package.join("style"), beside)?;
    }
    let Paths { js, wasm, chunks } = code.add_to(&mut assets)?;
    let entry = Entry { js, wasm, css, chunks };
    let manifest = Manifest { entry, limit: budget::LIMIT, files: assets.finish() };
    manifest.write(&fresh)?;
    replace(&fresh, &folder.join("dist"))?;
    Ok(manifest)
}

/// Bundles a style sheet of the folder under its own name.
fn add_style(assets: &mut Assets, folder: &Path, name: &str) -> Result<Option<String>> {
    let entry = folder.join(name);
    if !entry.exists() {
        eprintln!("notice: {} does not exist; the page goes without", entry.display());
        return Ok(None);
    }
    let text = css::bundle(&entry, |name| assets.path_of(name))?;
    assets.add(name, text.as_bytes()).map(Some)
}

fn replace(fresh: &Path, place: &Path) -> Result<()> {
    let old = place.with_extension("old");
    remove_folder(&old)?;
    if place.exists() {
        fs::rename(place, &old).with_context(|| format!("failed to move {} away", place.display()))?;
    }
    fs::rename(fresh, place).with_context(|| format!("failed to put {} in place", place.display()))?;
    remove_folder(&old)
}

/// Removes a folder that may not be there.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_takes_the_place_of_the_old_one() {
        let base = tempfile::tempdir().unwrap();
        let (fresh, place) = (base.path().join("dist.new"), base.path().join("dist"));
        for (round, content) in ["one", "two"].iter().enumerate() {
            fs::create_dir(&fresh).unwrap();
            fs::write(fresh.join("file"), content).unwrap();
            replace(&fresh, &place).unwrap();
            assert_eq!(fs::read_to_string(place.join("file")).unwrap(), *content, "round {round}");
        }
        assert!(!fresh.exists() && !base.path().join("dist.old").exists());
    }

    #[test]
    fn the_lock_is_held_until_it_is_dropped() {
        let base = tempfile::tempdir().unwrap();
        let held = lock(base.path()).unwrap();
        let other = File::open(base.path().join("lock")).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        assert!(other.try_lock().is_ok());
    }
}
