//! What the parts need of each other, and the names by which the main part gives it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use wasmparser::ExternalKind;

use crate::web::glue;
use crate::web::split::plan::Plan;
use crate::web::split::program::Program;

/// What a chunk needs from elsewhere, by number.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) functions: BTreeSet<u32>,
    pub(super) globals: BTreeSet<u32>,
    pub(super) tables: BTreeSet<u32>,
    pub(super) types: BTreeSet<u32>,
}

impl Needs {
    pub(super) fn of(program: &Program<'_>, plan: &Plan, chunk: usize) -> Self {
        // Its functions are put into the table, and its data into memory.
        let mut needs = Self { tables: [0].into(), ..Self::default() };
        for (function, of) in (0..).zip(&program.functions) {
            let Some(mentions) = program.mentions_of(function).filter(|_| plan.is_in(function, Some(chunk)))
            else {
                continue;
            };
            needs.types.insert(*of);
            needs.types.extend(&mentions.types);
            needs.globals.extend(&mentions.globals);
            needs.tables.extend(&mentions.tables);
            needs.functions.extend(mentions.functions.iter().filter(|it| !plan.is_in(**it, Some(chunk))));
        }
        // An imported function that this chunk alone calls is in the plan as its own.
        let imported = (0..program.first_own()).filter(|it| plan.is_in(*it, Some(chunk)));
        needs.functions.extend(imported);
        needs.types.extend(needs.functions.iter().map(|function| program.functions[*function as usize]));
        needs
    }
}

/// The names by which the main part exports what chunks need.
pub(super) struct Shared {
    pub(super) names: BTreeMap<(Kind, u32), String>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    Memory,
    Table,
    Global,
    Function,
}

impl Shared {
    pub(super) fn of(program: &Program<'_>, plan: &Plan, needs: &[Needs]) -> Self {
        let mut wanted: BTreeSet<(Kind, u32)> = [(Kind::Memory, 0)].into();
        for needs in needs {
            wanted.extend(needs.tables.iter().map(|table| (Kind::Table, *table)));
            wanted.extend(needs.globals.iter().map(|global| (Kind::Global, *global)));
            let own =
                needs.functions.iter().filter(|it| **it >= program.first_own() && plan.is_in(**it, None));
            wanted.extend(own.map(|function| (Kind::Function, *function)));
        }
        let mut names: BTreeMap<(Kind, u32), String> = program
            .exports
            .iter()
            .filter_map(|export| Some(((kind(export.kind)?, export.index), export.name.to_owned())))
            .filter(|(item, _)| wanted.contains(item))
            .collect();
        let taken: HashSet<&str> = program.exports.iter().map(|export| export.name).collect();
        let mut free = (0..).map(glue::short_name).filter(|name| !taken.contains(name.as_str()));
        for item in wanted {
            if let Entry::Vacant(entry) = names.entry(item) {
                entry.insert(free.next().unwrap_or_default());
            }
        }
        Self { names }
    }

    pub(super) fn name(&self, kind: Kind, index: u32) -> &str {
        self.names.get(&(kind, index)).map_or("", String::as_str)
    }
}

pub(super) fn kind(kind: ExternalKind) -> Option<Kind> {
    match kind {
        ExternalKind::Memory => Some(Kind::Memory),
        ExternalKind::Table => Some(Kind::Table),
        ExternalKind::Global => Some(Kind::Global),
        ExternalKind::Func => Some(Kind::Function),
        _ => None,
    }
}
