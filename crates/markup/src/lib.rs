#![doc = include_str!("../README.md")]

mod blueprint;
mod dom;
mod html;
mod into_node;
mod keyed;
mod node;
mod slot;
mod value;
mod view;

pub use dom::Mounted;
pub use into_node::IntoNode;
pub use keyed::{Key, keyed};
pub use markup_macro::view;
pub use node::Node;
pub use slot::Slot;
pub use value::{IntoValue, Value};

/// Names of events, each with the type that its handlers are given.
pub use leptos::ev as event;
