//! Makes what the program carries.

use std::path::Path;

use discovery::matching::training::{Example, Settings, train};
use discovery::matching::{Frequencies, Profile, WordTable, compare};
use discovery::source::{LabelledPair, read_pairs};

use crate::Failure;

/// Words in fewer names are as rare as words in none.
const LEAST_NAMES: u32 = 3;

pub(crate) fn run(pairs: &Path) -> Result<(), Failure> {
    let labelled = read_pairs(pairs)?;
    let words =
        Frequencies::from_table(WordTable::default()).with(both(&labelled)).seen().to_text(LEAST_NAMES);
    let frequencies = Frequencies::from_table(WordTable::parse(&words)).with(both(&labelled));
    let examples = examples(&labelled, &frequencies);
    let name = pairs.file_name().unwrap_or_default().to_string_lossy();
    let from = format!("{} labelled pairs of {name}", examples.len());
    let model = train(&examples, &Settings::default(), &from);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    std::fs::write(data.join("name_words.tsv"), words)?;
    std::fs::write(data.join("matching.json"), serde_json::to_string_pretty(&model)? + "\n")?;
    println!("trained from {from}");
    Ok(())
}

/// Both records of every pair.
pub(crate) fn both(pairs: &[LabelledPair]) -> impl Iterator<Item = &Profile> {
    pairs.iter().flat_map(|pair| [&pair.record, &pair.base])
}

/// The pairs whose answer is known, as features.
pub(crate) fn examples(pairs: &[LabelledPair], frequencies: &Frequencies) -> Vec<Example> {
    let example = |pair: &LabelledPair| {
        Some(Example { values: compare(&pair.record, &pair.base, frequencies), same: pair.same? })
    };
    pairs.iter().filter_map(example).collect()
}
