//! The Le Tip Lead System: one binary.

fn main() {}
