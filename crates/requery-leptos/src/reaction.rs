//! Effects of one type.

use leptos::prelude::Effect;

/// Runs the closure after the page is there, and again whenever a signal that it read has changed.
///
/// It is boxed because Leptos compiles its machinery of an effect once for every type of closure, and each query and
/// mutation is such a type.
pub(crate) fn react(mut react: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| react());
}
