//! Parts of the pairs between which no record is shared.

use std::collections::HashMap;

use super::random::Random;

/// The part, of `parts`, of each pair. Pairs that have a record in common, directly or over others, are in the
/// same part; the seed decides which.
#[must_use]
pub fn grouped_folds(pairs: &[(&str, &str)], parts: usize, seed: u64) -> Vec<usize> {
    let mut groups = Groups::default();
    for (one, other) in pairs {
        groups.join(one, other);
    }
    let group_of: Vec<usize> = pairs.iter().map(|(one, _)| groups.root(one)).collect();
    let mut order: Vec<usize> = group_of.clone();
    order.sort_unstable();
    order.dedup();
    Random::new(seed).shuffle(&mut order);
    let part: HashMap<usize, usize> =
        order.into_iter().enumerate().map(|(at, group)| (group, at % parts.max(1))).collect();
    group_of.iter().map(|group| part.get(group).copied().unwrap_or(0)).collect()
}

/// Records that hang together.
#[derive(Default)]
struct Groups<'r> {
    numbers: HashMap<&'r str, usize>,
    parents: Vec<usize>,
}

impl<'r> Groups<'r> {
    fn join(&mut self, one: &'r str, other: &'r str) {
        let (one, other) = (self.root(one), self.root(other));
        let (least, greatest) = (one.min(other), one.max(other));
        self.parents[greatest] = least;
    }

    fn root(&mut self, record: &'r str) -> usize {
        let next = self.parents.len();
        let mut at = *self.numbers.entry(record).or_insert(next);
        if at == next {
            self.parents.push(next);
        }
        while self.parents[at] != at {
            at = self.parents[at];
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_with_a_record_in_common_are_never_apart() {
        let names: Vec<String> = (0..60).map(|number| number.to_string()).collect();
        let mut pairs: Vec<(&str, &str)> =
            names.chunks(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        pairs.push((&names[0], &names[2]));
        pairs.push((&names[59], &names[3]));
        for seed in 0..20 {
            let folds = grouped_folds(&pairs, 5, seed);
            assert!(
                folds[0] == folds[1]
                    && folds[30] == folds[0]
                    && folds[31] == folds[29]
                    && folds[31] == folds[0]
            );
            assert_eq!(folds, grouped_folds(&pairs, 5, seed));
        }
        assert_ne!(grouped_folds(&pairs, 5, 1), grouped_folds(&pairs, 5, 2));
    }
}
