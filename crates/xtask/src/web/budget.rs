//! Sizes, and the limit of the first route.

use std::fmt::Write;

use anyhow::{Result, bail};

use crate::report::bytes;
use crate::web::manifest::{Asset, Manifest};

/// Bytes in brotli that script, module and style sheet are to have together. Not reached yet: docs/benchmarks.md.
const GOAL: u64 = 250_000;
/// What fails the build until then: the first route may only become smaller.
pub(crate) const LIMIT: u64 = 295_000;

/// Fails when the first route is over its limit.
pub(crate) fn check(manifest: &Manifest) -> Result<()> {
    let size = first_route(manifest);
    if size > LIMIT {
        bail!("the first route is {} in brotli, over the limit of {}", bytes(size), bytes(LIMIT));
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
    _ = writeln!(
        text,
        "first route: {size} in brotli; the goal is {}, the limit {}",
        bytes(GOAL),
        bytes(LIMIT)
    );
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
