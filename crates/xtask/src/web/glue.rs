//! The script that wasm-bindgen writes, made smaller: what nothing calls goes, names between script and module are
//! short, and nothing is there for readers only.
//!
//! It is taken apart by its indentation, which wasm-bindgen lays out itself. What is not laid out so stays as it is.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result};

use crate::web::split::{MAIN, PREFIX};

/// The indentation of one import among those of a module.
const ENTRY: &str = "        ";

/// The script without the classes that libraries export and what frees their objects: the page exports functions
/// alone, and nothing imports such a class to make an object of it.
pub(crate) fn without_classes(js: &str) -> String {
    let items = items(js);
    let classes: Vec<&str> = items.iter().filter_map(|item| class_name(item)).collect();
    let frees = |item: &str| {
        let is_of = |class: &&str| {
            item.starts_with(&format!("const {class}Finalization "))
                || item.starts_with(&format!("if (Symbol.dispose) {class}.prototype"))
        };
        classes.iter().any(is_of)
    };
    items.into_iter().filter(|item| class_name(item).is_none() && !frees(item)).collect()
}

/// The script without functions that begin a chunk: they are called where the chunk is loaded.
pub(crate) fn without_chunks(js: &str) -> String {
    let start = format!("export function {PREFIX}");
    items(js).into_iter().filter(|item| !item.starts_with(&start)).collect()
}

/// What the script says about chunks, given where the browser asks for them: how one is loaded. It answers with the
/// function that the chunk begins with. What failed is tried again the next time.
///
/// # Errors
///
/// When a path cannot be written as JSON.
pub(crate) fn loader(paths: &BTreeMap<String, String>) -> Result<String> {
    if paths.is_empty() {
        return Ok(format!("export const load = async name => wasm[\"{PREFIX}\" + name];\n"));
    }
    let paths = serde_json::to_string(paths).context("failed to write the chunks' paths")?;
    Ok(LOADER.replace("PATHS", &paths).replace("PREFIX", PREFIX).replace("MAIN", MAIN))
}

const LOADER: &str = r#"const chunks = PATHS;
const loads = {};
const start = async name => {
const answer = await fetch(chunks[name]);
if (!answer.ok) throw new Error(`chunk ${name} answered ${answer.status}`);
const imports = { ...__wbg_get_imports(), MAIN: wasm };
const { instance } = await WebAssembly.instantiateStreaming(answer, imports);
return instance.exports["PREFIX" + name];
};
export const load = name => loads[name] ??= start(name).catch(error => {
delete loads[name];
throw error;
});
"#;

/// The script with only those imports for the module that it asks for.
pub(crate) fn with_imports(js: &str, asked_for: &HashSet<&str>) -> String {
    let is_kept = |entry: &str| entry_name(entry).is_none_or(|name| asked_for.contains(name));
    entries(js).into_iter().filter(|entry| is_kept(entry)).collect()
}

/// The script with other names for what the module imports.
pub(crate) fn with_import_names(js: &str, names: &HashMap<String, String>) -> String {
    let renamed = |entry: &str| match entry_name(entry).and_then(|name| Some((name, names.get(name)?))) {
        Some((name, short)) => entry.replacen(name, short, 1),
        None => entry.to_owned(),
    };
    entries(js).into_iter().map(renamed).collect()
}

/// The script with other names for what the module exports.
pub(crate) fn with_export_names(js: &str, names: &HashMap<String, String>) -> String {
    let mut parts = js.split("wasm.");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_at(name_length(part));
        text.push_str("wasm.");
        text.push_str(names.get(name).map_or(name, String::as_str));
        text.push_str(rest);
    }
    text
}

/// The exports of the module that the script calls.
pub(crate) fn called_exports(js: &str) -> HashSet<&str> {
    js.split("wasm.").skip(1).map(|part| &part[..name_length(part)]).collect()
}

/// The script without comments and indentation.
pub(crate) fn packed(js: &str) -> String {
    let is_comment = |item: &str| item.starts_with("/**") || item.starts_with("//");
    let code: String = items(js).into_iter().filter(|item| !is_comment(item)).collect();
    // In a literal over several lines, space at the begin of one means itself.
    if code.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return code;
    }
    let lines = code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The `at`-th of the shortest names: `a` to `z`, `aa` and so on.
pub(crate) fn short_name(mut at: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b"abcdefghijklmnopqrstuvwxyz"[at % 26]));
        if at < 26 {
            return name;
        }
        at = at / 26 - 1;
    }
}

/// Top-level items: each begins at a line without indentation, and has those behind it that are indented or close it.
fn items(js: &str) -> Vec<&str> {
    pieces(js, |line| !line.starts_with([' ', '}', '\n']))
}

/// Imports, and whatever stands between them.
fn entries(js: &str) -> Vec<&str> {
    let is_start = |line: &str| {
        line.strip_prefix(ENTRY).is_some_and(|line| !line.starts_with([' ', '}']))
            || line.starts_with("    }")
    };
    pieces(js, is_start)
}

