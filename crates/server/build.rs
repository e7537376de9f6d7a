//! Embeds the page's built assets: what `target/web/dist/manifest.json` of the workspace lists, or nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
struct Manifest {
    entry: Entry,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Entry {
    js: String,
    wasm: String,
    css: Option<String>,
    chunks: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    path: String,
    file: String,
    content_type: String,
    encodings: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let dist = root.join("target/web/dist");
    // A watched path that is not there would make every build begin with this crate; an empty folder is watched.
    let watched = fs::create_dir_all(&dist).is_ok() || dist.exists();
    println!("cargo::rerun-if-changed=build.rs");
    if watched {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let manifest = dist.join("manifest.json");
    let code = match fs::read(&manifest) {
        Ok(text) => {
            let listed = serde_json::from_slice(&text)
                .map_err(|error| format!("{}: {error}; run `cargo xtask web`", manifest.display()))?;
            embedded(&listed, &dist.canonicalize()?)?
        }
        Err(_) => "pub(super) const ENTRY: Option<Entry> = None;\npub(super) const FILES: &[File] = &[];\n"
            .to_owned(),
    };
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("assets.rs"), code)?;
    Ok(())
}

fn embedded(manifest: &Manifest, dist: &Path) -> Result<String, Box<dyn Error>> {
    let Entry { js, wasm, css, chunks } = &manifest.entry;
    let css = css.as_deref().unwrap_or_default();
    let named =
        |name: &str| manifest.files.iter().find(|file| file.name == name).map_or("", |file| &file.path);
    let (icon, forms) = (named("favicon.svg"), named("forms.css"));
    let (late, pictures, tiles) = (named("late.css"), named("pictures.css"), named("tiles.css"));
    let chunks: Vec<_> = chunks.iter().collect();
    let entry = format!(
        "Entry {{ js: {js:?}, wasm: {wasm:?}, chunks: &{chunks:?}, css: {css:?}, forms: {forms:?}, late: {late:?}, \
         pictures: {pictures:?}, tiles: {tiles:?}, icon: {icon:?} }}"
    );
    let mut code = String::new();
    writeln!(code, "pub(super) const ENTRY: Option<Entry> = Some({entry});")?;
    writeln!(code, "pub(super) const FILES: &[File] = &[")?;
    for file in &manifest.files {
        let bytes =
            |suffix: &str| format!("include_bytes!({:?})", dist.join(format!("{}{suffix}", file.file)));
        let encoded = |name: &str, suffix: &str| match file.encodings.iter().any(|encoding| encoding == name)
        {
            true => format!("Some({})", bytes(suffix)),
            false => "None".to_owned(),
        };
        writeln!(
            code,
            "File {{ path: {:?}, content_type: {:?}, plain: {}, br: {}, gzip: {} }},",
            file.path,
            file.content_type,
            bytes(""),
            encoded("br", ".br"),
            encoded("gzip", ".gz")
        )?;
    }
    writeln!(code, "];")?;
    Ok(code)
}
