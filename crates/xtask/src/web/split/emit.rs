//! Writing the parts: the main one, and chunks that import from it what they share.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, ImportSection, Module, TypeSection,
};
use wasmparser::{ExternalKind, Parser};

use crate::web::split::MAIN;
use crate::web::split::needs::{Kind, Needs, Shared, kind};
use crate::web::split::plan::Plan;
use crate::web::split::program::Program;
use crate::web::split::reach::Users;

/// The main part and the chunks, in the order of the plan.
pub(super) fn parts(program: &Program<'_>, plan: &Plan) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let needs: Vec<Needs> = (0..plan.chunks.len()).map(|chunk| Needs::of(program, plan, chunk)).collect();
    let shared = Shared::of(program, plan, &needs);
    let mut main = Part::main(program, plan, &shared);
    let mut module = Module::new();
    main.parse_core_module(&mut module, Parser::new(0), program.module)
        .map_err(|error| anyhow!("failed to write the main part: {error}"))?;
    let chunks = needs.iter().enumerate().map(|(at, needs)| chunk(program, plan, &shared, needs, at));
    Ok((module.finish(), chunks.collect::<Result<_>>()?))
}

/// Writes functions of the whole with the numbers that things have in a part.
struct Part<'a> {
    program: &'a Program<'a>,
    plan: &'a Plan,
    shared: &'a Shared,
    /// The chunk; `None` for the main part.
    chunk: Option<usize>,
    functions: Vec<Option<u32>>,
    /// In the main part, these stay as they are.
    globals: Vec<u32>,
    tables: Vec<u32>,
    types: Vec<u32>,
}

impl<'a> Part<'a> {
    fn main(program: &'a Program<'a>, plan: &'a Plan, shared: &'a Shared) -> Self {
        let mut number = 0..;
        let functions = (0..).zip(&program.functions);
        let functions = functions
            .map(|(function, _)| if plan.is_in(function, None) { number.next() } else { None })
            .collect();
        let (globals, tables, types) = (Vec::new(), Vec::new(), Vec::new());
        Self { program, plan, shared, chunk: None, functions, globals, tables, types }
    }

    fn chunk(
        program: &'a Program<'a>,
        plan: &'a Plan,
        shared: &'a Shared,
        needs: &Needs,
        chunk: usize,
    ) -> Self {
        let mut functions = vec![None; program.functions.len()];
        let own =
            (program.first_own()..).take(program.bodies.len()).filter(|it| plan.is_in(*it, Some(chunk)));
        for (number, function) in (0..).zip(needs.functions.iter().copied().chain(own)) {
            functions[function as usize] = Some(number);
        }
        let in_order = |numbers: &BTreeSet<u32>| numbers.iter().copied().collect();
        let (globals, tables) = (in_order(&needs.globals), in_order(&needs.tables));
        Self {
            program,
            plan,
            shared,
            chunk: Some(chunk),
            functions,
            globals,
            tables,
            types: in_order(&needs.types),
        }
    }

    /// Its own functions by their numbers in the whole.
    fn own(&self) -> impl Iterator<Item = u32> {
        let all = (self.program.first_own()..).take(self.program.bodies.len());
        all.filter(|function| self.plan.is_in(*function, self.chunk))
    }

    fn write_code(&mut self, code: &mut CodeSection) -> Result<(), Error<String>> {
        let own: Vec<u32> = self.own().collect();
        for function in own {
            let body = self.program.bodies[(function - self.program.first_own()) as usize].clone();
            utils::parse_function_body(self, code, body)?;
        }
        Ok(())
    }

    /// The functions in the table that are the part's, each run of places at once.
    fn write_slots(&self, elements: &mut ElementSection) -> Result<(), Error<String>> {
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        let own = self.program.slots.iter().filter(|(_, function)| self.plan.is_in(*function, self.chunk));
        for (slot, function) in own {
            let number = self.number(*function)?;
            match runs.last_mut() {
                Some((first, run)) if *first as usize + run.len() == *slot as usize => run.push(number),
                _ => runs.push((*slot, vec![number])),
            }
        }
        for (first, run) in runs {
            elements.active(
                None,
                &ConstExpr::i32_const(first.cast_signed()),
                Elements::Functions(run.into()),
            );
        }
        Ok(())
    }

    fn number(&self, function: u32) -> Result<u32, Error<String>> {
        let number = self.functions.get(function as usize).copied().flatten();
        number.ok_or_else(|| {
            Error::UserError(format!(
                "function {function} is not in part {:?}, which mentions it",
                self.chunk
            ))
        })
    }
}

fn place(numbers: &[u32], number: u32) -> u32 {
    numbers.binary_search(&number).map_or(number, |at| u32::try_from(at).unwrap_or(number))
}

