//! Makes the model from labelled pairs, and measures it on pairs that it has not seen.
//!
//! Boosted stumps: each step changes one function of one feature a little, where that helps most, and never
//! against the feature's direction. The sum of stumps on a feature is the feature's [`Term`].

mod bins;
mod folds;
mod logistic;
mod metrics;
mod random;

use super::features::{COUNT, Direction, FEATURES, Values};
use super::model::{Model, Term, Thresholds, sigmoid};
use bins::{Bins, MISSING};
use random::Random;

pub use folds::grouped_folds;
pub use logistic::{Logistic, fit as fit_logistic};
pub use metrics::{Measured, Reliability, measure, reliability};

/// How the model is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Stumps.
    pub rounds: usize,
    /// How much of what a stump would change it does change.
    pub rate: f64,
    /// Share of the examples that a stump sees.
    pub rows: f64,
    /// Share of the features among which a stump chooses.
    pub columns: f64,
    /// Fewest examples on either side of a cut.
    pub least: usize,
    /// How strongly leaves are drawn to nought.
    pub shrinkage: f64,
    /// Whether a missing value may speak by itself; else it adds nothing.
    pub missing_speaks: bool,
    /// Features by name that are not used.
    pub without: Vec<&'static str>,
    /// Makes the samples; the same seed gives the same model.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rounds: 500,
            rate: 0.08,
            rows: 0.7,
            columns: 0.4,
            least: 20,
            shrinkage: 5.0,
            missing_speaks: false,
            without: Vec::new(),
            seed: 1,
        }
    }
}

/// A pair whose answer is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What the pair shows.
    pub values: Values,
    /// Whether it is one business.
    pub same: bool,
}

/// Trains a model.
#[must_use]
pub fn train(examples: &[Example], settings: &Settings, trained_from: &str) -> Model {
    let mut boosting = Boosting::new(examples, settings);
    let mut random = Random::new(settings.seed);
    for _ in 0..settings.rounds {
        boosting.step(&mut random);
    }
    boosting.into_model(trained_from)
}

/// What the labelled pairs do not show and is set by hand: their records have no coordinates, and one side of
/// them has neither e-mail addresses nor the other side's profiles. Near places speak a little for each other, as
/// a house number does; far ones against each other, for a business that moved keeps more than its name.
fn by_hand(feature: &str) -> Option<(Vec<f64>, Vec<f64>)> {
    match feature {
        "distanceKm" => Some((
            vec![0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0],
            vec![1.0, 0.7, 0.3, 0.0, -0.5, -1.0, -1.5, -2.5, -4.0],
        )),
        "email" => Some((vec![0.5], vec![-0.2, 2.0])),
        "profile" => Some((vec![0.5], vec![-0.2, 2.0])),
        _ => None,
    }
}

/// Training under way.
struct Boosting<'e> {
    settings: &'e Settings,
    labels: Vec<f64>,
    logits: Vec<f64>,
    bias: f64,
    features: Vec<Bins>,
    /// What each bin of each feature adds; the last one is what a missing value adds.
    added: Vec<Vec<f64>>,
}

/// A cut and what it changes.
#[derive(Clone, Copy, Debug)]
struct Stump {
    feature: usize,
    /// The last bin of the left side.
    bin: usize,
    left: f64,
    right: f64,
    missing: f64,
    gain: f64,
}

/// Sums of first and second derivatives of the loss.
#[derive(Clone, Copy, Debug, Default)]
struct Slope {
    first: f64,
    second: f64,
    rows: usize,
}

impl Slope {
    fn add(&mut self, first: f64, second: f64) {
        self.first += first;
        self.second += second;
        self.rows += 1;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            first: self.first + other.first,
            second: self.second + other.second,
            rows: self.rows + other.rows,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
            rows: self.rows - other.rows,
        }
    }

    /// The change that lowers the loss most, drawn to nought.
    fn best(self, shrinkage: f64) -> f64 {
        -self.first / (self.second + shrinkage)
    }

    fn gain(self, shrinkage: f64) -> f64 {
        self.first * self.first / (self.second + shrinkage)
    }
}

impl<'e> Boosting<'e> {
    fn new(examples: &[Example], settings: &'e Settings) -> Self {
        let labels: Vec<f64> = examples.iter().map(|example| f64::from(u8::from(example.same))).collect();
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^52 examples")]
        let rate = (labels.iter().sum::<f64>() + 0.5) / (labels.len() as f64 + 1.0);
        let bias = (rate / (1.0 - rate)).ln();
        let features: Vec<Bins> =
            (0..COUNT).map(|at| Bins::new(examples.iter().map(|example| example.values[at]))).collect();
        let added = features.iter().map(|bins| vec![0.0; bins.count() + 1]).collect();
        Self { settings, logits: vec![bias; labels.len()], labels, bias, features, added }
    }

