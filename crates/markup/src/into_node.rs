use std::borrow::Cow;

use leptos::prelude::{Get, Memo, RwSignal, Signal};

use crate::Node;
use crate::node::Kind;

/// What can stand between two tags.
pub trait IntoNode {
    /// It as a node.
    fn into_node(self) -> Node;
}

impl IntoNode for Node {
    fn into_node(self) -> Node {
        self
    }
}

impl IntoNode for () {
    fn into_node(self) -> Node {
        Node::nothing()
    }
}

impl IntoNode for &'static str {
    fn into_node(self) -> Node {
        Node(Kind::Text(Cow::Borrowed(self)))
    }
}

impl IntoNode for String {
    fn into_node(self) -> Node {
        Node(Kind::Text(Cow::Owned(self)))
    }
}

/// Nothing holds the place of what is not there.
impl<T: IntoNode> IntoNode for Option<T> {
    fn into_node(self) -> Node {
        self.map(T::into_node).unwrap_or_default()
    }
}

impl<T: IntoNode> IntoNode for Vec<T> {
    fn into_node(self) -> Node {
        self.into_iter().collect()
    }
}

/// Follows the signals that the closure reads.
impl<F, T> IntoNode for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoNode,
{
    fn into_node(mut self) -> Node {
        Node(Kind::Live(Box::new(move || self().into_node())))
    }
}

macro_rules! displayed {
    ($($type:ty)*) => {$(
        impl IntoNode for $type {
            fn into_node(self) -> Node {
                self.to_string().into_node()
            }
        }
    )*};
}

displayed!(u32 u64 usize i64);

macro_rules! followed {
    ($($signal:ident)*) => {$(
        impl<T: IntoNode + Clone + Send + Sync + 'static> IntoNode for $signal<T> {
            fn into_node(self) -> Node {
                (move || self.get()).into_node()
            }
        }
    )*};
}

followed!(Memo RwSignal Signal);
