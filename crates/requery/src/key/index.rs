//! Which keys begin with a prefix, in time that grows with the matches and not with the cache.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use super::{KeyValue, QueryKey};

/// A tree of the keys in the cache, one level a segment.
///
/// A scalar segment of a prefix matches one child. An object segment matches every object that has its fields: the
/// children that are objects are found through one of the fields.
#[derive(Default)]
pub(crate) struct KeyIndex {
    root: Node,
}

#[derive(Default)]
struct Node {
    key: Option<QueryKey>,
    /// Keys that end here or below.
    keys: usize,
    /// Most nodes are the ends of keys, and have none.
    children: Option<Box<Children>>,
}

#[derive(Default)]
struct Children {
    by_segment: HashMap<KeyValue, Node, FixedState>,
    // Segments of children that hold this scalar field.
    by_field: HashMap<KeyValue, HashSet<KeyValue, FixedState>, FixedState>,
}

impl KeyIndex {
    pub(crate) fn insert(&mut self, key: &QueryKey) {
        let mut node = &mut self.root;
        for segment in key.segments() {
            node.keys += 1;
            node = node.children.get_or_insert_default().child(segment);
        }
        node.keys += 1;
        node.key = Some(key.clone());
    }

    pub(crate) fn remove(&mut self, key: &QueryKey) {
        self.root.remove(key.segments());
    }

    /// Whether so many keys begin with `prefix` that looking at all of them, one behind the other, is less work than
    /// finding those here.
    pub(crate) fn is_broad(&self, prefix: &QueryKey) -> bool {
        let is_object = |segment: &KeyValue| matches!(segment, KeyValue::Array(_) | KeyValue::Object(_));
        let mut node = &self.root;
        for segment in prefix.segments() {
            match node.child(segment).filter(|_| !is_object(segment)) {
                Some(child) => node = child,
                None => return false,
            }
        }
        node.keys > self.root.keys / 4
    }

    /// The keys that begin with `prefix`, in no particular order.
    pub(crate) fn matching(&self, prefix: &QueryKey) -> Vec<&QueryKey> {
        let mut found = Vec::new();
        self.root.collect(prefix.segments(), &mut found);
        found
    }
}

/// The one-field objects that stand for the scalar fields of an object segment.
fn fields(segment: &KeyValue) -> impl Iterator<Item = KeyValue> + '_ {
    let fields = match segment {
        KeyValue::Object(fields) => &fields[..],
        _ => &[],
    };
    fields
        .iter()
        .filter(|(_, value)| !matches!(value, KeyValue::Array(_) | KeyValue::Object(_)))
        .map(|field| KeyValue::Object([field.clone()].into()))
}

impl Children {
    fn child(&mut self, segment: &KeyValue) -> &mut Node {
        match self.by_segment.entry(segment.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                for field in fields(segment) {
                    self.by_field.entry(field).or_default().insert(segment.clone());
                }
                new.insert(Node::default())
            }
        }
    }

    /// Says whether it was there.
    fn remove(&mut self, segment: &KeyValue, rest: &[KeyValue]) -> bool {
        let Some(child) = self.by_segment.get_mut(segment) else { return false };
        let was_there = child.remove(rest);
        if child.keys == 0 {
            self.disown(segment);
        }
        was_there
    }

    fn disown(&mut self, segment: &KeyValue) {
        self.by_segment.remove(segment);
        for field in fields(segment) {
            if let Some(segments) = self.by_field.get_mut(&field) {
                segments.remove(segment);
                if segments.is_empty() {
                    self.by_field.remove(&field);
                }
            }
        }
    }

    fn collect_objects<'a>(&'a self, filter: &KeyValue, rest: &[KeyValue], found: &mut Vec<&'a QueryKey>) {
        // The rarest field leaves the fewest candidates.
        let rarest =
            fields(filter).map(|field| self.by_field.get(&field)).min_by_key(|c| c.map_or(0, HashSet::len));
        match rarest {
            Some(candidates) => self.collect_matching(candidates.into_iter().flatten(), filter, rest, found),
            None => self.collect_matching(self.by_segment.keys(), filter, rest, found),
        }
    }

    fn collect_matching<'a>(
        &'a self,
        candidates: impl Iterator<Item = &'a KeyValue>,
        filter: &KeyValue,
        rest: &[KeyValue],
        found: &mut Vec<&'a QueryKey>,
    ) {
        for candidate in candidates.filter(|candidate| candidate.matches(filter)) {
            if let Some(child) = self.by_segment.get(candidate) {
                child.collect(rest, found);
            }
        }
    }
}

impl Node {
    fn child(&self, segment: &KeyValue) -> Option<&Node> {
        self.children.as_ref()?.by_segment.get(segment)
    }

    /// Says whether it was there.
    fn remove(&mut self, segments: &[KeyValue]) -> bool {
        let was_there = match segments.split_first() {
            None => self.key.take().is_some(),
            Some((first, rest)) => self.children.as_mut().is_some_and(|all| all.remove(first, rest)),
        };
        self.keys -= usize::from(was_there);
        if self.keys == 0 {
            self.children = None;
        }
        was_there
    }

    fn collect<'a>(&'a self, prefix: &[KeyValue], found: &mut Vec<&'a QueryKey>) {
        let Some((first, rest)) = prefix.split_first() else {
            self.collect_all(found);
            return;
        };
        let Some(children) = &self.children else { return };
        match first {
            KeyValue::Object(_) => children.collect_objects(first, rest, found),
            KeyValue::Array(_) => {
                children.collect_matching(children.by_segment.keys(), first, rest, found);
            }
            scalar => {
                if let Some(child) = children.by_segment.get(scalar) {
                    child.collect(rest, found);
                }
            }
        }
    }

    fn collect_all<'a>(&'a self, found: &mut Vec<&'a QueryKey>) {
        found.extend(&self.key);
        for child in self.children.iter().flat_map(|all| all.by_segment.values()) {
            child.collect_all(found);
        }
    }
}
