//! The key of a build: equal keys mean equal results.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::provision::node;
use crate::provision::wasm_std::WasmStd;
use crate::web::{CRATE, Profile};
use crate::workspace::Workspace;

/// Folders of a crate that its library is not built from.
const NOT_INPUT: [&str; 5] = ["tests", "benches", "examples", "target", "node_modules"];

/// The key of the build that would be made now.
pub(crate) fn of(workspace: &Workspace, std: &WasmStd, profile: Profile) -> Result<String> {
    let mut hash = Sha256::new();
    let mut text = |value: &str| {
        hash.update(value.as_bytes());
        hash.update([0]);
    };
    text(&std.identity(workspace)?);
    text(&format!("{profile:?}"));
    text(&env::var("RUSTFLAGS").unwrap_or_default());
    text(&node::find().map(|node| node.version).unwrap_or_default());
    for file in inputs(workspace)? {
        let content = fs::read(&file).with_context(|| format!("failed to read {}", file.display()))?;
        let place = file.strip_prefix(&workspace.root).unwrap_or(&file);
        hash.update(place.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(Sha256::digest(content));
    }
    Ok(hex(&hash.finalize()))
}

/// The first 16 hexadecimal digits of the content's SHA-256.
pub(crate) fn short(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

/// Every file that the build reads, in one order.
fn inputs(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    const ROOT: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];
    let root = ROOT.iter().map(|name| workspace.root.join(name));
    let mut files: Vec<PathBuf> = root.filter(|path| path.exists()).collect();
    for package in workspace.closure(CRATE)? {
        add_files(package.folder(), &mut files)?;
    }
    add_files(&workspace.package("xtask")?.folder().join("src/web"), &mut files)?;
    files.sort();
    Ok(files)
}

/// Adds every file below `folder` that can be an input.
fn add_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("failed to list {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("failed to list {}", folder.display()))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        if path.is_dir() {
            if !NOT_INPUT.contains(&name.as_ref()) && !name.starts_with('.') {
                add_files(&path, files)?;
            }
        } else if name != "README.md" {
            files.push(path);
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_hash_is_the_head_of_the_known_digest() {
        assert_eq!(short(b"abc"), "ba7816bf8f01cfea");
    }

    #[test]
    fn the_key_changes_with_profile_and_library_and_nothing_else() {
        let workspace = Workspace::locate().unwrap();
        let key = |std: &WasmStd, profile| of(&workspace, std, profile).unwrap();
        let release = key(&WasmStd::Toolchain, Profile::Release);
        assert_eq!(release, key(&WasmStd::Toolchain, Profile::Release));
        assert_ne!(release, key(&WasmStd::Toolchain, Profile::Dev));
    }

    #[test]
    fn inputs_are_sources_and_not_tests() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["src/lib.rs", "src/page/list.rs", "style/main.css", "tests/story.rs", ".hidden/x"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let mut files = Vec::new();
        add_files(folder.path(), &mut files).unwrap();
        files.sort();
        let names: Vec<_> = files.iter().map(|it| it.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, ["src/lib.rs", "src/page/list.rs", "style/main.css"].map(Path::new));
    }

    #[test]
    fn what_the_page_is_built_from_is_among_the_inputs() {
        let workspace = Workspace::locate().unwrap();
        let files = inputs(&workspace).unwrap();
        for name in ["Cargo.lock", "crates/dashboard/src/lib.rs", "crates/contract/Cargo.toml"] {
            assert!(files.contains(&workspace.root.join(name)), "{name}");
        }
        assert!(!files.iter().any(|file| file.starts_with(workspace.root.join("crates/store"))));
    }
}