impl Reencode for Part<'_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<String>> {
        self.number(function)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error<String>> {
        Ok(place(&self.globals, global))
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error<String>> {
        Ok(place(&self.tables, table))
    }

    fn type_index(&mut self, of: u32) -> Result<u32, Error<String>> {
        Ok(place(&self.types, of))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        _: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        for (function, import) in (0..).zip(&self.program.imports) {
            if self.plan.is_in(function, self.chunk) {
                imports.import(
                    import.module,
                    import.name,
                    EntityType::Function(self.program.functions[function as usize]),
                );
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        for function in self.own() {
            functions.function(self.program.functions[function as usize]);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        let mut shared = self.shared.names.clone();
        for export in section {
            let export = export?;
            if export.kind == ExternalKind::Func && !self.plan.is_in(export.index, None) {
                continue;
            }
            if let Some(kind) = kind(export.kind) {
                shared.remove(&(kind, export.index));
            }
            self.parse_export(exports, export)?;
        }
        for ((kind, index), name) in shared {
            match kind {
                Kind::Memory => exports.export(&name, ExportKind::Memory, index),
                Kind::Table => exports.export(&name, ExportKind::Table, index),
                Kind::Global => exports.export(&name, ExportKind::Global, index),
                Kind::Function => exports.export(&name, ExportKind::Func, self.number(index)?),
            };
        }
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        _: wasmparser::ElementSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        self.write_slots(elements)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        self.write_code(code)
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        _: wasmparser::DataSectionReader<'_>,
    ) -> Result<(), Error<String>> {
        // The places of what chunks bring are left empty.
        for (address, bytes) in &self.program.data {
            let mut bytes = bytes.to_vec();
            for (range, _) in &self.plan.data {
                if let Some(range) = within(range, *address, bytes.len()) {
                    bytes[range].fill(0);
                }
            }
            data.active(0, &ConstExpr::i32_const(address.cast_signed()), bytes);
        }
        Ok(())
    }
}

/// The part of a range of addresses that a segment has, as places in it.
fn within(range: &std::ops::Range<u32>, address: u32, length: usize) -> Option<std::ops::Range<usize>> {
    let start = range.start.saturating_sub(address) as usize;
    let end = (range.end.saturating_sub(address) as usize).min(length);
    (start < end).then_some(start..end)
}

fn chunk(program: &Program<'_>, plan: &Plan, shared: &Shared, needs: &Needs, at: usize) -> Result<Vec<u8>> {
    let mut part = Part::chunk(program, plan, shared, needs, at);
    write_chunk(&mut part, needs)
        .map_err(|error| anyhow!("failed to write chunk {}: {error}", plan.chunks[at]))
}

fn write_chunk(part: &mut Part<'_>, needs: &Needs) -> Result<Vec<u8>, Error<String>> {
    let mut types = TypeSection::new();
    for of in &needs.types {
        let of = part.program.types[*of as usize].clone();
        let of = part.func_type(of)?;
        types.ty().func_type(&of);
    }
    let mut functions = FunctionSection::new();
    for function in part.own() {
        functions.function(place(&part.types, part.program.functions[function as usize]));
    }
    let mut exports = ExportSection::new();
    for (name, function) in
        part.program.exported().filter(|(_, function)| part.plan.is_in(*function, part.chunk))
    {
        exports.export(name, ExportKind::Func, part.number(function)?);
    }
    let (mut elements, mut code) = (ElementSection::new(), CodeSection::new());
    part.write_slots(&mut elements)?;
    part.write_code(&mut code)?;
    let imports = imports(part, needs)?;
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports);
    module.section(&elements).section(&code).section(&data(part));
    Ok(module.finish())
}

fn imports(part: &mut Part<'_>, needs: &Needs) -> Result<ImportSection, Error<String>> {
    let (program, shared) = (part.program, part.shared);
    let mut imports = ImportSection::new();
    for memory in &program.memories {
        imports.import(MAIN, shared.name(Kind::Memory, 0), part.memory_type(*memory)?);
    }
    for table in &needs.tables {
        let ty = part.table_type(program.tables[*table as usize])?;
        imports.import(MAIN, shared.name(Kind::Table, *table), ty);
    }
    for global in &needs.globals {
        let ty = part.global_type(program.globals[*global as usize])?;
        imports.import(MAIN, shared.name(Kind::Global, *global), ty);
    }
    for function in &needs.functions {
        let ty = EntityType::Function(place(&part.types, program.functions[*function as usize]));
        match program.imports.get(*function as usize) {
            Some(import) => imports.import(import.module, import.name, ty),
            None => imports.import(MAIN, shared.name(Kind::Function, *function), ty),
        };
    }
    Ok(imports)
}

fn data(part: &Part<'_>) -> DataSection {
    let mut data = DataSection::new();
    let own = |users: &Users| part.chunk.is_some_and(|chunk| users.has(chunk));
    for (range, _) in part.plan.data.iter().filter(|(_, users)| own(users)) {
        for (address, bytes) in &part.program.data {
            if let Some(places) = within(range, *address, bytes.len()) {
                let at = address + u32::try_from(places.start).unwrap_or_default();
                data.active(0, &ConstExpr::i32_const(at.cast_signed()), bytes[places].iter().copied());
            }
        }
    }
    data
}
