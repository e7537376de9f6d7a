use std::time::Duration;

use crate::Reconnection;

/// Longest delay before an attempt, counted from 1.
pub(super) fn ceiling(reconnection: &Reconnection, attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(31);
    reconnection.base_delay.saturating_mul(1 << doublings).min(reconnection.max_delay)
}

/// Pseudo-random fractions, the same for the same seed (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
///
/// Jitter needs spread, not secrecy.
#[derive(Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A duration from nothing up to `ceiling`, each equally likely.
    pub(super) fn up_to(&mut self, ceiling: Duration) -> Duration {
        ceiling.mul_f64(self.fraction())
    }

    /// From 0 inclusive to 1 exclusive.
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // 53 bits fill the mantissa exactly.
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceiling_doubles_from_base_to_maximum_and_stays_there() {
        let reconnection = Reconnection::default();
        let seconds: Vec<u64> = (1..=8).map(|attempt| ceiling(&reconnection, attempt).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(ceiling(&reconnection, u32::MAX).as_secs(), 30);
    }

    #[test]
    fn jitter_covers_the_whole_range_evenly() {
        let mut jitter = Jitter::new(7);
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let delay = jitter.up_to(Duration::from_millis(1000));
            tenths[usize::try_from(delay.as_millis() / 100).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|&count| (850..1150).contains(&count)), "{tenths:?}");
    }

    #[test]
    fn seeds_give_different_sequences_and_the_same_seed_the_same() {
        let sequence = |seed| {
            let mut jitter = Jitter::new(seed);
            (0..4).map(|_| jitter.up_to(Duration::from_secs(30))).collect::<Vec<_>>()
        };
        assert_eq!(sequence(1), sequence(1));
        assert_ne!(sequence(1), sequence(2));
    }
}
