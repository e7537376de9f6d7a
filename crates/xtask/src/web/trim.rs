//! What is taken out of the module between wasm-bindgen and wasm-opt.

use std::collections::{HashMap, HashSet};

use walrus::ir::{Instr, InstrLocId, InstrSeq, Unreachable, VisitorMut, dfs_pre_order_mut};
use walrus::{FunctionId, FunctionKind, LocalFunction, Module};

use crate::web::glue;
use crate::web::split::PREFIX;

/// What ends the program, by what the names of functions contain. A panic's message costs a twentieth of the page and
/// nobody reads it there: the document notices that the script has ended, and says so.
const ENDS: [&str; 8] = [
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::panicking::",
    "core::str::slice_error_fail",
    "rust_begin_unwind",
    "std::panicking::panic_with_hook",
    "std::panicking::rust_panic_with_hook",
];

/// Makes every panic end the program at once, as it does after its message. So do functions that only prepare one, and
/// nothing is left of what they are called with.
pub(crate) fn silence_panics(module: &mut Module) {
    let is_end = |id: FunctionId| {
        let function = module.funcs.get(id);
        let name = function.name.as_deref().map(without_hashes).unwrap_or_default();
        module.types.get(function.ty()).results().is_empty() && ENDS.iter().any(|end| name.contains(end))
    };
    let mut found: HashSet<FunctionId> =
        module.funcs.iter_local().map(|(id, _)| id).filter(|id| is_end(*id)).collect();
    let mut all = HashSet::new();
    while !found.is_empty() {
        for id in &found {
            if let FunctionKind::Local(function) = &mut module.funcs.get_mut(*id).kind {
                let entry = function.entry_block();
                function.block_mut(entry).instrs = vec![end()];
            }
        }
        let mut cut = CutAt { ends: &found, has_cut: false };
        let mut preparing = HashSet::new();
        for (id, function) in module.funcs.iter_local_mut() {
            cut.has_cut = false;
            let entry = function.entry_block();
            dfs_pre_order_mut(&mut cut, function, entry);
            if cut.has_cut && !found.contains(&id) && only_ends(function) {
                preparing.insert(id);
            }
        }
        all.extend(found);
        found = preparing.into_iter().filter(|id| !all.contains(id)).collect();
    }
}

/// Ends sequences where one of these functions is called, without what only makes ready for the call.
struct CutAt<'a> {
    ends: &'a HashSet<FunctionId>,
    has_cut: bool,
}

impl VisitorMut for CutAt<'_> {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let calls_one =
            |instruction: &Instr| matches!(instruction, Instr::Call(call) if self.ends.contains(&call.func));
        if let Some(at) = sequence.instrs.iter().position(|(instruction, _)| calls_one(instruction)) {
            let needed = sequence.instrs[..at].iter().rposition(|(instruction, _)| !is_plain(instruction));
            sequence.instrs.truncate(needed.map_or(0, |last| last + 1));
            sequence.instrs.push(end());
            self.has_cut = true;
        }
    }
}

fn end() -> (Instr, InstrLocId) {
    (Unreachable {}.into(), InstrLocId::default())
}

/// Whether a function does nothing before it ends the program, but to take its place on the stack.
fn only_ends(function: &LocalFunction) -> bool {
    let instructions = &function.block(function.entry_block()).instrs;
    instructions.split_last().is_some_and(|((last, _), rest)| {
        let is_place =
            |instruction: &Instr| is_plain(instruction) || matches!(instruction, Instr::GlobalSet(_));
        matches!(last, Instr::Unreachable(_)) && rest.iter().all(|(instruction, _)| is_place(instruction))
    })
}

/// Whether an instruction only computes, or writes to memory what nobody reads once the program has ended.
fn is_plain(instruction: &Instr) -> bool {
    matches!(
        instruction,
        Instr::Const(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::Binop(_)
            | Instr::Unop(_)
            | Instr::Load(_)
            | Instr::Store(_)
    )
}

/// A function's name as it is written in source: compilers number crates of the same name.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| match part.split_once(']') {
        Some((hash, rest)) if hash.len() == 16 => name + rest,
        _ => name + "[" + part,
    })
}

/// Takes back the exports of functions that the script does not call; those stay that begin a chunk.
pub(crate) fn unexport(module: &mut Module, called: &HashSet<&str>) {
    let is_called = |name: &str| called.contains(name) || name == "memory" || name.starts_with(PREFIX);
    let unused: Vec<_> =
        module.exports.iter().filter(|it| !is_called(&it.name)).map(walrus::Export::id).collect();
    for id in unused {
        module.exports.delete(id);
    }
    walrus::passes::gc::run(module);
}

/// Gives what the module imports short names; answers the names before and now.
pub(crate) fn shorten_imports(module: &mut Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for import in module.imports.iter_mut().filter(|import| import.name.starts_with("__wb")) {
        let short = glue::short_name(names.len());
        names.insert(std::mem::replace(&mut import.name, short.clone()), short);
    }
    names
}

/// Gives what the module exports short names where only the script reads them; answers the names before and now.
pub(crate) fn shorten_exports(module: &mut Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for export in module.exports.iter_mut().filter(|export| export.name.contains("__")) {
        let short = glue::short_name(names.len());
        names.insert(std::mem::replace(&mut export.name, short.clone()), short);
    }
    names
}
