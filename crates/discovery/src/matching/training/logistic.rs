//! Plain logistic regression, against which the model is measured.

use crate::matching::features::{FEATURES, Values};
use crate::matching::model::sigmoid;

use super::Example;

/// What a plain regression would be given: one figure or a few for each field.
const FIELDS: [&str; 9] = [
    "nameSimilarity",
    "nameLetters",
    "nameContained",
    "phone",
    "domain",
    "houseNumber",
    "street",
    "postalCode",
    "category",
];
const INPUTS: usize = FIELDS.len() + 1;
const STEPS: usize = 500;
const RATE: f64 = 1.0;
const DECAY: f64 = 0.001;

/// Weights of the fields and, last, the constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    weights: [f64; INPUTS],
}

/// Fits the weights by gradient descent.
#[must_use]
pub fn fit(examples: &[Example]) -> Logistic {
    let rows: Vec<([f64; INPUTS], f64)> =
        examples.iter().map(|one| (inputs(&one.values), f64::from(u8::from(one.same)))).collect();
    let mut weights = [0.0; INPUTS];
    #[expect(clippy::cast_precision_loss, reason = "there are not 2^52 examples")]
    let count = rows.len().max(1) as f64;
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| weight * DECAY);
        for (row, label) in &rows {
            let error = sigmoid(dot(&weights, row)) - label;
            slope.iter_mut().zip(row).for_each(|(slope, input)| *slope += error * input / count);
        }
        weights.iter_mut().zip(slope).for_each(|(weight, slope)| *weight -= RATE * slope);
    }
    Logistic { weights }
}

impl Logistic {
    /// How likely the pair is one business.
    #[must_use]
    pub fn probability(&self, values: &Values) -> f64 {
        sigmoid(dot(&self.weights, &inputs(values)))
    }
}

/// The fields from -1 to 1, 0 where one is missing, and 1 for the constant.
fn inputs(values: &Values) -> [f64; INPUTS] {
    let mut row = [1.0; INPUTS];
    for (input, name) in row.iter_mut().zip(FIELDS) {
        let at = FEATURES.iter().position(|feature| feature.name == name);
        let value = at.map_or(f64::NAN, |at| values[at]);
        *input = if value.is_nan() { 0.0 } else { 2.0 * value - 1.0 };
    }
    row
}

fn dot(weights: &[f64; INPUTS], row: &[f64; INPUTS]) -> f64 {
    weights.iter().zip(row).map(|(weight, input)| weight * input).sum()
}
