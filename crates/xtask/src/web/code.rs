//! The page's program: cargo, wasm-bindgen, wasm-opt.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walrus::Module;
use wasm_bindgen_cli_support::{Bindgen, Output};

use crate::process;
use crate::provision::wasm_std::{TARGET, WasmStd};
use crate::web::assets::{Assets, hashed};
use crate::web::{CRATE, Profile, compress, glue, key, optimise, order, remove_folder, split, trim};
use crate::workspace::Workspace;

/// wasm-bindgen reads the section of target features, which a module stripped of everything lacks; it removes the
/// names itself.
const RELEASE: [&str; 1] = ["profile.wasm-release.strip='debuginfo'"];

/// What shrinks a library that is built along with the page: a panic ends the script without a message, and nothing is
/// kept to say where it was or to print values for programmers. The document notices and says so to its reader.
const SMALL_LIBRARY: &str = "target.wasm32-unknown-unknown.rustflags=['-Zunstable-options', \
     '-Cpanic=immediate-abort', '-Zfmt-debug=none', '-Zlocation-detail=none']";

/// The stack is a quarter smaller than usual: data begins where it ends, and each address of it is a byte shorter when
/// it is below the first megabyte.
const STACK: &str = "-Clink-arg=-zstack-size=786432";

/// The linker says what each address names, so that the module can be parted.
const RELOCATIONS: &str = "-Clink-arg=--emit-relocs";

/// How the module becomes smaller, for the mark of what was made in this way.
const STEPS: &str = concat!(
    include_str!("budget.rs"),
    include_str!("code.rs"),
    include_str!("glue.rs"),
    include_str!("optimise.rs"),
    include_str!("order.rs"),
    include_str!("split.rs"),
    include_str!("split/emit.rs"),
    include_str!("split/links.rs"),
    include_str!("split/needs.rs"),
    include_str!("split/plan.rs"),
    include_str!("split/program.rs"),
    include_str!("split/reach.rs"),
    include_str!("trim.rs"),
);

/// The folder of the chunks.
const CHUNKS: &str = "chunks";

/// The inner loop's profile, given on cargo's command line: nobody else builds with it.
const DEV: [&str; 6] = [
    "profile.wasm-dev.inherits='dev'",
    "profile.wasm-dev.opt-level=1",
    "profile.wasm-dev.debug=false",
    "profile.wasm-dev.panic='abort'",
    "profile.wasm-dev.strip='debuginfo'",
    "profile.wasm-dev.incremental=true",
];

/// What the browser runs.
#[derive(Debug)]
pub(crate) struct Code {
    js: String,
    wasm: Vec<u8>,
    /// Parts of the program that are loaded when they are needed, by name; none where it is in one piece.
    chunks: BTreeMap<String, Vec<u8>>,
    /// JavaScript of the crates, by path below `snippets/`.
    snippets: BTreeMap<String, String>,
}

/// Where the browser asks for the program.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) js: String,
    pub(crate) wasm: String,
    /// By name.
    pub(crate) chunks: BTreeMap<String, String>,
}

/// Builds the page's crate and what the browser needs around it. `folder` keeps it for the next time.
pub(crate) fn build(folder: &Path, workspace: &Workspace, std: &WasmStd, profile: Profile) -> Result<Code> {
    let module = compile(workspace, std, profile)?;
    let content = fs::read(&module).with_context(|| format!("failed to read {}", module.display()))?;
    let has_node = crate::provision::node::find().is_some();
    let stamp = format!("{} {has_node} {}", key::short(&content), key::short(STEPS.as_bytes()));
    let folder = folder.join(format!("bindgen-{}", profile.cargo()));
    if !fs::read_to_string(folder.join("stamp")).is_ok_and(|known| known == stamp) {
        remove_folder(&folder)?;
        bind(&module, &folder, profile)?;
        if profile == Profile::Release {
            optimise::shrink(workspace, &folder.join(format!("{CRATE}_bg.wasm")))?;
            pack_script(&folder)?;
            part(workspace, &content, &folder)?;
        }
        process::write_file(&folder.join("stamp"), stamp)?;
    }
    Code::read(&folder)
}

