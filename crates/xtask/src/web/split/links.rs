//! What the linker knows of a module: which function or datum is named where. Once the addresses are numbers like any
//! other, nothing tells any more which of them are meant.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    BinaryReader, Data, DataKind, ElementItems, ElementKind, Linking, LinkingSectionReader, Operator, Parser,
    Payload, RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo,
};

/// A function by its index, or a datum by its symbol.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Item {
    Function(u32),
    Datum(u32),
}

/// The module as the linker wrote it, with what names what.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Functions by the names that they are exported by.
    pub(super) exports: Vec<(String, u32)>,
    /// What an item names.
    pub(super) names: HashMap<Item, Vec<Item>>,
    /// What is named where no item is known to stand.
    pub(super) always: Vec<Item>,
    /// The functions of the table by their place, which is their address.
    pub(super) slots: Vec<(u32, u32)>,
    /// Where data stand in memory, by symbol.
    pub(super) places: HashMap<u32, Range<u32>>,
    /// Where in memory data stand that the program does not change.
    pub(super) constants: Vec<Range<u32>>,
}

/// What the linker calls the segment of data that the program does not change.
const CONSTANT: &str = ".rodata";

/// What is read of a module before its links are put together.
#[derive(Default)]
struct Raw<'a> {
    links: Links,
    symbols: Vec<SymbolInfo<'a>>,
    /// Bodies by their place in the section, in order.
    bodies: Vec<(Range<usize>, u32)>,
    segments: Vec<Segment>,
    /// Their names, as many as they have.
    segment_names: Vec<&'a str>,
    imported: u32,
    code: usize,
    data: usize,
    relocations: Vec<(&'static str, Vec<RelocationEntry>)>,
}

/// A segment of the data.
struct Segment {
    /// Its place in the section.
    range: Range<usize>,
    /// Its place in memory.
    address: u32,
}

impl Links {
    /// Reads a module that was linked with `--emit-relocs`.
    pub(super) fn of(module: &[u8]) -> Result<Self> {
        let raw = Raw::read(module).context("failed to read the linked module")?;
        ensure!(!raw.symbols.is_empty(), "the linked module has no symbols: it needs --emit-relocs");
        raw.linked()
    }
}

