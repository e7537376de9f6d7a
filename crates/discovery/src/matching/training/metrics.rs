//! How good scores are.

/// What scores come to at a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// Share of the yeses that are right.
    pub precision: f64,
    /// Share of the same businesses that are found.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Mean negative logarithm of the probability of the right answer.
    pub log_loss: f64,
    /// Mean squared distance of the probability from the right answer.
    pub brier: f64,
}

/// Measures scores against labels; yes is what is at least the threshold.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "there are not 2^52 pairs")]
pub fn measure(scores: &[f64], labels: &[bool], threshold: f64) -> Measured {
    let (mut right, mut said, mut true_ones) = (0_u32, 0_u32, 0_u32);
    let (mut log_loss, mut brier) = (0.0, 0.0);
    for (&score, &label) in scores.iter().zip(labels) {
        let yes = score >= threshold;
        right += u32::from(yes && label);
        said += u32::from(yes);
        true_ones += u32::from(label);
        let of_right = if label { score } else { 1.0 - score };
        log_loss -= of_right.max(1e-12).ln();
        brier += (1.0 - of_right).powi(2);
    }
    let share = |of: u32| if of == 0 { 0.0 } else { f64::from(right) / f64::from(of) };
    let count = scores.len().max(1) as f64;
    let all = said + true_ones;
    Measured {
        precision: share(said),
        recall: share(true_ones),
        f1: if all == 0 { 0.0 } else { 2.0 * f64::from(right) / f64::from(all) },
        log_loss: log_loss / count,
        brier: brier / count,
    }
}

/// Pairs of about one score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reliability {
    /// How many.
    pub pairs: u32,
    /// Their mean score.
    pub score: f64,
    /// The share of them that is one business.
    pub same: f64,
}

/// Ten bins of equal width. A calibrated score equals the share in each.
#[must_use]
pub fn reliability(scores: &[f64], labels: &[bool]) -> [Reliability; 10] {
    let mut bins = [Reliability::default(); 10];
    for (&score, &label) in scores.iter().zip(labels) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "scores are from 0 to 1")]
        let bin = &mut bins[((score * 10.0) as usize).min(9)];
        bin.pairs += 1;
        bin.score += score;
        bin.same += f64::from(u8::from(label));
    }
    for bin in &mut bins {
        let count = f64::from(bin.pairs.max(1));
        (bin.score, bin.same) = (bin.score / count, bin.same / count);
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_as_they_are_defined() {
        let measured = measure(&[0.9, 0.8, 0.4, 0.1], &[true, false, true, false], 0.5);
        assert!((measured.precision - 0.5).abs() < 1e-9 && (measured.recall - 0.5).abs() < 1e-9);
        assert!((measured.f1 - 0.5).abs() < 1e-9);
        assert!((measured.brier - (0.01 + 0.64 + 0.36 + 0.01) / 4.0).abs() < 1e-9);
        assert!((measure(&[], &[], 0.5).f1).abs() < 1e-9);
    }

    #[test]
    fn scores_are_gathered_in_ten_bins() {
        let bins = reliability(&[0.0, 0.95, 1.0], &[false, true, true]);
        assert_eq!((bins[0].pairs, bins[9].pairs), (1, 2));
        assert!((bins[9].score - 0.975).abs() < 1e-9 && (bins[9].same - 1.0).abs() < 1e-9);
    }
}
