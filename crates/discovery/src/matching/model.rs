//! The score: a sum of one function of each feature, so that every part of it can be shown.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::features::{COUNT, FEATURES, Values, compare};
use super::frequency::Frequencies;
use super::profile::Profile;

/// Reasons that are told in words.
const REASONS: usize = 4;

/// What the program was trained to, from `data/matching.json`.
static TRAINED: LazyLock<Model> = LazyLock::new(|| {
    // A test reads the file, so that this never falls back.
    Model::from_json(include_str!("../../data/matching.json")).unwrap_or_default()
});

/// A function of one feature that is constant between its cuts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The feature's name.
    pub feature: String,
    /// Whether examples taught it; false for what is set by hand, because the examples do not show it.
    pub learned: bool,
    /// What it adds where the feature is missing.
    pub missing: f64,
    /// Where it changes, ascending.
    pub cuts: Vec<f64>,
    /// What it adds below the first cut, from each cut on.
    pub values: Vec<f64>,
}

impl Term {
    /// What the feature's value adds.
    #[must_use]
    pub fn at(&self, value: f64) -> f64 {
        if value.is_nan() {
            return self.missing;
        }
        let step = self.cuts.partition_point(|&cut| cut <= value);
        self.values.get(step).copied().unwrap_or(0.0)
    }
}

/// From which score on what is done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The likeliest answer is yes.
    pub same: f64,
    /// Below this, nobody needs to look.
    pub review: f64,
    /// From here on records are merged without being looked at.
    pub merge: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { same: 0.5, review: 0.2, merge: 0.9 }
    }
}

/// How features become a score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What it was trained from, in words.
    pub trained_from: String,
    /// The sum where no term adds anything, in logits.
    pub bias: f64,
    /// From which score on what is done.
    pub thresholds: Thresholds,
    /// One term a feature, in the order of [`FEATURES`].
    pub terms: Vec<Term>,
}

impl Model {
    /// The model of the JSON text.
    ///
    /// # Errors
    /// When the text is no model, or its terms are not those of this program.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let model: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let is_of = |(term, feature): (&Term, &super::features::Feature)| {
            term.feature == feature.name && term.values.len() == term.cuts.len() + 1
        };
        let fits = model.terms.len() == COUNT && model.terms.iter().zip(&FEATURES).all(is_of);
        if fits { Ok(model) } else { Err("its terms are not the features of this program".to_owned()) }
    }

    /// The model that the program carries.
    #[must_use]
    pub fn trained() -> &'static Self {
        &TRAINED
    }

    /// What each feature adds to the logit.
    #[must_use]
    pub fn effects(&self, values: &Values) -> [f64; COUNT] {
        let mut effects = [0.0; COUNT];
        for ((effect, term), value) in effects.iter_mut().zip(&self.terms).zip(values) {
            *effect = term.at(*value);
        }
        effects
    }

    /// How likely it is that the features are those of one business.
    #[must_use]
    pub fn probability(&self, values: &Values) -> f64 {
        sigmoid(self.bias + self.effects(values).iter().sum::<f64>())
    }
}

pub(super) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// What becomes of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// So surely the same business that nobody needs to look.
    Merge,
    /// Perhaps: for people to decide.
    Review,
    /// Different businesses.
    Different,
}

/// How likely two records are of one business, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// 0 to 1.
    pub probability: f64,
    /// The features; NaN where one is missing.
    pub values: Values,
    /// What each feature added to the logit.
    pub effects: [f64; COUNT],
    thresholds: Thresholds,
}

/// A feature that a pair has, and what it did to the score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The feature's name.
    pub feature: &'static str,
    /// Its value.
    pub value: f64,
    /// What it added to the logit: above 0 it speaks for one business, below for two.
    pub effect: f64,
    /// What the feature means.
    #[serde(skip)]
    pub about: &'static str,
}

impl Score {
    /// Whether the likeliest answer is yes.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.probability >= self.thresholds.same
    }

    /// What becomes of the pair.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.probability >= self.thresholds.merge {
            Verdict::Merge
        } else if self.probability >= self.thresholds.review {
            Verdict::Review
        } else {
            Verdict::Different
        }
    }

    /// Why it is likely one business, in words: what speaks most for it.
    #[must_use]
    pub fn reason(&self) -> String {
        let speaking = self.evidence().into_iter().filter(|evidence| evidence.effect > 0.0);
        let mut told: Vec<String> = Vec::new();
        for phrase in speaking.map(|evidence| phrase(&evidence)) {
            if told.len() < REASONS && !told.contains(&phrase) {
                told.push(phrase);
            }
        }
        format!("{} ({:.0} % likely)", told.join(", "), (self.probability * 100.0).floor())
    }

    /// The features that the pair has, the one that did most first.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let all = FEATURES.iter().zip(self.values).zip(self.effects);
        let mut evidence: Vec<Evidence> = all
            .filter(|((_, value), _)| !value.is_nan())
            .map(|((feature, value), effect)| Evidence {
                feature: feature.name,
                value,
                effect,
                about: feature.about,
            })
            .collect();
        evidence.sort_by(|one, other| other.effect.abs().total_cmp(&one.effect.abs()));
        evidence
    }
}

/// What a feature says where it speaks for one business.
fn phrase(evidence: &Evidence) -> String {
    let phrase = match evidence.feature {
        "phone" => "same phone number",
        "phonePrefix" => "similar phone numbers",
        "domain" | "page" => "same website",
        "domainSpelling" => "similar websites",
        "profile" => "same profile on a social network",
        "email" => "same e-mail address",
        "houseNumber" | "houseNumberDifference" | "street" | "unit" | "unitMissing" => "same address",
        "postalCode" | "city" => "same town",
        "category" => "same trade",
        "distanceKm" => return format!("{:.0} metres apart", evidence.value * 1000.0),
        _ => "similar names",
    };
    phrase.to_owned()
}

/// Scores pairs, knowing what many records have in common.
#[derive(Clone, Debug)]
pub struct Matcher {
    model: &'static Model,
    frequencies: Frequencies,
}

impl Matcher {
    /// A matcher by the trained model.
    #[must_use]
    pub fn new(frequencies: Frequencies) -> Self {
        Self { model: Model::trained(), frequencies }
    }

    /// How likely two records are of one business.
    #[must_use]
    pub fn score(&self, one: &Profile, other: &Profile) -> Score {
        let values = compare(one, other, &self.frequencies);
        let effects = self.model.effects(&values);
        let probability = sigmoid(self.model.bias + effects.iter().sum::<f64>());
        Score { probability, values, effects, thresholds: self.model.thresholds }
    }

    /// What is known of words, numbers and domains.
    #[must_use]
    pub fn frequencies(&self) -> &Frequencies {
        &self.frequencies
    }
}

#[cfg(test)]
mod tests;
