//! Lists whose entries are known by a key.

use std::sync::Arc;

use leptos::prelude::Owner;

use crate::node::Kind;
use crate::{IntoNode, Node};

/// What an entry is known by among those of its list: a number and, where the entry is made anew when it changes, its
/// version; or the two halves of a UUID.
pub type Key = (u64, u64);

/// Makes the list's entries as they are now.
pub(crate) type Rows = Box<dyn FnMut() -> Vec<Row> + Send>;

/// An entry that is made only if its key is new.
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) make: Box<dyn FnOnce() -> (Owner, Node)>,
}

/// A list that follows the signals that `each` reads. An entry whose key stays keeps its elements and its state,
/// though it may move; `child` is called for new keys only, each call with a reactive owner of its own. Keys of a list
/// differ from each other.
pub fn keyed<T, I, N>(
    mut each: impl FnMut() -> I + Send + 'static,
    key: impl Fn(&T) -> Key + Send + 'static,
    child: impl Fn(T) -> N + Send + Sync + 'static,
) -> Node
where
    T: 'static,
    I: IntoIterator<Item = T>,
    N: IntoNode,
{
    let parent = Owner::current().unwrap_or_default();
    let child = Arc::new(child);
    let rows = move || {
        let row = |item: T| {
            let (key, parent, child) = (key(&item), parent.clone(), Arc::clone(&child));
            Row { key, make: Box::new(move || owned(&parent, Box::new(move || child(item).into_node()))) }
        };
        each().into_iter().map(row).collect()
    };
    Node(Kind::Keyed(Box::new(rows)))
}

fn owned(parent: &Owner, make: Box<dyn FnOnce() -> Node + '_>) -> (Owner, Node) {
    let owner = parent.with(Owner::new);
    let node = owner.with(make);
    (owner, node)
}
