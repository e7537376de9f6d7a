//! What stands where: in the main part, or in which chunk.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use anyhow::{Result, bail};

use crate::web::budget::OVER_PAGES;
use crate::web::split::PREFIX;
use crate::web::split::links::{Item, Links};
use crate::web::split::program::Program;
use crate::web::split::reach::{Users, users};

/// Shorter data stay in the main part: taking them out costs more than it saves.
const SHORTEST: usize = 8;

/// Where everything belongs.
#[derive(Debug)]
pub(super) struct Plan {
    /// The chunks' names.
    pub(super) chunks: Vec<String>,
    /// The parts that have each function: the main part, or chunks, each its own copy.
    pub(super) functions: Vec<Users>,
    /// Addresses of data that stand in chunks, each of which has its own copy.
    pub(super) data: Vec<(Range<u32>, Users)>,
}

impl Plan {
    /// What a few chunks need stands in each of them, as every first page loads the main part and one chunk: code that only
    /// others need is not to be among it. A function whose address is taken is its place in the table, which every chunk
    /// that is loaded fills with its own copy; data that nobody changes are written over with the same. `links` are those of
    /// the same module before addresses became numbers.
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
        let few = Few::of(&chunks, heaviest(program, &functions, &chunks));
        Ok(Self { functions: homes(program, &functions, few)?, data: data(links, by, few), chunks })
    }

    /// Whether a part has this function.
    pub(super) fn is_in(&self, function: u32, part: Option<usize>) -> bool {
        let home = self.functions.get(function as usize).copied().unwrap_or(Users::MAIN);
        part.map_or(home == Users::MAIN, |chunk| home.has(chunk))
    }
}

/// How many chunks may each have a copy of the same. The more may, the less does a page load that it does not need. But a
/// copy is compressed apart from the main part, and so worse: the heaviest page is lightest when what it needs itself stands
/// in the main part, unless very few others need it.
#[derive(Clone, Copy, Debug)]
struct Few {
    most: usize,
    /// The chunk of the heaviest page, and how many may have a copy of what it needs.
    heaviest: Users,
    most_with_it: usize,
}

impl Few {
    fn of(chunks: &[String], heaviest: Users) -> Self {
        Self { most: chunks.len() * 2 / 3, heaviest, most_with_it: chunks.len() * 2 / 5 }
    }

    /// Whether each of these has its own copy, where they are several.
    fn are(self, users: Users) -> bool {
        let most = if users.and(self.heaviest) == users { self.most_with_it } else { self.most };
        users.only().is_some() || users.count() <= most
    }
}

/// The chunk that reaches the most code, of those that a first page may load.
fn heaviest(program: &Program<'_>, users: &HashMap<u32, Users>, chunks: &[String]) -> Users {
    let code = |chunk: usize| -> usize {
        let reached = users.iter().filter(|(_, users)| users.has(chunk));
        reached.filter_map(|(function, _)| Some(program.body_of(*function)?.as_bytes().len())).sum()
    };
    let first = (0..chunks.len()).filter(|chunk| !OVER_PAGES.contains(&chunks[*chunk].as_str()));
    first.max_by_key(|chunk| code(*chunk)).map_or(Users::default(), Users::chunk)
}

/// Where each function stands, by who uses it.
fn homes(program: &Program<'_>, users: &HashMap<u32, Users>, few: Few) -> Result<Vec<Users>> {
    let home = |function: u32| match users.get(&function) {
        Some(users) if few.are(*users) => *users,
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

/// Addresses that one chunk alone uses, and those with data that nobody changes and a few chunks use. Data that look alike
/// may share a place.
fn data(links: &Links, by: impl Fn(Item) -> Users, few: Few) -> Vec<(Range<u32>, Users)> {
    let mut bytes: BTreeMap<u32, Users> = BTreeMap::new();
    for (symbol, place) in &links.places {
        let users = by(Item::Datum(*symbol));
        for address in place.clone() {
            let known = bytes.entry(address).or_default();
            *known = known.and(users);
        }
    }
    let is_constant = |address: &u32| links.constants.iter().any(|place| place.contains(address));
    let mut data: Vec<(Range<u32>, Users)> = Vec::new();
    for (address, users) in bytes {
        if !few.are(users) || (users.only().is_none() && !is_constant(&address)) {
            continue;
        }
        match data.last_mut() {
            Some((range, of)) if range.end == address && *of == users => range.end += 1,
            _ => data.push((address..address + 1, users)),
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
        let module = module(&[&[], &[], &[2], &[4], &[], &[]]);
        let program = Program::read(&module).unwrap();
        let [a, b, c] = [0, 1, 2].map(Users::chunk);
        let known =
            [(0, a), (1, a.and(b)), (2, a.and(b)), (3, a.and(b).and(c)), (4, a.and(b)), (5, a.and(b))];
        let few = Few { most: 2, heaviest: Users::chunk(9), most_with_it: 0 };
        let homes = homes(&program, &known.into(), few).unwrap();
        let of = |function: usize| homes[function];
        assert_eq!([of(0), of(1), of(2)], [a, a.and(b), a.and(b)]);
        assert_eq!(of(3), Users::MAIN, "too many need it");
        assert_eq!(of(4), Users::MAIN, "that one calls it");
        assert_eq!(of(5), a.and(b), "each fills the place in the table with its own");
        assert!(a.and(b).has(1) && !a.and(b).has(2) && !Users::MAIN.has(0));
    }

    #[test]
    fn of_what_the_heaviest_page_needs_there_are_fewer_copies() {
        let [a, b, c] = [0, 1, 2].map(Users::chunk);
        let few = Few { most: 2, heaviest: a, most_with_it: 1 };
        assert_eq!([few.are(a), few.are(a.and(b)), few.are(b.and(c))], [true, false, true]);
        assert!(!few.are(a.and(b).and(c)) && !few.are(Users::MAIN));
    }

    #[test]
    fn the_heaviest_page_is_the_one_that_reaches_the_most_code() {
        let module = module(&[&[1, 1, 1], &[1], &[1]]);
        let program = Program::read(&module).unwrap();
        let [over, a, b] = [0, 1, 2].map(Users::chunk);
        let chunks = [OVER_PAGES[0], "a", "b"].map(str::to_owned);
        let found = |users: [(u32, Users); 3]| heaviest(&program, &users.into(), &chunks);
        assert_eq!(found([(0, over), (1, a), (2, a.and(b))]), a, "what is put over pages does not count");
        assert_eq!(found([(0, b.and(over)), (1, a), (2, a)]), b, "the first one calls more");
    }

    #[test]
    fn data_that_a_few_chunks_need_are_copied_unless_they_change() {
        let places = [(0, 0..20), (1, 20..40), (2, 40..60), (3, 60..80), (4, 80..84)];
        let links = Links { places: places.into(), constants: vec![0..60, 80..100], ..Links::default() };
        let [a, b, c] = [0, 1, 2].map(Users::chunk);
        let by = |item| match item {
            Item::Datum(0) => a.and(b),
            Item::Datum(1) => a.and(b).and(c),
            Item::Datum(2) => c,
            Item::Datum(3) => a.and(b),
            _ => a,
        };
        let few = Few { most: 2, heaviest: Users::chunk(9), most_with_it: 0 };
        assert_eq!(data(&links, by, few), [(0..20, a.and(b)), (40..60, c)], "the last is too short");
    }
}
