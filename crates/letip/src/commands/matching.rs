//! `letip match A B`, `letip match A`, `letip match --pairs FILE`.

use std::path::Path;

use discovery::matching::{
    Evidence, Frequencies, Link, Matcher, Model, Profile, Score, between, groups, one_to_one, within,
};
use discovery::source::{FileSource, SearchArea, read_pairs};
use discovery::{PlaceSource, Record};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::cli::MatchArgs;
use crate::output::{self, Failure, Lines};
use crate::table;

/// Letters of a name in a table.
const LONGEST_NAME: usize = 40;
/// Features that a table tells.
const REASONS: usize = 3;

/// Runs the command.
pub(crate) async fn run(args: MatchArgs) -> Result<(), Failure> {
    if let Some(file) = &args.pairs {
        return pairs(file, args.json);
    }
    match args.files.as_slice() {
        [one] => {
            let list = List::read(one).await?;
            duplicates(&list, &args)
        }
        [one, other] => {
            let (left, right) = (List::read(one).await?, List::read(other).await?);
            across(&left, &right, &args)
        }
        _ => {
            Err(Failure::usage("there is nothing to match")
                .hint("name one or two files, or one with --pairs"))
        }
    }
}

/// Scores the pairs of a file, in their order.
fn pairs(file: &Path, is_json: bool) -> Result<(), Failure> {
    let pairs = read_pairs(file)?;
    let matcher =
        Matcher::new(Frequencies::known().with(pairs.iter().flat_map(|pair| [&pair.record, &pair.base])));
    let mut lines = Lines::default();
    let mut rows = Vec::new();
    for pair in &pairs {
        let score = matcher.score(&pair.record, &pair.base);
        if is_json {
            lines.json(&json!({
                "id": pair.id, "baseId": pair.base_id, "score": rounded(score.probability), "match": score.is_same(),
            }))?;
        } else {
            let answer = if score.is_same() { "same" } else { "different" };
            rows.push([
                format!("{:.2}", score.probability),
                answer.into(),
                pair.id.clone(),
                pair.base_id.clone(),
                reasons(&score),
            ]);
        }
    }
    lines.finish()?;
    if is_json {
        Ok(())
    } else {
        output::print(&table::render(["SCORE", "ANSWER", "ID", "BASE", "WHY"], &rows))
    }
}

/// The businesses that stand in both files.
fn across(left: &List, right: &List, args: &MatchArgs) -> Result<(), Failure> {
    let matcher = Matcher::new(Frequencies::known().with(left.profiles.iter().chain(&right.profiles)));
    let all = between(&left.profiles, &right.profiles, &matcher, args.least());
    let links = if args.many { all } else { one_to_one(&all) };
    print_links(&links, left, right, &matcher, args.json)
}

/// The records of a file that are of one business.
fn duplicates(list: &List, args: &MatchArgs) -> Result<(), Failure> {
    let matcher = Matcher::new(Frequencies::known().with(&list.profiles));
    let links = within(&list.profiles, &matcher, args.least());
    let score = |a: u32, b: u32| {
        let pair = list.profile(a).zip(list.profile(b));
        pair.map_or(0.0, |(one, other)| matcher.score(one, other).probability)
    };
    let groups = groups(&links, Model::trained().thresholds.review, score);
    let pairs = groups.iter().flat_map(|group| {
        let first = group.first().copied();
        group.iter().skip(1).filter_map(move |&b| first.map(|a| Link { a, b, score: score(a, b) }))
    });
    print_links(&pairs.collect::<Vec<_>>(), list, list, &matcher, args.json)
}

fn print_links(
    links: &[Link],
    left: &List,
    right: &List,
    matcher: &Matcher,
    is_json: bool,
) -> Result<(), Failure> {
    let mut lines = Lines::default();
    let mut rows = Vec::new();
    for link in links {
        let records = left.profile(link.a).zip(right.profile(link.b));
        let (Some((one, other)), Some(a), Some(b)) = (records, left.label(link.a), right.label(link.b))
        else {
            continue;
        };
        let score = matcher.score(one, other);
        if is_json {
            lines.json(&json!({
                "a": a.id, "b": b.id, "score": rounded(score.probability), "features": features(&score),
            }))?;
        } else {
            rows.push([format!("{:.2}", score.probability), a.to_string(), b.to_string(), reasons(&score)]);
        }
    }
    lines.finish()?;
    output::note(&format!("{} pairs of one business", links.len()));
    if is_json { Ok(()) } else { output::print(&table::render(["SCORE", "A", "B", "WHY"], &rows)) }
}

/// Name, value and effect of each feature, the one that did most first.
fn features(score: &Score) -> Value {
    let mut features = Map::new();
    for Evidence { feature, value, effect, .. } in score.evidence() {
        features.insert(feature.to_owned(), json!({ "value": rounded(value), "effect": rounded(effect) }));
    }
    Value::Object(features)
}

/// What did most, and in which direction.
fn reasons(score: &Score) -> String {
    let told = score.evidence().into_iter().filter(|evidence| evidence.effect != 0.0).take(REASONS);
    told.map(|evidence| format!("{} {:+.1}", evidence.feature, evidence.effect))
        .collect::<Vec<_>>()
        .join(", ")
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The usable records of a file.
struct List {
    labels: Vec<Label>,
    profiles: Vec<Profile>,
}

/// What people and scripts know a record by.
#[derive(Serialize)]
struct Label {
    id: String,
    name: String,
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", discovery::text::shortened(&self.name, LONGEST_NAME), self.id)
    }
}

impl List {
    async fn read(file: &Path) -> Result<Self, Failure> {
        let mut list = Self { labels: Vec::new(), profiles: Vec::new() };
        let mut refused: Vec<String> = Vec::new();
        let mut stream = FileSource::open(file)?.places(&SearchArea::everywhere())?;
        while let Some(chunk) = stream.next_chunk().await {
            for record in chunk?.records {
                match record {
                    Record::Place(place) => {
                        list.profiles.push(Profile::from(&*place));
                        // A record without an identifier has a digest for one, by which nobody finds it.
                        let line = place.line.filter(|_| place.source_id.starts_with("content:"));
                        let id = line.map_or(place.source_id, |line| format!("line:{line}"));
                        list.labels.push(Label { id, name: place.name });
                    }
                    Record::Rejected(rejected) => {
                        let line = rejected.line.map(|line| format!("line {line}: ")).unwrap_or_default();
                        refused.push(format!("{line}{}", rejected.reason));
                    }
                }
            }
        }
        list.checked(file, &refused)
    }

    fn checked(self, file: &Path, refused: &[String]) -> Result<Self, Failure> {
        let file = file.display();
        if let Some(first) = refused.first() {
            output::note(&format!("{} records of {file} cannot be used; {first}", refused.len()));
        }
        if self.profiles.is_empty() {
            let failure = Failure::failed(format!("{file} has no record that can be matched"));
            return Err(failure.hint("every record needs a name, in a column called 'name' or the like"));
        }
        Ok(self)
    }

    fn profile(&self, number: u32) -> Option<&Profile> {
        self.profiles.get(usize::try_from(number).ok()?)
    }

    fn label(&self, number: u32) -> Option<&Label> {
        self.labels.get(usize::try_from(number).ok()?)
    }
}
