//! Scores extraction on pages that people have marked, beside a plain regular expression, and times it.
//!
//! `cargo run --release -p enrichment --example extraction -- FOLDER` prints one JSON object. `FOLDER` holds HTML files and
//! `gold.json`: for each file lists of `email`, `tel`, `fax`, `zipcode`, `street`, `city`, `per`, `func`. With `--differences`
//! it prints what was missed and what was too much instead.

mod baseline;
mod compare;
mod gold;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use enrichment::extract::extract;
use serde_json::json;

use compare::Score;
use gold::{Field, Marked};

/// The pages are read this often; the quickest turn counts.
const TURNS: usize = 7;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), differences) =
        (arguments.next(), arguments.next().is_some_and(|flag| flag == "--differences"))
    else {
        eprintln!("give the folder of pages and gold.json");
        return ExitCode::from(2);
    };
    match gold::read(Path::new(&folder)) {
        Ok(pages) => {
            report(&pages, differences);
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
    let seconds = (0..TURNS).map(|_| timed(pages)).fold(f64::INFINITY, f64::min);
    let bytes: usize = pages.iter().map(|page| page.body.len()).sum();
    println!("{}", json!({ "pages": pages.len(), "bytes": bytes, "seconds": seconds, "fields": fields }));
}

/// Seconds to decode and read every page once, on this thread.
fn timed(pages: &[Marked]) -> f64 {
    let started = Instant::now();
    let mut found = 0;
    for page in pages {
        let html = enrichment::charset::decode(None, &page.body);
        let page = enrichment::Page { url: page.page.url.clone(), html };
        found += extract(&page, None).emails.len();
    }
    assert!(found > 0, "the pages have addresses");
    started.elapsed().as_secs_f64()
}
