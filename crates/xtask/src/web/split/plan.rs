//! What stands where: in the main part, or in which chunk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use anyhow::{Result, bail};

use crate::web::split::PREFIX;
use crate::web::split::links::{Item, Links};
use crate::web::split::program::Program;
use crate::web::split::reach::{Users, users};

/// Shorter data stay in the main part: taking them out costs more than it saves.
const SHORTEST: usize = 12;

/// Where everything belongs.
#[derive(Debug)]
pub(super) struct Plan {
    /// The chunks' names.
    pub(super) chunks: Vec<String>,
    /// The parts that have each function: the main part, or chunks, each its own copy.
    pub(super) functions: Vec<Users>,
    /// Addresses of data that stand in chunks.
    pub(super) data: Vec<(Range<u32>, usize)>,
}

impl Plan {
    /// What a few chunks need stands in each of them, as every first page loads the main part and one chunk: code that only
    /// others need is not to be among it. What more than two thirds of the chunks need stands in the main part, and so do
    /// functions in the table, of which there is to be one each, and data. `links` are those of the same module before addresses became
    /// numbers.
    pub(super) fn of(program: &Program<'_>, links: &Links) -> Result<Self> {
        let chunks: Vec<String> =
            program.exported().filter_map(|(name, _)| Some(name.strip_prefix(PREFIX)?.to_owned())).collect();
        if chunks.len() > Users::MOST {
            bail!("there are {} chunks, more than {}", chunks.len(), Users::MOST);
        }
        let linked = linked_users(links, &chunks)?;
        let by = |item: Item| linked.get(&item).copied().unwrap_or(Users::MAIN);
        let slots: HashMap<u32, u32> = links.slots.iter().copied().collect();
        let slot_users =
            |slot: u32| slots.get(&slot).map_or(Users::MAIN, |function| by(Item::Function(*function)));
        let exported = program.exported().map(|(name, function)| (function, exported_to(name, &chunks)));
        let started = program.start.map(|function| (function, Users::MAIN));
        let pointed_at = program.slots.iter().map(|(slot, function)| (*function, slot_users(*slot)));
        let functions = users(exported.chain(started).chain(pointed_at), |function| {
            program.mentions_of(function).map_or(&[][..], |mentions| &mentions.functions)
        });
        let functions = homes(program, &functions, chunks.len() * 2 / 3)?;
        Ok(Self { functions, data: data(links, by), chunks })
    }

    /// Whether a part has this function.
    pub(super) fn is_in(&self, function: u32, part: Option<usize>) -> bool {
        let home = self.functions.get(function as usize).copied().unwrap_or(Users::MAIN);
        part.map_or(home == Users::MAIN, |chunk| home.has(chunk))
    }
}

/// Where each function stands, by who uses it; in at most so many chunks.
fn homes(program: &Program<'_>, users: &HashMap<u32, Users>, most: usize) -> Result<Vec<Users>> {
    let in_table: HashSet<u32> = program.slots.iter().map(|(_, function)| *function).collect();
    let home = |function: u32| match users.get(&function) {
        Some(users) if users.only().is_some() => *users,
        Some(users) if users.count() <= most && !in_table.contains(&function) => *users,
        _ => Users::MAIN,
    };
    let numbers = 0..u32::try_from(program.functions.len())?;
    let mut homes: Vec<Users> = numbers.clone().map(home).collect();
    let mut open: Vec<u32> = numbers.filter(|function| homes[*function as usize] == Users::MAIN).collect();
    // The main part can call nothing that stands in chunks.
    while let Some(function) = open.pop() {
        for called in program.mentions_of(function).map_or(&[][..], |mentions| &mentions.functions) {
            if homes[*called as usize] != Users::MAIN {
                homes[*called as usize] = Users::MAIN;
                open.push(*called);
            }
        }
    }
    Ok(homes)
}