impl<'a> Raw<'a> {
    fn read(module: &'a [u8]) -> Result<Self> {
        let mut raw = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            raw.take(payload?)?;
        }
        Ok(raw)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == wasmparser::ExternalKind::Func {
                        self.links.exports.push((export.name.to_owned(), export.index));
                    }
                }
            }
            Payload::ElementSection(elements) => self.links.slots = slots(elements)?,
            Payload::CodeSectionStart { range, .. } => self.code = range.start,
            Payload::CodeSectionEntry(body) => {
                let function = self.imported + u32::try_from(self.bodies.len())?;
                let range = body.range();
                self.bodies.push((range.start - self.code..range.end - self.code, function));
            }
            Payload::DataSection(data) => {
                self.data = data.range().start;
                for datum in data {
                    self.segments.push(segment(&datum?, self.data)?);
                }
            }
            Payload::CustomSection(section) => {
                self.custom(section.name(), section.data(), section.data_offset())?;
            }
            _ => {}
        }
        Ok(())
    }

    fn custom(&mut self, name: &str, content: &'a [u8], offset: usize) -> Result<()> {
        let reader = BinaryReader::new(content, offset);
        let of = match name {
            "linking" => {
                for part in LinkingSectionReader::new(reader)?.subsections() {
                    match part? {
                        Linking::SymbolTable(symbols) => {
                            self.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                        }
                        Linking::SegmentInfo(segments) => {
                            let names = segments.into_iter().map(|segment| Ok(segment?.name));
                            self.segment_names = names.collect::<Result<_>>()?;
                        }
                        _ => {}
                    }
                }
                return Ok(());
            }
            "reloc.CODE" => "code",
            "reloc.DATA" => "data",
            _ => return Ok(()),
        };
        let entries = RelocSectionReader::new(reader)?.entries().into_iter().collect::<Result<_, _>>()?;
        self.relocations.push((of, entries));
        Ok(())
    }

    fn linked(mut self) -> Result<Links> {
        self.links.places = self.places()?;
        self.links.constants = self.constants()?;
        let mut data: Vec<(Range<u32>, u32)> =
            self.links.places.iter().map(|(symbol, place)| (place.clone(), *symbol)).collect();
        data.sort_by_key(|(place, symbol)| (place.start, *symbol));
        let longest = data.iter().map(|(place, _)| place.end - place.start).max().unwrap_or_default();
        for (of, entries) in std::mem::take(&mut self.relocations) {
            for entry in entries {
                let Some(named) = self.named(&entry)? else { continue };
                let namers = match of {
                    "code" => self.function_at(entry.offset).map(Item::Function).into_iter().collect(),
                    _ => self.data_at(entry.offset, &data, longest)?,
                };
                if namers.is_empty() {
                    self.links.always.push(named);
                }
                for namer in namers {
                    self.links.names.entry(namer).or_default().push(named);
                }
            }
        }
        Ok(self.links)
    }

    /// What a relocation names, if it is a function or a datum.
    fn named(&self, entry: &RelocationEntry) -> Result<Option<Item>> {
        use RelocationType as Kind;
        match entry.ty {
            Kind::TypeIndexLeb | Kind::GlobalIndexLeb | Kind::GlobalIndexI32 | Kind::TableNumberLeb => {
                return Ok(None);
            }
            Kind::FunctionIndexLeb | Kind::FunctionIndexI32 | Kind::TableIndexSleb | Kind::TableIndexI32 => {}
            Kind::MemoryAddrLeb | Kind::MemoryAddrSleb | Kind::MemoryAddrI32 => {}
            other => bail!("the linked module has relocations of a kind that is not known here: {other:?}"),
        }
        match self.symbols.get(entry.index as usize) {
            Some(SymbolInfo::Func { index, .. }) => Ok(Some(Item::Function(*index))),
            Some(SymbolInfo::Data { symbol: Some(_), .. }) => Ok(Some(Item::Datum(entry.index))),
            // One that is defined nowhere has no address.
            Some(SymbolInfo::Data { .. }) => Ok(None),
            other => bail!("a relocation names symbol {}, which is {other:?}", entry.index),
        }
    }

    fn function_at(&self, offset: u32) -> Option<u32> {
        let at = self.bodies.partition_point(|(range, _)| range.end <= offset as usize);
        let (range, function) = self.bodies.get(at)?;
        range.contains(&(offset as usize)).then_some(*function)
    }

    /// All data that a place of the section belongs to.
    fn data_at(&self, offset: u32, data: &[(Range<u32>, u32)], longest: u32) -> Result<Vec<Item>> {
        let offset = offset as usize;
        let segment = self.segments.iter().find(|segment| segment.range.contains(&offset));
        let segment = segment.context("a relocation is of no data")?;
        let address = segment.address + u32::try_from(offset - segment.range.start)?;
        let first = data.partition_point(|(place, _)| place.start + longest < address);
        let near = data[first..].iter().take_while(|(place, _)| place.start <= address);
        Ok(near
            .filter(|(place, _)| place.contains(&address))
            .map(|(_, symbol)| Item::Datum(*symbol))
            .collect())
    }

    fn constants(&self) -> Result<Vec<Range<u32>>> {
        let segments = self.segments.iter().zip(&self.segment_names).filter(|(_, name)| **name == CONSTANT);
        let place =
            |segment: &Segment| Ok(segment.address..segment.address + u32::try_from(segment.range.len())?);
        segments.map(|(segment, _)| place(segment)).collect()
    }

    fn places(&self) -> Result<HashMap<u32, Range<u32>>> {
        let mut places = HashMap::new();
        for (symbol, info) in (0..).zip(&self.symbols) {
            if let SymbolInfo::Data { symbol: Some(place), .. } = info {
                let segment = self.segments.get(place.index as usize);
                // Data that are zero at first are in memory and not in the module.
                let Some(segment) = segment else { continue };
                let start = segment.address + place.offset;
                places.insert(symbol, start..start + place.size);
            }
        }
        Ok(places)
    }
}

fn segment(datum: &Data<'_>, section: usize) -> Result<Segment> {
    let DataKind::Active { memory_index: 0, offset_expr } = &datum.kind else {
        bail!("data that are not put into memory at once");
    };
    let end = datum.range.end - section;
    Ok(Segment { range: end - datum.data.len()..end, address: constant(offset_expr)? })
}

/// The functions of the first table.
pub(super) fn slots(elements: wasmparser::ElementSectionReader<'_>) -> Result<Vec<(u32, u32)>> {
    let mut slots = Vec::new();
    for element in elements {
        let element = element?;
        let (
            ElementKind::Active { table_index: None | Some(0), offset_expr },
            ElementItems::Functions(functions),
        ) = (element.kind, element.items)
        else {
            bail!("the module has tables that are filled in another way than with functions at once");
        };
        for (slot, function) in (constant(&offset_expr)?..).zip(functions) {
            slots.push((slot, function?));
        }
    }
    Ok(slots)
}

/// The number that an expression is.
pub(super) fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        other => bail!("an address that is no number: {other:?}"),
    }
}
