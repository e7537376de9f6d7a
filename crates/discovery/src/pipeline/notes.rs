//! What a search or an import tells of records that are, or may be, of known businesses.

use serde::{Deserialize, Serialize};

use crate::matching::{Candidate, Score};

/// Features that a note tells, those that did most.
const FEATURES_TOLD: usize = 6;

/// A record that was found to be of a known business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeNote {
    /// The record's source.
    pub source: String,
    /// Its identifier there.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// Name of the business that it is of.
    pub into: String,
    /// Why.
    pub reason: String,
    /// How likely it is; none where the source itself says that it is the same record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// What made the score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<ToldFeature>,
}

/// A record that was stored though it may be of a known business: for people to decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewNote {
    /// The record's source.
    pub source: String,
    /// Its identifier there.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// Name of the business that it may be of.
    pub perhaps: String,
    /// How likely that is.
    pub score: f64,
    /// What made the score.
    pub features: Vec<ToldFeature>,
}

/// A feature of a pair, as [`crate::matching::FEATURES`] names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldFeature {
    /// Its name.
    pub feature: String,
    /// Its value.
    pub value: f64,
    /// What it added to the logit of the score.
    pub effect: f64,
}

impl MergeNote {
    pub(super) fn new(candidate: &Candidate, into: &str, reason: String, score: Option<&Score>) -> Self {
        Self {
            source: candidate.source.clone(),
            source_id: candidate.place.source_id.clone(),
            name: candidate.place.name.clone(),
            into: into.to_owned(),
            reason,
            score: score.map(|score| rounded(score.probability)),
            features: score.map(features).unwrap_or_default(),
        }
    }
}

impl ReviewNote {
    pub(super) fn new(candidate: &Candidate, perhaps: &str, score: &Score) -> Self {
        Self {
            source: candidate.source.clone(),
            source_id: candidate.place.source_id.clone(),
            name: candidate.place.name.clone(),
            perhaps: perhaps.to_owned(),
            score: rounded(score.probability),
            features: features(score),
        }
    }
}

fn features(score: &Score) -> Vec<ToldFeature> {
    let told = score.evidence().into_iter().take(FEATURES_TOLD);
    told.map(|one| ToldFeature {
        feature: one.feature.to_owned(),
        value: rounded(one.value),
        effect: rounded(one.effect),
    })
    .collect()
}

/// Four digits are what a person reads.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
