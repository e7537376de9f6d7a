//! Who needs what: the main part of the program, or chunks of it.

use std::collections::HashMap;
use std::hash::Hash;

/// Who needs something: the main part, or a bit for each chunk.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Users(u32);

impl Users {
    /// The main part, and with it everybody.
    pub(super) const MAIN: Self = Self(u32::MAX);
    /// As many chunks there may be.
    pub(super) const MOST: usize = 31;

    /// The `at`-th chunk.
    pub(super) fn chunk(at: usize) -> Self {
        Self(1 << at)
    }

    /// The chunk that is the only user.
    pub(super) fn only(self) -> Option<usize> {
        self.0.is_power_of_two().then(|| self.0.trailing_zeros() as usize)
    }

    /// Whether the chunk is among the users, and the main part is not.
    pub(super) fn has(self, chunk: usize) -> bool {
        self != Self::MAIN && self.and(Self::chunk(chunk)) == self
    }

    /// How many chunks there are among the users.
    pub(super) fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// These users and others.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Everything that is reached from the roots, with who reaches it.
pub(super) fn users<'a, T: Copy + Eq + Hash + 'a>(
    roots: impl IntoIterator<Item = (T, Users)>,
    next: impl Fn(T) -> &'a [T],
) -> HashMap<T, Users> {
    let mut users: HashMap<T, Users> = HashMap::new();
    let mut open: Vec<(T, Users)> = roots.into_iter().collect();
    while let Some((item, by)) = open.pop() {
        let known = users.entry(item).or_default();
        let now = known.and(by);
        if now != *known {
            *known = now;
            open.extend(next(item).iter().map(|next| (*next, now)));
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_reaches_something_is_named() {
        let next = |item: u32| -> &[u32] {
            match item {
                1 => &[10, 12],
                2 => &[11, 12],
                3 => &[13],
                13 => &[14, 3],
                14 => &[11],
                _ => &[],
            }
        };
        let (first, second) = (Users::chunk(0), Users::chunk(1));
        let users = users([(1, first), (2, second), (3, Users::MAIN)], next);
        let check = |item: u32, expect: Users| assert_eq!(users[&item], expect, "{item}");
        check(10, first);
        check(12, first.and(second));
        check(11, Users::MAIN);
        check(3, Users::MAIN);
        assert!(!users.contains_key(&15));
        assert_eq!([users[&10].only(), users[&12].only(), users[&11].only()], [Some(0), None, None]);
    }
}