/// Who uses what of the linked module.
fn linked_users(links: &Links, chunks: &[String]) -> Result<HashMap<Item, Users>> {
    for chunk in chunks {
        if !links
            .exports
            .iter()
            .any(|(name, _)| without_hash(name).strip_prefix(PREFIX) == Some(chunk.as_str()))
        {
            bail!("the linked module does not export {PREFIX}{chunk}");
        }
    }
    let exported = links
        .exports
        .iter()
        .map(|(name, function)| (Item::Function(*function), exported_to(without_hash(name), chunks)));
    let always = links.always.iter().map(|item| (*item, Users::MAIN));
    Ok(users(exported.chain(always), |item| links.names.get(&item).map_or(&[][..], Vec::as_slice)))
}

fn exported_to(name: &str, chunks: &[String]) -> Users {
    let chunk = name.strip_prefix(PREFIX);
    chunk.and_then(|chunk| chunks.iter().position(|it| it == chunk)).map_or(Users::MAIN, Users::chunk)
}

/// A name as wasm-bindgen will export it: it marks what it has not read yet.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => name,
        _ => name,
    }
}

/// Addresses that one chunk alone uses. Data that look alike may share a place.
fn data(links: &Links, by: impl Fn(Item) -> Users) -> Vec<(Range<u32>, usize)> {
    let mut bytes: BTreeMap<u32, Users> = BTreeMap::new();
    for (symbol, place) in &links.places {
        let users = by(Item::Datum(*symbol));
        for address in place.clone() {
            let known = bytes.entry(address).or_default();
            *known = known.and(users);
        }
    }
    let mut data: Vec<(Range<u32>, usize)> = Vec::new();
    for (address, chunk) in bytes.iter().filter_map(|(address, users)| Some((*address, users.only()?))) {
        match data.last_mut() {
            Some((range, of)) if range.end == address && *of == chunk => range.end += 1,
            _ => data.push((address..address + 1, chunk)),
        }
    }
    data.retain(|(range, _)| range.len() >= SHORTEST);
    data
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, Function, FunctionSection, Module, RefType,
        TableSection, TableType, TypeSection,
    };

    use super::*;

    /// A module whose functions call these, and that has the last of them in its table.
    fn module(calls: &[&[u32]]) -> Vec<u8> {
        let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
        let (mut tables, mut elements) = (TableSection::new(), ElementSection::new());
        let mut code = CodeSection::new();
        types.ty().function([], []);
        for calls in calls {
            functions.function(0);
            let mut function = Function::new([]);
            for called in *calls {
                function.instructions().call(*called);
            }
            function.instructions().end();
            code.function(&function);
        }
        let (element_type, minimum) = (RefType::FUNCREF, 2);
        tables.table(TableType { element_type, minimum, maximum: None, table64: false, shared: false });
        let last = u32::try_from(calls.len()).unwrap() - 1;
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(vec![last].into()));
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&tables).section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn what_a_few_chunks_need_stands_in_each_but_what_the_main_part_calls() {
        let module = module(&[&[], &[], &[2], &[], &[], &[4]]);
        let program = Program::read(&module).unwrap();
        let [a, b, c] = [0, 1, 2].map(Users::chunk);
        let known =
            [(0, a), (1, a.and(b)), (2, a.and(b)), (3, a.and(b).and(c)), (4, a.and(b)), (5, a.and(b))];
        let homes = homes(&program, &known.into(), 2).unwrap();
        let of = |function: usize| homes[function];
        assert_eq!([of(0), of(1), of(2)], [a, a.and(b), a.and(b)]);
        assert_eq!(of(3), Users::MAIN, "too many need it");
        assert_eq!(of(5), Users::MAIN, "there is one of each function in the table");
        assert_eq!(of(4), Users::MAIN, "that one calls it");
        assert!(a.and(b).has(1) && !a.and(b).has(2) && !Users::MAIN.has(0));
    }
}
