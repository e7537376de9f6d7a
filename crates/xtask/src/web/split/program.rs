//! The finished module, read for being taken apart.

use anyhow::{Context, Result, anyhow, bail};
use wasm_encoder::CodeSection;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasmparser::{
    DataKind, Export, ExternalKind, FuncType, FunctionBody, GlobalType, Import, MemoryType, Parser, Payload,
    TableType, TypeRef,
};

use crate::web::split::links::{constant, slots};

/// What stands in a module.
#[derive(Default)]
pub(super) struct Program<'a> {
    pub(super) module: &'a [u8],
    pub(super) types: Vec<FuncType>,
    /// Functions that are imported; their numbers come first.
    pub(super) imports: Vec<Import<'a>>,
    /// The type of each function, those included that are imported.
    pub(super) functions: Vec<u32>,
    pub(super) tables: Vec<TableType>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) globals: Vec<GlobalType>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    /// The functions of the table by their place.
    pub(super) slots: Vec<(u32, u32)>,
    /// The module's own functions.
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// What each of its own functions mentions.
    pub(super) mentions: Vec<Mentions>,
    /// What is put into memory, by address.
    pub(super) data: Vec<(u32, &'a [u8])>,
}

/// What a function mentions by number.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) functions: Vec<u32>,
    pub(super) globals: Vec<u32>,
    pub(super) tables: Vec<u32>,
    pub(super) types: Vec<u32>,
}

impl<'a> Program<'a> {
    pub(super) fn read(module: &'a [u8]) -> Result<Self> {
        let mut program = Self { module, ..Self::default() };
        for payload in Parser::new(0).parse_all(module) {
            program.take(payload?).context("failed to read the finished module")?;
        }
        Ok(program)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(types) => {
                self.types = types.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let TypeRef::Func(of) = import.ty else { bail!("the module imports {}", import.name) };
                    self.functions.push(of);
                    self.imports.push(import);
                }
            }
            Payload::FunctionSection(functions) => {
                for of in functions {
                    self.functions.push(of?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(memories) => {
                self.memories = memories.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(exports) => {
                self.exports = exports.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(elements) => self.slots = slots(elements)?,
            Payload::CodeSectionEntry(body) => {
                self.mentions.push(Mentions::of(body.clone())?);
                self.bodies.push(body);
            }
            Payload::DataSection(data) => {
                for datum in data {
                    let datum = datum?;
                    let DataKind::Active { memory_index: 0, offset_expr } = &datum.kind else {
                        bail!("data that are not put into memory at once");
                    };
                    self.data.push((constant(offset_expr)?, datum.data));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The number of the first function that is not imported.
    pub(super) fn first_own(&self) -> u32 {
        u32::try_from(self.imports.len()).unwrap_or(u32::MAX)
    }

    /// What a function mentions, unless it is imported.
    pub(super) fn mentions_of(&self, function: u32) -> Option<&Mentions> {
        self.mentions.get(function.checked_sub(self.first_own())? as usize)
    }

    /// What a function consists of, unless it is imported.
    pub(super) fn body_of(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get(function.checked_sub(self.first_own())? as usize)
    }

    /// Functions that are exported.
    pub(super) fn exported(&self) -> impl Iterator<Item = (&'a str, u32)> {
        let functions = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        functions.map(|export| (export.name, export.index))
    }
}

impl Mentions {
    fn of(body: FunctionBody<'_>) -> Result<Self> {
        let mut mentions = Self::default();
        utils::parse_function_body(&mut mentions, &mut CodeSection::new(), body)
            .map_err(|error| anyhow!("failed to read a function: {error}"))?;
        for numbers in
            [&mut mentions.functions, &mut mentions.globals, &mut mentions.tables, &mut mentions.types]
        {
            numbers.sort_unstable();
            numbers.dedup();
        }
        Ok(mentions)
    }
}

/// Whatever is written anew is mentioned.
impl Reencode for Mentions {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        self.functions.push(function);
        Ok(function)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        self.globals.push(global);
        Ok(global)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error> {
        self.tables.push(table);
        Ok(table)
    }

    fn type_index(&mut self, of: u32) -> Result<u32, Error> {
        self.types.push(of);
        Ok(of)
    }
}
