//! How fast two long lists are matched, and how much of what was invented twice is found.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use discovery::matching::{Frequencies, Link, Matcher, Model, Profile, compared, one_to_one};
use serde_json::json;

use crate::Failure;
use crate::invented::Invented;

/// One record in so many of the second list tells of a business of the first.
const TWINS: u64 = 5;

/// Matches two lists of half the records each.
pub(crate) fn run(records: u64) -> Result<(), Failure> {
    let half = records / 2;
    let begun = Instant::now();
    let left: Vec<Profile> = (0..half).map(|number| Invented::new(number).profile()).collect();
    let right: Vec<Profile> = (0..half).map(|number| second(records, number).profile()).collect();
    let prepared = begun.elapsed();
    let begun = Instant::now();
    let matcher = Matcher::new(Frequencies::known().with(left.iter().chain(&right)));
    let all = compared(&left, &right, &matcher, Model::trained().thresholds.same);
    let links = one_to_one(&all.links);
    let matched = begun.elapsed();
    let right_ones = links.iter().filter(|link| is_twin(link)).count();
    let twins = (0..half).filter(|number| twin_of(*number).is_some()).count();
    println!(
        "{}",
        json!({
            "records": records, "preparedMs": millis(prepared), "matchedMs": millis(matched), "found": links.len(),
            "right": right_ones, "twins": twins, "pairs": all.scored, "memoryBytes": memory(),
        })
    );
    Ok(())
}

/// Writes the same two lists as `left.csv` and `right.csv`, for other programs; `twin` is the record of the first that is the
/// same business.
pub(crate) fn write(records: u64, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    for (name, is_second) in [("left.csv", false), ("right.csv", true)] {
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        writeln!(file, "unique_id,{},twin", Invented::COLUMNS)?;
        for number in 0..records / 2 {
            let invented = if is_second { second(records, number) } else { Invented::new(number) };
            let twin = twin_of(number).filter(|_| is_second).map(|twin| twin.to_string()).unwrap_or_default();
            writeln!(file, "{number},{},{twin}", invented.row())?;
        }
        file.flush()?;
    }
    Ok(())
}

/// The record of that number in the second list.
fn second(records: u64, number: u64) -> Invented {
    match twin_of(number) {
        Some(twin) => Invented::new(twin).rewritten(number),
        None => Invented::new(records + number),
    }
}

fn twin_of(number: u64) -> Option<u64> {
    number.is_multiple_of(TWINS).then_some(number / TWINS * 3)
}

fn is_twin(link: &Link) -> bool {
    twin_of(u64::from(link.b)) == Some(u64::from(link.a))
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The most memory that this process had, where the system tells it.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}
