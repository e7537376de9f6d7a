//! What a node became in the document.

use std::fmt;

use leptos::reactive::effect::RenderEffect;
use web_sys::{Node, Text};

use super::element::{Filled, Markup, Root, Shown};
use super::rows::Rows;

/// A node in the document, for as long as it is followed. It has one node of the document at least.
pub struct Mounted(pub(crate) Held);

pub(crate) enum Held {
    Nothing(Node),
    Text(Text, Shown),
    Markup(Markup),
    /// Items, and the comment behind them.
    List(Vec<Mounted>, Node),
    Live(RenderEffect<Mounted>),
    Rows(RenderEffect<Rows>),
}

impl Mounted {
    /// Visits its outermost nodes of the document in their order, until `visit` answers `false`.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Node) -> bool) -> bool {
        match &self.0 {
            Held::Nothing(comment) => visit(comment),
            Held::Text(text, _) => visit(text),
            Held::Markup(markup) => markup.visit(visit),
            Held::List(items, end) => items.iter().all(|item| item.visit(visit)) && visit(end),
            Held::Live(effect) => effect.with_value_mut(|held| held.visit(visit)).unwrap_or(true),
            Held::Rows(effect) => effect.with_value_mut(|rows| rows.visit(visit)).unwrap_or(true),
        }
    }

    /// The first of its nodes.
    pub(crate) fn first(&self) -> Option<Node> {
        let mut first = None;
        self.visit(&mut |node| {
            first = Some(node.clone());
            false
        });
        first
    }

    /// Puts its nodes into `parent`, before `next` or at the end.
    pub(crate) fn insert(&self, parent: &Node, next: Option<&Node>) {
        self.visit(&mut |node| parent.insert_before(node, next).is_ok());
    }

    /// Takes its nodes out of the document.
    pub(crate) fn remove(&self) {
        self.visit(&mut |node| {
            if let Some(parent) = node.parent_node() {
                // A node is a child of its parent.
                _ = parent.remove_child(node);
            }
            true
        });
    }
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounted").finish_non_exhaustive()
    }
}

impl Markup {
    fn visit(&self, visit: &mut dyn FnMut(&Node) -> bool) -> bool {
        self.roots.iter().all(|root| match root {
            Root::Node(node) => visit(node),
            Root::Slot(place) => match self.filled.get(*place) {
                Some(Filled::Child(child)) => child.visit(visit),
                _ => true,
            },
        })
    }
}
