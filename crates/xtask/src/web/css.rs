//! One minified style sheet from the entry and what it imports.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::dependencies::{Dependency, DependencyOptions};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

/// Bundles `entry`. `find` gives the path of a file of the page by its name; a `url()` that names no such file is
/// an error.
pub(crate) fn bundle(entry: &Path, find: impl Fn(&str) -> Option<String>) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet =
        bundler.bundle(entry).map_err(|error| anyhow!("failed to bundle the style sheet: {error}"))?;
    let targets = Targets::from(oldest_browsers());
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("failed to minify the style sheet: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            analyze_dependencies: Some(DependencyOptions { remove_imports: false }),
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("failed to print the style sheet: {error}"))?;
    let mut text = printed.code;
    for dependency in printed.dependencies.unwrap_or_default() {
        text = fill_in(&text, &dependency, &find)?;
    }
    Ok(text)
}

/// Browsers that know nesting, layers, `:has()` and `light-dark()`: nothing has to be spelled out for older ones.
fn oldest_browsers() -> Browsers {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    Browsers {
        chrome: version(123, 0),
        edge: version(123, 0),
        firefox: version(121, 0),
        safari: version(17, 5),
        ios_saf: version(17, 5),
        ..Browsers::default()
    }
}

fn fill_in(text: &str, dependency: &Dependency, find: impl Fn(&str) -> Option<String>) -> Result<String> {
    match dependency {
        Dependency::Import(import) => Ok(text.replace(&import.placeholder, &import.url)),
        Dependency::Url(url) => {
            let Some(target) = target(&url.url, find) else {
                bail!(
                    "the style sheet names {:?}, which is not in the page's public folder ({} line {})",
                    url.url,
                    url.loc.file_path,
                    url.loc.start.line
                );
            };
            Ok(text.replace(&url.placeholder, &target))
        }
    }
}

fn target(url: &str, find: impl Fn(&str) -> Option<String>) -> Option<String> {
    if url.starts_with('#') || url.starts_with("data:") {
        return Some(url.to_owned());
    }
    let mut name = url.trim_start_matches('/');
    while let Some(rest) = name.strip_prefix("../").or_else(|| name.strip_prefix("./")) {
        name = rest;
    }
    find(name.strip_prefix("public/").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn bundled(files: &[(&str, &str)]) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let find = |name: &str| (name == "icon.svg").then(|| "/assets/icon-1.svg".to_owned());
        bundle(&folder.path().join("main.css"), find)
    }

    #[test]
    fn imports_layers_and_nesting_become_one_small_sheet() {
        let text = bundled(&[
            ("main.css", "@layer base, page;\n@import \"base.css\" layer(base);"),
            ("base.css", "/* note */ .a { color: light-dark(#fff, #000); & .b { margin: 0px } }"),
        ])
        .unwrap();
        assert!(text.contains("@layer base") && text.contains("light-dark(#fff,#000)"), "{text}");
        assert!(!text.contains("note") && !text.contains("@import") && !text.contains('\n'), "{text}");
    }

    #[test]
    fn a_picture_is_named_by_its_hashed_path() {
        for url in ["icon.svg", "/icon.svg", "../public/icon.svg"] {
            let text = bundled(&[("main.css", &format!(".a {{ background: url(\"{url}\") }}"))]).unwrap();
            assert!(text.contains("url(\"/assets/icon-1.svg\")"), "{text}");
        }
        let data =
            bundled(&[("main.css", ".a { background: url(\"data:image/png;base64,AA==\") }")]).unwrap();
        assert!(data.contains("data:image/png;base64,AA=="), "{data}");
    }

    #[test]
    fn a_picture_that_is_not_there_is_named() {
        let error = bundled(&[("main.css", ".a { background: url(gone.svg) }")]).unwrap_err();
        assert!(error.to_string().contains("gone.svg"), "{error}");
    }

    #[test]
    fn a_mistake_is_located() {
        let error = bundled(&[("main.css", ".a { color: red"), ("x.css", "")]);
        assert!(error.is_ok(), "an open block is closed by the end of the file");
        let error = bundled(&[("main.css", "@import \"gone.css\";")]).unwrap_err();
        assert!(error.to_string().contains("main.css"), "{error}");
    }
}
