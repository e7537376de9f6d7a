#![doc = include_str!("../README.md")]

pub mod compare;
pub mod coverage;
pub mod generate;
pub mod ours;
pub mod reference;
pub mod scenario;
pub mod shrink;
