//! The nearest so many places.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::is_closed;
use crate::place::Place;
use crate::text::digest;

/// The nearest open places so far, and how far away closed ones are.
#[derive(Debug)]
pub(super) struct Nearest {
    most: usize,
    /// The farthest on top.
    open: BinaryHeap<Found>,
    /// One more was there than is kept.
    is_capped: bool,
    closed: Vec<f64>,
}

/// What a search gives.
#[derive(Debug)]
pub(super) struct Selection {
    /// The nearest first.
    pub(super) places: Vec<Place>,
    /// Closed places in the circle; if the maximum cuts it, those no farther than the farthest place.
    pub(super) closed: u64,
}

impl Selection {
    /// Changes when the data do, or what is selected of them: a service on the network may answer otherwise today than
    /// yesterday.
    pub(super) fn fingerprint(&self, source: &str) -> String {
        let closed = self.closed.to_string();
        let ids = self.places.iter().map(|place| place.source_id.as_str());
        format!("{:016x}", digest([source, closed.as_str()].into_iter().chain(ids)))
    }
}

#[derive(Debug)]
struct Found {
    km: f64,
    place: Place,
}

impl Ord for Found {
    /// By distance, then by id: the order does not depend on that of the source.
    fn cmp(&self, other: &Self) -> Ordering {
        self.km.total_cmp(&other.km).then_with(|| self.place.source_id.cmp(&other.place.source_id))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Found {}

impl Nearest {
    pub(super) fn new(most: usize) -> Self {
        Self { most, open: BinaryHeap::new(), is_capped: false, closed: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn add(&mut self, km: f64, place: Place) {
        if is_closed(place.status) {
            self.closed.push(km);
            return;
        }
        self.open.push(Found { km, place });
        if self.open.len() > self.most {
            self.open.pop();
            self.is_capped = true;
        }
    }

    pub(super) fn into_selection(self) -> Selection {
        let farthest = self.open.peek().map(|found| found.km).filter(|_| self.is_capped);
        let closed = self.closed.iter().filter(|km| farthest.is_none_or(|farthest| **km <= farthest)).count();
        let places = self.open.into_sorted_vec().into_iter().map(|found| found.place).collect();
        Selection { places, closed: closed as u64 }
    }
}

#[cfg(test)]
mod tests {
    use contract::OperatingStatus;

    use super::*;
    use crate::normalise;
    use crate::place::RawPlace;

    fn place(id: &str, status: OperatingStatus) -> Place {
        let raw =
            RawPlace { source_id: id.into(), name: "A".into(), status: Some(status), ..RawPlace::default() };
        normalise::place(raw).unwrap()
    }

    fn selected(most: usize, found: &[(f64, &str)]) -> Vec<String> {
        let mut nearest = Nearest::new(most);
        found.iter().for_each(|(km, id)| nearest.add(*km, place(id, OperatingStatus::Open)));
        nearest.into_selection().places.into_iter().map(|place| place.source_id).collect()
    }

    #[test]
    fn the_nearest_are_kept_in_order_whatever_order_they_come_in() {
        let found = [(3.0, "c"), (1.0, "a"), (2.0, "b"), (0.5, "z"), (2.0, "aa")];
        assert_eq!(selected(4, &found), ["z", "a", "aa", "b"]);
        let reversed: Vec<_> = found.iter().rev().copied().collect();
        assert_eq!(selected(4, &reversed), selected(4, &found));
        assert_eq!(selected(9, &found).len(), 5);
    }

    #[test]
    fn a_selection_is_known_again_and_told_from_others() {
        let fingerprint = |source: &str, ids: &[&str]| {
            let mut nearest = Nearest::new(10);
            (0_u32..)
                .zip(ids)
                .for_each(|(km, id)| nearest.add(f64::from(km), place(id, OperatingStatus::Open)));
            nearest.into_selection().fingerprint(source)
        };
        let first = fingerprint("a", &["x", "y"]);
        assert_eq!(fingerprint("a", &["x", "y"]), first);
        for other in [fingerprint("b", &["x", "y"]), fingerprint("a", &["x"]), fingerprint("a", &["y", "x"])]
        {
            assert_ne!(other, first);
        }
    }

    #[test]
    fn closed_places_take_no_place_of_the_maximum_and_count_within_reach() {
        let closed = |most: usize| {
            let mut nearest = Nearest::new(most);
            for km in [1.0, 2.0, 3.0] {
                nearest.add(km, place("o", OperatingStatus::Open));
                nearest.add(km + 0.5, place("c", OperatingStatus::PermanentlyClosed));
                nearest.add(km + 0.6, place("t", OperatingStatus::TemporarilyClosed));
            }
            let selection = nearest.into_selection();
            (selection.places.len(), selection.closed)
        };
        assert_eq!(closed(100), (6, 3));
        assert_eq!(closed(3), (3, 1), "up to the second place at 2 km, one closed at 1.5 km");
    }
}
