//! Where nodes and ways are that other objects refer to.

/// Latitude and longitude in ten-millionths of a degree.
pub(super) type Coordinate = (i32, i32);

/// Stands for a coordinate that is not known.
const UNKNOWN: Coordinate = (i32::MAX, i32::MAX);

/// A sorted list of ids and where they are.
#[derive(Debug, Default)]
struct Located {
    ids: Vec<i64>,
    coordinates: Vec<Coordinate>,
}

impl Located {
    fn prepare(&mut self) {
        self.ids.sort_unstable();
        self.ids.dedup();
        self.ids.shrink_to_fit();
        self.coordinates = vec![UNKNOWN; self.ids.len()];
    }

    fn position(&self, id: i64) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    fn get(&self, id: i64) -> Option<Coordinate> {
        self.position(id).and_then(|at| self.coordinates.get(at).copied()).filter(|found| *found != UNKNOWN)
    }

    fn set(&mut self, id: i64, coordinate: impl FnOnce() -> Option<Coordinate>) {
        if let Some(slot) = self.position(id).and_then(|at| self.coordinates.get_mut(at))
            && let Some(coordinate) = coordinate()
        {
            *slot = coordinate;
        }
    }
}

/// Nodes that ways and relations need: added, prepared, found, then asked for.
#[derive(Debug, Default)]
pub(super) struct NodeRefs(Located);

impl NodeRefs {
    pub(super) fn add(&mut self, id: i64) {
        self.0.ids.push(id);
    }

    pub(super) fn prepare(&mut self) {
        self.0.prepare();
    }

    pub(super) fn found(&mut self, id: i64, coordinate: Coordinate) {
        self.0.set(id, || Some(coordinate));
    }

    pub(super) fn get(&self, id: i64) -> Option<Coordinate> {
        self.0.get(id)
    }

    /// Mean of the distinct nodes: the last one of a closed way is its first and counts once.
    pub(super) fn mean(&self, ids: impl Iterator<Item = i64>) -> Option<Coordinate> {
        let mut ids: Vec<i64> = ids.collect();
        if ids.len() > 1 && ids.first() == ids.last() {
            ids.pop();
        }
        mean(ids.into_iter().filter_map(|id| self.get(id)))
    }
}

/// Ways that relations need.
#[derive(Debug, Default)]
pub(super) struct WayRefs(Located);

impl WayRefs {
    pub(super) fn add(&mut self, id: i64) {
        self.0.ids.push(id);
    }

    pub(super) fn prepare(&mut self) {
        self.0.prepare();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.ids.is_empty()
    }

    pub(super) fn contains(&self, id: i64) -> bool {
        self.0.position(id).is_some()
    }

    pub(super) fn found(&mut self, id: i64, coordinate: impl FnOnce() -> Option<Coordinate>) {
        self.0.set(id, coordinate);
    }

    pub(super) fn get(&self, id: i64) -> Option<Coordinate> {
        self.0.get(id)
    }
}

/// Mean of the coordinates; `None` of none.
pub(super) fn mean(coordinates: impl Iterator<Item = Coordinate>) -> Option<Coordinate> {
    let (mut latitude, mut longitude, mut count) = (0_i64, 0_i64, 0_i64);
    for (lat, lon) in coordinates {
        latitude += i64::from(lat);
        longitude += i64::from(lon);
        count += 1;
    }
    let share = |sum: i64| i32::try_from(sum.checked_div(count)?).ok();
    Some((share(latitude)?, share(longitude)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_way_counts_its_first_node_once() {
        let mut nodes = NodeRefs::default();
        [3, 1, 2, 1].iter().for_each(|id| nodes.add(*id));
        nodes.prepare();
        for (id, coordinate) in [(1, (0, 0)), (2, (0, 30)), (3, (30, 0)), (9, (99, 99))] {
            nodes.found(id, coordinate);
        }
        assert_eq!(nodes.mean([1, 2, 3, 1].into_iter()), Some((10, 10)));
        assert_eq!(nodes.mean([1, 2].into_iter()), Some((0, 15)));
        assert_eq!(nodes.mean([9].into_iter()), None);
        assert_eq!(nodes.mean([].into_iter()), None);
    }
}
