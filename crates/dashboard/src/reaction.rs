//! Effects of the page, all of one type.

use leptos::prelude::Effect;

/// Runs `react` in the browser once the page is there, and again whenever a signal that it read has changed. On the
/// server it never runs.
///
/// The closure is boxed: Leptos compiles its machinery of an effect once for every type of closure.
pub(crate) fn react(react: impl FnMut() + 'static) {
    let mut react: Box<dyn FnMut()> = Box::new(react);
    Effect::new(move |_: Option<()>| react());
}