    fn step(&mut self, random: &mut Random) {
        let slopes: Vec<Option<(f64, f64)>> = self
            .logits
            .iter()
            .zip(&self.labels)
            .map(|(&logit, label)| {
                let probability = sigmoid(logit);
                random
                    .chance(self.settings.rows)
                    .then(|| (probability - label, probability * (1.0 - probability)))
            })
            .collect();
        let mut best: Option<Stump> = None;
        for (feature, told) in FEATURES.iter().enumerate() {
            let is_seen = random.chance(self.settings.columns);
            if !is_seen || self.settings.without.contains(&told.name) {
                continue;
            }
            if let Some(found) = self.best_cut(feature, &slopes)
                && best.is_none_or(|best| found.gain > best.gain)
            {
                best = Some(found);
            }
        }
        if let Some(stump) = best {
            self.apply(stump);
        }
    }

    fn best_cut(&self, feature: usize, slopes: &[Option<(f64, f64)>]) -> Option<Stump> {
        let bins = &self.features[feature];
        let mut sums = vec![Slope::default(); bins.count()];
        let mut missing = Slope::default();
        for (&bin, slope) in bins.of_rows().iter().zip(slopes) {
            let Some((first, second)) = *slope else { continue };
            if bin == MISSING {
                missing.add(first, second);
            } else {
                sums[usize::from(bin)].add(first, second);
            }
        }
        let whole = sums.iter().fold(Slope::default(), |sum, slope| sum.plus(*slope));
        let mut left = Slope::default();
        let mut best: Option<Stump> = None;
        for (bin, slope) in sums.iter().enumerate().take(bins.count().saturating_sub(1)) {
            left = left.plus(*slope);
            if let Some(stump) = self.stump(feature, bin, left, whole.minus(left), missing)
                && best.is_none_or(|best| stump.gain > best.gain)
            {
                best = Some(stump);
            }
        }
        best
    }

    /// The stump of a cut, unless it goes against the feature's direction or has too few examples on a side.
    fn stump(&self, feature: usize, bin: usize, left: Slope, right: Slope, missing: Slope) -> Option<Stump> {
        let Settings { shrinkage, least, missing_speaks, .. } = *self.settings;
        let (of_left, of_right) = (left.best(shrinkage), right.best(shrinkage));
        let is_allowed = match FEATURES[feature].direction {
            Direction::Same => of_left <= of_right,
            Direction::Different => of_left >= of_right,
            Direction::Either => true,
        };
        if !is_allowed || left.rows < least || right.rows < least {
            return None;
        }
        let (of_missing, missing_gain) =
            if missing_speaks { (missing.best(shrinkage), missing.gain(shrinkage)) } else { (0.0, 0.0) };
        let gain = left.gain(shrinkage) + right.gain(shrinkage) + missing_gain;
        Some(Stump { feature, bin, left: of_left, right: of_right, missing: of_missing, gain })
    }

    fn apply(&mut self, stump: Stump) {
        let rate = self.settings.rate;
        let added = &mut self.added[stump.feature];
        let missing = added.len() - 1;
        let change = |bin: usize| rate * if bin <= stump.bin { stump.left } else { stump.right };
        added[..missing].iter_mut().enumerate().for_each(|(bin, value)| *value += change(bin));
        added[missing] += rate * stump.missing;
        for (logit, &bin) in self.logits.iter_mut().zip(self.features[stump.feature].of_rows()) {
            *logit += if bin == MISSING { rate * stump.missing } else { change(usize::from(bin)) };
        }
    }

    fn into_model(self, trained_from: &str) -> Model {
        let terms = FEATURES.iter().zip(&self.features).zip(self.added);
        let terms = terms.map(|((feature, bins), added)| match by_hand(feature.name) {
            Some((cuts, values)) => {
                Term { feature: feature.name.to_owned(), learned: false, missing: 0.0, cuts, values }
            }
            None => learned(feature.name, bins, &added),
        });
        Model {
            trained_from: trained_from.to_owned(),
            bias: rounded(self.bias),
            thresholds: Thresholds::default(),
            terms: terms.collect(),
        }
    }
}

/// The term of what each bin adds, without cuts at which nothing changes.
fn learned(name: &str, bins: &Bins, added: &[f64]) -> Term {
    let (missing, of_bins) = added.split_last().map_or((0.0, added), |(last, rest)| (*last, rest));
    let mut term =
        Term { feature: name.to_owned(), learned: true, missing: rounded(missing), ..Term::default() };
    for (bin, &value) in of_bins.iter().enumerate() {
        let value = rounded(value);
        if term.values.last() == Some(&value) {
            continue;
        }
        if bin > 0 {
            term.cuts.push(bins.cut_before(bin));
        }
        term.values.push(value);
    }
    if term.values.is_empty() {
        term.values.push(0.0);
    }
    term
}

/// Four digits are more than the examples can tell, and keep the file readable.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
