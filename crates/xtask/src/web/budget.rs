//! Sizes, and the limit of the first route.

use std::fmt::Write;

use anyhow::{Result, bail};

use crate::provision::wasm_std::WasmStd;
use crate::report::bytes;
use crate::web::manifest::{Asset, Manifest};

/// Bytes in brotli that script, module and style sheet may have together.
const LIMIT: u64 = 250_000;
/// As much more as a standard library weighs that was not built for the page.
const READY_LIBRARY: u64 = 15_000;

/// What the first route may weigh with a standard library.
pub(crate) fn limit(std: &WasmStd) -> u64 {
    if std.is_built_along() { LIMIT } else { LIMIT + READY_LIBRARY }
}

/// Fails when the first route is over its limit.
pub(crate) fn check(manifest: &Manifest) -> Result<()> {
    let (size, limit) = (first_route(manifest), manifest.limit);
    if size > limit {
        bail!("the first route is {} in brotli, over the limit of {}", bytes(size), bytes(limit));
    }
    Ok(())
}

/// Bytes in brotli of what the first route loads.
pub(crate) fn first_route(manifest: &Manifest) -> u64 {
    entries(manifest).map(|asset| asset.br).sum()
}

/// The files of the first route.
pub(crate) fn entries(manifest: &Manifest) -> impl Iterator<Item = &Asset> {
    let entry = &manifest.entry;
    let paths = [Some(&entry.js), Some(&entry.wasm), entry.css.as_ref()];
    paths.into_iter().flatten().filter_map(|path| manifest.asset(path))
}

/// The sizes, one file a line.
pub(crate) fn table(manifest: &Manifest) -> String {
    let mut text = format!("{:<28}{:>12}{:>12}{:>12}\n", "file", "bytes", "gzip", "brotli");
    for asset in &manifest.files {
        let (size, gzip, br) = (bytes(asset.size), bytes(asset.gzip), bytes(asset.br));
        // Writing to a string cannot fail.
        _ = writeln!(text, "{:<28}{size:>12}{gzip:>12}{br:>12}", asset.name);
    }
    let size = bytes(first_route(manifest));
    _ = writeln!(text, "first route: {size} in brotli; the limit is {}", bytes(manifest.limit));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::manifest::Entry;

    fn manifest(br: [u64; 3]) -> Manifest {
        let asset = |name: &str, br: u64| Asset {
            name: name.into(),
            path: format!("/assets/{name}"),
            file: name.into(),
            content_type: String::new(),
            encodings: Vec::new(),
            size: br * 4,
            br,
            gzip: br * 2,
        };
        let [js, wasm, other] = br;
        Manifest {
            entry: Entry { js: "/assets/a.js".into(), wasm: "/assets/a.wasm".into(), css: None },
            limit: LIMIT,
            files: vec![asset("a.js", js), asset("a.wasm", wasm), asset("icon.svg", other)],
        }
    }

    #[test]
    fn only_the_entries_count() {
        assert_eq!(first_route(&manifest([10_000, 20_000, 5_000])), 30_000);
    }

    #[test]
    fn the_limit_itself_is_allowed_and_a_byte_more_is_not() {
        check(&manifest([50_000, LIMIT - 50_000, 0])).unwrap();
        let error = check(&manifest([50_000, LIMIT - 49_999, 0])).unwrap_err().to_string();
        assert!(error.contains("over the limit"), "{error}");
    }

    #[test]
    fn the_table_has_every_file_and_the_sum() {
        let text = table(&manifest([10_000, 20_000, 5_000]));
        assert!(text.contains("icon.svg") && text.contains("first route: 30.0 kB"), "{text}");
    }
}
