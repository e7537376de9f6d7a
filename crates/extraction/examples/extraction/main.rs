//! Scores extraction on pages that people have marked, beside a plain regular expression, and times it.
//!
//! `cargo run --release -p extraction --example extraction -- FOLDER` prints one JSON object. `FOLDER` holds HTML files and
//! `gold.json`: for each file lists of `email`, `tel`, `fax`, `zipcode`, `street`, `city`, `per`, `func`. With `--differences`
//! it prints what was missed and what was too much instead; with `--calibration` the table of `data/confidence.tsv` as these pages
//! make it; with `--reliability` how far the stated confidences hold; with `--pages N` it reads the files over and over, N in all, and
//! prints a JSON object with the memory in use after 1, 2, 5, 10 % and so on of them.

mod baseline;
mod calibration;
mod clock;
mod compare;
mod gold;

use std::path::Path;
use std::process::ExitCode;

use extraction::extract;
use serde_json::json;

use clock::Clock;
use compare::Score;
use gold::{Field, Marked};

/// As the product has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The pages are read this often; the median counts.
const TURNS: usize = 15;
/// Parts of a long run, in per cent, after which the memory is told.
const TOLD: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];

/// What is done with the pages.
type Task = Box<dyn FnOnce(&[Marked])>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), flag, count) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("give the folder of pages and gold.json");
        return ExitCode::from(2);
    };
    let task: Task = match (flag.as_deref(), count.map(|count| count.parse())) {
        (None, None) => Box::new(|pages| report(pages, false)),
        (Some("--differences"), None) => Box::new(|pages| report(pages, true)),
        (Some("--calibration"), None) => Box::new(calibration::table),
        (Some("--reliability"), None) => Box::new(calibration::reliability),
        (Some("--pages"), Some(Ok(count))) => Box::new(move |pages| endure(pages, count)),
        _ => {
            eprintln!(
                "after the folder stands nothing, --differences, --calibration, --reliability, or --pages with their number"
            );
            return ExitCode::from(2);
        }
    };
    match gold::read(Path::new(&folder)) {
        Ok(pages) => {
            task(&pages);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: cannot read the marked pages in {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(pages: &[Marked], differences: bool) {
    let mut scores: Vec<(Field, Score, Option<Score>)> = Field::ALL
        .iter()
        .map(|field| (*field, Score::default(), field.has_baseline().then(Score::default)))
        .collect();
    for page in pages {
        let findings = extract(&page.page, None);
        for (field, ours, plain) in &mut scores {
            let found = field.found(&findings, page);
            let missed = ours.add(*field, &page.gold(*field), &found);
            if differences && !missed.is_empty() {
                println!("{} {}: {}", page.name, field.name(), missed.join("; "));
            }
            if let Some(plain) = plain {
                plain.add(*field, &page.gold(*field), &baseline::found(*field, page));
            }
        }
    }
    if differences {
        return;
    }
    let fields: Vec<_> = scores
        .iter()
        .map(|(field, ours, plain)| {
            json!({ "field": field.name(), "ours": ours.shown(), "baseline": plain.as_ref().map(Score::shown) })
        })
        .collect();
    let mut turns: Vec<f64> = (0..TURNS).map(|_| timed(pages)).collect();
    turns.sort_by(f64::total_cmp);
    let seconds = turns[TURNS / 2];
    let bytes: usize = pages.iter().map(|page| page.body.len()).sum();
    println!("{}", json!({ "pages": pages.len(), "bytes": bytes, "seconds": seconds, "fields": fields }));
}

/// Seconds to decode and read every page once, on this thread.
fn timed(pages: &[Marked]) -> f64 {
    let clock = Clock::start();
    let found: usize = pages.iter().map(read).sum();
    assert!(found > 0, "the pages have addresses");
    clock.elapsed().as_secs_f64()
}

/// Reads so many pages and tells the memory in use on the way.
fn endure(pages: &[Marked], count: u64) {
    let marks = TOLD.map(|percent| (count * percent / 100).max(1));
    let mut told = Vec::new();
    for (number, page) in (1..=count).zip(pages.iter().cycle()) {
        read(page);
        if marks.contains(&number) {
            told.push(json!({ "pages": number, "bytes": clock::memory() }));
        }
    }
    println!("{}", json!({ "memory": told }));
}

/// Decodes a page and reads it; how many addresses it has.
fn read(page: &Marked) -> usize {
    let html = extraction::charset::decode(None, &page.body);
    let page = extraction::Page { url: page.page.url.clone(), html };
    extract(&page, None).emails.len()
}
