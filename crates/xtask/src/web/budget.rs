//! Sizes, and the limit of the first route.

use std::fmt::Write;

use anyhow::{Result, bail};

use crate::report::bytes;
use crate::web::manifest::{Asset, Manifest};

/// Bytes in brotli that a first visit may load in all.
pub(crate) const VISIT: u64 = 250_000;

/// What of it is for the document, which the server compresses and no build knows: a list of fifty leads has 10.6 kB.
const DOCUMENT: u64 = 11_000;

/// Bytes in brotli that script, module, chunk and style sheet of a route may have together.
pub(crate) const LIMIT: u64 = VISIT - DOCUMENT;

/// Fails when a route is over the limit.
pub(crate) fn check(manifest: &Manifest) -> Result<()> {
    let (size, limit) = (first_route(manifest), manifest.limit);
    if size > limit {
        bail!("the first route is {} in brotli, over the limit of {}", bytes(size), bytes(limit));
    }
    Ok(())
}

/// Bytes in brotli of what the first route loads, whichever it is.
pub(crate) fn first_route(manifest: &Manifest) -> u64 {
    heaviest_route(manifest).iter().map(|asset| asset.br).sum()
}

/// The files of the route that loads most.
pub(crate) fn heaviest_route(manifest: &Manifest) -> Vec<&Asset> {
    let chunks = chunks(manifest).map(|(_, asset)| asset);
    every_route(manifest).chain(chunks.max_by_key(|asset| asset.br)).collect()
}

/// The files that every route loads.
fn every_route(manifest: &Manifest) -> impl Iterator<Item = &Asset> {
    let entry = &manifest.entry;
    let paths = [Some(&entry.js), Some(&entry.wasm), entry.css.as_ref()];
    paths.into_iter().flatten().filter_map(|path| manifest.asset(path))
}

/// What is put over a page that stands already: no route loads it first.
pub(super) const OVER_PAGES: [&str; 1] = ["desk"];

/// The chunks, of which a route loads one.
fn chunks(manifest: &Manifest) -> impl Iterator<Item = (&str, &Asset)> {
    let chunks = manifest.entry.chunks.iter().filter(|(name, _)| !OVER_PAGES.contains(&name.as_str()));
    chunks.filter_map(|(name, path)| Some((name.as_str(), manifest.asset(path)?)))
}

/// The sizes, one file a line, and what a route loads with each of the chunks.
pub(crate) fn table(manifest: &Manifest) -> String {
    let mut text = format!("{:<28}{:>12}{:>12}{:>12}\n", "file", "bytes", "gzip", "brotli");
    for asset in &manifest.files {
        let (size, gzip, br) = (bytes(asset.size), bytes(asset.gzip), bytes(asset.br));
        // Writing to a string cannot fail.
        _ = writeln!(text, "{:<28}{size:>12}{gzip:>12}{br:>12}", asset.name);
    }
    let main: u64 = every_route(manifest).map(|asset| asset.br).sum();
    for (chunk, asset) in chunks(manifest) {
        let size = bytes(main + asset.br);
        _ = writeln!(text, "{:<28}{size:>36}", format!("route with {chunk}"));
    }
    let size = bytes(first_route(manifest));
    _ = writeln!(text, "first route: {size} in brotli; the limit is {}", bytes(manifest.limit));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::manifest::Entry;

    /// Script, module, and others by name and size.
    fn manifest(js: u64, wasm: u64, others: &[(&str, u64)]) -> Manifest {
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
        let chunks = others.iter().filter_map(|(name, _)| {
            Some((name.strip_suffix(".wasm")?.to_owned(), format!("/assets/{name}")))
        });
        let chunks = chunks.collect();
        let files = [("a.js", js), ("a.wasm", wasm)];
        Manifest {
            entry: Entry { js: "/assets/a.js".into(), wasm: "/assets/a.wasm".into(), css: None, chunks },
            limit: LIMIT,
            files: files.iter().chain(others).map(|(name, br)| asset(name, *br)).collect(),
        }
    }

    #[test]
    fn only_what_a_route_loads_counts() {
        assert_eq!(first_route(&manifest(10_000, 20_000, &[("icon.svg", 5_000)])), 30_000);
    }

    #[test]
    fn the_route_with_the_heaviest_chunk_counts() {
        let manifest =
            manifest(10_000, 20_000, &[("find.wasm", 3_000), ("leads.wasm", 5_000), ("job.wasm", 1_000)]);
        assert_eq!(first_route(&manifest), 35_000);
        let text = table(&manifest);
        assert!(
            text.contains("route with find") && text.contains("33.0 kB") && text.contains("31.0 kB"),
            "{text}"
        );
    }

    #[test]
    fn what_is_put_over_a_page_is_no_route() {
        let manifest = manifest(10_000, 20_000, &[("leads.wasm", 3_000), ("desk.wasm", 50_000)]);
        assert_eq!(first_route(&manifest), 33_000);
        let text = table(&manifest);
        assert!(text.contains("desk.wasm") && !text.contains("route with desk"), "{text}");
    }

    #[test]
    fn the_limit_itself_is_allowed_and_a_byte_more_is_not() {
        check(&manifest(50_000, LIMIT - 60_000, &[("find.wasm", 10_000)])).unwrap();
        let error =
            check(&manifest(50_000, LIMIT - 59_999, &[("find.wasm", 10_000)])).unwrap_err().to_string();
        assert!(error.contains("over the limit"), "{error}");
    }

    #[test]
    fn the_table_has_every_file_and_the_sum() {
        let text = table(&manifest(10_000, 20_000, &[("icon.svg", 5_000)]));
        assert!(text.contains("icon.svg") && text.contains("first route: 30.0 kB"), "{text}");
    }
}
