//! How fast two long lists are matched, and how much of what was invented twice is found.

use std::fs;
use std::time::Instant;

use discovery::matching::{Frequencies, Link, Matcher, Model, Profile, between, one_to_one};
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
    let right: Vec<Profile> = (0..half)
        .map(|number| match twin_of(number) {
            Some(twin) => Invented::new(twin).rewritten(number).profile(),
            None => Invented::new(records + number).profile(),
        })
        .collect();
    let prepared = begun.elapsed();
    let begun = Instant::now();
    let matcher = Matcher::new(Frequencies::known().with(left.iter().chain(&right)));
    let links = one_to_one(&between(&left, &right, &matcher, Model::trained().thresholds.same));
    let matched = begun.elapsed();
    let right_ones = links.iter().filter(|link| is_twin(link)).count();
    let twins = (0..half).filter(|number| twin_of(*number).is_some()).count();
    println!(
        "{}",
        json!({
            "records": records, "preparedMs": millis(prepared), "matchedMs": millis(matched), "found": links.len(),
            "right": right_ones, "twins": twins, "memoryBytes": memory(),
        })
    );
    Ok(())
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