impl Profile {
    fn cargo(self) -> &'static str {
        match self {
            Self::Release => "wasm-release",
            Self::Dev | Self::Devtools => "wasm-dev",
        }
    }

    fn features(self) -> &'static str {
        match self {
            Self::Release | Self::Dev => "hydrate",
            Self::Devtools => "hydrate,devtools",
        }
    }

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Release => &RELEASE,
            Self::Dev | Self::Devtools => &DEV,
        }
    }
}

/// Runs cargo; answers the module that it made.
fn compile(workspace: &Workspace, std: &WasmStd, profile: Profile) -> Result<PathBuf> {
    let target = workspace.target.join("wasm");
    let mut cargo = std.cargo(workspace, &target)?;
    cargo.args(["rustc", "--package", CRATE, "--lib", "--crate-type", "cdylib", "--target", TARGET]);
    cargo.args(["--no-default-features", "--features", profile.features(), "--profile", profile.cargo()]);
    cargo.arg("--target-dir").arg(&target).args(std.flags());
    cargo.args(profile.settings().iter().flat_map(|setting| ["--config", setting]));
    if profile == Profile::Release && std.is_built_along() {
        cargo.args(["--config", SMALL_LIBRARY]);
    }
    cargo.args(["--", STACK, RELOCATIONS]);
    process::run(&mut cargo, "build the page")?;
    Ok(target.join(TARGET).join(profile.cargo()).join(format!("{CRATE}.wasm")))
}

fn bind(module: &Path, folder: &Path, profile: Profile) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(CRATE).typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output =
        bindgen.web(true).and_then(Bindgen::generate_output).context("failed to run wasm-bindgen")?;
    output.emit(folder).context("failed to write what wasm-bindgen made")?;
    if profile == Profile::Release { trim(&mut output, folder) } else { Ok(()) }
}

/// Takes out of module and script what a page does without. The script is read as it was laid out when written.
fn trim(output: &mut Output, folder: &Path) -> Result<()> {
    let path = script_in(folder);
    let script = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
    let script = glue::without_classes(&script);
    let module = output.wasm_mut();
    trim::silence_panics(module);
    trim::unexport(module, &glue::called_exports(&script));
    let script = glue::with_import_names(&script, &trim::shorten_imports(module));
    let script = glue::with_export_names(&script, &trim::shorten_exports(module));
    process::write_file(&path, script)?;
    process::write_file(&folder.join(format!("{CRATE}_bg.wasm")), module.emit_wasm())
}

/// Takes out of the script what the module, now that it is as small as it gets, no longer imports.
fn pack_script(folder: &Path) -> Result<()> {
    let module = Module::from_file(folder.join(format!("{CRATE}_bg.wasm")));
    let module = module.context("failed to read the module that wasm-opt made")?;
    let imports = module.imports.iter().map(|import| import.name.as_str()).collect();
    let script = script_in(folder);
    let text = fs::read_to_string(&script).with_context(|| format!("failed to read {}", script.display()))?;
    let text = glue::with_imports(&glue::without_chunks(&text), &imports);
    process::write_file(&script, glue::packed(&text))
}

/// Writes the module with its functions in the order that weighs the least of those that are tried.
fn write_in_order(workspace: &Workspace, path: &Path, module: &[u8]) -> Result<()> {
    process::write_file(path, module)?;
    optimise::rewrite(workspace, path)?;
    let module = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    let mut best: Option<(usize, Vec<u8>)> = None;
    for first in order::First::ALL {
        let ordered = order::like_beside_like(&module, first)?;
        let size = compress::brotli(&ordered, Profile::Release)?.len();
        if best.as_ref().is_none_or(|(smallest, _)| size < *smallest) {
            best = Some((size, ordered));
        }
    }
    process::write_file(path, best.map_or(module, |(_, ordered)| ordered))
}

/// Takes the chunks out of the module, and puts the functions of each part in order.
fn part(workspace: &Workspace, linked: &[u8], folder: &Path) -> Result<()> {
    let path = folder.join(format!("{CRATE}_bg.wasm"));
    let finished = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
    // Parts number their types in the order of the functions that have them.
    let finished = order::like_beside_like(&finished, order::First::Numbered)?;
    let parts = split::split(linked, &finished)?;
    write_in_order(workspace, &path, &parts.main)?;
    let chunks = folder.join(CHUNKS);
    fs::create_dir_all(&chunks).with_context(|| format!("failed to make {}", chunks.display()))?;
    for (name, chunk) in parts.chunks {
        write_in_order(workspace, &chunks.join(format!("{name}.wasm")), &chunk)?;
    }
    Ok(())
}

