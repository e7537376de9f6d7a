//! Writes a CSV file of invented businesses: the same number of rows gives the same bytes.
//!
//! `cargo run --release -p discovery --features synthetic --example synthetic -- ROWS FILE`

use std::fs::File;
use std::io::{BufWriter, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(rows), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("give the number of rows and the file to write".into());
    };
    let mut out = BufWriter::new(File::create(file)?);
    discovery::synthetic::write_csv(rows.parse()?, &mut out)?;
    Ok(out.flush()?)
}
