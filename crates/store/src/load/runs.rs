//! Many numbers in little room: sorted, and found by a part of them.

/// Bits of a number that tell those apart which have the rest in common.
const BITS: u32 = 32;

/// Numbers in few sorted runs, each more than twice as long as the one behind it: to add some costs little, and a number
/// takes no more room than itself.
#[derive(Debug)]
pub(super) struct Runs {
    runs: Vec<Vec<u64>>,
    /// Those that are not sorted yet.
    fresh: Vec<u64>,
    /// How many that have their first half in common are kept, the lowest.
    most: usize,
}

impl Default for Runs {
    fn default() -> Self {
        Self::of_first(usize::MAX)
    }
}

impl Runs {
    /// No numbers; of those that will have their first half in common the lowest `most` count.
    pub(super) fn of_first(most: usize) -> Self {
        Self { runs: Vec::new(), fresh: Vec::new(), most }
    }

    /// How many there are; a few may count twice.
    pub(super) fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// Adds a number, which is found from the next [`Runs::settle`] on.
    pub(super) fn push(&mut self, number: u64) {
        self.fresh.push(number);
    }

    /// Sorts what was added, and makes one run of those that are about as long.
    pub(super) fn settle(&mut self) {
        let mut run = std::mem::take(&mut self.fresh);
        run.sort_unstable();
        self.bound(&mut run);
        while let Some(longer) = self.runs.pop_if(|last| last.len() <= 2 * run.len()) {
            run = merged(&longer, &run);
            self.bound(&mut run);
        }
        if !run.is_empty() {
            self.runs.push(run);
        }
    }

    /// Appends to `found` the numbers from `first` to `last`, which have their first half in common; ascending, each once.
    pub(super) fn find(&self, first: u64, last: u64, found: &mut Vec<u64>) {
        let mut own = Vec::new();
        for run in &self.runs {
            let from = run.partition_point(|number| *number < first);
            let within = run[from..].iter().take_while(|number| **number <= last);
            own.extend(within.take(self.most));
        }
        own.sort_unstable();
        own.dedup();
        own.truncate(self.most);
        found.append(&mut own);
    }

    /// Leaves out of a sorted run what does not count.
    fn bound(&self, run: &mut Vec<u64>) {
        run.dedup();
        let (mut half, mut count) = (None, 0);
        run.retain(|number| {
            let first_half = Some(number >> BITS);
            count = if half == first_half { count + 1 } else { 1 };
            half = first_half;
            count <= self.most
        });
    }
}

/// One sorted run of two.
fn merged(one: &[u64], other: &[u64]) -> Vec<u64> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let mut rest = other;
    for number in one {
        let (before, behind) = rest.split_at(rest.iter().take_while(|other| *other < number).count());
        all.extend_from_slice(before);
        all.push(*number);
        rest = behind;
    }
    all.extend_from_slice(rest);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers that look random and are the same in every run: of few first halves, so that many have one in common.
    fn numbers() -> impl Iterator<Item = u64> {
        let next = |last: &u64| {
            Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
        };
        let random = std::iter::successors(Some(42_u64), next).map(|number| number >> 33);
        random.map(|number| ((number % 4) << BITS) | (number / 4 % 40))
    }

    #[test]
    fn numbers_are_found_by_their_first_half() {
        for most in [usize::MAX, 1, 5] {
            let (mut runs, mut all) = (Runs::of_first(most), BTreeSet::new());
            let mut numbers = numbers();
            for batch in 0..60 {
                for number in numbers.by_ref().take(batch % 7) {
                    runs.push(number);
                    all.insert(number);
                }
                runs.settle();
                for half in 0..5_u64 {
                    let (first, last) = (half << BITS, (half << BITS) | u64::from(u32::MAX));
                    let mut found = vec![7];
                    runs.find(first, last, &mut found);
                    let expected: Vec<u64> = all.range(first..=last).take(most).copied().collect();
                    assert_eq!(found[1..], expected, "the lowest {most} of {half} after batch {batch}");
                }
            }
        }
    }

    #[test]
    fn runs_are_few_and_hold_nothing_twice() {
        let mut runs = Runs::default();
        for batch in 0..1_000 {
            (0..10).for_each(|number| runs.push(batch * 10 + number));
            runs.push(batch * 10);
            runs.settle();
        }
        assert_eq!(runs.len(), 10_000);
        let lengths: Vec<usize> = runs.runs.iter().map(Vec::len).collect();
        assert!(lengths.windows(2).all(|two| two[0] > 2 * two[1]), "{lengths:?}");
    }
}
