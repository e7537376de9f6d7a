//! Lists in order, without the standard library's trees and sorts: those are compiled anew for every type, which a page
//! pays for.

use std::cmp::Ordering;

/// Values by ascending key, most of which come in order. A removed value leaves its place empty until half of the places
/// are, so that removing costs no more than finding.
pub(crate) struct Ordered<K, V> {
    places: Vec<(K, Option<V>)>,
    len: usize,
}

impl<K, V> Default for Ordered<K, V> {
    fn default() -> Self {
        Self { places: Vec::new(), len: 0 }
    }
}

impl<K: Copy + Ord, V> Ordered<K, V> {
    fn position(&self, key: K) -> Result<usize, usize> {
        match self.places.last() {
            Some((last, _)) if *last >= key => self.places.binary_search_by(|(known, _)| known.cmp(&key)),
            _ => Err(self.places.len()),
        }
    }

    /// Puts a value in its place, or in that of another with the same key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let replaced = match self.position(key) {
            Ok(at) => self.places[at].1.replace(value),
            Err(at) => {
                self.places.insert(at, (key, Some(value)));
                None
            }
        };
        self.len += usize::from(replaced.is_none());
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.position(key).ok().and_then(|at| self.places[at].1.as_ref())
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.position(key).ok().and_then(|at| self.places[at].1.as_mut())
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        let removed = self.position(key).ok().and_then(|at| self.places[at].1.take());
        self.len -= usize::from(removed.is_some());
        if self.places.len() > 2 * self.len {
            self.places.retain(|(_, value)| value.is_some());
        }
        removed
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// Takes them all out, in order.
    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (K, V)> {
        self.places.into_iter().filter_map(|(key, value)| Some((key, value?)))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = K> {
        self.places.iter().filter(|(_, value)| value.is_some()).map(|(key, _)| *key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.places.iter().filter_map(|(_, value)| value.as_ref())
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.places.iter_mut().filter_map(|(_, value)| value.as_mut())
    }
}

/// The items in order; equal ones stay as they are.
pub(crate) fn sorted<T>(items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = positions(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items[at].take()).collect()
}

fn positions(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_key_whatever_the_order_in_which_they_came() {
        let mut ordered = Ordered::default();
        for key in [3, 1, 2, 9, 1] {
            ordered.insert(key, key * 10);
        }
        assert_eq!(ordered.keys().collect::<Vec<_>>(), [1, 2, 3, 9]);
        assert_eq!((ordered.get(2), ordered.get(4), ordered.len()), (Some(&20), None, 4));
        assert_eq!((ordered.remove(2), ordered.remove(2)), (Some(20), None));
        ordered.values_mut().for_each(|value| *value += 1);
        assert_eq!(ordered.values().copied().collect::<Vec<_>>(), [11, 31, 91]);
    }

    #[test]
    fn what_was_removed_may_come_again_and_leaves_no_places() {
        let mut ordered: Ordered<u32, u32> = (0..100).fold(Ordered::default(), |mut ordered, key| {
            ordered.insert(key, key);
            ordered
        });
        for key in (0..100).filter(|key| key % 10 != 0) {
            assert_eq!(ordered.remove(key), Some(key));
        }
        assert!(ordered.places.len() <= 2 * ordered.len(), "{} places", ordered.places.len());
        ordered.insert(55, 1);
        assert_eq!(ordered.keys().collect::<Vec<_>>(), [0, 10, 20, 30, 40, 50, 55, 60, 70, 80, 90]);
        ordered.remove(60);
        ordered.insert(60, 2);
        assert_eq!((ordered.get(60), ordered.len()), (Some(&2), 11));
    }

    #[test]
    fn equal_items_stay_as_they_are() {
        let items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        let sorted = sorted(items, |a, b| a.0.cmp(&b.0));
        assert_eq!(sorted, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }
}
