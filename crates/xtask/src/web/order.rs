//! The order of the module's functions: like beside like, where a compressor finds at little cost what it saw before.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// Which types of functions come first. What a compressor makes of each differs by half a kilobyte, one way or the other
/// from change to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// As the module numbers its types.
    Numbered,
    /// The same from its end.
    Reversed,
    /// Those with the most code.
    Largest,
    /// Those with the least code.
    Smallest,
}

impl First {
    /// All that are tried.
    pub(crate) const ALL: [Self; 4] = [Self::Numbered, Self::Reversed, Self::Largest, Self::Smallest];
}

/// The module with its functions ordered by type and then by content.
pub(crate) fn like_beside_like(module: &[u8], first: First) -> Result<Vec<u8>> {
    let mut order = Order::of(module, first).context("failed to read the module's functions")?;
    let mut ordered = Module::new();
    order
        .parse_core_module(&mut ordered, Parser::new(0), module)
        .map_err(|error| anyhow!("failed to order the module's functions: {error}"))?;
    Ok(ordered.finish())
}

#[derive(Default)]
struct Order {
    /// Functions that the module imports; their numbers come first and stay.
    imported: u32,
    /// The functions of the module by their old numbers, in the new order.
    old: Vec<usize>,
    /// Their new numbers, in the old order.
    new: Vec<u32>,
}

impl Order {
    fn of(module: &[u8], first: First) -> Result<Self> {
        let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(functions) => {
                    types = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        let mut code_of = HashMap::<u32, i64>::new();
        for (of, body) in types.iter().zip(&bodies) {
            *code_of.entry(*of).or_default() += body.len() as i64;
        }
        let place = |of: u32| match first {
            First::Numbered => i64::from(of),
            First::Reversed => -i64::from(of),
            First::Largest => -code_of[&of],
            First::Smallest => code_of[&of],
        };
        let mut old: Vec<usize> = (0..types.len().min(bodies.len())).collect();
        old.sort_by_key(|at| (place(types[*at]), types[*at], bodies[*at]));
        let mut new = vec![0; old.len()];
        for (number, at) in (imported..).zip(&old) {
            new[*at] = number;
        }
        Ok(Self { imported, old, new })
    }
}

impl Reencode for Order {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = function.checked_sub(self.imported).and_then(|own| self.new.get(own as usize));
        Ok(own.copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for at in &self.old {
            functions.function(types[*at]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies: Vec<_> = section.into_iter().collect::<Result<_, _>>()?;
        for at in self.old.clone() {
            utils::parse_function_body(self, code, bodies[at].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{ExportKind, ExportSection, Function, TypeSection};

    use super::*;

    /// A module whose functions answer these numbers, the last by calling the first.
    fn module(numbers: [i32; 3]) -> Vec<u8> {
        let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
        let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
        types.ty().function([], [wasm_encoder::ValType::I32]);
        for (at, number) in (0..).zip(numbers) {
            functions.function(0);
            exports.export(&format!("answers_{number}"), ExportKind::Func, at);
            let mut function = Function::new([]);
            function.instructions().i32_const(number).end();
            code.function(&function);
        }
        let mut caller = Function::new([]);
        caller.instructions().call(0).end();
        functions.function(0);
        exports.export("calls", ExportKind::Func, 3);
        code.function(&caller);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    /// What an exported function consists of, with calls followed.
    fn content<'a>(module: &'a walrus::Module, name: &str) -> &'a walrus::ir::Instr {
        let function = module.exports.get_func(name).unwrap();
        let function = module.funcs.get(function).kind.unwrap_local();
        &function.block(function.entry_block()).instrs[0].0
    }

    #[test]
    fn functions_are_ordered_and_still_found_by_those_who_call_and_export_them() {
        for first in First::ALL {
            let ordered = like_beside_like(&module([7, 5, 6]), first).unwrap();
            assert_ne!(ordered, module([7, 5, 6]));
            assert_eq!(like_beside_like(&ordered, first).unwrap(), ordered);
            let ordered = walrus::Module::from_buffer(&ordered).unwrap();
            for number in [5, 6, 7] {
                let constant = content(&ordered, &format!("answers_{number}"));
                let value = &constant.unwrap_const().value;
                assert!(matches!(value, walrus::ir::Value::I32(found) if *found == number), "{value:?}");
            }
            let called = content(&ordered, "calls").unwrap_call().func;
            assert_eq!(ordered.exports.get_func("answers_7").unwrap(), called);
        }
    }

    #[test]
    fn the_type_with_the_most_code_comes_first() {
        let (mut types, mut functions, mut code) =
            (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], [wasm_encoder::ValType::I32]);
        types.ty().function([wasm_encoder::ValType::I32], [wasm_encoder::ValType::I32]);
        for (of, steps) in [(0, 1), (1, 9)] {
            functions.function(of);
            let mut function = Function::new([]);
            for _ in 1..steps {
                function.instructions().i32_const(300).drop();
            }
            function.instructions().i32_const(1).end();
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        let module = module.finish();
        assert_eq!(like_beside_like(&module, First::Numbered).unwrap(), module);
        let ordered = like_beside_like(&module, First::Largest).unwrap();
        let order = Order::of(&ordered, First::Numbered).unwrap();
        assert_eq!(order.old, [1, 0], "the numbered order is the other one");
    }
}
