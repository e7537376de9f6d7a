//! Cross-validation: pairs are scored by models that have seen none of their records.

use std::path::Path;

use discovery::matching::training::{
    Example, Measured, Settings, fit_logistic, grouped_folds, measure, reliability, train,
};
use discovery::matching::{FEATURES, Frequencies, Thresholds};
use discovery::source::read_pairs;
use serde_json::{Value, json};

use crate::Failure;
use crate::train::{both, examples};

const RUNS: u64 = 5;
const FOLDS: usize = 5;
/// From which similarity of names on the simplest method says yes.
const SIMILAR: f64 = 0.9;

/// Scores examples when trained on others.
type Method<'m> = Box<dyn Fn(&[Example], &[&Example]) -> Vec<f64> + 'm>;

pub(crate) fn run(file: &Path) -> Result<(), Failure> {
    let pairs = read_pairs(file)?;
    if pairs.iter().any(|pair| pair.same.is_none()) {
        return Err("every pair needs a label, 1 for the same place and 0 for different ones".into());
    }
    let frequencies = Frequencies::known().with(both(&pairs));
    let examples = examples(&pairs, &frequencies);
    let ids: Vec<(&str, &str)> = pairs.iter().map(|pair| (pair.id.as_str(), pair.base_id.as_str())).collect();
    let mut methods = Vec::new();
    let mut curve = Value::Null;
    for (name, threshold, method) in methods_of_interest() {
        let runs: Vec<(Vec<f64>, Measured)> =
            (0..RUNS).map(|seed| cross_validated(&examples, &ids, seed, threshold, &method)).collect();
        if methods.is_empty() {
            curve = reliability_curve(&runs, &examples);
        }
        methods.push(summary(name, &runs));
    }
    let answer = json!({ "pairs": examples.len(), "runs": RUNS, "folds": FOLDS, "methods": methods, "reliability": curve });
    println!("{answer}");
    Ok(())
}

/// The model first, then what it is compared with.
fn methods_of_interest<'m>() -> Vec<(&'static str, f64, Method<'m>)> {
    let same = Thresholds::default().same;
    let boosted = |settings: Settings| -> Method<'m> {
        Box::new(move |seen, unseen| {
            let model = train(seen, &settings, "");
            unseen.iter().map(|example| model.probability(&example.values)).collect()
        })
    };
    let without = |parts: &[&str]| {
        let is_out = |name: &str| parts.iter().any(|part| name.starts_with(part));
        let without = FEATURES.iter().map(|feature| feature.name).filter(|name| is_out(name)).collect();
        boosted(Settings { without, ..Settings::default() })
    };
    let logistic: Method<'m> = Box::new(|seen, unseen| {
        let fitted = fit_logistic(seen);
        unseen.iter().map(|example| fitted.probability(&example.values)).collect()
    });
    let contacts = ["phone", "domain", "page", "profile", "email"];
    let address = ["house", "street", "unit", "postal", "city", "distance"];
    vec![
        ("model", same, boosted(Settings::default())),
        ("name similarity at 0.9", SIMILAR, by_feature("nameContained")),
        ("plain logistic regression", 0.5, logistic),
        (
            "model in which missing values speak",
            same,
            boosted(Settings { missing_speaks: true, ..Settings::default() }),
        ),
        ("model of names and addresses", same, without(&[&contacts[..], &["category"]].concat())),
        ("model of names and contacts", same, without(&[&address[..], &["category"]].concat())),
        ("model without categories", same, without(&["category", "nameTrade"])),
    ]
}

/// A feature as it is.
fn by_feature<'m>(name: &'static str) -> Method<'m> {
    let at = FEATURES.iter().position(|feature| feature.name == name).unwrap_or_default();
    Box::new(move |_, unseen| unseen.iter().map(|example| example.values[at].max(0.0)).collect())
}

fn cross_validated(
    examples: &[Example],
    ids: &[(&str, &str)],
    seed: u64,
    threshold: f64,
    method: &Method<'_>,
) -> (Vec<f64>, Measured) {
    let folds = grouped_folds(ids, FOLDS, seed);
    let mut scores = vec![0.0; examples.len()];
    for fold in 0..FOLDS {
        let seen: Vec<Example> =
            examples.iter().zip(&folds).filter(|(_, of)| **of != fold).map(|(one, _)| one.clone()).collect();
        let at: Vec<usize> = (0..examples.len()).filter(|&at| folds[at] == fold).collect();
        let unseen: Vec<&Example> = at.iter().map(|&at| &examples[at]).collect();
        for (at, score) in at.into_iter().zip(method(&seen, &unseen)) {
            scores[at] = score;
        }
    }
    let labels: Vec<bool> = examples.iter().map(|example| example.same).collect();
    let measured = measure(&scores, &labels, threshold);
    (scores, measured)
}

fn summary(name: &str, runs: &[(Vec<f64>, Measured)]) -> Value {
    let mean = |of: fn(&Measured) -> f64| {
        let sum: f64 = runs.iter().map(|(_, measured)| of(measured)).sum();
        sum / f64::from(u32::try_from(runs.len()).unwrap_or(1))
    };
    let all: Vec<f64> = runs.iter().map(|(_, measured)| measured.f1).collect();
    json!({
        "name": name, "f1": mean(|m| m.f1), "f1OfRuns": all, "precision": mean(|m| m.precision), "recall": mean(|m| m.recall),
        "logLoss": mean(|m| m.log_loss), "brier": mean(|m| m.brier),
    })
}

/// Over the scores of all runs, each of which scores every pair once.
fn reliability_curve(runs: &[(Vec<f64>, Measured)], examples: &[Example]) -> Value {
    let scores: Vec<f64> = runs.iter().flat_map(|(scores, _)| scores.iter().copied()).collect();
    let labels: Vec<bool> = runs.iter().flat_map(|_| examples.iter().map(|example| example.same)).collect();
    reliability(&scores, &labels)
        .iter()
        .map(|bin| json!({ "pairs": bin.pairs / u32::try_from(RUNS).unwrap_or(1), "score": bin.score, "same": bin.same }))
        .collect()
}
