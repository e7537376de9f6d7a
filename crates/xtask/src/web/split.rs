//! The module in parts: what only one kind of page needs stands in a chunk, which is loaded when such a page is near.
//!
//! A chunk's root is an export of the module with a name of its own kind. What is reached from no other export stands in
//! the chunk, with its data and its places in the table of functions; what a few chunks need, in each of them; what more
//! need, in the main part. Before wasm-bindgen the linker tells which functions and data are meant by addresses; the parts
//! are made last, of the module that was made small as a whole. A chunk imports memory, table and functions from the main
//! part's exports.

mod emit;
mod links;
mod needs;
mod plan;
mod program;
mod reach;

use std::collections::BTreeMap;

use anyhow::Result;

use links::Links;
use plan::Plan;
use program::Program;

/// What the names of exports begin with that are roots of chunks; the rest is the chunk's name.
pub(crate) const PREFIX: &str = "chunk_";

/// The name under which chunks import from the main part.
pub(crate) const MAIN: &str = "m";

/// A module in parts.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) main: Vec<u8>,
    /// By name.
    pub(crate) chunks: BTreeMap<String, Vec<u8>>,
}

/// Parts the finished module, by what the linker wrote of it. A module without roots of chunks has a main part alone.
pub(crate) fn split(linked: &[u8], finished: &[u8]) -> Result<Parts> {
    let program = Program::read(finished)?;
    let plan = Plan::of(&program, &Links::of(linked)?)?;
    if plan.chunks.is_empty() {
        return Ok(Parts { main: finished.to_vec(), chunks: BTreeMap::new() });
    }
    let (main, chunks) = emit::parts(&program, &plan)?;
    Ok(Parts { main, chunks: plan.chunks.into_iter().zip(chunks).collect() })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, Encode, ExportKind,
        ExportSection, Function, FunctionSection, LinkingSection, MemorySection, MemoryType, Module, RefType,
        SymbolTable, TableSection, TableType, TypeSection,
    };
    use wasmparser::{Parser, Payload, Validator};

    use super::*;

    const ADDRESS: i32 = 1024;
    const MAIN_TEXT: &[u8] = b"text of the main part";
    const CHUNK_TEXT: &[u8] = b"text of the chunk's page";

    /// The functions of the module: what each is made of.
    const HYDRATE: u32 = 0;
    const PAGE: u32 = 1;
    const SHARED: u32 = 2;
    const OWN: u32 = 3;
    const POINTED_AT: u32 = 4;
    const FUNCTIONS: u32 = 5;

    /// Kinds of relocations: a function is called, its place in the table is taken, an address of data is.
    const CALL: u8 = 0;
    const POINTER: u8 = 1;
    const DATUM: u8 = 4;

    /// `hydrate` and the page call what they share; the page alone calls a function of its own, which takes the address
    /// of a text and of another function.
    fn code() -> Code {
        let mut code = Code::default();
        code.add(&[(CALL, SHARED), (DATUM, 0)]);
        code.add(&[(CALL, SHARED), (CALL, OWN)]);
        code.add(&[]);
        code.add(&[(DATUM, 1), (POINTER, POINTED_AT)]);
        code.add(&[]);
        code
    }

    /// A module as the linker writes it.
    fn linked() -> Vec<u8> {
        let code = code();
        let mut module = module(&code.section);
        module.section(&symbols());
        let data = Cow::Owned(code.relocations());
        module.section(&CustomSection { name: Cow::Borrowed("reloc.CODE"), data });
        module.finish()
    }

    /// The same without the linker's knowledge.
    fn finished() -> Vec<u8> {
        module(&code().section).finish()
    }

    fn module(code: &CodeSection) -> Module {
        let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
        types.ty().function([], []);
        for _ in [HYDRATE, PAGE, SHARED, OWN, POINTED_AT] {
            functions.function(0);
        }
        let (mut tables, mut memories) = (TableSection::new(), MemorySection::new());
        let (element_type, minimum) = (RefType::FUNCREF, 2);
        tables.table(TableType { element_type, minimum, maximum: None, table64: false, shared: false });
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("a", ExportKind::Func, HYDRATE);
        exports.export("chunk_page", ExportKind::Func, PAGE);
        let (mut elements, mut data) = (ElementSection::new(), DataSection::new());
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(Cow::Owned(vec![POINTED_AT])));
        data.active(0, &ConstExpr::i32_const(ADDRESS), [MAIN_TEXT, CHUNK_TEXT].concat());
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&tables).section(&memories).section(&exports);
        module.section(&elements).section(code).section(&data);
        module
    }

    /// Functions as they are written, with where they mention something.
    #[derive(Default)]
    struct Code {
        section: CodeSection,
        /// Where the next function begins in the section, behind their count.
        end: usize,
        relocations: Vec<(u8, usize, u32)>,
    }

    impl Code {
        /// Adds a function that mentions these, each as a kind of relocation says, and does nothing with them.
        fn add(&mut self, mentions: &[(u8, u32)]) {
            let mut function = Function::new([]);
            for (kind, of) in mentions {
                let before = function.byte_len();
                match *kind {
                    CALL => function.instructions().call(*of),
                    POINTER => function.instructions().i32_const(1).drop(),
                    _ => function.instructions().i32_const(address(*of)).drop(),
                };
                // Functions are shorter than 128 bytes, so that their length takes one.
                let symbol = if *kind == DATUM { *of + FUNCTIONS } else { *of };
                self.relocations.push((*kind, 1 + self.end + 1 + before + 1, symbol));
            }
            function.instructions().end();
            self.end += 1 + function.byte_len();
            self.section.function(&function);
        }

        /// The section of relocations: of the code, the seventh section of the module.
        fn relocations(&self) -> Vec<u8> {
            let mut bytes = Vec::new();
            6_u32.encode(&mut bytes);
            u32::try_from(self.relocations.len()).unwrap().encode(&mut bytes);
            for (kind, offset, symbol) in &self.relocations {
                bytes.push(*kind);
                u32::try_from(*offset).unwrap().encode(&mut bytes);
                symbol.encode(&mut bytes);
                if *kind == DATUM {
                    0_u32.encode(&mut bytes);
                }
            }
            bytes
        }
    }

    fn address(text: u32) -> i32 {
        if text == 0 { ADDRESS } else { ADDRESS + i32::try_from(MAIN_TEXT.len()).unwrap() }
    }

    fn symbols() -> LinkingSection {
        let mut symbols = SymbolTable::new();
        for function in 0..FUNCTIONS {
            symbols.function(0, function, Some(&format!("f{function}")));
        }
        let length = |text: &[u8]| u32::try_from(text.len()).unwrap();
        let place = |offset, size| wasm_encoder::DataSymbolDefinition { index: 0, offset, size };
        symbols.data(0, "main", Some(place(0, length(MAIN_TEXT))));
        symbols.data(0, "chunk", Some(place(length(MAIN_TEXT), length(CHUNK_TEXT))));
        let mut linking = LinkingSection::new();
        linking.symbol_table(&symbols);
        linking
    }

    fn contains(module: &[u8], text: &[u8]) -> bool {
        module.windows(text.len()).any(|window| window == text)
    }

    /// How many functions a module has of its own.
    fn functions(module: &[u8]) -> u32 {
        let counts = Parser::new(0).parse_all(module).map(|payload| match payload.unwrap() {
            Payload::CodeSectionStart { count, .. } => count,
            _ => 0,
        });
        counts.sum()
    }

    #[test]
    fn a_chunk_has_what_its_page_alone_needs() {
        let Parts { main, chunks } = split(&linked(), &finished()).unwrap();
        let chunk = &chunks["page"];
        for part in [&main, chunk] {
            Validator::new().validate_all(part).unwrap();
        }
        assert_eq!([functions(&main), functions(chunk)], [2, 3]);
        assert!(contains(&main, MAIN_TEXT) && !contains(&main, CHUNK_TEXT));
        assert!(contains(chunk, CHUNK_TEXT) && !contains(chunk, MAIN_TEXT));
    }

    #[test]
    fn a_chunk_imports_what_it_shares_and_fills_its_place_in_the_table() {
        let Parts { main, chunks } = split(&linked(), &finished()).unwrap();
        let (main, chunk) =
            (Program::read(&main).unwrap(), walrus::Module::from_buffer(&chunks["page"]).unwrap());
        let names: Vec<&str> = main.exports.iter().map(|export| export.name).collect();
        assert_eq!(names, ["memory", "a", "b", "c"], "table and function have the first free names");
        let imported: Vec<_> =
            chunk.imports.iter().map(|it| (it.module.as_str(), it.name.as_str())).collect();
        assert_eq!(imported, [(MAIN, "memory"), (MAIN, "b"), (MAIN, "c")]);
        assert!(chunk.exports.get_func("chunk_page").is_ok());
        assert!(main.slots.is_empty());
        assert_eq!(chunk.elements.iter().count(), 1);
    }

    #[test]
    fn a_module_without_roots_stays_whole() {
        let rename = |module: Vec<u8>| {
            let at = module.windows(6).position(|name| name == b"chunk_").unwrap();
            [&module[..at], b"other_", &module[at + 6..]].concat()
        };
        let whole = rename(finished());
        let parts = split(&rename(linked()), &whole).unwrap();
        assert!(parts.main == whole && parts.chunks.is_empty());
    }

    #[test]
    fn without_the_linker_s_knowledge_nothing_is_parted() {
        let error = format!("{:#}", split(&finished(), &finished()).unwrap_err());
        assert!(error.contains("--emit-relocs"), "{error}");
    }
}
