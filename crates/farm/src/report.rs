//! The figures of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::judge::Rule;
use crate::score::Tally;
use crate::visit::Visits;

/// All tables, as a document has them.
pub(crate) fn tables(visits: &Visits) -> String {
    let mut text = String::new();
    table(&mut text, &["outcome", "due", "came", "right"], outcomes(visits));
    table(&mut text, &HEADING_OF_FIELDS, visits.score.fields.iter().map(of_field));
    table(&mut text, &["written as", "planted", "found", "recall"], visits.score.ways.iter().map(of_way));
    table(&mut text, &["rule of manners", "broken"], rules(visits));
    text
}

const HEADING_OF_FIELDS: [&str; 5] = ["field", "planted", "found", "precision", "recall"];

fn table<const N: usize>(
    text: &mut String,
    heading: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let rule: Vec<_> = (0..N).map(|column| if column == 0 { "---" } else { "---:" }).collect();
    // Writing to a text does not fail.
    let _ = writeln!(text, "| {} |\n| {} |", heading.join(" | "), rule.join(" | "));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
}

fn outcomes(visits: &Visits) -> Vec<[String; 4]> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (due, came) in &visits.outcomes {
        counts.entry(due.as_str()).or_default()[0] += 1;
        counts.entry(came.as_str()).or_default()[1] += 1;
        counts.entry(due.as_str()).or_default()[2] += usize::from(due == came);
    }
    let row = |(name, counts): (&str, [usize; 3])| {
        let [due, came, right] = counts.map(|count| count.to_string());
        [name.to_owned(), due, came, right]
    };
    counts.into_iter().map(row).collect()
}

fn of_field((name, tally): (&&'static str, &Tally)) -> [String; 5] {
    let Tally { planted, found, .. } = *tally;
    let (precision, recall) = (format!("{:.3}", tally.precision()), format!("{:.3}", tally.recall()));
    [(*name).to_owned(), planted.to_string(), found.to_string(), precision, recall]
}

fn of_way((name, tally): (&&'static str, &Tally)) -> [String; 4] {
    let Tally { planted, found, .. } = *tally;
    [(*name).to_owned(), planted.to_string(), found.to_string(), format!("{:.3}", tally.recall())]
}

fn rules(visits: &Visits) -> Vec<[String; 2]> {
    let count = |rule| visits.violations.iter().filter(|violation| violation.rule == rule).count();
    Rule::ALL.map(|rule| [rule.name().to_owned(), count(rule).to_string()]).to_vec()
}
