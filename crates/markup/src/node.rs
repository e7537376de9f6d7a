use std::borrow::Cow;
use std::fmt;

use crate::keyed::Rows;
use crate::{IntoNode, Slot};

/// A piece of a page: text, elements, a list, or a closure that follows signals.
///
/// It implements the traits of Leptos' views, so that it can stand wherever one of these does.
#[derive(Default)]
pub struct Node(pub(crate) Kind);

#[derive(Default)]
pub(crate) enum Kind {
    /// A comment holds its place.
    #[default]
    Nothing,
    Text(Cow<'static, str>),
    Markup(&'static str, Vec<Slot>),
    List(Vec<Node>),
    Live(Live),
    Keyed(Rows),
}

/// Makes a node whenever a signal that it reads has changed.
pub(crate) type Live = Box<dyn FnMut() -> Node + Send>;

impl Node {
    /// What [`view!`](crate::view) expands to: a blueprint and what fills it. `slots` stand in the order of their
    /// marks in the blueprint.
    #[must_use]
    pub fn markup(blueprint: &'static str, slots: Vec<Slot>) -> Self {
        Self(Kind::Markup(blueprint, slots))
    }

    /// Nothing to see.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }
}

impl<T: IntoNode> FromIterator<T> for Node {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Kind::List(items.into_iter().map(IntoNode::into_node).collect()))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Nothing => "Nothing",
            Kind::Text(_) => "Text",
            Kind::Markup(..) => "Markup",
            Kind::List(_) => "List",
            Kind::Live(_) => "Live",
            Kind::Keyed(_) => "Keyed",
        })
    }
}
