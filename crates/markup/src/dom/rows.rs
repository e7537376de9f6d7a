//! Lists by key in the document.

use std::collections::HashMap;

use leptos::prelude::Owner;
use leptos::reactive::effect::RenderEffect;
use web_sys::Node;

use super::mounted::Mounted;
use super::{Cursor, mount, patch};
use crate::Key;
use crate::keyed::{Row, Rows as Source};

/// The list's entries, and the comment behind them.
pub(crate) struct Rows {
    entries: Vec<Entry>,
    end: Node,
}

// Dropped in this order: what is shown goes before what it was made with.
struct Entry {
    key: Key,
    shown: Mounted,
    /// Disposes of the entry's signals and effects when it is dropped.
    _owner: Owner,
}

impl Rows {
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Node) -> bool) -> bool {
        self.entries.iter().all(|entry| entry.shown.visit(visit)) && visit(&self.end)
    }
}

pub(crate) fn follow(mut source: Source, cursor: &Cursor) -> RenderEffect<Rows> {
    let cursor = cursor.clone();
    RenderEffect::new(move |before: Option<Rows>| {
        let rows = source();
        match before {
            Some(before) => update(before, rows),
            None => first(rows, &cursor),
        }
    })
}

fn first(rows: Vec<Row>, cursor: &Cursor) -> Rows {
    let entry = |row: Row| {
        let (owner, node) = (row.make)();
        let shown = owner.with(|| mount(node, cursor));
        Entry { key: row.key, shown, _owner: owner }
    };
    Rows { entries: rows.into_iter().map(entry).collect(), end: cursor.comment() }
}

fn update(before: Rows, rows: Vec<Row>) -> Rows {
    let Rows { entries, end } = before;
    let mut known: HashMap<Key, Entry, foldhash::fast::FixedState> =
        entries.into_iter().map(|entry| (entry.key, entry)).collect();
    let mut kept: Vec<_> = rows.into_iter().map(|row| (known.remove(&row.key), row)).collect();
    // What goes, goes first, so that what stays finds its neighbours.
    known.into_values().for_each(|entry| entry.shown.remove());
    let Some(parent) = end.parent_node() else { return Rows { entries: Vec::new(), end } };
    let mut next = end.clone();
    let mut entries = Vec::with_capacity(kept.len());
    while let Some((entry, row)) = kept.pop() {
        let entry = entry.map_or_else(|| add(row, &next), |entry| entry.before(&parent, &next));
        next = entry.shown.first().unwrap_or(next);
        entries.push(entry);
    }
    entries.reverse();
    Rows { entries, end }
}

fn add(row: Row, next: &Node) -> Entry {
    let (owner, node) = (row.make)();
    let shown = owner.with(|| patch::insert(node, next));
    Entry { key: row.key, shown, _owner: owner }
}

impl Entry {
    /// Moves it there unless it is there.
    fn before(self, parent: &Node, next: &Node) -> Self {
        let mut last = None;
        self.shown.visit(&mut |node| {
            last = Some(node.clone());
            true
        });
        if last.and_then(|last| last.next_sibling()).as_ref() != Some(next) {
            self.shown.insert(parent, Some(next));
        }
        self
    }
}
