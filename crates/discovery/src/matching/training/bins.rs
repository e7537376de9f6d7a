//! A feature's values in few steps, between which cuts are tried.

/// Most steps of a feature.
const MOST: usize = 32;
/// The step of a value that is missing.
pub(super) const MISSING: u8 = u8::MAX;

/// A feature's values over all examples.
#[derive(Debug)]
pub(super) struct Bins {
    /// The least value of each bin after the first.
    cuts: Vec<f64>,
    of_rows: Vec<u8>,
}

impl Bins {
    /// Bins of about as many values each; equal values share one.
    pub(super) fn new(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let mut cuts: Vec<f64> = Vec::new();
        for step in 1..MOST {
            let at = step * sorted.len() / MOST;
            if let Some((&below, &here)) = sorted.get(at.wrapping_sub(1)).zip(sorted.get(at)) {
                // Where the step falls among equal values, the cut is before all of them.
                let first = sorted.partition_point(|&value| value < here);
                let below = if below < here {
                    below
                } else {
                    sorted.get(first.wrapping_sub(1)).copied().unwrap_or(here)
                };
                cuts.push(f64::midpoint(below, here));
            }
        }
        cuts.retain(|&cut| sorted.first().is_some_and(|&least| cut > least));
        cuts.dedup();
        let bin = |value: f64| {
            if value.is_nan() {
                MISSING
            } else {
                u8::try_from(cuts.partition_point(|&cut| cut <= value)).unwrap_or(MISSING)
            }
        };
        let of_rows = values.iter().map(|&value| bin(value)).collect();
        Self { cuts, of_rows }
    }

    /// Number of bins.
    pub(super) fn count(&self) -> usize {
        self.cuts.len() + 1
    }

    /// Where the bin begins; it is not the first.
    pub(super) fn cut_before(&self, bin: usize) -> f64 {
        // Fewer digits read better, and no value lies so near to a cut.
        self.cuts.get(bin.wrapping_sub(1)).map_or(0.0, |cut| (cut * 1e6).round() / 1e6)
    }

    /// The bin of each example.
    pub(super) fn of_rows(&self) -> &[u8] {
        &self.of_rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_bin_and_missing_ones_have_their_own() {
        let values = [0.0, 0.0, 1.0, f64::NAN, 1.0, 0.5];
        let bins = Bins::new(values.into_iter());
        assert_eq!(bins.count(), 3);
        assert_eq!(bins.of_rows(), [0, 0, 2, MISSING, 2, 1]);
        assert!((bins.cut_before(1) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_feature_that_is_always_missing_or_always_the_same_has_one_bin() {
        assert_eq!(Bins::new([f64::NAN; 3].into_iter()).count(), 1);
        assert_eq!(Bins::new([2.0; 3].into_iter()).count(), 1);
        assert_eq!(Bins::new(std::iter::empty()).count(), 1);
    }

    #[test]
    fn many_values_give_few_bins() {
        let bins = Bins::new((0..10_000).map(f64::from));
        assert_eq!(bins.count(), MOST);
    }
}
