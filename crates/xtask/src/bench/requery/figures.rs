//! Medians, their spread, and how they are shown.

/// The middle of several figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    /// Half the distance between the quartiles.
    apart: f64,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Bytes,
    Count,
}

impl Spread {
    /// Nothing where there are no figures.
    pub(super) fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let figures: Vec<f64> = figures.collect();
        let quantile = |share| percentile(&figures, share);
        Some(Self { median: quantile(0.5)?, apart: (quantile(0.75)? - quantile(0.25)?) / 2.0 })
    }

    /// `12.3 ms ± 4 %`; figures that do not differ are shown alone.
    pub(super) fn show(&self, unit: Unit) -> String {
        let median = match unit {
            Unit::Nanoseconds => time(self.median),
            Unit::Bytes => bytes(self.median),
            Unit::Count => digits(self.median),
        };
        let percent = 100.0 * self.apart / self.median;
        if percent >= 0.5 { format!("{median} ± {percent:.0} %") } else { median }
    }
}

/// The figure that this share of them is not above.
pub(super) fn percentile(figures: &[f64], share: f64) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded, and within the figures"
    )]
    let at = (share * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(at).copied()
}

/// How many times the one is the other.
pub(super) fn ratio(reference: f64, other: f64) -> String {
    let ratio = reference / other;
    if ratio >= 10.0 { format!("{ratio:.0}") } else { format!("{ratio:.1}") }
}

fn time(nanos: f64) -> String {
    match nanos {
        0.0..1e3 => format!("{} ns", digits(nanos)),
        1e3..1e6 => format!("{} µs", digits(nanos / 1e3)),
        1e6..1e9 => format!("{} ms", digits(nanos / 1e6)),
        _ => format!("{} s", digits(nanos / 1e9)),
    }
}

fn bytes(count: f64) -> String {
    match count {
        0.0..1e4 => format!("{count:.0} B"),
        1e4..1e6 => format!("{} kB", digits(count / 1e3)),
        _ => format!("{} MB", digits(count / 1e6)),
    }
}

/// Three digits that count.
fn digits(value: f64) -> String {
    match value {
        0.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_shown_with_half_the_distance_of_the_quartiles() {
        let spread = Spread::of([5e6, 1e6, 3e6, 2e6, 4e6].into_iter()).unwrap();
        assert_eq!(spread.show(Unit::Nanoseconds), "3.00 ms ± 33 %");
        assert_eq!(Spread::of(std::iter::empty()), None);
    }

    #[test]
    fn figures_have_three_digits() {
        let alone = |median, unit| Spread { median, apart: 0.0 }.show(unit);
        assert_eq!(alone(1234.0, Unit::Nanoseconds), "1.23 µs");
        assert_eq!(alone(970.16, Unit::Bytes), "970 B");
        assert_eq!(alone(4_110_254.0, Unit::Bytes), "4.11 MB");
        assert_eq!(alone(12.34, Unit::Count), "12.3");
    }

    #[test]
    fn large_ratios_are_whole() {
        assert_eq!(ratio(30.0, 2.0), "15");
        assert_eq!(ratio(3.0, 2.0), "1.5");
    }
}
