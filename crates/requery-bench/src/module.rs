//! The workloads as a WASM module: one at a time, the whole loop inside; a name goes in, an outcome comes out.

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::workload::{self, Setup, Workload};
use crate::workloads;

thread_local! {
    static READY: RefCell<Option<Box<dyn Workload>>> = const { RefCell::new(None) };
}

/// Makes a workload ready; answers whether there is one of that name.
#[wasm_bindgen]
pub fn prepare(name: &str, divisor: u32) -> bool {
    let found = workloads::named(name).map(|it| (it.prepare)(&Setup::new(divisor)));
    let is_known = found.is_some();
    READY.with_borrow_mut(|ready| *ready = found);
    is_known
}

/// Runs it.
#[wasm_bindgen]
pub fn run() {
    READY.with_borrow_mut(|ready| {
        if let Some(workload) = ready {
            workload.run();
        }
    });
}

/// What it led to, as JSON.
#[wasm_bindgen]
pub fn outcome() -> String {
    let outcome = READY.with_borrow(|ready| ready.as_ref().map(|it| it.outcome()).unwrap_or_default());
    workload::to_json(&outcome).to_string()
}

/// Figures of its parts.
#[wasm_bindgen]
pub fn parts() -> Vec<f64> {
    READY.with_borrow(|ready| ready.as_ref().map(|it| it.parts()).unwrap_or_default())
}
