//! The list of the assets, which the server embeds and the page is rendered with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::process;

/// `manifest.json`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Manifest {
    /// What the page starts with.
    pub(crate) entry: Entry,
    /// Bytes in brotli that what a route loads may have together.
    pub(crate) limit: u64,
    /// Every file, entries included.
    pub(crate) files: Vec<Asset>,
}

/// Paths, as the browser asks for them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) js: String,
    pub(crate) wasm: String,
    /// `None` while the page has no style sheet.
    pub(crate) css: Option<String>,
    /// Parts of the module that one kind of page needs, by name; none where the module is in one piece.
    pub(crate) chunks: BTreeMap<String, String>,
}

/// One file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asset {
    /// Name before the hash of the content was added.
    pub(crate) name: String,
    /// As the browser asks for it.
    pub(crate) path: String,
    /// Below the folder of the manifest.
    pub(crate) file: String,
    pub(crate) content_type: String,
    /// Of `br` and `gzip`, those that are there; the bytes are in `FILE.br` and `FILE.gz`.
    pub(crate) encodings: Vec<String>,
    /// Bytes as it is.
    pub(crate) size: u64,
    /// Bytes in brotli, or as it is where brotli does not help.
    pub(crate) br: u64,
    /// Bytes in gzip, or as it is where gzip does not help.
    pub(crate) gzip: u64,
}

impl Manifest {
    const NAME: &str = "manifest.json";

    /// Reads the manifest of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(Self::NAME);
        let text = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("failed to read {}", path.display()))
    }

    /// Writes the manifest into a folder.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("failed to write the manifest")?;
        process::write_file(&folder.join(Self::NAME), text + "\n")
    }

    /// Whether every listed file is in the folder in its listed size.
    pub(crate) fn is_complete(&self, folder: &Path) -> bool {
        let has = |file: &str, size: u64| folder.join(file).metadata().is_ok_and(|it| it.len() == size);
        self.files.iter().all(|asset| {
            has(&asset.file, asset.size)
                && asset.encodings.iter().all(|encoding| match encoding.as_str() {
                    "br" => has(&format!("{}.br", asset.file), asset.br),
                    _ => has(&format!("{}.gz", asset.file), asset.gzip),
                })
        })
    }

    /// The file behind a path.
    pub(crate) fn asset(&self, path: &str) -> Option<&Asset> {
        self.files.iter().find(|asset| asset.path == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let asset = Asset {
            name: "a.js".into(),
            path: "/assets/a-1.js".into(),
            file: "a-1.js".into(),
            content_type: "text/javascript".into(),
            encodings: vec!["br".into(), "gzip".into()],
            size: 3,
            br: 2,
            gzip: 1,
        };
        let entry = Entry {
            js: asset.path.clone(),
            wasm: "/assets/a-1.wasm".into(),
            css: None,
            chunks: BTreeMap::new(),
        };
        Manifest { entry, limit: 239_000, files: vec![asset] }
    }

    #[test]
    fn reads_what_it_writes() {
        let folder = tempfile::tempdir().unwrap();
        manifest().write(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), manifest());
        let text = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
        assert!(text.contains("\"contentType\": \"text/javascript\"") && text.contains("\"css\": null"));
    }

    #[test]
    fn a_missing_or_cut_file_makes_it_incomplete() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a-1.js", "abc");
        write("a-1.js.br", "ab");
        assert!(!manifest().is_complete(folder.path()));
        write("a-1.js.gz", "a");
        assert!(manifest().is_complete(folder.path()));
        write("a-1.js", "ab");
        assert!(!manifest().is_complete(folder.path()));
    }
}
