//! Trains the matcher, measures it on labelled pairs, and measures how fast it is.
//!
//! ```sh
//! cargo run --release -p discovery --features training --example matching -- train PAIRS
//! cargo run --release -p discovery --features training --example matching -- evaluate PAIRS
//! cargo run --release -p discovery --features training --example matching -- million 1000000
//! cargo run --release -p discovery --features training --example matching -- write 100000 FOLDER
//! ```
//!
//! `train` writes `data/matching.json` and `data/name_words.tsv` of the crate; the same files give the same bytes.
//! `evaluate` prints one JSON object: what the model and simpler ones come to in five runs of grouped five-fold
//! cross-validation. `million` matches two lists of invented businesses of so many records together, `write` writes them as
//! `left.csv` and `right.csv`.

mod evaluate;
mod invented;
mod million;
mod train;

use std::path::Path;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["train", pairs] => train::run(Path::new(pairs)),
        ["evaluate", pairs] => evaluate::run(Path::new(pairs)),
        ["million", records] => million::run(records.parse()?),
        ["write", records, folder] => million::write(records.parse()?, Path::new(folder)),
        _ => Err("give: train PAIRS | evaluate PAIRS | million RECORDS | write RECORDS FOLDER".into()),
    }
}
