#![doc = include_str!("../README.md")]

#[cfg(not(target_arch = "wasm32"))]
pub mod answer;
pub mod driver;
pub mod memory_in_use;
#[cfg(target_arch = "wasm32")]
pub mod module;
pub mod rows;
pub mod stopwatch;
pub mod workload;
pub mod workloads;