/// The text in pieces that begin with the lines that say so.
fn pieces(js: &str, is_start: impl Fn(&str) -> bool) -> Vec<&str> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    for line in js.split_inclusive('\n') {
        if is_start(line) && at > start {
            pieces.push(&js[start..at]);
            start = at;
        }
        at += line.len();
    }
    pieces.push(&js[start..]);
    pieces
}

fn class_name(item: &str) -> Option<&str> {
    item.strip_prefix("export class ").map(|rest| &rest[..name_length(rest)])
}

/// The name of an import for the module.
fn entry_name(entry: &str) -> Option<&str> {
    let entry = entry.strip_prefix(ENTRY)?;
    let (name, rest) = entry.split_at(name_length(entry));
    (name != "__proto__" && rest.starts_with(": ")).then_some(name)
}

fn name_length(text: &str) -> usize {
    text.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_' && sign != '$').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\
export class Sink {
    free() {
        wasm.__wbg_sink_free(this.__wbg_ptr, 0);
    }
}
if (Symbol.dispose) Sink.prototype[Symbol.dispose] = Sink.prototype.free;

/**
 * Starts the page.
 */
export function hydrate() {
    wasm.hydrate();
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_now_0123456789abcdef: function() {
            // The clock.
            const ret = Date.now();
            return ret;
        },
        __wbg_log_0123456789abcdef: function(arg0) {
            console.log(arg0);
        },
    };
    return {
        __proto__: null,
        \"./dashboard_bg.js\": import0,
    };
}
const SinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_sink_free(ptr, 1));
function invoke__h0123(arg0) {
    wasm.invoke__h0123(arg0);
}
let wasm;
";

    #[test]
    fn classes_go_with_what_frees_their_objects() {
        let js = without_classes(SCRIPT);
        assert!(!js.contains("Sink") && !js.contains("sink"), "{js}");
        assert_eq!(called_exports(&js), HashSet::from(["hydrate", "invoke__h0123"]));
        assert!(js.contains("Starts the page") && js.ends_with("let wasm;\n"));
    }

    #[test]
    fn functions_that_begin_chunks_are_not_the_script_s() {
        let root =
            "/**\n * Makes the page.\n */\nexport function chunk_find() {\n    wasm.chunk_find();\n}\n";
        let js = without_chunks(&(root.to_owned() + SCRIPT));
        assert!(!js.contains("chunk_find") && js.contains("export function hydrate"), "{js}");
    }

    #[test]
    fn chunks_are_loaded_from_their_paths_and_otherwise_found_in_the_module() {
        let chunks = BTreeMap::from([("find".to_owned(), "/assets/find-1.wasm".to_owned())]);
        let js = loader(&chunks).unwrap();
        for part in [
            r#"{"find":"/assets/find-1.wasm"}"#,
            "m: wasm",
            r#"exports["chunk_" + name]"#,
            "export const load",
        ] {
            assert!(js.contains(part), "{part} in {js}");
        }
        let js = loader(&BTreeMap::new()).unwrap();
        assert!(js.contains(r#"wasm["chunk_" + name]"#) && js.contains("export const load"), "{js}");
    }

    #[test]
    fn imports_that_the_module_does_not_ask_for_go() {
        let js = with_imports(SCRIPT, &HashSet::from(["__wbg_log_0123456789abcdef"]));
        assert!(
            js.contains("console.log") && !js.contains("Date.now") && js.contains("import0,\n    };"),
            "{js}"
        );
        assert_eq!(with_imports(&js, &HashSet::from(["__wbg_log_0123456789abcdef"])), js);
    }

    #[test]
    fn names_are_replaced_on_the_script_s_side() {
        let names = |long: &str| HashMap::from([(long.to_owned(), "a".to_owned())]);
        let js = with_import_names(SCRIPT, &names("__wbg_log_0123456789abcdef"));
        assert!(js.contains("        a: function(arg0) {\n            console.log"), "{js}");
        let js = with_export_names(SCRIPT, &names("invoke__h0123"));
        assert!(js.contains("function invoke__h0123(arg0) {\n    wasm.a(arg0);"), "{js}");
    }

    #[test]
    fn packing_leaves_code_only() {
        let js = packed(SCRIPT);
        assert!(!js.contains("Starts the page") && !js.contains("The clock"), "{js}");
        assert!(js.contains("\nconst ret = Date.now();\nreturn ret;\n},\n"), "{js}");
        assert_eq!(packed("let a = `\n  b`;\n"), "let a = `\n  b`;\n");
    }

    #[test]
    fn short_names_are_all_different() {
        let names: HashSet<String> = (0..2000).map(short_name).collect();
        assert_eq!(names.len(), 2000);
        assert_eq!([0, 25, 26, 701, 702].map(short_name), ["a", "z", "aa", "zz", "aaa"]);
    }
}
