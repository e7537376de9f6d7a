//! A folder of files named after their content.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::web::manifest::Asset;
use crate::web::{Profile, compress, key, remove_folder};

/// Where the browser asks for them.
const PREFIX: &str = "/assets/";

/// The files written so far.
#[derive(Debug)]
pub(crate) struct Assets {
    folder: PathBuf,
    profile: Profile,
    files: Vec<Asset>,
}

impl Assets {
    /// Starts with an empty folder.
    pub(crate) fn create(folder: &Path, profile: Profile) -> Result<Self> {
        remove_folder(folder)?;
        fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), profile, files: Vec::new() })
    }

    /// Adds a file under its name and the hash of its content; answers the path that the browser asks for.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<String> {
        self.add_as(name, &hashed(name, content), content)
    }

    /// Adds a file under a name that is fixed by what refers to it.
    pub(crate) fn add_as(&mut self, name: &str, file: &str, content: &[u8]) -> Result<String> {
        let place = self.folder.join(file);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
        }
        process::write_file(&place, content)?;
        let content_type = content_type(name);
        let encoded = compress::variants(content, content_type, self.profile)?;
        let written = |encoding: &str| {
            encoded.iter().find(|it| it.encoding == encoding).map_or(content.len(), |it| it.bytes.len())
        };
        for variant in &encoded {
            process::write_file(&self.folder.join(format!("{file}.{}", variant.extension)), &variant.bytes)?;
        }
        let path = format!("{PREFIX}{file}");
        self.files.push(Asset {
            name: name.to_owned(),
            path: path.clone(),
            file: file.to_owned(),
            content_type: content_type.to_owned(),
            encodings: encoded.iter().map(|it| it.encoding.to_owned()).collect(),
            size: content.len() as u64,
            br: written("br") as u64,
            gzip: written("gzip") as u64,
        });
        Ok(path)
    }

    /// Adds every file of a folder and of those below it; a folder that is not there has none.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> Result<()> {
        if folder.exists() {
            self.add_below(folder, "")?;
        }
        Ok(())
    }

    fn add_below(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let listing = || format!("failed to list {}", folder.display());
        let entries: Result<Vec<_>, _> = fs::read_dir(folder).with_context(listing)?.collect();
        let mut paths: Vec<PathBuf> = entries.with_context(listing)?.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() {
                self.add_below(&path, &format!("{name}/"))?;
            } else {
                let content =
                    fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
                self.add(&name, &content)?;
            }
        }
        Ok(())
    }

    /// The path of the file that was added under `name`.
    pub(crate) fn path_of(&self, name: &str) -> Option<String> {
        self.files.iter().find(|asset| asset.name == name).map(|asset| asset.path.clone())
    }

    /// What was added.
    pub(crate) fn finish(self) -> Vec<Asset> {
        self.files
    }
}

/// `icons/a.svg` to `icons/a-HASH.svg`.
pub(crate) fn hashed(name: &str, content: &[u8]) -> String {
    let hash = key::short(content);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => format!("{stem}-{hash}.{extension}"),
        _ => format!("{name}-{hash}"),
    }
}

fn content_type(name: &str) -> &'static str {
    let extension = name.rsplit('.').next().unwrap_or_default();
    match extension {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_goes_before_the_extension() {
        assert_eq!(hashed("main.css", b"abc"), "main-ba7816bf8f01cfea.css");
        assert_eq!(hashed("icons/a.svg", b"abc"), "icons/a-ba7816bf8f01cfea.svg");
        assert_eq!(hashed("v1.0/licence", b"abc"), "v1.0/licence-ba7816bf8f01cfea");
    }

    #[test]
    fn a_folder_is_added_with_its_subfolders_and_variants_that_help() {
        let base = tempfile::tempdir().unwrap();
        let public = base.path().join("public");
        fs::create_dir_all(public.join("icons")).unwrap();
        fs::write(public.join("icons/a.svg"), "<svg>".repeat(1000)).unwrap();
        fs::write(public.join("b.png"), [0; 4000]).unwrap();
        let dist = base.path().join("dist");
        let mut assets = Assets::create(&dist, Profile::Release).unwrap();
        assets.add_folder(&public).unwrap();
        assets.add_folder(&base.path().join("nonesuch")).unwrap();
        let path = assets.path_of("icons/a.svg").unwrap();
        let files = assets.finish();
        let svg = files.iter().find(|it| it.path == path).unwrap();
        assert_eq!(svg.encodings, ["br", "gzip"]);
        assert!(svg.br < 100 && dist.join(format!("{}.br", svg.file)).exists());
        let png = files.iter().find(|it| it.name == "b.png").unwrap();
        assert!(png.encodings.is_empty() && png.br == 4000, "pictures are compressed already");
    }
}