fn script_in(folder: &Path) -> PathBuf {
    folder.join(format!("{CRATE}.js"))
}

impl Code {
    fn read(folder: &Path) -> Result<Self> {
        let text = |path: &Path| {
            fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
        };
        let module = folder.join(format!("{CRATE}_bg.wasm"));
        let mut snippets = BTreeMap::new();
        for path in files_below(&folder.join("snippets"))? {
            let name = path.strip_prefix(folder.join("snippets")).unwrap_or(&path);
            snippets.insert(name.to_string_lossy().into_owned(), text(&path)?);
        }
        let bytes =
            |path: &Path| fs::read(path).with_context(|| format!("failed to read {}", path.display()));
        let mut chunks = BTreeMap::new();
        for path in files_below(&folder.join(CHUNKS))? {
            chunks.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), bytes(&path)?);
        }
        Ok(Self { js: text(&script_in(folder))?, wasm: bytes(&module)?, chunks, snippets })
    }

    /// Adds the files, each naming the others by their hashed names; answers their paths.
    pub(crate) fn add_to(self, assets: &mut Assets) -> Result<Paths> {
        let wasm_name = format!("{CRATE}.wasm");
        let wasm = assets.add(&wasm_name, &self.wasm)?;
        let mut js = self.js.replace(&format!("{CRATE}_bg.wasm"), &hashed(&wasm_name, &self.wasm));
        if !self.snippets.is_empty() {
            let folder = self.snippets_folder();
            js = js.replace("./snippets/", &format!("./{folder}/"));
            for (path, text) in &self.snippets {
                assets.add_as(&format!("snippets/{path}"), &format!("{folder}/{path}"), text.as_bytes())?;
            }
        }
        let mut chunks = BTreeMap::new();
        for (name, chunk) in &self.chunks {
            chunks.insert(name.clone(), assets.add(&format!("{CRATE}-{name}.wasm"), chunk)?);
        }
        js.push_str(&glue::loader(&chunks)?);
        let js = assets.add(&format!("{CRATE}.js"), js.as_bytes())?;
        Ok(Paths { js, wasm, chunks })
    }

    /// Snippets import each other by relative path, so the folder carries the hash instead of each file.
    fn snippets_folder(&self) -> String {
        let all: String = self.snippets.iter().flat_map(|(path, text)| [path, "\0", text]).collect();
        format!("snippets-{}", key::short(all.as_bytes()))
    }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
            let path = entry.with_context(|| format!("failed to list {}", folder.display()))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(snippet: &str) -> Code {
        Code {
            js: "import './snippets/a-1/inline0.js'; new URL('dashboard_bg.wasm', import.meta.url)".into(),
            wasm: b"\0asm".to_vec(),
            chunks: BTreeMap::new(),
            snippets: [("a-1/inline0.js".to_owned(), snippet.to_owned())].into(),
        }
    }

    fn added(code: Code) -> (String, Vec<crate::web::manifest::Asset>) {
        let dist = tempfile::tempdir().unwrap();
        let mut assets = Assets::create(dist.path(), Profile::Dev).unwrap();
        let js = code.add_to(&mut assets).unwrap().js;
        let text = fs::read_to_string(dist.path().join(js.trim_start_matches("/assets/"))).unwrap();
        (text, assets.finish())
    }

    #[test]
    fn the_script_names_the_module_and_the_snippets_as_they_are_served() {
        let (js, files) = added(code("export const a = 1;"));
        for name in ["dashboard.wasm", "snippets/a-1/inline0.js"] {
            let file = &files.iter().find(|it| it.name == name).unwrap().file;
            assert!(js.contains(file.as_str()), "{file} in {js}");
        }
        assert!(!js.contains("_bg.wasm"));
    }

    #[test]
    fn a_changed_snippet_changes_the_script_s_name() {
        let name = |snippet| {
            let (_, files) = added(code(snippet));
            files.into_iter().find(|it| it.name == "dashboard.js").unwrap().file
        };
        assert_ne!(name("export const a = 1;"), name("export const a = 2;"));
    }
}
