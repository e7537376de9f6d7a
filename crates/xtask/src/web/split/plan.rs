//! What stands where: in the main part, or in which chunk.

use std::collections::{BTreeMap, HashMap};
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
    /// The chunk of each function; `None` for the main part.
    pub(super) functions: Vec<Option<usize>>,
    /// Addresses of data that stand in chunks.
    pub(super) data: Vec<(Range<u32>, usize)>,
}

impl Plan {
    /// What several chunks need stands in the main part. `links` are those of the same module before addresses became
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
        let numbers = 0..u32::try_from(program.functions.len())?;
        let chunk_of = |function: u32| functions.get(&function).and_then(|users| users.only());
        Ok(Self { functions: numbers.map(chunk_of).collect(), data: data(links, by), chunks })
    }

    /// Whether a chunk has this function.
    pub(super) fn is_in(&self, function: u32, part: Option<usize>) -> bool {
        self.functions.get(function as usize).copied().flatten() == part
    }
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
